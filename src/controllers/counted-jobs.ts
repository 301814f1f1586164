import { AwsError } from "../aws/errors.ts";
import type { JobsSeen } from "./drain.ts";

/**
 * Since when every count of the unfinished jobs of something was zero, monotonic ms, by region and name (`memoryKey`). It
 * is empty after a restart: then it is counted twice again.
 */
export type CountedJobs = Map<string, number>;

/** Jobs that are counted now, and for how long there have been none. A count that fails says nothing of the ones before. */
export async function countedJobs<Job>(
  key: string,
  counts: CountedJobs,
  read: () => Promise<readonly Job[]>,
  clock: { readonly monotonic: () => number },
): Promise<JobsSeen<Job>> {
  try {
    const remaining = await read();
    const now = clock.monotonic();
    if (remaining.length > 0) counts.delete(key);
    else if (!counts.has(key)) counts.set(key, now);
    const since = counts.get(key);
    return { kind: "read", remaining, zeroForMs: since === undefined ? undefined : now - since };
  } catch (error) {
    counts.delete(key);
    if (error instanceof AwsError) return { kind: "unread", why: `${error.operation}: ${error.message}` };
    throw error;
  }
}
