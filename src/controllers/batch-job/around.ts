import type { BatchRegion } from "../../aws/region.ts";
import type { Ports } from "../ports.ts";
import type { Memory } from "./memory.ts";

/** What `observe` works with. */
export interface Around {
  readonly region: BatchRegion;
  readonly ports: Ports;
  readonly memory: Memory;
  readonly signal: AbortSignal;
}
