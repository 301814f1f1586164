import type { BatchRegion } from "../../../aws/region.ts";
import type { Ports } from "../../ports.ts";
import type { JobCircles } from "./job-circles.ts";
import type { Memory } from "./memory.ts";

/** Does one search of a region at a time, with namespaces in turn: each may have thousands of objects in doubt. */
export interface Searches {
  run<Found>(namespace: string, signal: AbortSignal, search: () => Promise<Found>): Promise<Found>;
}

/** What `observe` works with. */
export interface Observing {
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly memory: Memory;
  readonly searches: Searches;
  readonly circles: Pick<JobCircles, "circleOf">;
  readonly signal: AbortSignal;
}
