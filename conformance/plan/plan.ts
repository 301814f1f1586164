/** What a run will do, before it does anything. Pure. */

import type { Row } from "../facts/row.ts";
import type { Key } from "../names/references.ts";
import { carriedOut, copiesFor, idleKeys, type Part, partsOf, submitsJobs, withNeeds } from "./parts.ts";
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
  /** What all facts share, in the order of creation. */
  readonly shared: readonly Part[];
  /** What jobs are submitted to, in the order of creation. */
  readonly idle: readonly Part[];
  /** How many of them there are at most at a time: nothing is deleted before the end. */
  readonly needs: { readonly environments: number; readonly queues: number; readonly serviceEnvironments: number };
}

/** @param only a text that the names of the facts have */
export function planOf(table: readonly Row[], only = ""): Plan {
  const rows = table
    .map((row, at) => ({ row, at, whyNot: whyNotTried(row) }))
    .filter(({ row }) => row.id.includes(only));
  const tried = rows.filter(({ whyNot }) => whyNot === undefined).map(({ row }) => row);
  const inPlace = (where: "idle" | "shared") => (row: Row) => {
    const copies = copiesFor(row, new Set());
    const used = [...partsOf(row), ...withNeeds(copies).map(({ key }) => key)];
    return used.filter((key) => !copies.has(key) && (submitsJobs(row) && idleKeys.has(key)) === (where === "idle"));
  };
  const idle = withNeeds(tried.flatMap(inPlace("idle"))).filter(({ key }) => idleKeys.has(key));
  const needsOfIdle = idle.flatMap(({ needs }) => needs).filter((key) => !idleKeys.has(key));
  const shared = withNeeds([...tried.flatMap(inPlace("shared")), ...needsOfIdle]);
  const made = [...shared.map(({ key }) => key), ...idle.map(({ key }) => key), ...tried.flatMap(madeFor)];
  const count = (kind: string): number => made.filter((key) => key.startsWith(`${kind}/`)).length;
  return {
    rows,
    shared,
    idle,
    needs: {
      environments: count("compute-environment"),
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

function madeFor(row: Row): readonly string[] {
  const own = carriedOut(row).flatMap(({ operation }) => {
    const kind = kindsMade[operation];
    return kind === undefined ? [] : [`${kind}/new`];
  });
  return [...copiesFor(row, new Set<Key>()), ...own];
}
