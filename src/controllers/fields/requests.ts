/** What requests send of a spec, by the rows of its fields. Pure. */

import type { FieldDifference } from "./differences.ts";
import { at, type FieldRows, memberRow } from "./rows.ts";

/** The members of the request that creates a resource for a spec, without its name and its tags. */
export function creationOf<Spec extends object, R>(
  fields: FieldRows<Spec, R>,
  spec: Spec,
): Readonly<Record<string, unknown>> {
  const sent = fields.flatMap((field): readonly (readonly [string, unknown])[] => {
    const row = memberRow(field);
    if (row === undefined || row.in === "update") return [];
    if (field.group !== undefined && at(spec, field.group.path) === undefined) return [];
    const value = at(spec, field.path) ?? row.initially;
    return value === undefined ? [] : [[field.path, value]];
  });
  return nested(sent);
}

/** The members of the request that makes changes. */
export function updateOf(
  changes: readonly Pick<FieldDifference, "member" | "send">[],
): Readonly<Record<string, unknown>> {
  return nested(changes.map(({ member, send }) => [member, send]));
}

function nested(values: readonly (readonly [path: string, value: unknown])[]): Readonly<Record<string, unknown>> {
  const whole: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const names = path.split(".");
    let place = whole;
    for (const name of names.slice(0, -1)) {
      const inner = (place[name] ?? {}) as Record<string, unknown>;
      place[name] = inner;
      place = inner;
    }
    place[names.at(-1) ?? ""] = value;
  }
  return whole;
}
