import type { StructuralSchema } from "../../api/crd.ts";
import { isRecord } from "../validation/defaults.ts";
import type { ImportedKind, Members } from "./kinds.ts";

/**
 * The spec that describes a resource as AWS has it: the inverse of what the operator does with a spec. What the schema does
 * not know is left out, and so is whatever the operator would find to be the same without it. Pure.
 */

/** @param schema of the spec; its order is that of the members */
export function specOf(record: Members, { members, matcher }: ImportedKind, schema: StructuralSchema): Members {
  const matches = matcher(record);
  const { tags: _tags, ...described } = record;
  const spec = ordered(schema, described) as Record<string, unknown>;
  const all = { spec, record, matches, members };
  leaveOut(spec, schema, "", all);
  sortLists(spec, schema, all);
  return ordered(schema, spec) as Members;
}

/** The members that a schema knows, in its order; words of a list of words as the schema spells them. */
export function ordered(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item: unknown) => ordered(items, item));
  }
  if (typeof value === "string") return spelt(schema, value);
  if (!isRecord(value)) return value;
  const { properties, additionalProperties } = schema;
  if (properties === undefined) {
    const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    return Object.fromEntries(
      entries.map(([key, member]) => [
        key,
        additionalProperties === undefined ? member : ordered(additionalProperties, member),
      ]),
    );
  }
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, child]) => {
      const member = value[key];
      return member === undefined || member === null ? [] : [[key, ordered(child, member)]];
    }),
  );
}

/** AWS describes some of its own words in lower case. */
function spelt({ enum: words = [] }: StructuralSchema, value: string): string {
  if (words.length === 0 || words.includes(value)) return value;
  const found = words.find((word) => typeof word === "string" && word.toLowerCase() === value.toLowerCase());
  return typeof found === "string" ? found : value;
}

interface Compared {
  /** The whole spec, which the functions below change. */
  readonly spec: Members;
  readonly record: Members;
  readonly matches: (spec: Members) => boolean;
  readonly members: ImportedKind["members"];
}

/** Takes every member away that means the same when it is left out, the outermost first. */
function leaveOut(value: unknown, schema: StructuralSchema, path: string, compared: Compared): void {
  if (Array.isArray(value)) {
    for (const item of value) leaveOut(item, schema.items ?? schema, `${path}[]`, compared);
    return;
  }
  if (!isRecord(value)) return;
  const members = value as Record<string, unknown>;
  for (const [key, member] of Object.entries(members)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (schema.required?.includes(key) !== true && mayGo(members, key, at, compared)) continue;
    const child = schema.properties?.[key] ?? schema.additionalProperties;
    if (child !== undefined) leaveOut(member, child, at, compared);
  }
}

/** Takes the member away if it may go; otherwise the map has it again, at its end. */
function mayGo(
  holder: Record<string, unknown>,
  key: string,
  at: string,
  { spec, record, matches, members }: Compared,
): boolean {
  const value = holder[key];
  delete holder[key];
  const path = Object.keys(members).find((one) => at === one || at.startsWith(`${one}.`) || at.startsWith(`${one}[`));
  const member = path === undefined ? undefined : members[path];
  const goes =
    path === at ? member?.isDefault(value, record) === true : (member?.prunes ?? member === undefined) && matches(spec);
  if (!goes) holder[key] = value;
  return goes;
}

/** AWS lists sets in any order: sorted, the same account gives the same text. Where the order means something, it stays. */
function sortLists(value: unknown, schema: StructuralSchema, compared: Compared): void {
  if (Array.isArray(value)) {
    const before = [...value];
    const sorted = sortedList(value, schema);
    if (sorted !== undefined) {
      value.splice(0, value.length, ...sorted);
      if (!compared.matches(compared.spec)) value.splice(0, value.length, ...before);
    }
    for (const item of value) sortLists(item, schema.items ?? schema, compared);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, member] of Object.entries(value)) {
    const child = schema.properties?.[key];
    if (child !== undefined) sortLists(member, child, compared);
  }
}

function sortedList(list: readonly unknown[], schema: StructuralSchema): readonly unknown[] | undefined {
  if (list.length < 2) return undefined;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return [...list].sort(compare);
    case "map":
      return [...list].sort((left, right) => compareBy(keys, left, right));
    default:
      return undefined;
  }
}

function compareBy(keys: readonly string[], left: unknown, right: unknown): number {
  for (const key of keys) {
    const order = compare((left as Members)[key], (right as Members)[key]);
    if (order !== 0) return order;
  }
  return 0;
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [one, other] = [String(left), String(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}
