import type { Outcome } from "../facts/compare.ts";
import type { Time } from "../rest.ts";
import { type Account, askedBy } from "./account.ts";

/** At most five calls a second, of all services together. */
const betweenMs = 200;
/** The last pause is longer than any bucket of AWS Batch needs to fill. */
const pausesMs = [1000, 2000, 4000, 8000, 16_000, 32_000];

/** When the next call may be made, by whoever shares this pace. */
export interface Pace {
  nextAt: number;
}

/** The same account, asked at most five times a second, and again while it throttles or fails. */
export function paced(account: Account, time: Time, pace: Pace = { nextAt: Number.NEGATIVE_INFINITY }): Account {
  const turn = async (): Promise<void> => {
    const at = Math.max(time.now(), pace.nextAt);
    pace.nextAt = at + betweenMs;
    // Also without a pause: here a run is interrupted.
    await time.pause(Math.max(0, at - time.now()));
  };
  return askedBy(account, (ask) => async (operation, input) => {
    for (const pauseMs of pausesMs) {
      await turn();
      const outcome = await ask(operation, input);
      if (!isPassing(outcome)) return outcome;
      await time.pause(pauseMs);
    }
    await turn();
    return ask(operation, input);
  });
}

/** Whether the answer says nothing about the call. */
function isPassing({ error }: Outcome): boolean {
  return (
    error !== undefined && (error.status === 429 || error.status >= 500 || /Throttl|RequestLimit/.test(error.name))
  );
}
