import { type KubeObject, keyText, type ObjectKey } from "../../../src/api/object.ts";
import type { JobQueue } from "../../../src/api/v1alpha1/job-queue.ts";
import { ownerIn, retainedFromTag } from "../../../src/controllers/ownership/ownership.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import {
  driftSeenMs,
  inputOf,
  isOperatorWrite,
  lastPart,
  liveEnvironments,
  liveQueues,
  nameOf,
  orderOf,
  ownerOf,
  unseenMs,
} from "./reading.ts";

/** AWS's limit. */
const orderLimit = 3;

/**
 * Promise 3. "Retain leaves AWS alone": no write of ours takes from a queue the VALID environment that Retain of an
 * object has left in its order, while the queue's spec refers to that object.
 *
 * Not against it: what another environment of that object takes the place of; what AWS has no place for; an entry that
 * came into the spec within `unseenMs`; an environment that was not VALID, or an order that somebody else wrote, within
 * the time in which drift is seen. All of them count until the write was released.
 */
export const whatRetainLeft: OracleFactory = (watched) => {
  /** By uid of a queue's object: when its spec changed. */
  const specAt = new Map<string, number>();
  /** By ARN: the status of an environment, and when it was not VALID last. */
  const status = new Map<string, string>();
  const notValidAt = new Map<string, number>();
  /** By ARN: when another than the operator wrote the queue. */
  const writtenAt = new Map<string, number>();
  return {
    name: "3 Retain leaves a queue its environments",
    onObject(before, after) {
      if (after?.kind === "JobQueue" && before?.metadata.generation !== after.metadata.generation) {
        specAt.set(after.metadata.uid, watched.clock.monotonic());
      }
      return undefined;
    },
    onAws(change, by) {
      const now = watched.clock.monotonic();
      if (change.kind === "computeEnvironment") {
        if ([status.get(change.arn), change.status].some((one) => one !== "VALID")) notValidAt.set(change.arn, now);
        status.set(change.arn, change.status);
      }
      if (change.kind === "jobQueue" && by !== undefined && !isOperatorWrite(by)) writtenAt.set(change.arn, now);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "after" || call.operation !== "UpdateJobQueue" || !isOperatorWrite(call)) return undefined;
      const queue = liveQueues(watched).find((one) => one.jobQueueName === nameOf(queueIn(call)));
      const names = orderIn(call);
      const object = ownerOf(watched, queue?.tags, "JobQueue");
      if (queue === undefined || names === undefined || object === undefined || names.length >= orderLimit)
        return undefined;
      const releasedAt = watched.releasedAt(call);
      const within = (ms: number, at: number | undefined): boolean => at !== undefined && releasedAt - at <= ms;
      if (within(unseenMs, specAt.get(object.metadata.uid)) || within(driftSeenMs, writtenAt.get(queue.jobQueueArn))) {
        return undefined;
      }
      const lost = orderOf(queue).find((arn) => {
        const origin = originOf(watched, arn);
        return (
          origin?.isLeft === true &&
          referred(object).includes(origin.object) &&
          isValid(watched, arn) &&
          !within(driftSeenMs, notValidAt.get(arn)) &&
          !names.some((name) => name === lastPart(arn) || originOf(watched, name)?.object === origin.object)
        );
      });
      if (lost === undefined) return undefined;
      return `${call.operation} of ${watched.callerOf(call)?.name} takes ${lastPart(lost)}, which Retain left, from ${queue.jobQueueName}: ${names.join(", ")}`;
    },
  };
};

/** The object that an environment belongs to or was left by, as `namespace/name`. */
function originOf(
  watched: Watched,
  nameOrArn: string,
): { readonly object: string; readonly isLeft: boolean } | undefined {
  const environment = liveEnvironments(watched).find((one) => one.computeEnvironmentName === lastPart(nameOrArn));
  const { name: cluster } = watched.cluster();
  const owner = ownerIn(environment?.tags);
  if (owner !== undefined) return owner.cluster === cluster ? { object: keyText(owner), isLeft: false } : undefined;
  const left = environment?.tags?.[retainedFromTag];
  return left?.startsWith(`${cluster}/`) === true
    ? { object: left.slice(cluster.length + 1), isLeft: true }
    : undefined;
}

function isValid(watched: Watched, arn: string): boolean {
  return liveEnvironments(watched).some(
    ({ computeEnvironmentArn, status }) => computeEnvironmentArn === arn && status === "VALID",
  );
}

/** The objects that a queue's spec refers to, as `namespace/name`. */
function referred(object: KubeObject): readonly string[] {
  const { metadata, spec } = object as JobQueue;
  return (spec.computeEnvironmentOrder ?? []).flatMap(({ computeEnvironmentRef: reference }) => {
    if (reference === undefined) return [];
    const key: ObjectKey = { namespace: reference.namespace ?? metadata.namespace, name: reference.name };
    return [keyText(key)];
  });
}

interface Update {
  readonly jobQueue?: string;
  readonly computeEnvironmentOrder?: readonly { readonly computeEnvironment?: string }[];
}

function queueIn(call: CallRecord): string | undefined {
  return inputOf<Update>(call).jobQueue;
}

function orderIn(call: CallRecord): readonly string[] | undefined {
  return inputOf<Update>(call).computeEnvironmentOrder?.map(({ computeEnvironment }) => nameOf(computeEnvironment));
}
