/** What a run says of a fact. Pure. */

import { type Amendment, amendmentOf } from "../facts/amend.ts";
import { type Difference, differencesOf, type Outcome } from "../facts/compare.ts";
import type { Row } from "../facts/row.ts";

export type Verdict =
  | { readonly kind: "agrees" }
  /** Refused as believed, in words that the table did not know. */
  | {
      readonly kind: "words now known";
      readonly words: string;
      readonly differences: readonly Difference[];
      readonly is: Amendment;
    }
  | { readonly kind: "differs"; readonly differences: readonly Difference[]; readonly is: Amendment }
  | { readonly kind: "not tried"; readonly why: string }
  /** It could not be tried, against expectation. */
  | { readonly kind: "failed"; readonly why: string };

export interface Judged {
  readonly row: Row;
  readonly verdict: Verdict;
}

/** Whether only that AWS refuses is known of a fact, not its words. */
export function hasOurWords({ source, expected }: Row): boolean {
  return expected.kind === "refused" && /\bours\b/.test(source);
}

/** @param outcome in the names of the table */
export function verdictOf(row: Row, outcome: Outcome): Verdict {
  const { error } = outcome;
  if (error !== undefined && isDenied(error)) return { kind: "failed", why: `${error.name}: ${error.message}` };
  const differences = differencesOf(row.expected, outcome);
  if (differences.length === 0) return { kind: "agrees" };
  const is = amendmentOf(row.expected, outcome);
  const onlyWords = differences.every(({ where }) => where === "text" || where === "wrapper");
  if (row.expected.kind === "refused" && hasOurWords(row) && onlyWords) {
    const words = differences.find(({ where }) => where === "text")?.seen ?? row.expected.text;
    return { kind: "words now known", words, differences, is };
  }
  return { kind: "differs", differences, is };
}

/** Whether the caller lacks a permission: the answer says nothing of the fact. */
export function isDenied({ name, status }: { readonly name: string; readonly status: number }): boolean {
  return status === 403 || name.startsWith("AccessDenied");
}
