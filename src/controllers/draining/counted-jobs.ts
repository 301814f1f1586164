import { orUnread } from "../pass/unread.ts";
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
  const before = counts.get(key);
  counts.delete(key);
  const remaining = await orUnread(read());
  if ("kind" in remaining) return remaining;
  if (remaining.length > 0) return { kind: "read", remaining, zeroForMs: undefined };
  const now = clock.monotonic();
  const since = before ?? now;
  counts.set(key, since);
  return { kind: "read", remaining, zeroForMs: now - since };
}
