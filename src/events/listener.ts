import { Alarm } from "../aws/cadence.ts";
import { backoffMs } from "../runtime/backoff.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { Random } from "../runtime/random.ts";

/** A message of a queue. */
export interface QueueMessage {
  readonly body: string;
  /** Deletes it. */
  readonly handle: string;
}

/** A queue of SQS. */
export interface EventQueue {
  readonly url: string;
  /** At most ten. @param waits for one to come, as long as SQS lets it @throws AwsError */
  receive(waits: boolean, signal: AbortSignal): Promise<readonly QueueMessage[]>;
  /** @throws AwsError */
  delete(handles: readonly string[], signal: AbortSignal): Promise<void>;
}

export interface ListenerOptions {
  readonly queue: EventQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Wakes whom the message concerns, in this turn. */
  readonly take: (body: string) => void;
}

export const messagesPerCall = 10;
/** After a full call: so many lines of calls at once, each until one comes back with less. */
const linesOfFlood = 5;
const retry = { firstMs: 2000, maxMs: 60_000 };

/** Takes the messages of a queue: each is deleted after whom it concerns was woken, so none is lost with the process. */
export class Listener {
  readonly #options: ListenerOptions;
  /** Since the last success. */
  #failures = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Resolves when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    while (!signal.aborted) {
      const taken = await this.#take(true, signal);
      if (taken === messagesPerCall) {
        await Promise.all(Array.from({ length: linesOfFlood }, () => this.#takeRest(signal)));
      } else if (taken === undefined) {
        await new Alarm(clock).wait(backoffMs(this.#failures - 1, retry, random), signal);
      }
    }
  }

  /** More may be there than one call after the other takes. */
  async #takeRest(signal: AbortSignal): Promise<void> {
    let taken: number | undefined;
    do taken = await this.#take(false, signal);
    while (taken === messagesPerCall && !signal.aborted);
  }

  /** @returns how many messages it took; undefined: SQS refused, or did not answer */
  async #take(waits: boolean, signal: AbortSignal): Promise<number | undefined> {
    const { queue, take, log } = this.#options;
    const { url } = queue;
    try {
      const messages = await queue.receive(waits, signal);
      for (const { body } of messages) take(body);
      if (messages.length > 0)
        await queue.delete(
          messages.map(({ handle }) => handle),
          signal,
        );
      if (this.#failures > 0) log.info("the events queue can be read again", { queue: url });
      this.#failures = 0;
      return messages.length;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (this.#failures++ === 0) log.warn("the events queue cannot be read", { queue: url, error, next: whenUnread });
      return undefined;
    }
  }
}

const whenUnread =
  "until it can, AWS is read as often as without events. Check that the queue exists, and that the operator may call sqs:ReceiveMessage and sqs:DeleteMessage on it";
