import type { Condition, KubeObject } from "../../../src/api/object.ts";
import { clusterTag, namespaceTag, nameTag, type Tags } from "../../../src/controllers/ownership.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { isOperatorWrite, nameOf, ownerOf, textOf } from "./reading.ts";

/** A refusal is told with the next status; that may have to wait for an API server that does not answer (30 s twice). */
const toldWithinMs = 180_000;

/** What passes by itself (section 4: not settled yet, relation lags) is told only when it lasts. */
const lags = /being modified|JobQueue relationship|Too Many Requests|Internal server error|must be created and valid/;

interface Refused {
  readonly at: number;
  readonly object: KubeObject;
  readonly words: string;
  readonly operation: string;
}

/**
 * Promise 10. Every AWS refusal of a write maps to a condition with AWS's words: within the bound the object whose
 * write was refused has said so, or has no cause to: it was changed, deleted, or something of it has succeeded since.
 * Judged only where no person, tool or fault came between.
 */
export const toldRefusals: OracleFactory = (watched) => {
  let pending: Refused[] = [];
  return {
    name: "10 every refusal is told",
    onEffect(call, phase) {
      if (phase === "before" || !isOperatorWrite(call)) return undefined;
      // The outcome is known when the call has come back: looked at on the next tick.
      const object = subjectOf(watched, call);
      if (object !== undefined) {
        pending = pending.filter((one) => one.object.metadata.uid !== object.metadata.uid);
        const at = watched.clock.monotonic();
        watched.clock.schedule(1000, () => {
          if (call.outcome.kind !== "refused" || lags.test(call.outcome.message)) return;
          const words = call.outcome.message.replace(/, RequestId: .*/, "").replace(/^.*Exception : /, "");
          pending.push({ at, object, words: words.slice(0, 60), operation: call.operation });
        });
      }
      return undefined;
    },
    onObject(_before, after) {
      if (after === undefined) return undefined;
      const { conditions = [] } = (after.status ?? {}) as { readonly conditions?: readonly Condition[] };
      pending = pending.filter(
        ({ object, words }) =>
          object.metadata.uid !== after.metadata.uid || !conditions.some(({ message }) => message.includes(words)),
      );
      return undefined;
    },
    onTick() {
      const now = watched.clock.monotonic();
      const late = pending.find(({ at }) => now - at > toldWithinMs);
      if (late === undefined) return undefined;
      pending = pending.filter((one) => one !== late);
      if (watched.lastDisturbance() >= late.at - 1000) return undefined;
      const { conditions = [] } = (currentOf(watched, late.object)?.status ?? {}) as {
        readonly conditions?: readonly Condition[];
      };
      if (conditions.some(({ message }) => message.includes(late.words))) return undefined;
      if (currentOf(watched, late.object)?.metadata.uid !== late.object.metadata.uid) return undefined;
      return `${late.operation} was refused with "${late.words}", of which ${textOf(late.object)} says nothing`;
    },
  };
};

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
      : "JobDefinition";
  const tags = input["tags"] as Tags | undefined;
  if (tags?.[clusterTag] !== undefined && tags[namespaceTag] !== undefined && tags[nameTag] !== undefined) {
    return ownerOf(watched, tags, kind);
  }
  const name = nameOf((input["computeEnvironment"] ?? input["jobQueue"]) as string | undefined);
  if (name === "") return undefined;
  const found =
    kind === "JobQueue"
      ? truth.jobQueues().find((one) => one.jobQueueName === name)
      : truth.computeEnvironments().find((one) => one.computeEnvironmentName === name);
  return ownerOf(watched, found?.tags, kind);
}
