/** The file of a run that can be sent to us: it has nothing of the account. Pure. */

import { digestOf } from "../facts/amend.ts";
import { neutral, type Run } from "../names/renaming.ts";
import type { Spread } from "../times/spread.ts";
import type { Judged, Verdict } from "./verdict.ts";

export interface Result {
  /** Who answered: only what AWS says can be accepted. */
  readonly of: "AWS" | "another endpoint";
  /** e.g. `2026-11-30`. */
  readonly date: string;
  readonly region: string;
  readonly facts: readonly TriedFact[];
  /** Seconds. */
  readonly times: readonly Spread[];
}

export type TriedFact = Verdict & {
  readonly fact: string;
  /** Of the fact as it was tried. */
  readonly digest: string;
};

export function resultOf(
  all: readonly Judged[],
  times: readonly Spread[],
  run: Run,
  { of, date }: Pick<Result, "of" | "date">,
): Result {
  const facts = all.map(({ row, verdict }) => ({ fact: row.id, digest: digestOf(row), ...verdict }));
  return { of, date, region: run.region, facts: withoutAccount(facts, run) as Result["facts"], times };
}

/** A copy in which nothing of the account is left. */
export function withoutAccount(value: unknown, run: Run): unknown {
  const blank = (_member: string, inner: unknown): unknown =>
    typeof inner === "string" ? withoutIds(neutral(inner, run)) : inner;
  return JSON.parse(JSON.stringify(value, blank)) as unknown;
}

export function fileName({ date, region }: Result): string {
  return `${date}-${region}.json`;
}

/** Without what AWS itself has numbered, and without other accounts. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/(?<!\d)\d{12}(?!\d)/g, "123456789012")
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "00000000-0000-4000-8000-000000000000")
    .replaceAll(/\b(subnet|sg|vpc|lt|i|eni)-[0-9a-f]{8,17}\b/g, "$1-1");
}
