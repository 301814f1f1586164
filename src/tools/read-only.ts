import type { BatchGuardOptions } from "../aws/batch-calls.ts";
import { CallBudget } from "../aws/budget.ts";
import type { Clock } from "../runtime/clock.ts";

export interface ReadOnlyOptions {
  readonly clock: Clock;
  readonly requestsPerSecond: number;
  /** e.g. `plan only reads`. */
  readonly why: string;
}

/** For a command that only reads: every write fails. */
export function readOnlyGuard({ clock, requestsPerSecond, why }: ReadOnlyOptions): BatchGuardOptions {
  return {
    clock,
    budget: new CallBudget({ clock, ratePerSecond: requestsPerSecond, keptForFew: 0, onWait: undefined }),
    mayWrite: () => {
      throw new Error(why);
    },
    onCall: undefined,
    jobBudgets: undefined,
  };
}
