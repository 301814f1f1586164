import type { Condition, KubeObject } from "../../../src/api/object.ts";
import { clusterTag, namespaceTag, nameTag, type Tags } from "../../../src/controllers/ownership/ownership.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { isOperatorWrite, nameOf, ownerOf, textOf } from "./reading.ts";

/** An error is reported with the next status. */
const reportedWithinMs = 180_000;

/** Temporary errors (section 4: not settled yet, relation lags) are reported only if they last. */
const lags = /being modified|JobQueue relationship|Too Many Requests|Internal server error|must be created and valid/;

interface Write {
  readonly at: number;
  /** As it was then. */
  readonly object: KubeObject;
  readonly call: CallRecord;
}

/**
 * Promise 10. Every AWS refusal of a write maps to a condition with AWS's words: within the bound the object whose
 * write was refused has said so, or has no cause to: it was changed, deleted, or something of it was tried again since.
 * Judged only where no person, tool or fault came between.
 */
export const reportedErrors: OracleFactory = (watched) => {
  /** By object: its last write, while that may have to be reported. */
  const pending = new Map<string, Write>();
  return {
    name: "10 every error of AWS is reported",
    onEffect(call, phase) {
      if (phase === "before" || !isOperatorWrite(call)) return undefined;
      const object = subjectOf(watched, call);
      if (object !== undefined) pending.set(object.metadata.uid, { at: watched.clock.monotonic(), object, call });
      return undefined;
    },
    onObject(_before, after) {
      const write = after && pending.get(after.metadata.uid);
      if (write !== undefined && reports(after, write)) pending.delete(write.object.metadata.uid);
      return undefined;
    },
    onTick() {
      const now = watched.clock.monotonic();
      for (const [uid, write] of pending) {
        if (now - write.at <= reportedWithinMs) continue;
        pending.delete(uid);
        const current = currentOf(watched, write.object);
        if (wordsOf(write) === undefined || current === undefined || reports(current, write)) continue;
        // It was already reported for the previous write, so no status was written for this one.
        if (reports(write.object, write)) continue;
        // A process that has lost the lease since, or died, reports nothing; its successor starts from the state in AWS.
        if (watched.callerOf(write.call)?.leads !== true) continue;
        // Who was about to write when somebody did something may have written for what was before.
        if (watched.lastDisturbance() >= write.at - 1000) continue;
        return `${write.call.operation} was refused with "${wordsOf(write)}", of which ${textOf(current)} says nothing`;
      }
      return undefined;
    },
  };
};

/** The text that a condition has to contain for a write; undefined: none. */
function wordsOf({ call: { outcome } }: Write): string | undefined {
  if (outcome.kind !== "refused" || lags.test(outcome.message)) return undefined;
  return (
    outcome.message
      .replace(/, RequestId: .*/, "")
      .replace(/^.*Exception : /, "")
      // AWS lists what it would accept, each time in another order, and a condition leaves the list out.
      .replace(/ \[.*/s, "")
      .slice(0, 60)
  );
}

function reports(object: KubeObject | undefined, write: Write): boolean {
  const words = wordsOf(write);
  const { conditions = [] } = (object?.status ?? {}) as { readonly conditions?: readonly Condition[] };
  return words !== undefined && conditions.some(({ message }) => message.includes(words));
}

function currentOf({ store }: Watched, { kind, metadata }: KubeObject): KubeObject | undefined {
  return store.objects().find((one) => one.kind === kind && one.metadata.uid === metadata.uid);
}

function subjectOf(watched: Watched, call: CallRecord): KubeObject | undefined {
  const input = call.input as Readonly<Record<string, unknown>>;
  const { truth } = watched.aws;
  const kind = call.operation.includes("ComputeEnvironment")
    ? "BatchComputeEnvironment"
    : call.operation.includes("JobQueue")
      ? "JobQueue"
      : call.operation.includes("SchedulingPolicy")
        ? "SchedulingPolicy"
        : call.operation.includes("ServiceEnvironment")
          ? "ServiceEnvironment"
          : call.operation.includes("ConsumableResource")
            ? "ConsumableResource"
            : call.operation.includes("QuotaShare")
              ? "QuotaShare"
              : "JobDefinition";
  const tags = input["tags"] as Tags | undefined;
  if (tags?.[clusterTag] !== undefined && tags[namespaceTag] !== undefined && tags[nameTag] !== undefined) {
    return ownerOf(watched, tags, kind);
  }
  const name = nameOf(
    (input["computeEnvironment"] ??
      input["jobQueue"] ??
      input["serviceEnvironment"] ??
      input["consumableResource"] ??
      input["quotaShareArn"] ??
      input["arn"]) as string | undefined,
  );
  if (name === "") return undefined;
  const found =
    kind === "JobQueue"
      ? truth.jobQueues().find((one) => one.jobQueueName === name)
      : kind === "SchedulingPolicy"
        ? truth.schedulingPolicies().find((one) => one.name === name)
        : kind === "ServiceEnvironment"
          ? truth.serviceEnvironments().find((one) => one.serviceEnvironmentName === name)
          : kind === "ConsumableResource"
            ? truth.consumableResources().find((one) => one.consumableResourceName === name)
            : kind === "QuotaShare"
              ? truth.quotaShares().find((one) => one.quotaShareArn === input["quotaShareArn"])
              : truth.computeEnvironments().find((one) => one.computeEnvironmentName === name);
  return ownerOf(watched, found?.tags, kind);
}
