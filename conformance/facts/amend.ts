/** A fact as AWS has it, where that is not what was believed. Pure. */

import { createHash } from "node:crypto";
import { differencesOf, innerText, memberAt, type Outcome } from "./compare.ts";
import { type Expected, Pattern, type Row } from "./row.ts";

/** What AWS has otherwise, as JSON. */
export type Amendment =
  | Extract<Expected, { kind: "refused" }>
  /** It was believed to be refused. */
  | { readonly kind: "answered" }
  /** The values of members, by path, and the paths of those that are absent. */
  | {
      readonly kind: "members";
      readonly values: Readonly<Record<string, unknown>>;
      readonly absent: readonly string[];
    };

/** What AWS's answer changes in a belief that it contradicts. */
export function amendmentOf(expected: Expected, outcome: Outcome): Amendment {
  const { error, answer } = outcome;
  if (error !== undefined) {
    const inner = innerText(error.message);
    const { name, status, message } = error;
    return { kind: "refused", name, status, text: inner ?? message, wrapped: inner !== undefined };
  }
  if (expected.kind === "refused") return { kind: "answered" };
  const seen = differencesOf(expected, outcome).map(({ where }) => [where, memberAt(answer, where)] as const);
  return {
    kind: "members",
    values: Object.fromEntries(seen.filter(([, value]) => value !== undefined)),
    absent: seen.filter(([, value]) => value === undefined).map(([where]) => where),
  };
}

/** The belief with what AWS has otherwise. */
export function amended(expected: Expected, amendment: Amendment): Expected {
  if (amendment.kind === "refused") return amendment;
  if (amendment.kind === "answered" || expected.kind === "refused") return { kind: "answered", has: {}, lacks: [] };
  const { values, absent } = amendment;
  const with_ = Object.entries(values).reduce<unknown>(
    (has, [path, value]) => put(has, path.split("."), value),
    expected.has,
  );
  const without = absent.reduce((has, path) => put(has, path.split("."), undefined), with_);
  const lacks = [...expected.lacks.filter((path) => !Object.hasOwn(values, path)), ...absent];
  return { kind: "answered", has: without as object, lacks: [...new Set(lacks)] };
}

/** Another one after any change of what is tried, or of what is believed of it. */
export function digestOf({ first, call, expected }: Row): string {
  const text = JSON.stringify([first, call, expected], (_member, value: unknown) =>
    value instanceof Pattern ? value.text : value,
  );
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** A copy in which the member at a path is `value`, or is gone. */
function put(inside: unknown, [member = "", ...rest]: readonly string[], value: unknown): unknown {
  const isList = inside === undefined ? /^\d+$/.test(member) : Array.isArray(inside);
  const copy: object = isList ? [...((inside ?? []) as unknown[])] : { ...(inside as object | undefined) };
  const members = copy as Record<string, unknown>;
  if (rest.length > 0) members[member] = put(members[member], rest, value);
  else if (value === undefined) delete members[member];
  else members[member] = value;
  return copy;
}
