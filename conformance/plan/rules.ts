/** Why a fact is not tried on a real account. Pure. */

import type { ComputeResourceUpdate } from "@aws-sdk/client-batch";
import { isInfrastructureUpdate } from "../../src/simulator/compute-environment-rules.ts";
import type { Row } from "../facts/row.ts";
import { small, smallQueue } from "../facts/stage.ts";
import { keysIn } from "../names/references.ts";
import { callsOf, carriedOut } from "./parts.ts";

/** Facts that are not tried, for one reason. */
export interface Rule {
  readonly why: string;
  readonly holds: (row: Row) => boolean;
}

/** By what a permission for a call is bounded, of the calls that a fact makes without it. */
const namedBy: Readonly<Record<string, string>> = {
  UpdateComputeEnvironment: "computeEnvironment",
  CreateJobQueue: "jobQueueName",
  CreateQuotaShare: "jobQueue",
  DeleteSchedulingPolicy: "arn",
};

/** Facts of the one instance that a run may start. */
export function needsInstance(row: Row): boolean {
  return callsOf(row).some((call) => {
    const keys = keysIn(call);
    return keys.has(`compute-environment/${small}`) || keys.has(`job-queue/${smallQueue}`);
  });
}

/** The first one that holds counts. */
export const rules: readonly Rule[] = [
  {
    why: "needs a cluster of EKS",
    holds: (row) => callsOf(row).some((call) => keysIn(call).has("compute-environment/eks")),
  },
  {
    why: "starts instances if AWS takes it",
    holds: (row) =>
      !needsInstance(row) &&
      callsOf(row).some(({ input }) => {
        const { type, minvCpus = 0, desiredvCpus = 0 } = resourcesIn(input);
        return type !== "FARGATE" && (minvCpus > 0 || desiredvCpus > 0);
      }),
  },
  {
    why: "starts instances of SageMaker if AWS takes it",
    holds: (row) => callsOf(row).some(({ operation }) => operation === "SubmitServiceJob"),
  },
  {
    why: "needs a launch template",
    holds: (row) => carriedOut(row).some(({ input }) => resourcesIn(input).launchTemplate !== undefined),
  },
  {
    why: "needs a key pair",
    holds: (row) => carriedOut(row).some(({ input }) => (resourcesIn(input).ec2KeyPair ?? "") !== ""),
  },
  {
    why: "needs an infrastructure update, which takes a quarter of an hour or more",
    holds: (row) =>
      carriedOut(row).some(
        (call) =>
          call.operation === "UpdateComputeEnvironment" &&
          !keysIn(call).has("compute-environment/fargate") &&
          isInfrastructureUpdate(resourcesIn(call.input)),
      ),
  },
  {
    why: "names nothing, so no bounded permission allows it",
    holds: (row) =>
      callsOf(row).some(({ operation, input }) => {
        const member = namedBy[operation];
        return member !== undefined && !Object.hasOwn(input, member);
      }),
  },
  {
    why: "the AWS SDK does not send it",
    holds: ({ source }) => source === "coral: unknown members are ignored" || source === "coral: null is absent",
  },
];

/** @returns undefined: it is tried */
export function whyNotTried(row: Row, mayStart: boolean): string | undefined {
  if (!mayStart && needsInstance(row)) return "needs an instance: give --instances";
  return rules.find(({ holds }) => holds(row))?.why;
}

function resourcesIn(input: object): ComputeResourceUpdate {
  return (input as { computeResources?: ComputeResourceUpdate }).computeResources ?? {};
}
