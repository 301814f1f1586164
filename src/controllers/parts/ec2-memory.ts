import type { KubeObject } from "../../api/object.ts";
import type { Clock } from "../../runtime/clock.ts";
import { askedForMaxAgeMs, lackingMaxAgeMs, networkItemsMaxAgeMs, shownWithinMs } from "../intervals.ts";
import { type Circumstances, circumstancesOf, haveChanged } from "../pass/circumstances.ts";
import { type NotedRefusal, notingRefusal, type RefusedWrites } from "../pass/refused-writes.ts";

/** What a process remembers between passes of what it creates in the networks of an account: only ages, never steps. */
export interface Ec2Memory {
  /** When this process first read there, monotonic ms: what the writer before it asked for came earlier. */
  beganAt: number | undefined;
  /**
   * By uid of an object, or id of a VPC: what lies there counts only when it was read at or after this monotonic time (ms).
   * Infinity, in the middle of something: the next pass reads again.
   */
  readonly readAfter: Map<string, number>;
  /** By VPC: when this process last wrote there, monotonic ms. */
  readonly wroteAt: Map<string, number>;
  /** By id of an endpoint or a group: when this process last asked EC2 to delete it, monotonic ms. */
  readonly removedAt: Map<string, number>;
  /** By VPC and service: the write by which this process last asked EC2 to create that endpoint; none that EC2 refused. */
  readonly creations: Map<string, Creation>;
  /** By uid of an object, or id of a VPC, that lacks what somebody else may bring at any time. */
  readonly lacking: Set<string>;
  /** By `Writer.key`, then by the text of the writes. */
  readonly refused: Map<string, Map<string, NotedRefusal>>;
}

interface Creation {
  readonly by: unknown;
  /** Monotonic ms. */
  readonly at: number;
}

/** For whom refused writes are remembered, and until what changes. */
export interface Writer {
  /** The uid of an object, or the id of a VPC. */
  readonly key: string;
  readonly under: Circumstances;
}

/** Undefined while the object is deleted: nothing else is left to do for it. It reports what keeps it, and tries again. */
export function writerOf(object: KubeObject): Writer | undefined {
  const { uid, deletionTimestamp } = object.metadata;
  return deletionTimestamp === undefined ? { key: uid, under: circumstancesOf(object) } : undefined;
}

export function newEc2Memory(): Ec2Memory {
  return {
    beganAt: undefined,
    readAfter: new Map(),
    lacking: new Set(),
    wroteAt: new Map(),
    removedAt: new Map(),
    creations: new Map(),
    refused: new Map(),
  };
}

/**
 * Writes to EC2. What EC2 refuses is remembered for the writer, by the text of the writes.
 *
 * @param writer undefined: nothing is remembered
 * @throws as `notingRefusal`
 */
export async function writeFor(
  memory: Pick<Ec2Memory, "refused">,
  writer: Writer | undefined,
  writes: readonly unknown[],
  clock: Clock,
  work: () => Promise<void>,
): Promise<void> {
  if (writer === undefined) return await work();
  const { key, under } = writer;
  const known = memory.refused.get(key) ?? new Map<string, NotedRefusal>();
  await notingRefusal(known, writes, { clock, under }, work).finally(() => {
    if (known.size > 0) memory.refused.set(key, known);
  });
}

/**
 * What EC2 has refused to a writer under the present circumstances, by the text of the writes, and is not yet to be tried
 * again.
 *
 * @param now monotonic ms
 */
export function refusedLately(
  { refused }: Pick<Ec2Memory, "refused">,
  writer: Writer | undefined,
  now: number,
): ReadonlyMap<string, RefusedWrites> {
  if (writer === undefined) return new Map();
  const current = [...(refused.get(writer.key) ?? [])].filter(
    ([, { againAt, under }]) => againAt > now && !haveChanged(under, writer.under),
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

/** A write, by what it creates. */
interface ToCreate {
  /** Of VPC and service. */
  readonly key: string;
  readonly by: unknown;
}

/**
 * Notes that EC2 is asked to create an endpoint, unless this process asked for the same a moment ago, for another network:
 * EC2 may not show that one yet, and has one name of a service in a VPC.
 *
 * @param now monotonic ms
 * @returns whether it may be asked for
 */
export function noteCreation({ creations }: Pick<Ec2Memory, "creations">, { key, by }: ToCreate, now: number): boolean {
  for (const [other, { at }] of creations) if (now - at >= shownWithinMs) creations.delete(other);
  const known = creations.get(key);
  if (known !== undefined && known.by !== by) return false;
  creations.set(key, { by, at: now });
  return true;
}

/** Takes back what was noted of a write that did not happen; what another one asked for stays. */
export function forgetCreation({ creations }: Pick<Ec2Memory, "creations">, { key, by }: ToCreate): void {
  if (creations.get(key)?.by === by) creations.delete(key);
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

/** Takes out what is noted for an object or a VPC. */
export function taken(noted: Map<string, number>, key: string): number | undefined {
  const value = noted.get(key);
  noted.delete(key);
  return value;
}

/**
 * How old the facts may be that an object or a VPC is judged by this time (ms).
 *
 * @param isAskedFor whether a person asks for a check
 */
export function factsMaxAgeMs(key: string, isAskedFor: boolean, { lacking }: Pick<Ec2Memory, "lacking">): number {
  const isLacking = lacking.delete(key);
  if (isAskedFor) return askedForMaxAgeMs;
  return isLacking ? lackingMaxAgeMs : networkItemsMaxAgeMs;
}
