import { violationText } from "./report-text.ts";
import { type Outcome, runSeed } from "./run.ts";
import { shrunkText } from "./shrink.ts";
import type { Sort } from "./story.ts";

/** Which worlds, and what is reported of a broken promise. */
export interface Worlds {
  readonly from: number;
  readonly count: number;
  /** No more after the first broken promise. */
  readonly first: boolean;
  readonly shrinks: boolean;
  readonly sort: Sort;
}

export interface Totals {
  readonly worlds: number;
  readonly failed: number;
  readonly virtualSeconds: number;
  /** Awaits of the network passed. */
  readonly points: number;
  /** Worlds in which AWS has forgotten a job. */
  readonly forgetful: number;
}

export const none: Totals = { worlds: 0, failed: 0, virtualSeconds: 0, points: 0, forgetful: 0 };

/** The totals of one world. */
export function totalsOf({ violations, virtualSeconds, points, forgets }: Outcome): Totals {
  const failed = violations.length > 0 ? 1 : 0;
  return { worlds: 1, failed, virtualSeconds, points, forgetful: forgets ? 1 : 0 };
}

export function sumOf(left: Totals, right: Totals): Totals {
  return {
    worlds: left.worlds + right.worlds,
    failed: left.failed + right.failed,
    virtualSeconds: left.virtualSeconds + right.virtualSeconds,
    points: left.points + right.points,
    forgetful: left.forgetful + right.forgetful,
  };
}

/** One world after the other. `print` gets each broken promise. */
export async function runWorlds(
  { from, count, first, shrinks, sort }: Worlds,
  print: (text: string) => void,
): Promise<Totals> {
  let totals = none;
  for (let seed = from; seed < from + count && !(first && totals.failed > 0); seed++) {
    const outcome = await runSeed(seed, sort);
    totals = sumOf(totals, totalsOf(outcome));
    if (outcome.violations.length === 0) continue;
    print(violationText(outcome));
    if (shrinks) print(await shrunkText(outcome));
  }
  return totals;
}
