/** What a result changes in the facts and in the simulator's durations. Pure. */

import type { Knobs } from "../../src/simulator/knobs.ts";
import type { MeasuredTime } from "../../src/simulator/measured.ts";
import type { Accepted, AcceptedFact } from "../facts/accepted.ts";
import { type Amendment, digestOf } from "../facts/amend.ts";
import type { Row } from "../facts/row.ts";
import { measuredBy } from "../times/spread.ts";
import type { Result, TriedFact } from "./result.ts";

export interface Acceptance {
  readonly accepted: Accepted;
  readonly times: Readonly<Record<string, MeasuredTime>>;
  /** IDs of the facts that are otherwise now. */
  readonly replaced: readonly string[];
  /** IDs of the facts that are not in the table as they were tried. */
  readonly skipped: readonly string[];
}

/**
 * @param believed the rows as the files of the kinds have them, and `semantics` with what was accepted before
 * @throws Error if it is not a result of AWS
 */
export function accept(
  result: Result,
  before: {
    readonly accepted: Accepted;
    readonly times: Readonly<Record<string, MeasuredTime>>;
    readonly knobs: Readonly<Knobs>;
  },
  { believed, semantics }: { readonly believed: readonly Row[]; readonly semantics: readonly Row[] },
): Acceptance {
  const { of, date, region, facts } = result;
  if (of !== "AWS") {
    throw new Error("this result is not of AWS: the run had --endpoint-url, or AWS_ENDPOINT_URL");
  }
  const tried = new Map(semantics.map((row) => [row.id, digestOf(row)]));
  const digests = new Map(believed.map((row) => [row.id, digestOf(row)]));
  const heard = facts.filter(({ kind }) => kind !== "not tried" && kind !== "failed");
  const isSame = ({ fact, digest }: TriedFact): boolean => tried.get(fact) === digest;
  const known = heard.filter(isSame);
  const additions = known.map((one): [string, AcceptedFact] => {
    const is = merged(before.accepted.facts[one.fact]?.is, "is" in one ? one.is : undefined);
    return [one.fact, { date, digest: digests.get(one.fact) ?? "", ...(is === undefined ? {} : { is }) }];
  });
  const differed = heard.filter((one) => "is" in one);
  const runs = before.accepted.runs.filter((run) => run.date !== date || run.region !== region);
  return {
    accepted: {
      runs: [...runs, { date, region, tried: heard.length, differed: differed.length }],
      facts: sorted({ ...before.accepted.facts, ...Object.fromEntries(additions) }),
    },
    times: sorted({ ...before.times, ...measuredBy(result.times, `[AWS ${date}]`, before.knobs) }),
    replaced: known.filter((one) => "is" in one).map(({ fact }) => fact),
    skipped: heard.filter((one) => !isSame(one)).map(({ fact }) => fact),
  };
}

/** What a later run says of members adds to what an earlier one has said. */
function merged(before: Amendment | undefined, now: Amendment | undefined): Amendment | undefined {
  if (now === undefined) return before;
  if (before?.kind !== "members" || now.kind !== "members") return now;
  const there = (path: string): boolean => !Object.hasOwn(now.values, path);
  return {
    kind: "members",
    values: Object.fromEntries(
      Object.entries({ ...before.values, ...now.values }).filter(([path]) => !now.absent.includes(path)),
    ),
    absent: [...new Set([...before.absent.filter(there), ...now.absent])],
  };
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
