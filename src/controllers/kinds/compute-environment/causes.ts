/** What this process has seen change of the roles that an object's environments need: a cause of AWS's refusals. */

import type { KubeObject } from "../../../api/object.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { roleDoubtfulMs, rolePropagationMs } from "../../intervals.ts";
import { type Circumstances, circumstancesOf } from "../../pass/circumstances.ts";

/** By uid of an object. Times are monotonic ms. */
export type RoleCauses = Map<string, RoleCause>;

interface RoleCause {
  /** By ARN: what was read last of a role that AWS complains of. */
  readonly states: ReadonlyMap<string, string>;
  readonly changes: number;
  readonly changedAt: number | undefined;
}

const unknownCause: RoleCause = { states: new Map(), changes: 0, changedAt: undefined };

/**
 * Notes what was read of roles that AWS complains of, as text by ARN.
 * @returns whether it is something else than what was read of one of them before
 */
export function roleStatesRead(
  causes: RoleCauses,
  { metadata: { uid } }: KubeObject,
  states: ReadonlyMap<string, string>,
  clock: Clock,
): boolean {
  if (states.size === 0) return false;
  const before = causes.get(uid) ?? unknownCause;
  const isChange = [...states].some(([arn, state]) => (before.states.get(arn) ?? state) !== state);
  causes.set(uid, { ...(isChange ? changed(before, clock) : before), states: new Map([...before.states, ...states]) });
  return isChange;
}

/** Notes that a role of the object was written. */
export function roleWritten(causes: RoleCauses, { metadata: { uid } }: KubeObject, clock: Clock): void {
  causes.set(uid, changed(causes.get(uid) ?? unknownCause, clock));
}

function changed({ states, changes }: RoleCause, clock: Clock): RoleCause {
  return { states, changes: changes + 1, changedAt: clock.monotonic() };
}

/** In how many ms AWS Batch has noticed a change of a role, so that it counts; undefined: no change is that recent. */
export function roleChangeCountsInMs(causes: RoleCauses, { metadata }: KubeObject, clock: Clock): number | undefined {
  const { changedAt } = causes.get(metadata.uid) ?? unknownCause;
  const restMs = changedAt === undefined ? 0 : changedAt + rolePropagationMs - clock.monotonic();
  return restMs > 0 ? restMs : undefined;
}

/** Whether AWS's statement on a role of the object may still be about the time before its last change. */
export function isRoleChangeDoubtful(causes: RoleCauses, { metadata }: KubeObject, clock: Clock): boolean {
  const { changedAt } = causes.get(metadata.uid) ?? unknownCause;
  return changedAt !== undefined && clock.monotonic() - changedAt < roleDoubtfulMs;
}

/** What the writes for an object are sent under. */
export function circumstancesIn(causes: RoleCauses, object: KubeObject, clock: Clock): Circumstances {
  const { changes } = causes.get(object.metadata.uid) ?? unknownCause;
  const pending = roleChangeCountsInMs(causes, object, clock) === undefined ? 0 : 1;
  return circumstancesOf(object, changes - pending);
}
