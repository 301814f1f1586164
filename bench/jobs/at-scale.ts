import type { KubeObject } from "../../src/api/object.ts";
import type { BatchJob, BatchJobSpec } from "../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import { recordedResult } from "../../src/controllers/kinds/batch-job/result.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { defaultSubmitRate } from "../../src/operator/settings.ts";
import { defaultKnobs } from "../../src/simulator/knobs.ts";
import { eventOperations } from "../../test/listening.ts";
import { batchJob } from "../../test/manifests.ts";
import { createWorld, type World, type WorldOptions } from "../../test/world.ts";
import { table } from "../table.ts";
import { place } from "./place.ts";

/** How long after the first submission the first job ends, and over how many seconds all of them do. */
const runsSeconds = 2400;
const endsOverSeconds = 600;
/** When all jobs run, the calls of so many seconds are counted. */
const restSeconds = 300;
/** Of the submission to an AWS that is slow. */
const [slowCount, slowAnswerMs] = [1000, 400] as const;
export const percentiles = [0.5, 0.99] as const;
export const knobs = { stalenessMs: 0, keptRecords: 1_000_000 } as const;

/** What a run with a number of jobs has cost. */
export interface Run {
  readonly submittedSeconds: number;
  readonly submissionCalls: number;
  readonly mostCallsInASecond: number;
  readonly throttled: number;
  readonly inOrder: boolean;
  readonly restCallsPerSecond: number;
  /** From the end of a job in AWS to its result in `status`, seconds, in ascending order. */
  readonly delays: readonly number[];
  readonly mostStatusWrites: number;
  readonly metadataWrites: number;
}

/** Calls, delays and writes of jobs that are all applied at once, run at the same time, and end one after the other. */
export async function jobsAtScale(counts: readonly number[]): Promise<void> {
  const runs = new Map<number, Run>();
  for (const count of counts) runs.set(count, await runOf(count));
  const slow = await slowSubmission(slowCount, slowAnswerMs);
  const submissions: readonly (readonly [count: number, answerMs: number, Submission])[] = [
    ...[...runs].map(([count, run]) => [count, defaultKnobs.latencyMs, run] as const),
    [slowCount, slowAnswerMs, slow],
  ];
  table(
    "BatchJobs applied at once, until all are submitted",
    ["jobs", "AWS answers after ms", "s", "AWS calls", "most calls in 1 s", "throttled", "sent in order of creation"],
    submissions.map(([count, answerMs, run]) => [
      String(count),
      String(answerMs),
      run.submittedSeconds.toFixed(0),
      String(run.submissionCalls),
      String(run.mostCallsInASecond),
      String(run.throttled),
      run.inOrder ? "yes" : "no",
    ]),
  );
  table(
    "Running BatchJobs, until their result is in status",
    [
      "jobs",
      "calls/s",
      "naive calls/s",
      "times fewer",
      "p50 s",
      "p99 s",
      "naive p99 s",
      "status writes/job",
      "other writes/job",
    ],
    [...runs].map(([count, run]) => {
      const naive = count / 60;
      return [
        String(count),
        run.restCallsPerSecond.toFixed(2),
        naive.toFixed(1),
        (naive / run.restCallsPerSecond).toFixed(0),
        ...percentiles.map((share) => percentile(run.delays, share).toFixed(1)),
        "59.4",
        String(run.mostStatusWrites),
        (run.metadataWrites / count).toFixed(2),
      ];
    }),
  );
}

/** Jobs that run, and are all cancelled at once. A job needs some seconds in AWS to end. */
export async function cancelledAtOnce(runs: readonly (readonly [count: number, answerMs: number])[]): Promise<void> {
  const rows: string[][] = [];
  for (const [count, answerMs] of runs) {
    const world = await createWorld({ knobs });
    world.apply(...place);
    await world.untilReady();
    await world.seconds(120);
    await submissionOf(world, count);
    await world.seconds(300);
    world.aws.knobs.latencyMs = answerMs;
    const calls = operatorCalls(world).length;
    const began = world.clock.now();
    for (let index = 0; index < count; index++) world.apply(longJob(index, count, { cancel: true }));
    const hasResult = (object: KubeObject): boolean => recordedResult(object as BatchJob)?.kind === "failed";
    await world.until("every job is cancelled", () => world.store.objects(BatchJobKind).every(hasResult), runsSeconds);
    const made = operatorCalls(world).slice(calls);
    const ends = made.filter(({ operation }) => operation === "TerminateJob");
    rows.push([
      String(count),
      String(answerMs),
      (((ends.at(-1)?.at ?? Number.NaN) - began) / 1000).toFixed(0),
      ((world.clock.now() - began) / 1000).toFixed(0),
      String(made.length),
      String(made.filter(({ operation }) => operation === "DescribeJobs").length),
      String(made.filter(({ outcome }) => outcome.kind === "refused").length),
    ]);
    await world.stop();
  }
  table(
    "Running BatchJobs cancelled at once, until all results are in status",
    [
      "jobs",
      "AWS answers after ms",
      "last request to end sent after s",
      "last result after s",
      "AWS calls",
      "DescribeJobs",
      "throttled",
    ],
    rows,
  );
}

/** @param options of the world; by default AWS is only read */
export async function runOf(count: number, options: WorldOptions = {}): Promise<Run> {
  const statusWrites = new Map<string, number>();
  let metadataWrites = 0;
  const seenAt = new Map<string, number>();
  const world = await createWorld({
    knobs,
    ...options,
    kubernetes: (store) => ({
      ...store,
      list: (kind, signal, keep) => store.list(kind, signal, keep),
      watch: (kind, version, signal) => store.watch(kind, version, signal),
      get: (kind, key, signal) => store.get(kind, key, signal),
      recordEvent: (event, signal) => store.recordEvent(event, signal),
      async patchMetadata(kind, object, patch, signal) {
        if (kind.kind === "BatchJob") metadataWrites++;
        return await store.patchMetadata(kind, object, patch, signal);
      },
      async applyStatus(kind, object, status, signal) {
        const written = await store.applyStatus(kind, object, status, signal);
        const { uid } = object.metadata;
        if (kind.kind !== "BatchJob") return written;
        statusWrites.set(uid, (statusWrites.get(uid) ?? 0) + 1);
        const { jobId } = (written as BatchJob).status ?? {};
        if (jobId !== undefined && recordedResult(written as BatchJob) !== undefined && !seenAt.has(jobId)) {
          seenAt.set(jobId, world.clock.now());
        }
        return written;
      },
    }),
  });
  const endedAt = new Map<string, number>();
  world.aws.onChange(({ kind, name, status, at }) => {
    if (kind === "job" && status === "SUCCEEDED") endedAt.set(name, at);
  });
  world.apply(...place);
  await world.untilReady();
  await world.seconds(120);

  const submission = await submissionOf(world, count);
  await world.seconds(runsSeconds - restSeconds - submission.submittedSeconds - 60);
  const rest = operatorCalls(world).length;
  await world.seconds(restSeconds);
  const restCallsPerSecond = (operatorCalls(world).length - rest) / restSeconds;
  await world.until("every result is in status", () => seenAt.size === count, 2 * runsSeconds);
  await world.stop();
  const delays = [...seenAt].map(([jobId, at]) => (at - (endedAt.get(jobId) ?? Number.NaN)) / 1000);
  return {
    ...submission,
    restCallsPerSecond,
    delays: delays.toSorted((left, right) => left - right),
    mostStatusWrites: Math.max(...statusWrites.values()),
    metadataWrites,
  };
}

/** As long as AWS takes for each answer. */
async function slowSubmission(count: number, answerMs: number): Promise<Submission> {
  const world = await createWorld({ knobs });
  world.apply(...place);
  await world.untilReady();
  await world.seconds(120);
  world.aws.knobs.latencyMs = answerMs;
  const submission = await submissionOf(world, count);
  await world.stop();
  return submission;
}

type Submission = Pick<Run, "submittedSeconds" | "submissionCalls" | "mostCallsInASecond" | "throttled" | "inOrder">;

async function submissionOf(world: World, count: number): Promise<Submission> {
  const calls = operatorCalls(world).length;
  let accepted = 0;
  const stopCounting = world.aws.onEffect(({ operation }, phase) => {
    if (operation === "SubmitJob" && phase === "after") accepted++;
  });
  const began = world.clock.now();
  for (let index = 0; index < count; index++) world.apply(longJob(index, count));
  await world.until("every job is submitted", () => accepted === count, runsSeconds);
  stopCounting();
  const submittedSeconds = (world.clock.now() - began) / 1000;
  const made = operatorCalls(world).slice(calls);
  const order = made.flatMap(({ operation, input }) =>
    operation === "SubmitJob" ? [(input as { readonly jobName?: string }).jobName ?? ""] : [],
  );
  const bySecond = Map.groupBy(made, ({ at }) => Math.floor(at / 1000));
  return {
    submittedSeconds,
    submissionCalls: made.length,
    mostCallsInASecond: Math.max(...[...bySecond.values()].map((list) => list.length)),
    throttled: made.filter(({ outcome }) => outcome.kind === "refused").length,
    inOrder: order.every((name, index) => name.startsWith(`team_${nameOf(index)}_`)),
  };
}

function longJob(index: number, count: number, change: Partial<BatchJobSpec> = {}): Manifest {
  const seconds = runsSeconds + Math.floor((index * endsOverSeconds) / count) - Math.floor(index / defaultSubmitRate);
  return batchJob(nameOf(index), { containerOverrides: { command: ["sleep", String(seconds)] }, ...change });
}

/** Of those that were created in the same second the operator takes the first name first. */
function nameOf(index: number): string {
  return `job-${String(index).padStart(5, "0")}`;
}

/** Those by which events arrive are counted apart. */
function operatorCalls({ aws }: World) {
  return aws.log.filter(({ by, operation }) => by === "operator" && !eventOperations.includes(operation));
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
