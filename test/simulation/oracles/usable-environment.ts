import type { KubeObject } from "../../../src/api/object.ts";
import type { Environment, Queue } from "../../../src/aws/batch.ts";
import { ownerIn, type Tags } from "../../../src/controllers/ownership/ownership.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import { isWrite } from "../../transcript.ts";
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
        if (isWrite(call)) before = statesOf(watched);
        const at = watched.clock.monotonic();
        for (const { arn, tags } of livePlaces(watched)) {
          if (ownerIn(tags) !== undefined) owned.set(arn, { tags, at });
        }
        return undefined;
      }
      if (!isWrite(call)) return undefined;
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
        const last = owned.get(target?.arn ?? "");
        const kind = target?.kind ?? "BatchComputeEnvironment";
        const subject = ownerOf(watched, recent(last?.at) ? last?.tags : target?.tags, kind);
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
      if (change.kind !== "computeEnvironment" && change.kind !== "serviceEnvironment") return undefined;
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
  const environments = new Map(livePlaces(watched).map((one) => [one.arn, one]));
  return liveQueues(watched).map((queue) => ({
    arn: queue.jobQueueArn,
    order: orderOf(queue),
    usable: isUsable(queue, environments),
  }));
}

function isUsable(queue: Queue, environments: ReadonlyMap<string, LivePlace>): boolean {
  return orderOf(queue).some((arn) => {
    const environment = environments.get(arn);
    return environment !== undefined && isServing(environment);
  });
}

function servingIn(watched: Watched): ReadonlySet<string> {
  return new Set(
    livePlaces(watched)
      .filter(isServing)
      .map(({ arn }) => arn),
  );
}

/** A compute or service environment: where the jobs of a queue start. */
interface LivePlace extends Pick<Environment, "state" | "status" | "tags"> {
  readonly kind: "BatchComputeEnvironment" | "ServiceEnvironment";
  readonly arn: string;
}

function livePlaces(watched: Watched): readonly LivePlace[] {
  const services = watched.aws.truth.serviceEnvironments().filter(({ status }) => status !== "DELETED");
  return [
    ...liveEnvironments(watched).map(({ computeEnvironmentArn: arn, state, status, tags }): LivePlace => {
      return { kind: "BatchComputeEnvironment", arn, state, status, tags };
    }),
    ...services.map(({ serviceEnvironmentArn: arn, state, status, tags }): LivePlace => {
      return { kind: "ServiceEnvironment", arn, state, status, tags };
    }),
  ];
}

/** The environment that a call disables. */
function disabledBy(watched: Watched, call: CallRecord): LivePlace | undefined {
  const { computeEnvironment, serviceEnvironment, state } = call.input as {
    computeEnvironment?: string;
    serviceEnvironment?: string;
    state?: string;
  };
  if (!/^Update(Compute|Service)Environment$/.test(call.operation) || state !== "DISABLED") return undefined;
  const kind = serviceEnvironment === undefined ? "BatchComputeEnvironment" : "ServiceEnvironment";
  const name = lastPart(computeEnvironment ?? serviceEnvironment ?? "");
  return livePlaces(watched).find((one) => one.kind === kind && lastPart(one.arn) === name);
}

function desiredRolesOf(object: KubeObject | undefined): boolean {
  if (object?.kind !== "BatchComputeEnvironment" && object?.kind !== "ServiceEnvironment") return false;
  return (object.spec as { readonly state?: string }).state === "DISABLED";
}
