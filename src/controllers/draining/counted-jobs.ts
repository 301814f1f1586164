import type { JobsCounted } from "../../aws/region.ts";
import { orUnread } from "../pass/unread.ts";
import type { JobsSeen } from "./drain.ts";

/** What is remembered of the counts of the unfinished jobs of something that waits until it has none, monotonic ms. */
interface Counts {
  /** A count that began earlier says nothing new: it began before the wait, or before the end of the last one. */
  readonly from: number;
  /** The end of the first count since which every one was zero. */
  readonly zeroSince: number | undefined;
}

/** By region and name (`memoryKey`). It is empty after a restart: then it is counted twice again. */
export type CountedJobs = Map<string, Counts>;

/**
 * Jobs that are counted now, and for how long there have been none. A count that shows jobs serves for others that wait
 * in the same queue; the one that decides, after one that shows none, begins now. A count that fails says nothing of the ones before.
 *
 * @param read a count that began at this monotonic time or later
 */
export async function countedJobs<Job>(
  key: string,
  counts: CountedJobs,
  read: (from: number) => Promise<JobsCounted<Job>>,
  clock: { readonly monotonic: () => number },
): Promise<JobsSeen<Job>> {
  const { from, zeroSince } = counts.get(key) ?? { from: clock.monotonic(), zeroSince: undefined };
  counts.delete(key);
  const counted = await orUnread(read(zeroSince === undefined ? from : clock.monotonic()));
  if ("kind" in counted) return counted;
  const { jobs: remaining, begunAt, endedAt } = counted;
  const since = remaining.length > 0 ? undefined : (zeroSince ?? endedAt);
  counts.set(key, { from: endedAt, zeroSince: since });
  if (since === undefined) return { kind: "read", remaining, zeroForMs: undefined };
  return { kind: "read", remaining, zeroForMs: Math.max(0, begunAt - since) };
}
