/** What a fact needs of the stage, and what it needs for itself alone. Pure. */

import type { Call, Row } from "../facts/row.ts";
import { small, smallQueue, stageParts } from "../facts/stage.ts";
import { changedBy, type Key, keysIn } from "../names/references.ts";
import type { Place } from "../names/renaming.ts";

/** A resource of the stage. */
export interface Part {
  readonly key: Key;
  readonly call: Call;
  /** What it refers to: made before it, and gone after it. */
  readonly needs: readonly Key[];
}

export const parts: readonly Part[] = stageParts.map(({ name, call }) => {
  const keys = [...keysIn(call)];
  const key = keys.find((one) => one === `${kindMadeBy(call)}/${name}`);
  if (key === undefined) throw new Error(`${call.operation} makes no ${name}`);
  return { key, call, needs: keys.filter((one) => one !== key) };
});

const partByKey = new Map(parts.map((part) => [part.key, part]));

/** The stage and what it refers to, in the order of creation. */
export function withNeeds(keys: Iterable<Key>): readonly Part[] {
  const all = new Set<Key>();
  const add = (key: Key): void => {
    const part = partByKey.get(key);
    if (part === undefined || all.has(key)) return;
    all.add(key);
    part.needs.forEach(add);
  };
  for (const key of keys) add(key);
  return parts.filter(({ key }) => all.has(key));
}

/** What a fact uses of the stage. */
export function partsOf(row: Row): ReadonlySet<Key> {
  const named = callsOf(row).flatMap((call) => [...keysIn(call)]);
  return new Set(named.filter((key) => partByKey.has(key)));
}

export function callsOf(row: Row): readonly Call[] {
  return [...row.first, row.call];
}

/** The calls that AWS carries out if it is as the fact says. */
export function carriedOut(row: Row): readonly Call[] {
  return row.expected.kind === "answered" ? callsOf(row) : row.first;
}

/**
 * What of the stage a fact needs a copy of: what it changes, for a deletion also what refers to that, the queue of a copied quota
 * share, the service environment of a copied queue, and what an earlier fact has left changed against expectation.
 */
export function copiesFor(row: Row, spoiled: ReadonlySet<Key>): ReadonlySet<Key> {
  const copies = new Set<Key>();
  const add = (key: Key | undefined): void => {
    const part = key === undefined ? undefined : partByKey.get(key);
    // A copy would start another instance.
    if (part === undefined || copies.has(part.key) || part.key === `compute-environment/${small}`) return;
    copies.add(part.key);
    add(changedBy(part.call));
    // Of a service environment with limits of instance types AWS Batch takes one queue.
    for (const one of part.needs) if (one.startsWith("service-environment/")) add(one);
  };
  for (const call of carriedOut(row)) add(changedBy(call));
  for (const { operation, input } of callsOf(row)) {
    const key = operation.startsWith("Delete") ? changedBy({ operation, input }) : undefined;
    if (key === undefined || !copies.has(key)) continue;
    for (const part of parts) if (part.needs.includes(key)) add(part.key);
  }
  for (const { key } of withNeeds(partsOf(row))) if (spoiled.has(key)) add(key);
  return copies;
}

/** Where jobs are submitted to that are not to run: their environments are DISABLED, so that none ever starts. */
const idleKeys: ReadonlySet<Key> = new Set(
  parts.flatMap(({ key, needs }) =>
    key.startsWith("job-queue/") &&
    key !== `job-queue/${smallQueue}` &&
    needs.some((one) => one.startsWith("compute-environment/"))
      ? [key, ...needs.filter((one) => one.startsWith("compute-environment/"))]
      : [],
  ),
);

export function submitsJobs(row: Row): boolean {
  return callsOf(row).some(({ operation }) => operation === "SubmitJob");
}

const idle = "idle-";

/** Where a fact finds what it names: its copies and its own resources, where jobs never start, or the shared stage. */
export function placeFor(row: Row, at: number, copies: ReadonlySet<Key>): Place {
  const submits = submitsJobs(row);
  return (key) => {
    if (copies.has(key) || !partByKey.has(key)) return `r${at}-`;
    return submits && idleKeys.has(key) ? idle : "";
  };
}

/** A part of the stage, and where its facts find it. */
export interface Placed {
  readonly part: Part;
  readonly place: Place;
}

/** Which of all parts of one name a placed one is, e.g. `r17-` and `idle-`. */
export function placedName({ part, place }: Placed, key: Key = part.key): string {
  return place(key) + key;
}

/** Whether a part is where jobs never start. */
export function isIdle({ part, place }: Placed): boolean {
  return place(part.key) === idle;
}

/** What a fact uses of the stage, with what that refers to, in the order of creation. */
export function placedFor(row: Row, at: number, spoiled: ReadonlySet<Key> = new Set()): readonly Placed[] {
  const copies = copiesFor(row, spoiled);
  const place = placeFor(row, at, copies);
  return withNeeds([...partsOf(row), ...copies]).map((part) => ({ part, place }));
}

function kindMadeBy({ operation }: Call): string {
  return operation
    .replace(/^(?:Create|Register)/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-")
    .toLowerCase();
}
