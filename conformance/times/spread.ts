/** How long AWS takes, next to what the simulator believes. Pure. */

import type { Knobs } from "../../src/simulator/knobs.ts";

interface Measure {
  readonly what: string;
  /** Of the simulator, milliseconds. */
  readonly believed: (knobs: Readonly<Knobs>) => number;
  /** Whether the simulator draws a time up to this one. */
  readonly isMaximum?: true;
}

/** What a run measures. */
export const measures = {
  role: { what: "a new role, until AWS Batch takes it", believed: (knobs) => knobs.iamPropagationMs },
  createFargate: { what: "CREATING an environment of Fargate", believed: (knobs) => knobs.fargateValidMs },
  createEc2: { what: "CREATING an environment of EC2", believed: (knobs) => knobs.ec2ValidMs },
  update: { what: "UPDATING the state of an environment", believed: (knobs) => knobs.scalingUpdateMs },
  deleteEnvironment: { what: "DELETING an environment", believed: (knobs) => knobs.deleteEnvironmentMs },
  createQueue: { what: "CREATING a queue", believed: (knobs) => knobs.queueSettleMs },
  deleteQueue: { what: "DELETING a queue", believed: (knobs) => knobs.deleteQueueMs },
  relation: { what: "the relation of a queue to a detached environment", believed: (knobs) => knobs.relationLagMs },
  write: { what: "a write, until a read shows it", believed: (knobs) => knobs.stalenessMs, isMaximum: true },
  tag: { what: "a tag, until a read shows it", believed: (knobs) => knobs.stalenessMs, isMaximum: true },
  job: {
    what: "a job, until ListJobs shows it by name",
    believed: (knobs) => knobs.jobVisibleMs + knobs.stalenessMs,
    isMaximum: true,
  },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureId = keyof typeof measures;

/** Milliseconds by what was measured. */
export type Durations = ReadonlyMap<MeasureId, readonly number[]>;

/** One line of the report, in seconds. */
export interface Spread {
  readonly id: MeasureId;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly believed: number;
  readonly verdict: "agrees" | "faster" | "slower";
}

/** Readings are a second apart, and may be some seconds old. */
const precisionMs = 4000;

/** In the order of `measures`, what was measured at least once. */
export function spreadsOf(durations: Durations, knobs: Readonly<Knobs>): readonly Spread[] {
  return (Object.keys(measures) as MeasureId[]).flatMap((id) => {
    const sorted = (durations.get(id) ?? []).toSorted((one, other) => one - other);
    const [min] = sorted;
    const median = sorted[Math.floor((sorted.length - 1) / 2)];
    const max = sorted.at(-1);
    if (min === undefined || median === undefined || max === undefined) return [];
    const measure: Measure = measures[id];
    const believed = measure.believed(knobs);
    const toleranceMs = Math.max(precisionMs, believed / 2);
    const isFaster = measure.isMaximum === undefined && median < believed - toleranceMs;
    const isSlower = (measure.isMaximum === undefined ? median : max) > believed + toleranceMs;
    const verdict = isFaster ? "faster" : isSlower ? "slower" : "agrees";
    return [
      {
        id,
        min: inSeconds(min),
        median: inSeconds(median),
        max: inSeconds(max),
        believed: inSeconds(believed),
        verdict,
      } as const,
    ];
  });
}

export function timesTable(spreads: readonly Spread[]): string {
  const title = "times in seconds:";
  const width = Math.max(title.length, ...spreads.map(({ id }) => measures[id].what.length));
  const lines = spreads.map(({ id, min, median, max, believed, verdict }) => {
    const seen = [min, median, max].map((one) => one.toFixed(1).padStart(8)).join("");
    const mark = verdict === "agrees" ? "" : `  ${verdict} than believed`;
    return `  ${measures[id].what.padEnd(width)}${seen}${believed.toFixed(1).padStart(10)}${mark}`;
  });
  return [`${title.padEnd(width + 2)}     min  median     max  believed`, ...lines].join("\n");
}

function inSeconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
