/**
 * The door of `events`: what AWS announces by a queue of SQS, and how far it is trusted. `message.ts` says what a message is about,
 * `listener.ts` takes messages, `region-events.ts` has the heartbeats and what was announced in one account and region, of
 * `heartbeat.ts` and `announced.ts`.
 *
 * An event is a hint: it makes something be read early, and nothing else.
 */

import type { EventsApi } from "../aws/events.ts";
import { longestPollSeconds } from "../aws/events-calls.ts";
import { heartbeatSource } from "../aws/names.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { once } from "../runtime/once.ts";
import type { Random } from "../runtime/random.ts";
import { type EventQueue, Listener, messagesPerCall } from "./listener.ts";
import { heartbeatType, messageIn, type Place } from "./message.ts";
import { type EventsState, RegionEvents } from "./region-events.ts";

/** What a message came to: `elsewhere` is about an account and region that is not observed here. */
export type MessageOutcome = "hint" | "nothing" | "elsewhere" | "heartbeat" | "tooLong" | "malformed" | "unknown";

export interface EventsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** URLs of queues; events of each region may come by any of them. */
  readonly queues: readonly string[];
  /** SQS of the region of a queue, guarded. @throws AwsError */
  readonly connect: (queueUrl: string, signal: AbortSignal) => Promise<EventsApi>;
  readonly onMessage: ((outcome: MessageOutcome) => void) | undefined;
}

/** The events of all observed regions. */
export class Events {
  readonly #options: EventsOptions;
  readonly #regions = new Map<string, RegionEvents>();

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  /** Of each observed account and region. */
  get states(): readonly EventsState[] {
    return [...this.#regions.values()].map(({ state }) => state);
  }

  /**
   * The events of an account and region, until the signal aborts.
   * @param bus EventBridge there, guarded
   */
  open(place: Place, bus: () => Promise<EventsApi>, signal: AbortSignal): RegionEvents {
    const { clock, random, log } = this.#options;
    const send = async (token: string, inner: AbortSignal): Promise<void> => sendHeartbeat(await bus(), token, inner);
    const opened = new RegionEvents({ place, clock, random, log, send });
    const key = keyOf(place);
    this.#regions.set(key, opened);
    signal.addEventListener("abort", () => {
      if (this.#regions.get(key) === opened) this.#regions.delete(key);
    });
    return opened;
  }

  /** Takes messages until the signal aborts. */
  async listen(signal: AbortSignal): Promise<void> {
    const { clock, random, log, queues } = this.#options;
    const take = (body: string): void => this.#take(body);
    const listeners = queues.map((url) => new Listener({ queue: this.#queue(url), clock, random, log, take }));
    await Promise.all(listeners.map((listener) => listener.run(signal)));
  }

  #take(body: string): void {
    const outcome = this.#taken(body);
    this.#options.onMessage?.(outcome);
  }

  #taken(body: string): MessageOutcome {
    const message = messageIn(body);
    if (message.kind === "ignored") return message.why;
    const region = this.#regions.get(keyOf(message.place));
    if (region === undefined) return "elsewhere";
    if (message.kind === "heartbeat") {
      region.returned(message.token);
      return "heartbeat";
    }
    for (const hint of message.hints) region.heard(hint);
    return message.hints.length > 0 ? "hint" : "nothing";
  }

  #queue(url: string): EventQueue {
    const api = once((signal: AbortSignal) => this.#options.connect(url, signal));
    return {
      url,
      async receive(waits, signal) {
        const input = {
          QueueUrl: url,
          MaxNumberOfMessages: messagesPerCall,
          WaitTimeSeconds: waits ? longestPollSeconds : 0,
        };
        const { Messages = [] } = await (await api(signal)).receiveMessage(input, { signal });
        return Messages.flatMap(({ Body: body = "", ReceiptHandle: handle }) =>
          handle === undefined ? [] : { body, handle },
        );
      },
      async delete(handles, signal) {
        const Entries = handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        await (await api(signal)).deleteMessageBatch({ QueueUrl: url, Entries }, { signal });
      },
    };
  }
}

async function sendHeartbeat(bus: EventsApi, token: string, signal: AbortSignal): Promise<void> {
  const entry = { Source: heartbeatSource, DetailType: heartbeatType, Detail: JSON.stringify({ token }) };
  const { Entries = [] } = await bus.putEvents({ Entries: [entry] }, { signal });
  const { ErrorCode: code, ErrorMessage: message } = Entries[0] ?? {};
  if (code !== undefined) throw new Error(`EventBridge refused the heartbeat: ${code}: ${message ?? "no reason"}`);
}

function keyOf({ account, region }: Place): string {
  return `${account}/${region}`;
}
