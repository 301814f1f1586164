import type { KubeObject } from "../api/object.ts";
import type { Clock } from "../runtime/clock.ts";
import { circumstancesOf, haveChanged } from "./circumstances.ts";
import { isAskedFor } from "./directives.ts";
import { askedForMaxAgeMs, networkItemsMaxAgeMs, shownWithinMs } from "./intervals.ts";
import { type NotedRefusal, notingRefusal, type RefusedWrites } from "./refused-writes.ts";

/** What a process remembers between passes of what it creates in the networks of an account: only ages, never steps. */
export interface Ec2Memory {
  /** When this process first read there, monotonic ms: what the writer before it asked for came earlier. */
  beganAt: number | undefined;
  /**
   * By uid of an object: what lies in its VPC counts only when it was read at or after this monotonic time (ms).
   * Infinity, where the object is in the middle of something: the next pass reads again.
   */
  readonly readAfter: Map<string, number>;
  /** By VPC: when this process last wrote there, monotonic ms. */
  readonly wroteAt: Map<string, number>;
  /** By id of an endpoint or a group: when this process last asked EC2 to delete it, monotonic ms. */
  readonly removedAt: Map<string, number>;
  /** By uid of an object that lacks what somebody else may bring at any time: how old the facts of it may be, ms. */
  readonly lacking: Map<string, number>;
  /**
   * By uid of an object that is about to do what cannot be undone: the ways through the network count only when they
   * were read at or after this monotonic time (ms).
   */
  readonly live: Map<string, number>;
  /** By uid of an object that is about to take endpoints away: who was there when that was decided. */
  readonly company: Map<string, string>;
  /** By uid of an object, then by the text of the writes. */
  readonly refused: Map<string, Map<string, NotedRefusal>>;
}

export function newEc2Memory(): Ec2Memory {
  return {
    beganAt: undefined,
    readAfter: new Map(),
    lacking: new Map(),
    wroteAt: new Map(),
    removedAt: new Map(),
    live: new Map(),
    company: new Map(),
    refused: new Map(),
  };
}

/**
 * Writes to EC2 for an object. What EC2 refuses is remembered, by the text of the writes.
 *
 * @throws as `notingRefusal`
 */
export async function writeFor(
  memory: Ec2Memory,
  object: KubeObject,
  writes: readonly unknown[],
  clock: Clock,
  work: () => Promise<void>,
): Promise<void> {
  const { metadata } = object;
  // Nothing else is left to do for what is being deleted: it says what keeps it, and tries again.
  if (metadata.deletionTimestamp !== undefined) return await work();
  const known = memory.refused.get(metadata.uid) ?? new Map<string, NotedRefusal>();
  await notingRefusal(known, writes, { clock, under: circumstancesOf(object) }, work).finally(() => {
    if (known.size > 0) memory.refused.set(metadata.uid, known);
  });
}

/**
 * What EC2 has refused to an object under the present circumstances, by the text of the writes, and is not yet to be
 * tried again; of what is being deleted it is forgotten.
 *
 * @param now monotonic ms
 */
export function refusedLately(
  { refused }: Ec2Memory,
  object: KubeObject,
  now: number,
): ReadonlyMap<string, RefusedWrites> {
  const { metadata } = object;
  const present = circumstancesOf(object);
  if (metadata.deletionTimestamp !== undefined) refused.delete(metadata.uid);
  const current = [...(refused.get(metadata.uid) ?? [])].filter(
    ([, { againAt, under }]) => againAt > now && !haveChanged(under, present),
  );
  return new Map(current.map(([text, { refusal, againAt }]) => [text, { ...refusal, againInMs: againAt - now }]));
}

/** Whether EC2 may not show yet what this process wrote in a VPC. @param now monotonic ms */
export function wroteLately({ wroteAt }: Ec2Memory, vpcId: string, now: number): boolean {
  return now - (wroteAt.get(vpcId) ?? Number.NEGATIVE_INFINITY) < shownWithinMs;
}

/** Remembers that EC2 was asked to delete these. @param now monotonic ms */
export function noteRemoval(memory: Pick<Ec2Memory, "removedAt">, ids: readonly string[], now: number): void {
  for (const [id, at] of memory.removedAt) if (now - at >= shownWithinMs) memory.removedAt.delete(id);
  for (const id of ids) memory.removedAt.set(id, now);
}

/**
 * Whether this process asked EC2 a moment ago to delete it: an old picture shows it as if it could still be used.
 *
 * @param now monotonic ms
 */
export function removedLately({ removedAt }: Ec2Memory, id: string, now: number): boolean {
  return now - (removedAt.get(id) ?? Number.NEGATIVE_INFINITY) < shownWithinMs;
}

/**
 * Whether somebody else may have asked for something a moment ago that EC2 does not show yet: the writer before this
 * process. Where something is desired it would be created again, and refused; where nothing is, it would be left behind.
 *
 * @param now monotonic ms
 */
export function isUnproven(memory: Ec2Memory, now: number): boolean {
  memory.beganAt ??= now;
  return now - memory.beganAt < shownWithinMs;
}

/** Takes out what is noted for an object. */
export function taken(noted: Map<string, number>, { metadata }: KubeObject): number | undefined {
  const value = noted.get(metadata.uid);
  noted.delete(metadata.uid);
  return value;
}

/** How old the facts may be that an object is judged by this time (ms). */
export function factsMaxAgeMs(object: KubeObject, { lacking }: Pick<Ec2Memory, "lacking">): number {
  const { uid } = object.metadata;
  const maxAgeMs = lacking.get(uid) ?? networkItemsMaxAgeMs;
  lacking.delete(uid);
  return isAskedFor(object) ? askedForMaxAgeMs : maxAgeMs;
}
