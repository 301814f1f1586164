import { AwsError } from "../../aws/errors.ts";
import type { UnfinishedStatus } from "../../aws/region.ts";
import type { AffectedQueue } from "./entry.ts";
import type { ReadRegion } from "./region.ts";

const started: readonly UnfinishedStatus[] = ["STARTING", "RUNNING"];

/** The queues with the jobs that start or run in them now. A count that AWS denies is no reason to fail the plan. */
export async function countJobs(
  queues: readonly string[],
  region: ReadRegion,
  signal: AbortSignal,
  states: readonly UnfinishedStatus[] = started,
): Promise<readonly AffectedQueue[]> {
  const counted: AffectedQueue[] = [];
  for (const name of queues) counted.push({ name, jobs: await jobsIn(name, region, signal, states) });
  return counted;
}

async function jobsIn(
  queue: string,
  region: ReadRegion,
  signal: AbortSignal,
  states: readonly UnfinishedStatus[],
): Promise<number | undefined> {
  try {
    return (await region.jobs(queue, states, signal)).length;
  } catch (error) {
    if (error instanceof AwsError && error.kind !== "credentials") return undefined;
    throw error;
  }
}
