import type { KubeObject } from "../../../src/api/object.ts";
import type { Environment, Queue } from "../../../src/aws/batch.ts";
import { ownerIn, type Tags } from "../../../src/controllers/ownership.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import {
  isOperatorWrite,
  isServing,
  lastPart,
  liveEnvironments,
  liveQueues,
  orderOf,
  ownerOf,
  unseenMs,
} from "./reading.ts";

/**
 * Promise 1. No write of ours takes a queue's last usable environment: judged at the instant at which a write takes
 * effect in AWS. A queue that had an ENABLED, VALID environment before the write has one after it.
 *
 * Not against it, by the promise's own words:
 * - the spec of the environment's own object says `state: DISABLED`, or said so within `unseenMs`: a spec that is taken
 *   back while the write is on its way cannot be seen before it, and neither can that somebody takes our tags off;
 * - "a read newer than our last write shows": what was lost by somebody else's doing within `unseenMs` no read could
 *   show.
 */
export const usableEnvironment: OracleFactory = (watched) => {
  let before: readonly QueueState[] = [];
  /** By environment ARN: when it was lost to jobs by another than the operator. */
  const lostAt = new Map<string, number>();
  /** By queue ARN: when another than the operator wrote its order. */
  const orderedAt = new Map<string, number>();
  /** By environment ARN: the tags by which it had an owner last, and when. */
  const owned = new Map<string, { readonly tags: Tags | undefined; readonly at: number }>();
  /** By uid of an environment's object: until when its spec said `state: DISABLED`. */
  const desiredUntil = new Map<string, number>();
  let serving = servingIn(watched);

  return {
    name: "1 a queue keeps a usable environment",
    onEffect(call, phase) {
      if (phase === "before") {
        before = statesOf(watched);
        const at = watched.clock.monotonic();
        for (const { computeEnvironmentArn, tags } of liveEnvironments(watched)) {
          if (ownerIn(tags) !== undefined) owned.set(computeEnvironmentArn, { tags, at });
        }
        return undefined;
      }
      const after = statesOf(watched);
      const now = watched.clock.monotonic();
      if (!isOperatorWrite(call)) {
        for (const state of after) {
          const old = before.find(({ arn }) => arn === state.arn);
          if (old?.order.join() !== state.order.join()) orderedAt.set(state.arn, now);
        }
        return undefined;
      }
      for (const state of after) {
        const old = before.find(({ arn }) => arn === state.arn);
        if (old === undefined || !old.usable || state.usable) continue;
        const recent = (at: number | undefined): boolean => at !== undefined && now - at <= unseenMs;
        if (recent(orderedAt.get(state.arn)) || state.order.some((arn) => recent(lostAt.get(arn)))) continue;
        const target = disabledBy(watched, call);
        const last = owned.get(target?.computeEnvironmentArn ?? "");
        const subject = ownerOf(watched, recent(last?.at) ? last?.tags : target?.tags, "BatchComputeEnvironment");
        if (desiredRolesOf(subject) || recent(desiredUntil.get(subject?.metadata.uid ?? ""))) continue;
        return `${lastPart(state.arn)} is left without an ENABLED, VALID environment by ${call.operation} ${JSON.stringify(call.input)} of ${watched.callerOf(call)?.name}; it had [${old.order.map(lastPart).join(", ")}], and now has [${state.order.map(lastPart).join(", ")}]`;
      }
      return undefined;
    },
    onObject(object, after) {
      if (object !== undefined && desiredRolesOf(object) && !desiredRolesOf(after)) {
        desiredUntil.set(object.metadata.uid, watched.clock.monotonic());
      }
      return undefined;
    },
    onAws(change, by) {
      if (change.kind !== "computeEnvironment") return undefined;
      const now = servingIn(watched);
      const ours = by !== undefined && isOperatorWrite(by);
      for (const arn of serving) if (!now.has(arn) && !ours) lostAt.set(arn, watched.clock.monotonic());
      serving = now;
      return undefined;
    },
  };
};

interface QueueState {
  readonly arn: string;
  readonly order: readonly string[];
  readonly usable: boolean;
}

function statesOf(watched: Watched): readonly QueueState[] {
  const environments = new Map(liveEnvironments(watched).map((one) => [one.computeEnvironmentArn, one]));
  return liveQueues(watched).map((queue) => ({
    arn: queue.jobQueueArn,
    order: orderOf(queue),
    usable: isUsable(queue, environments),
  }));
}

function isUsable(queue: Queue, environments: ReadonlyMap<string, Environment>): boolean {
  return orderOf(queue).some((arn) => {
    const environment = environments.get(arn);
    return environment !== undefined && isServing(environment);
  });
}

function servingIn(watched: Watched): ReadonlySet<string> {
  return new Set(
    liveEnvironments(watched)
      .filter(isServing)
      .map(({ computeEnvironmentArn }) => computeEnvironmentArn),
  );
}

/** The environment that a call disables. */
function disabledBy(watched: Watched, call: CallRecord): Environment | undefined {
  const { computeEnvironment = "", state } = call.input as { computeEnvironment?: string; state?: string };
  if (call.operation !== "UpdateComputeEnvironment" || state !== "DISABLED") return undefined;
  return liveEnvironments(watched).find((one) => one.computeEnvironmentName === lastPart(computeEnvironment));
}

function desiredRolesOf(object: KubeObject | undefined): boolean {
  if (object?.kind !== "BatchComputeEnvironment") return false;
  return (object.spec as { readonly state?: string }).state === "DISABLED";
}
