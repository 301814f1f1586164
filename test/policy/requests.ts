import { batchCalls } from "../../src/aws/batch-calls.ts";
import { operationOf } from "../../src/aws/call-facts.ts";
import { ec2Calls } from "../../src/aws/ec2-calls.ts";
import { iamCalls } from "../../src/aws/iam-calls.ts";
import { logsCalls } from "../../src/aws/logs-calls.ts";
import { operatorPolicy } from "../../src/aws/operator-policy.ts";
import { type PolicyFeature, type PolicyScope, policyFeatures } from "../../src/aws/policy-statements.ts";
import { clusterTag } from "../../src/controllers/ownership/ownership.ts";
import { defaultAllowedPolicyArns } from "../../src/controllers/parts/roles/limits.ts";
import { rolePath } from "../../src/controllers/parts/roles/names.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import type { CallRecord } from "../../src/simulator/wire.ts";
import { type Input, type Tags, text } from "./arns.ts";
import { batchRequests } from "./batch-requests.ts";
import { ec2Requests } from "./ec2-requests.ts";
import { isAllowed, type Policy, type Request } from "./evaluator.ts";
import { iamRequests } from "./iam-requests.ts";

/**
 * What AWS asks of the caller's policies for a call, by the Service Authorization Reference: an action on each of its
 * resources, and the actions that depend on it. To be asked before the call takes effect.
 *
 * @param options `ofMissing`: the tags of something in AWS Batch that is not there
 * @returns undefined when the call is about something that is not there: AWS denies or refuses it, as it likes
 */
export function requestsOf(
  aws: SimulatedAws,
  { operation, input }: CallRecord,
  { ofMissing }: { readonly ofMissing?: Tags } = {},
): readonly Request[] | undefined {
  const name = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
  const given = input as Input;
  if (Object.hasOwn(aws.ec2, name)) return ec2Requests(aws, operation, given);
  if (Object.hasOwn(aws.iam, name)) return iamRequests(aws, operation, given);
  if (Object.hasOwn(aws.logs, name)) return [logsRequest(aws, operation, given)];
  return batchRequests(aws, operation, given, ofMissing);
}

function logsRequest({ region, account }: SimulatedAws, operation: string, input: Input): Request {
  const { logGroupName, logStreamName } = input;
  const stream = `log-group:${text(logGroupName)}:log-stream:${text(logStreamName)}`;
  return { action: `logs:${operation}`, resource: `arn:aws:logs:${region}:${account}:${stream}`, context: {} };
}

const allFeatures = Object.keys(policyFeatures) as PolicyFeature[];

/** The maximum of permissions of an operator of this cluster, with manifests that name roles of its account. */
export function scopeOf(aws: Pick<SimulatedAws, "account" | "region">, change: Partial<PolicyScope> = {}): PolicyScope {
  return {
    partition: "aws",
    account: aws.account,
    regions: [aws.region],
    tag: { key: clusterTag, value: "default" },
    names: [],
    rolePath: rolePath("default"),
    features: allFeatures,
    passRoleArns: [`arn:aws:iam::${aws.account}:role/*`],
    repairRoleArns: [],
    policyArns: defaultAllowedPolicyArns.map((arn) => arn.replace("arn:aws*:", "arn:aws:")),
    boundaryArns: [],
    inlinePolicies: false,
    roleTagKeys: [],
    ...change,
  };
}

/** What the operator can call at all; other calls by the same door are a test's own. */
const operatorCalls = new Set(
  [batchCalls, iamCalls, ec2Calls, logsCalls].flatMap((calls) => Object.keys(calls)).map(operationOf),
);

/**
 * Reports each call of the operator that its generated policy would deny, in the turn before it takes effect.
 * @param policyOf the cluster in the tags of a request or its resource; undefined: neither has one
 */
export function watchPolicy(
  aws: SimulatedAws,
  policyOf: (clusterName: string | undefined) => Policy,
  denied: (line: string) => void,
): () => void {
  return aws.onEffect((call, phase) => {
    if (phase === "after" || call.by !== "operator") return;
    const line = denialOf(aws, call, policyOf);
    if (line !== undefined) denied(line);
  });
}

/**
 * What of a call its policy would deny, in words; undefined: nothing.
 * @param excused requests that may be denied
 */
export function denialOf(
  aws: SimulatedAws,
  call: CallRecord,
  policyOf: (clusterName: string | undefined) => Policy,
  excused: (request: Request) => boolean = () => false,
): string | undefined {
  if (!operatorCalls.has(call.operation)) return undefined;
  const denied = requestsOf(aws, call)?.find(
    (request) => !isAllowed(policyOf(clusterOf(request)), request) && !excused(request),
  );
  if (denied === undefined) return undefined;
  return `${call.operation}: ${denied.action} on ${denied.resource} ${JSON.stringify(denied.context)}`;
}

function clusterOf({ context }: Request): string | undefined {
  const tag = context[`aws:RequestTag/${clusterTag}`] ?? context[`aws:ResourceTag/${clusterTag}`];
  return typeof tag === "string" ? tag : undefined;
}

/** The policy of the operator of one cluster in this account. */
export function policyFor(
  aws: Pick<SimulatedAws, "account" | "region">,
  clusterName: string,
  change: Partial<PolicyScope> = {},
): Policy {
  const own = { tag: { key: clusterTag, value: clusterName }, rolePath: rolePath(clusterName) };
  return operatorPolicy(scopeOf(aws, { ...own, ...change }));
}
