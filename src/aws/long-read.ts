import { backoffMs } from "../runtime/backoff.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { type BatchApi, batchCalls } from "./batch-calls.ts";
import { eachCall } from "./calls.ts";
import { AwsError, passesByItself } from "./errors.ts";

/** Together about half a minute; the reader starts over after that. */
const pauses = { firstMs: 1000, maxMs: 15_000 };
const mostRetries = 6;

export interface LongReadOptions {
  /** Behind budget and deadline (`guardedBatch`), so that each try is within them. */
  readonly batch: BatchApi;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The calls for one read of many pages. Until one of them has been answered a failure loses nothing, and is the
 * reader's. From then on a page that is throttled, or gets no good answer, is asked for again by the same token with
 * growing pauses: in a listing of 300 pages one would otherwise throw away all that came before, each time again.
 * What AWS refuses is the reader's at once, for a token may have expired; so is what failed after the last try. A
 * signal that aborts ends the pauses. Writes are never repeated.
 */
export function longRead({ batch, clock, random }: LongReadOptions): BatchApi {
  let answered = false;
  return eachCall(batch, batchCalls, (_name, kind, call) => {
    if (kind === "write") return call;
    return async (input, options) => {
      for (let retries = 0; ; retries++) {
        try {
          const answer = await call(input, options);
          answered = true;
          return answer;
        } catch (error) {
          if (!answered || retries === mostRetries || !mayPass(error)) throw error;
          await sleep(clock, backoffMs(retries, pauses, random), options?.signal);
        }
      }
    };
  });
}

function mayPass(error: unknown): boolean {
  return error instanceof AwsError && passesByItself(error.kind);
}
