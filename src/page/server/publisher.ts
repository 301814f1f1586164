import type { KubeObject } from "../../api/object.ts";
import type { Clock, Timer } from "../../runtime/clock.ts";
import { Differences } from "./changes.ts";
import { detailsOf } from "./details.ts";
import type { Beginning, Details, Message, Snapshot } from "./model.ts";
import { withStop } from "./problem.ts";
import { idOf, snapshotOf } from "./snapshot.ts";
import type { World } from "./world.ts";

interface Subscriber {
  readonly send: (message: Message) => void;
  /** The object whose details it gets; undefined: it gets the snapshot of all. */
  readonly open: string | undefined;
  /** Its details as sent last. */
  details: string;
}

/** How often objects in memory are compared with what the pages have. */
const compareMs = 400;

/** Sends each page the whole snapshot once, then what changes. Works only while somebody has the page open. */
export class Publisher {
  readonly #world: World;
  readonly #clock: Clock;
  readonly #subscribers = new Set<Subscriber>();
  #differences = new Differences();
  #snapshot: Snapshot = { problems: [], items: {} };
  #timer: Timer | undefined;
  /** Ends the reads of AWS; undefined: nobody has the page open. */
  #reading: AbortController | undefined;

  /** @param clock real time */
  constructor(world: World, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
  }

  /**
   * @param open sends the details of this object, otherwise the snapshot of all
   * @returns how to end it
   */
  subscribe(open: string | undefined, send: Subscriber["send"]): () => void {
    if (this.#reading === undefined) this.#begin();
    const subscriber: Subscriber = { send, open, details: "" };
    this.#subscribers.add(subscriber);
    if (open === undefined) send({ event: "begin", data: this.#beginning() });
    else void this.#sendDetails(subscriber, open);
    return () => {
      this.#subscribers.delete(subscriber);
      if (this.#subscribers.size === 0) this.close();
    };
  }

  /** Ends all work until the next subscription. */
  close(): void {
    this.#reading?.abort(new Error("nobody has the page open"));
    this.#reading = undefined;
    this.#timer?.cancel();
    this.#subscribers.clear();
  }

  #begin(): void {
    this.#reading = new AbortController();
    this.#differences = new Differences();
    this.#snapshot = this.#read();
    this.#differences.next(this.#snapshot);
    this.#later();
    void this.#readAws(this.#reading.signal);
  }

  async #readAws(signal: AbortSignal): Promise<void> {
    const { aws } = this.#world;
    while (!signal.aborted) {
      await aws.round(signal);
      await pause(this.#clock, aws.pauseMs, signal);
    }
  }

  #later(): void {
    this.#timer = this.#clock.schedule(compareMs, () => {
      this.#compare();
      this.#later();
    });
  }

  #compare(): void {
    const snapshot = this.#read();
    const change = this.#differences.next(snapshot);
    this.#snapshot = snapshot;
    for (const subscriber of this.#subscribers) {
      if (subscriber.open !== undefined) void this.#sendDetails(subscriber, subscriber.open);
      else if (change !== undefined) subscriber.send({ event: "change", data: change });
    }
  }

  #read(): Snapshot {
    const { about, aws } = this.#world;
    const snapshot = snapshotOf({ objects: this.#world.objects(), aws: aws.seen }, about.hasKubectl);
    return { ...snapshot, problems: [...this.#world.problems(), ...snapshot.problems] };
  }

  #beginning(): Beginning {
    return { about: this.#world.about, snapshot: this.#snapshot };
  }

  /** What cannot be read or shown is in them. */
  async #detailsOf(object: KubeObject, objects: readonly KubeObject[], signal: AbortSignal): Promise<Details> {
    try {
      return detailsOf(object, objects, await this.#world.eventsOf(object, signal));
    } catch (error) {
      const events = { lines: [], problem: withStop(error) };
      return { id: idOf(object), conditions: [], facts: [], referencedBy: [], events, past: [] };
    }
  }

  async #sendDetails(subscriber: Subscriber, id: string): Promise<void> {
    const signal = this.#reading?.signal;
    if (signal === undefined) return;
    const objects = this.#world.objects();
    const object = objects.find((one) => idOf(one) === id);
    const details = object === undefined ? null : await this.#detailsOf(object, objects, signal);
    const text = JSON.stringify(details);
    if (text === subscriber.details || !this.#subscribers.has(subscriber)) return;
    subscriber.details = text;
    subscriber.send({ event: "details", data: details });
  }
}

/** Ends early when the signal aborts. */
async function pause(clock: Clock, pauseMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = clock.schedule(pauseMs, resolve);
    signal.addEventListener(
      "abort",
      () => {
        timer.cancel();
        resolve();
      },
      { once: true },
    );
  });
}
