/** What differs between a spec and what AWS has, by the rows of its fields. Pure. */

import { jsonEqual } from "../../runtime/json-equal.ts";
import { sameMembers } from "./compare.ts";
import { at, type Field, type FieldRows, type Fixed, type MemberRow, memberRow } from "./rows.ts";

/** A change as `status.plan` has it: values as JSON text. */
export interface UpdatedField {
  /** e.g. `spec.priority` */
  readonly path: string;
  readonly kind: "update";
  readonly why: string;
  readonly from: string;
  readonly to: string;
}

/** A field that differs, and what an update sends for it. */
export interface FieldDifference extends UpdatedField {
  /** Where an update has it. */
  readonly member: string;
  readonly send: unknown;
  /** What jobs lose by it, for which AWS may end them; undefined: nothing. */
  readonly loss: string | undefined;
}

/** What an update changes, in the order of the table; without what AWS never changes. */
export function fieldDifferences<Spec extends object, R extends object>(
  fields: FieldRows<Spec, R>,
  spec: Spec,
  record: R,
): readonly FieldDifference[] {
  return fields.flatMap((field): FieldDifference | readonly FieldDifference[] => {
    const { path: member, row } = field;
    if (isFixed(field, spec, record)) return [];
    const path = pathOf(field, spec);
    if (row.judge !== undefined) {
      const judgement = row.judge(spec, record);
      if (judgement === undefined) return [];
      const { why, from, to } = judgement;
      return {
        path,
        kind: "update",
        why,
        from: text(from),
        to: text(to),
        member,
        send: at(spec, member),
        loss: undefined,
      };
    }
    const found = memberRow(field)?.in === "creation" ? undefined : compared(field, spec, record);
    if (found === undefined) return [];
    const { desired, described, form, loss } = found;
    const [from, to] = [text(form(described)), text(form(desired))];
    return { path, kind: "update", why: "changed in place", from, to, member, send: desired, loss };
  });
}

export function changesIn(differences: readonly FieldDifference[]): readonly UpdatedField[] {
  return differences.map(({ member: _member, send: _send, loss: _loss, ...change }) => change);
}

/** A member that is not as the spec wants it. */
interface Compared {
  /** As the spec has it. */
  readonly given: unknown;
  /** As AWS has it. */
  readonly seen: unknown;
  /** Both, with what is meant where there is nothing. An update sends the first. */
  readonly desired: unknown;
  readonly described: unknown;
  readonly form: (value: unknown) => unknown;
  readonly loss: string | undefined;
}

/** Undefined: AWS has what the spec wants, or the spec wants nothing. */
export function compared<Spec extends object, R extends object>(
  field: Field<Spec, R>,
  spec: Spec,
  record: R,
): Compared | undefined {
  const row = memberRow(field);
  const { path, group } = field;
  if (row === undefined || (group !== undefined && at(spec, group.path) === undefined)) return undefined;
  const [given, seen] = [at(spec, path), at(record, path)];
  if (given === undefined && row.absent === "kept") return undefined;
  const [desired, described] = [filled(row, given), filled(row, seen)];
  if (isSame(row, desired, described, spec)) return undefined;
  const { form = (value) => value } = row;
  return { given, seen, desired, described, form, loss: row.loss?.(desired, described) };
}

function isFixed<Spec, R>({ row, group }: Field<Spec, R>, spec: Spec, record: R): boolean {
  return row.fixed?.(spec, record) !== undefined || (group !== undefined && isFixed(group, spec, record));
}

/** Whether a member that AWS has means the same as nothing. */
export function isNothing<Spec, R>(row: MemberRow<unknown, Spec, R>, described: unknown, spec: Spec): boolean {
  return isSame(row, filled(row, undefined), filled(row, described), spec);
}

/** The first of the differences that no update can change. */
export function fixedDifference<Spec extends object, R extends object>(
  fields: FieldRows<Spec, R>,
  spec: Spec,
  record: R,
): FixedDifference | undefined {
  for (const field of fields) {
    const fixed = field.row.fixed?.(spec, record);
    if (fixed !== undefined) return { paths: [pathOf(field, spec)], next: { kind: "blocked", ...fixed } };
  }
  return undefined;
}

/** A difference that only a person can resolve: the fields, and what to report. */
export interface FixedDifference {
  readonly paths: readonly string[];
  readonly next: Fixed & { readonly kind: "blocked" };
}

function pathOf<Spec extends object, R>(field: Field<Spec, R>, spec: Spec): string {
  const reference = memberRow(field)?.reference;
  return `spec.${reference !== undefined && at(spec, reference) !== undefined ? reference : field.path}`;
}

function isSame<Spec, R>(row: MemberRow<unknown, Spec, R>, desired: unknown, described: unknown, spec: Spec): boolean {
  const { form, same = sameMembers } = row;
  return form === undefined ? same(desired, described, spec) : jsonEqual(form(desired), form(described));
}

function filled<Spec, R>({ nothing, defaults }: MemberRow<unknown, Spec, R>, value: unknown): unknown {
  if (defaults !== undefined) return { ...defaults, ...(value as object | undefined) };
  return value ?? nothing;
}

function text(value: unknown): string {
  return JSON.stringify(value ?? null);
}
