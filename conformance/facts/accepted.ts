/** What AWS itself has said of the facts, in runs that somebody has sent and we have accepted. */

import json from "./accepted.json" with { type: "json" };
import { type Amendment, amended, digestOf } from "./amend.ts";
import type { Row } from "./row.ts";

/** A fact that AWS has confirmed or corrected. */
export interface AcceptedFact {
  /** e.g. `2026-11-30`. */
  readonly date: string;
  /** Of the fact as it was tried: another fact under its name is not confirmed. */
  readonly digest: string;
  /** Undefined: as it was believed. */
  readonly is?: Amendment;
}

export interface Accepted {
  readonly runs: readonly AcceptedRun[];
  /** By the ID of the row. */
  readonly facts: Readonly<Record<string, AcceptedFact>>;
}

export interface AcceptedRun {
  readonly date: string;
  readonly region: string;
  readonly tried: number;
  readonly differed: number;
}

/** Written by `--accept`. */
export const accepted = json as Accepted;

/** The rows with what AWS has said instead of what was believed: that outranks every other source. */
export function asAccepted(believed: readonly Row[], { facts }: Accepted): readonly Row[] {
  return believed.map((row) => {
    const fact = facts[row.id];
    if (fact === undefined || fact.digest !== digestOf(row)) return row;
    const source = `[AWS ${fact.date}]`;
    return fact.is === undefined
      ? { ...row, source: `${source} ${row.source.replaceAll(/,? ?\bours\b/g, "")}`.trim() }
      : { ...row, source, expected: amended(row.expected, fact.is) };
  });
}

/** Whether AWS has said it itself. */
export function isConfirmed({ source }: Row): boolean {
  return source.startsWith("[AWS ");
}

/** Accepted facts that the table does not have any more as they were tried. */
export function outdatedIn(believed: readonly Row[], { facts }: Accepted): readonly string[] {
  const digests = new Map(believed.map((row) => [row.id, digestOf(row)]));
  return Object.entries(facts)
    .filter(([id, { digest }]) => digests.get(id) !== digest)
    .map(([id]) => id);
}
