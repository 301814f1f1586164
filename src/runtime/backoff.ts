import type { Random } from "./random.ts";

export interface BackoffLimits {
  /** The longest first delay. */
  readonly firstMs: number;
  /** No delay is longer. */
  readonly maxMs: number;
}

/**
 * Milliseconds before retry number `attempt` (from 0). Doubles up to `maxMs`; half of it is random, so that what
 * failed together does not come back together.
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random: Random): number {
  const longest = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempt, 40));
  return longest / 2 + (longest / 2) * random();
}
