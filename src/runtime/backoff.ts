import type { Random } from "./random.ts";

export interface BackoffLimits {
  /** Maximum of the first delay. */
  readonly firstMs: number;
  /** Maximum of every delay. */
  readonly maxMs: number;
}

/**
 * Milliseconds before retry number `attempt` (from 0). Doubles up to `maxMs`; half of it is random, so that calls that
 * failed together are not retried together.
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random: Random): number {
  const longest = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempt, 40));
  return longest / 2 + (longest / 2) * random();
}
