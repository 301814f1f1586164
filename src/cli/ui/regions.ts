import type { CloudWithLogs } from "../cloud.ts";
import { type ReadOnlyRegion, type ReadOnlyRegionOptions, readOnlyRegion } from "../read-only-region.ts";

/** Opens regions, each once. */
export type Regions = (region: string, signal: AbortSignal) => Promise<ReadOnlyRegion>;

/** One budget and one set of connections for each region, for the rounds and for what a person asks. */
export function regionsOf(cloud: CloudWithLogs, options: Omit<ReadOnlyRegionOptions, "why">): Regions {
  const open = new Map<string, ReadOnlyRegion>();
  return async (region, signal) => {
    const known = open.get(region);
    if (known !== undefined) return known;
    const opened = await readOnlyRegion(cloud, region, { ...options, why: "ui only reads" }, signal);
    open.set(region, opened);
    return opened;
  };
}
