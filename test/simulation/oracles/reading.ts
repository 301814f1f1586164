import type { KubeObject } from "../../../src/api/object.ts";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import type { Environment, Queue } from "../../../src/aws/batch.ts";
import { ownerIn, type Tags } from "../../../src/controllers/ownership/ownership.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import { isWrite } from "../../transcript.ts";
import type { Watched } from "../oracle.ts";

/** How the truth is read; shared by the oracles. */

/**
 * The operator decides from a read. AWS answers it as it was up to 5 s before it began (promise 4), and between that
 * read and the write that follows lie the waits for the call budget and for the API server, and the request itself.
 * What somebody else did within this time, no read could have shown.
 */
export const unseenMs = 15_000;
/** What somebody else does is seen within this time (section 12 of the design). */
export const driftSeenMs = 75_000;

export function isOperatorWrite(call: CallRecord): boolean {
  return call.by === "operator" && isWrite(call);
}

export function liveEnvironments({ aws }: Watched): readonly Environment[] {
  return aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
}

/** Those that can be given jobs: one that is going is nobody's any more. */
export function liveQueues({ aws }: Watched): readonly Queue[] {
  return aws.truth.jobQueues().filter(({ status }) => status !== "DELETED" && status !== "DELETING");
}

/** ARNs of its compute environments, or of its service environment. */
export function orderOf(queue: Queue): readonly string[] {
  const services = (queue.serviceEnvironmentOrder ?? []).map(({ serviceEnvironment = "" }) => serviceEnvironment);
  return [...(queue.computeEnvironmentOrder ?? [])]
    .sort((left, right) => (left.order ?? 0) - (right.order ?? 0))
    .map(({ computeEnvironment }) => computeEnvironment ?? "")
    .concat(services);
}

/** Jobs start on it, or will when AWS has carried out an update. */
export function isServing({ state, status }: Pick<Environment, "state" | "status">): boolean {
  return state === "ENABLED" && (status === "VALID" || status === "UPDATING");
}

export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** The object that owns what bears these tags, whatever its uid; undefined: none of this cluster, or it is gone. */
export function ownerOf({ store, cluster }: Watched, tags: Tags | undefined, kind: string): KubeObject | undefined {
  const owner = ownerIn(tags);
  const found = kinds.find((one) => one.kind === kind);
  if (owner === undefined || owner.cluster !== cluster().name || found === undefined) return undefined;
  return store.object(found, owner);
}

export function inputOf<T>(call: CallRecord): T {
  return call.input as T;
}

/** Name or ARN to name. */
export function nameOf(reference: string | undefined): string {
  return lastPart(reference ?? "");
}

/** `BatchComputeEnvironment team/ce-a`. */
export function textOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
