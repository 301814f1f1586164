import { AwsError } from "../../aws/errors.ts";
import { CommandError } from "../../operator/io.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import { StoreError } from "../../runtime/store.ts";

/** Time between two tries. */
const pauseMs = 2_000;
/** A failure that has lasted for longer is that of the command. */
const longestMinutes = 5;

/**
 * Reads for a command that follows jobs, perhaps for hours. It waits out failures that pass by themselves: throttling, and a
 * network, AWS or API server that does not answer.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #waits: (why: string) => void;
  /** Monotonic time (ms) of the first failure since the last answer. */
  #since: number | undefined;

  /** @param waits called with a sentence for the person when reads begin to fail */
  constructor(clock: Clock, signal: AbortSignal, waits: (why: string) => void) {
    this.#clock = clock;
    this.#signal = signal;
    this.#waits = waits;
  }

  /** @throws CommandError if the reads fail for five minutes, and what does not pass at once */
  async read<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        const answer = await ask();
        this.#since = undefined;
        return answer;
      } catch (error) {
        if (this.#signal.aborted || !mayPass(error)) throw error;
        this.#judge(error);
      }
      await sleep(this.#clock, pauseMs, this.#signal);
    }
  }

  #judge(error: Error): void {
    const now = this.#clock.monotonic();
    const text = error instanceof AwsError ? `${error.operation}: ${error.message}` : error.message;
    if (this.#since === undefined) {
      this.#since = now;
      this.#waits(`no answer (${text}): trying again for ${longestMinutes} minutes`);
    } else if (now - this.#since > longestMinutes * 60_000) {
      throw new CommandError(
        `no answer for ${longestMinutes} minutes (${text}). Jobs go on without this command: follow them again later`,
        { cause: error },
      );
    }
  }
}

function mayPass(error: unknown): error is Error {
  if (error instanceof AwsError) return error.kind === "throttled" || error.kind === "unavailable";
  // The error of a command has that of the API server as its cause.
  return error instanceof CommandError && error.cause instanceof StoreError && error.cause.mayPass;
}
