import { type KindName, kindOf } from "../../api/v1alpha1/kinds.ts";
import type { CallTable } from "../../aws/call-facts.ts";
import { operationOf } from "../../aws/call-facts.ts";
import { ec2Calls } from "../../aws/ec2-calls.ts";
import { iamCalls } from "../../aws/iam-calls.ts";
import { resourceOf } from "../../aws/resources/index.ts";
import { isVerificationQueueName } from "../../controllers/kinds/compute-environment/verification-queue.ts";

/** What a write does, as the tables of calls say: no kind is named here, so a new kind needs no line. Pure. */

/** What a write does to the resource of an object, or what else it is about. */
export type WriteEffect =
  | "creates"
  | "changes"
  | "tags"
  | "deletes"
  | "endsJobs"
  /** Of IAM. */
  | "roles"
  /** Of EC2: security groups and VPC endpoints. */
  | "network"
  /** The queue of the operator's own in which an environment is verified, and the job in it. */
  | "verification"
  /** Other resources of AWS Batch: the queues that name an environment. */
  | "queues";

const verbs: readonly (readonly [RegExp, WriteEffect])[] = [
  [/^(?:Create|Register|Submit)/, "creates"],
  [/^Update/, "changes"],
  [/^(?:Delete|Deregister)/, "deletes"],
];

interface Operation {
  /** e.g. `CreateComputeEnvironment`. */
  readonly operation: string;
  /** What AWS calls what it is about. */
  readonly subject?: string;
}

/** What a write that is made for an object of this kind does. */
export function effectOf(kind: KindName, { operation, subject }: Operation): WriteEffect {
  if (isTagging(operation, resourceTagging)) return "tags";
  if (isJobEnd(operation)) return "endsJobs";
  if (isIn(iamCalls, operation)) return "roles";
  if (isIn(ec2Calls, operation)) return "network";
  const { records } = kindOf(kind);
  const isOwn = records === undefined ? operation === kindOf(kind).request?.call : resourceOf(operation) === records;
  if (!isOwn && subject !== undefined && isVerificationQueueName(subject)) return "verification";
  return (isOwn ? verbs.find(([form]) => form.test(operation))?.[1] : undefined) ?? "queues";
}

/** The effects of writes, each once. */
export function effectsOf(kind: KindName, writes: readonly Operation[]): ReadonlySet<WriteEffect> {
  return new Set(writes.map((write) => effectOf(kind, write)));
}

/** Whether a write ends a job. */
export function isJobEnd(operation: string): boolean {
  return /^(?:Terminate|Cancel)\w*Job$/.test(operation);
}

const resourceTagging = /^(?:Tag|Untag)Resource$/;

/** Whether a write changes nothing but tags, of whatever it is. */
export function isTagging(operation: string, form = /^(?:Tag|Untag)|^(?:Create|Delete)Tags$/): boolean {
  return form.test(operation);
}

/** Whether nothing but tags is written. */
export function isOnlyTagged(writes: readonly Operation[]): boolean {
  return writes.every(({ operation }) => isTagging(operation));
}

function isIn(calls: CallTable, operation: string): boolean {
  return Object.keys(calls).some((name) => operationOf(name) === operation);
}
