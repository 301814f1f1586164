import type { BatchGuardOptions } from "../../src/aws/batch-calls.ts";
import { CallBudget } from "../../src/aws/budget.ts";
import type { SdkOptions } from "../../src/aws/sdk.ts";
import type { Clock } from "../../src/runtime/clock.ts";

/** A budget that keeps nothing for anybody, and that nobody observes. */
export function aBudget(clock: Clock, ratePerSecond = 1000): CallBudget {
  return new CallBudget({ clock, ratePerSecond, keptForFew: 0, onWait: undefined });
}

/** What a guard needs, with room for every call and a lease that holds, unless a test says otherwise. */
export function aGuard(options: Pick<BatchGuardOptions, "clock"> & Partial<BatchGuardOptions>): BatchGuardOptions {
  const mayWrite = () => ({ deadlineMs: 10_000 });
  return { budget: aBudget(options.clock), mayWrite, onCall: undefined, jobBudgets: undefined, ...options };
}

/** The SDK in a region, by a request handler of a test if there is one. */
export function sdkIn(region = "us-east-1", requestHandler?: SdkOptions["requestHandler"]): SdkOptions {
  return { region, onAnswered: undefined, ...(requestHandler === undefined ? {} : { requestHandler }) };
}

/** What a region of AWS Batch is given about objects, where there are none. */
export const noObjects = { keepsDefinition: () => true, namespaceOf: () => undefined, watchesJobs: () => false };
