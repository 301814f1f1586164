/** How long AWS takes, next to what the simulator believes. Pure. */

import type { Knobs } from "../../src/simulator/knobs.ts";
import type { MeasuredTime } from "../../src/simulator/measured.ts";

interface Measure {
  readonly what: string;
  /** Of the simulator: what is believed is their sum, and a run measures the first one. */
  readonly knobs: readonly (
    | "iamPropagationMs"
    | "fargateValidMs"
    | "ec2ValidMs"
    | "scalingUpdateMs"
    | "deleteEnvironmentMs"
    | "queueSettleMs"
    | "deleteQueueMs"
    | "relationLagMs"
    | "stalenessMs"
    | "jobVisibleMs"
    | "ec2InstanceStartMs"
    | "containerStartMs"
    | "jobStopMs"
  )[];
  /** Whether the simulator draws a time up to this one. */
  readonly isMaximum?: true;
}

/** What a run measures. */
export const measures = {
  role: { what: "a new role, until AWS Batch takes it", knobs: ["iamPropagationMs"] },
  createFargate: { what: "CREATING an environment of Fargate", knobs: ["fargateValidMs"] },
  createEc2: { what: "CREATING an environment of EC2", knobs: ["ec2ValidMs"] },
  update: { what: "UPDATING the state of an environment", knobs: ["scalingUpdateMs"] },
  deleteEnvironment: { what: "DELETING an environment", knobs: ["deleteEnvironmentMs"] },
  createQueue: { what: "CREATING a queue", knobs: ["queueSettleMs"] },
  deleteQueue: { what: "DELETING a queue", knobs: ["deleteQueueMs"] },
  relation: { what: "the relation of a queue to a detached environment", knobs: ["relationLagMs"] },
  write: { what: "a write, until a read shows it", knobs: ["stalenessMs"], isMaximum: true },
  tag: { what: "a tag, until a read shows it", knobs: ["stalenessMs"], isMaximum: true },
  instance: { what: "a job, until an instance is there for it", knobs: ["ec2InstanceStartMs"] },
  container: { what: "a job on an instance, until it RUNS", knobs: ["containerStartMs"] },
  stop: { what: "a job that RUNS, until TerminateJob has ended it", knobs: ["jobStopMs"] },
  job: { what: "a job, until ListJobs shows it by name", knobs: ["jobVisibleMs", "stalenessMs"], isMaximum: true },
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
    const believed = measure.knobs.reduce((sum, knob) => sum + knobs[knob], 0);
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

/** What the simulator then believes, by knob. What has a maximum only rises: three readings may all have been lucky. */
export function measuredBy(
  spreads: readonly Spread[],
  source: string,
  before: Readonly<Knobs>,
): Readonly<Record<string, MeasuredTime>> {
  const times: Record<string, MeasuredTime> = {};
  for (const spread of spreads) {
    const { knobs, isMaximum }: Measure = measures[spread.id];
    const [knob, ...others] = knobs;
    if (knob === undefined) continue;
    const [min, median, max] = [spread.min, spread.median, spread.max].map((seconds) => Math.round(seconds * 1000));
    if (min === undefined || median === undefined || max === undefined) continue;
    if (isMaximum === undefined) {
      times[knob] = { min, median, max, source };
      continue;
    }
    const rest = others.reduce((sum, other) => sum + (times[other]?.max ?? before[other]), 0);
    const most = Math.max(times[knob]?.max ?? before[knob], max - rest);
    if (most > before[knob]) times[knob] = { min: 0, median: most, max: most, source };
  }
  return times;
}
