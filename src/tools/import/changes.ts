import type { StructuralSchema } from "../../api/crd.ts";
import { jsonEqual } from "../../runtime/json-equal.ts";
import { isRecord } from "../validation/defaults.ts";
import type { Path } from "../validation/problem.ts";
import { hashed } from "./remembered.ts";

/** What has changed in AWS between two imports, as changes of what a person has made of the first one. Pure. */

/** A place in the person's object that gets another value; undefined: it is removed. */
export interface Change {
  readonly path: Path;
  readonly value: unknown;
}

export interface Changes {
  /** To be made in this order: a removal from a list comes after all else, the last item first. */
  readonly changes: readonly Change[];
  /** Where AWS has changed and the person too: theirs stays. */
  readonly conflicts: readonly Path[];
}

interface Versions {
  /** What the first import wrote, `hashed`. */
  readonly base: unknown;
  /** What this one would write. */
  readonly next: unknown;
  /** What there is now. */
  readonly mine: unknown;
}

export function changesOf(versions: Versions, schema: StructuralSchema, path: Path): Changes {
  const changes: Change[] = [];
  const conflicts: Path[] = [];
  compare(versions, schema, path, {
    change: (at, value) => changes.push({ path: at, value }),
    conflict: (at) => conflicts.push(at),
  });
  const isItemRemoval = ({ path: at, value }: Change): boolean => value === undefined && typeof at.at(-1) === "number";
  return {
    changes: [
      ...changes.filter((one) => !isItemRemoval(one)),
      ...changes.filter(isItemRemoval).toSorted((left, right) => Number(right.path.at(-1)) - Number(left.path.at(-1))),
    ],
    conflicts,
  };
}

interface Found {
  readonly change: (path: Path, value: unknown) => void;
  readonly conflict: (path: Path) => void;
}

function compare({ base, next, mine }: Versions, schema: StructuralSchema, path: Path, found: Found): void {
  if (jsonEqual(base, hashed(next)) || jsonEqual(mine, next)) return;
  if (isRecord(base) && isRecord(next) && isRecord(mine)) {
    for (const key of new Set([...Object.keys(base), ...Object.keys(next)])) {
      const child = schema.properties?.[key] ?? schema.additionalProperties ?? schema;
      compare({ base: base[key], next: next[key], mine: mine[key] }, child, [...path, key], found);
    }
    return;
  }
  const keys = schema["x-kubernetes-list-map-keys"];
  if (keys !== undefined && Array.isArray(base) && Array.isArray(next) && Array.isArray(mine)) {
    compareItems({ base, next, mine }, { keys, schema: schema.items ?? schema }, path, found);
    return;
  }
  if (sameSet(hashed(mine), base, schema)) found.change(path, next);
  else if (!sameSet(mine, next, schema)) found.conflict(path);
}

/** Lists whose items their keys distinguish: an item is where the person has put it. */
function compareItems(
  {
    base,
    next,
    mine,
  }: { readonly base: readonly unknown[]; readonly next: readonly unknown[]; readonly mine: readonly unknown[] },
  { keys, schema }: { readonly keys: readonly string[]; readonly schema: StructuralSchema },
  path: Path,
  found: Found,
): void {
  const keyOf = (item: unknown): string => JSON.stringify(keys.map((key) => (isRecord(item) ? item[key] : undefined)));
  const before = base.map(keyOf);
  const [after, own] = [next.map((item) => keyOf(hashed(item))), mine.map((item) => keyOf(hashed(item)))];
  let added = 0;
  for (const key of new Set([...before, ...after])) {
    const index = own.indexOf(key);
    const versions = { base: base[before.indexOf(key)], next: next[after.indexOf(key)], mine: mine[index] };
    const isNew = index < 0 && versions.base === undefined;
    compare(versions, schema, [...path, index < 0 ? mine.length + added : index], found);
    if (isNew) added++;
  }
}

function sameSet(left: unknown, right: unknown, schema: StructuralSchema): boolean {
  if (jsonEqual(left, right)) return true;
  if (schema["x-kubernetes-list-type"] !== "set" || !Array.isArray(left) || !Array.isArray(right)) return false;
  return jsonEqual([...left].map(String).sort(), [...right].map(String).sort());
}

/** The object with a change. */
export function changedValue(value: unknown, [step, ...others]: Path, changed: unknown): unknown {
  if (step === undefined) return changed;
  if (Array.isArray(value)) {
    const list = [...value];
    const inner = others.length === 0 ? changed : changedValue(value[Number(step)], others, changed);
    if (inner === undefined) list.splice(Number(step), 1);
    else list[Number(step)] = inner;
    return list;
  }
  const members = isRecord(value) ? value : {};
  const inner = others.length === 0 ? changed : changedValue(members[step], others, changed);
  if (inner !== undefined) return { ...members, [step]: inner };
  return Object.fromEntries(Object.entries(members).filter(([key]) => key !== step));
}

/** The value at a path. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((held, step) => {
    if (Array.isArray(held)) return held[Number(step)];
    return isRecord(held) ? held[step] : undefined;
  }, value);
}
