import type { Condition, KubeObject } from "../../../src/api/object.ts";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { unknownReasons } from "../../unknown-reasons.ts";
import type { OracleFactory } from "../oracle.ts";
import { textOf } from "./reading.ts";

/**
 * Status. `observedGeneration` is never ahead of the generation, and neither is that of a condition; Stalled and
 * Reconciling never hold together, nor with Ready; what is Stalled says why and what to do; the time of a transition
 * changes with the status and not without; every reason is one of the registry.
 *
 * Not against it: the time of a transition that the writer could not know, because no watch has shown it the object,
 * or only while it was writing already, as may be just after a take-over.
 */
export const trueStatus: OracleFactory = (watched) => {
  let leader: { readonly name: string | undefined; readonly since: number } = { name: undefined, since: 0 };
  /** Whether whoever writes has done so for a while, and knows all that watches had kept from it. */
  const isSettled = (): boolean => {
    const [name, now] = [watched.lease()?.holder, watched.clock.monotonic()];
    // The first one began with the world, and knows all that is in it.
    if (name !== leader.name) leader = { name, since: leader.name === undefined ? Number.NEGATIVE_INFINITY : now };
    return now - leader.since > takenOverMs;
  };
  /** What each write knew as it left, the newest last: by uid, the version in the cache of its process. */
  let sent: { readonly at: number; readonly by: string; readonly versions: ReadonlyMap<string, string> }[] = [];
  /** Whether the one who holds the lease, and so the writer, had seen the object as it was before this write. */
  const isKnown = (before: KubeObject | undefined): boolean => {
    if (before === undefined) return false;
    const { uid, resourceVersion } = before.metadata;
    sent = sent.filter(({ at }) => watched.clock.monotonic() - at <= onTheWayMs);
    const own = sent.filter(({ by }) => by === watched.lease()?.holder);
    return own.length > 0 && own.every(({ versions }) => versions.get(uid) === resourceVersion);
  };
  /** Every transition that was reported so far. */
  const reported = new Set<string>();
  return {
    name: "status is never ahead, and never at odds with itself",
    onSend({ name, composed }, what) {
      if (what !== "store applyStatus") return undefined;
      const known = kinds.flatMap((kind) => composed.operator.runtime.cache(kind).list());
      const versions = new Map(known.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]));
      sent.push({ at: watched.clock.monotonic(), by: name, versions });
      return undefined;
    },
    onObject(before, after) {
      const settled = isSettled();
      if (after === undefined) return undefined;
      const { observedGeneration = 0, conditions = [] } = (after.status ?? {}) as {
        readonly observedGeneration?: number;
        readonly conditions?: readonly Condition[];
      };
      const { generation } = after.metadata;
      const newest = Math.max(observedGeneration, ...conditions.map((one) => one.observedGeneration ?? 0));
      if (newest > generation) return `${textOf(after)} has generation ${generation} and status speaks of ${newest}`;
      const knows = settled && isKnown(before);
      const broken =
        unknownReasons(after)[0] ??
        atOdds(after, conditions) ??
        (knows ? retimed(before, after, conditions, reported) : undefined);
      for (const one of conditions) reported.add(transitionOf(after, one));
      return broken;
    },
  };
};

const takenOverMs = 10_000;
/** Longer than any write is on its way. */
const onTheWayMs = 5000;

function transitionOf({ metadata }: KubeObject, { type, status, lastTransitionTime }: Condition): string {
  return [metadata.uid, type, status, lastTransitionTime].join(" ");
}

/** Refusals say what to do (promise 10): a message of fewer letters than this cannot. */
const shortestAdvice = 25;

function atOdds(object: KubeObject, conditions: readonly Condition[]): string | undefined {
  const holds = (type: string): boolean => conditions.some((one) => one.type === type && one.status === "True");
  const stalled = conditions.find(({ type }) => type === "Stalled");
  if (holds("Ready") && (holds("Stalled") || holds("Reconciling"))) return `${textOf(object)} is Ready and not ready`;
  if (holds("Stalled") && holds("Reconciling")) return `${textOf(object)} is Stalled and Reconciling`;
  if (stalled !== undefined && stalled.message.length < shortestAdvice) {
    return `${textOf(object)} is Stalled and says only: ${stalled.message}`;
  }
  return undefined;
}

function retimed(
  before: KubeObject | undefined,
  after: KubeObject,
  conditions: readonly Condition[],
  reported: ReadonlySet<string>,
): string | undefined {
  const { conditions: old = [] } = (before?.status ?? {}) as { readonly conditions?: readonly Condition[] };
  const moved = conditions.find((one) => {
    const was = old.find(({ type }) => type === one.type);
    const moves = was?.status === one.status && was.lastTransitionTime !== one.lastTransitionTime;
    // A time that was reported before is that of an older object, which a lost event left in the cache until this moment.
    return moves && !reported.has(transitionOf(after, one));
  });
  return moved === undefined ? undefined : `${textOf(after)} reports a transition of ${moved.type} that did not happen`;
}
