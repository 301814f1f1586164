import { CallBudget } from "../aws/budget.ts";
import type { CallGuardOptions } from "../aws/calls.ts";
import type { Clock } from "../runtime/clock.ts";

export interface ReadOnlyOptions {
  readonly clock: Clock;
  readonly requestsPerSecond: number;
  /** e.g. `plan only reads`. */
  readonly why: string;
}

/** For a command that only reads: every write fails. */
export function readOnlyGuard({ clock, requestsPerSecond, why }: ReadOnlyOptions): CallGuardOptions {
  return {
    clock,
    budget: new CallBudget({ clock, ratePerSecond: requestsPerSecond }),
    mayWrite: () => {
      throw new Error(why);
    },
  };
}
