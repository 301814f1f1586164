import { clusterTag } from "../../../src/controllers/ownership/ownership.ts";
import type { Policy, Request } from "../../policy/evaluator.ts";
import { denialOf, policyFor } from "../../policy/requests.ts";
import type { OracleFactory } from "../oracle.ts";

/**
 * The IAM policy that `iam-policy` prints for these flags allows every call.
 *
 * Not against it: what is denied because the tag of the cluster was taken off, by somebody or, while this process slept,
 * by the one after it. The operator reads again, as after
 * every refusal, and restores tags of its own resources, which the policy allows.
 */
export const ownPolicy: OracleFactory = ({ aws, settings, callerOf, cluster }) => {
  const policies = new Map<string, Policy>();
  const policyOf = (clusterName: string): Policy => {
    const { roles, allowForeignRepoint } = settings;
    const known =
      policies.get(clusterName) ??
      policyFor(aws, clusterName, {
        features: [
          "iam",
          "network",
          "endpoints",
          "diagnose",
          "jobs",
          "adopt",
          ...(allowForeignRepoint ? ["foreign-queues" as const] : []),
        ],
        policyArns: roles.allowedPolicyArns.map((arn) => arn.replace("arn:aws*:", "arn:aws:")),
        boundaryArns: roles.permissionsBoundary === undefined ? [] : [roles.permissionsBoundary],
        inlinePolicies: roles.allowInlinePolicies,
        repairRoleArns: [`arn:aws:iam::${aws.account}:role/*`],
      });
    policies.set(clusterName, known);
    return known;
  };
  return {
    name: "the generated IAM policy allows what the operator does",
    onEffect(call, phase) {
      if (phase === "after" || callerOf(call) === undefined) return undefined;
      const denied = denialOf(aws, call, () => policyOf(cluster().name), lostItsTag);
      return denied === undefined ? undefined : `the operator's own policy denies ${denied}`;
    },
  };
};

function lostItsTag({ context, action }: Request): boolean {
  const given = `aws:RequestTag/${clusterTag}` in context;
  const borne = `aws:ResourceTag/${clusterTag}` in context;
  return !given && !borne && !/:(?:Create(?!Tags)|Register|Pass)/.test(action);
}
