import { canonicalJson } from "../../fields/fingerprint.ts";
import type { FieldChange } from "../../pass/agenda.ts";
import { type DefinitionBody, normalised } from "./normalise.ts";
import { keyMembers, type Visibility, visibilityIn } from "./shown-values.ts";

/** What differs between two bodies of a job definition, field by field. Pure. */

export const bodyChangeReason = "a revision never changes: another body is another revision";

/**
 * The fields in which a body that AWS describes differs from the one that a spec asks for. Values only where
 * `shown-values.ts` lets them be shown. Empty when both mean the same to AWS Batch.
 */
export function bodyChanges(from: DefinitionBody, to: DefinitionBody): readonly FieldChange[] {
  return changes("spec", "open", normalised(from), normalised(to));
}

function changes(path: string, visibility: Visibility, from: unknown, to: unknown): FieldChange[] {
  if (canonicalJson(from ?? null) === canonicalJson(to ?? null)) return [];
  if (isMap(from) && isMap(to)) {
    const [left, right] = [new Map(Object.entries(from)), new Map(Object.entries(to))];
    return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
      changes(memberPath(path, key), visibilityIn(visibility, key), left.get(key), right.get(key)),
    );
  }
  const lists = keyed(from, to);
  if (lists !== undefined) {
    const keys = [...new Set([...lists.from.keys(), ...lists.to.keys()])];
    return keys.flatMap((key) => changes(`${path}[${key}]`, visibility, lists.from.get(key), lists.to.get(key)));
  }
  const values = visibility === "shown" ? { from: text(from), to: text(to) } : {};
  return [{ path, kind: "register", why: bodyChangeReason, ...values }];
}

/** A key that is not a plain word is quoted, as in `spec.parameters["a.b"]`. */
function memberPath(path: string, key: string): string {
  return /^\w+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** Both lists by the member that distinguishes their items; undefined when there is none such. */
function keyed(
  from: unknown,
  to: unknown,
): { readonly from: ReadonlyMap<string, unknown>; readonly to: ReadonlyMap<string, unknown> } | undefined {
  const [left, right] = [from ?? [], to ?? []];
  if (!Array.isArray(left) || !Array.isArray(right)) return undefined;
  const items: readonly unknown[] = [...left, ...right];
  if (!items.every(isMap)) return undefined;
  for (const key of keyMembers) {
    const byKey = (list: readonly unknown[]): Map<string, unknown> =>
      new Map(list.map((item) => [String((item as Readonly<Record<string, unknown>>)[key]), item]));
    const distinct = [left, right].every((list) => byKey(list).size === list.length);
    if (items.every((item) => typeof item[key] === "string") && distinct) {
      return { from: byKey(left), to: byKey(right) };
    }
  }
  return undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
