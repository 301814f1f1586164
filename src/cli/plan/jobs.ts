import { AwsError } from "../../aws/errors.ts";
import type { AffectedQueue } from "./entry.ts";
import type { ReadRegion } from "./region.ts";

/** How many jobs of a queue are affected. @throws AwsError */
export type JobCounter = (queue: string, region: ReadRegion, signal: AbortSignal) => Promise<number>;

/** Those that start or run now, children of arrays among them. */
export const startedJobs: JobCounter = async (queue, region, signal) => {
  const counted = await region.activeJobs([queue], Number.NEGATIVE_INFINITY, signal);
  return counted?.jobs.length ?? 0;
};

/** Those that have not ended; an array is one. */
export const unendedJobs: JobCounter = async (queue, region, signal) => (await region.jobs(queue, signal)).length;

/** The queues with their affected jobs. A count that AWS denies does not fail the plan. */
export async function countJobs(
  queues: readonly string[],
  region: ReadRegion,
  signal: AbortSignal,
  count: JobCounter = startedJobs,
): Promise<readonly AffectedQueue[]> {
  const counted: AffectedQueue[] = [];
  for (const name of queues) counted.push({ name, jobs: await affected(count(name, region, signal)) });
  return counted;
}

async function affected(count: Promise<number>): Promise<number | undefined> {
  try {
    return await count;
  } catch (error) {
    if (error instanceof AwsError && error.kind !== "credentials") return undefined;
    throw error;
  }
}
