/** What a run will do, before it does anything. Pure. */

import type { Row } from "../facts/row.ts";
import { carriedOut, type Placed, parts, placedFor, placedName } from "./parts.ts";
import { whyNotTried } from "./rules.ts";

/** A fact, and its place in the table. */
export interface PlannedRow {
  readonly row: Row;
  readonly at: number;
  /** Why it is not tried; undefined: it is tried. */
  readonly whyNot: string | undefined;
}

export interface Plan {
  readonly rows: readonly PlannedRow[];
  /** What the facts use, in the order of creation. */
  readonly stage: readonly Placed[];
  /** How many of them there are at most at a time: nothing is deleted before the end. */
  readonly needs: { readonly environments: number; readonly queues: number; readonly serviceEnvironments: number };
}

/**
 * @param only a text that the names of the facts have
 * @param mayStart whether the run may start its one instance
 */
export function planOf(table: readonly Row[], only = "", mayStart = false): Plan {
  const rows = table
    .map((row, at) => ({ row, at, whyNot: whyNotTried(row, mayStart) }))
    .filter(({ row }) => row.id.includes(only));
  const tried = rows.filter(({ whyNot }) => whyNot === undefined);
  const used = new Map(
    tried.flatMap(({ row, at }) => placedFor(row, at)).map((placed) => [placedName(placed), placed] as const),
  );
  const orderOf = ({ part }: Placed): number => parts.indexOf(part);
  const stage = [...used.values()].toSorted((one, other) => orderOf(one) - orderOf(other));
  const made = [...stage.map(({ part }) => part.key), ...tried.flatMap(({ row }) => madeFor(row))];
  const count = (kind: string): number => made.filter((key) => key.startsWith(`${kind}/`)).length;
  return {
    rows,
    stage,
    needs: {
      // Another one stays from the times, which are taken with all facts.
      environments: count("compute-environment") + (only === "" ? 1 : 0),
      queues: count("job-queue"),
      serviceEnvironments: count("service-environment"),
    },
  };
}

const kindsMade: Readonly<Record<string, string>> = {
  CreateComputeEnvironment: "compute-environment",
  CreateJobQueue: "job-queue",
  CreateServiceEnvironment: "service-environment",
};

/** What a fact makes by its own calls. */
function madeFor(row: Row): readonly string[] {
  return carriedOut(row).flatMap(({ operation }) => {
    const kind = kindsMade[operation];
    return kind === undefined ? [] : [`${kind}/new`];
  });
}
