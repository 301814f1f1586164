import type { Part } from "../network/facts.ts";
import type { Clock } from "../runtime/clock.ts";
import { AwsError } from "./errors.ts";

/** How long "could not be read" is believed: a permission may be given at any time. */
const unreadMs = 60_000;
/** Keys that nobody asked for so long are left out of the next read. */
const forgottenMs = 24 * 3_600_000;

/** Gives everything about the keys; may reject with an `AwsError`. */
type ReadKeys<T> = (keys: readonly string[]) => Promise<readonly T[]>;

interface Reading<T> {
  readonly keys: ReadonlySet<string>;
  readonly at: number;
  readonly part: Promise<Part<readonly T[]>>;
  failed: boolean;
}

interface Wanted<T> {
  /** Reads for whoever asks: one who asks much delays only itself. */
  readonly read: ReadKeys<T>;
  /** Keys to be read along when a read is needed anyway. */
  readonly also?: () => Iterable<string>;
}

/** Names come from manifests, so anybody could ask for new ones without end: what is kept has a bound. */
const mostReadings = 32;
const mostKeys = 2000;

/** EC2 takes at most so many values in a filter. */
export const keysPerCall = 200;

/**
 * One kind of fact, read for many keys (ids, names) in one go and kept. Whoever asks for keys that were read together a
 * short time ago gets that answer; else they are read again, and with them as many others as the same calls have room for:
 * the many keys of one cost nobody else a call.
 */
export class KeptPart<T> {
  readonly #clock: Clock;
  /** By key: when it was last asked for, monotonic; the last one is the newest. */
  readonly #asked = new Map<string, number>();
  /** The last reads, the newest first. */
  #readings: readonly Reading<T>[] = [];
  /** By key: the newest of these reads that has it. */
  readonly #newest = new Map<string, Reading<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async of(
    keys: readonly string[],
    maxAgeMs: number,
    { read, also = () => [] }: Wanted<T>,
  ): Promise<{ readonly part: Part<readonly T[]>; readonly at: number }> {
    const now = this.#clock.monotonic();
    for (const key of keys) this.#note(key, now);
    if (keys.length === 0) return { part: { kind: "read", value: [] }, at: now };
    const last = this.#readings.find((one) => keys.every((key) => one.keys.has(key)));
    if (last !== undefined && this.#isFresh(last, maxAgeMs, now)) return { part: await last.part, at: last.at };
    const reading = this.#begin(this.#withOthers(keys, maxAgeMs, also()), read);
    return { part: await reading.part, at: reading.at };
  }

  /**
   * What was read before is read again when it is next asked for.
   *
   * @param beforeMs monotonic; an answer that was asked for at this time or later stays
   */
  forget(beforeMs: number): void {
    this.#keep(this.#readings.filter(({ at }) => at >= beforeMs));
  }

  #isFresh({ at, failed }: Reading<T>, maxAgeMs: number, now: number): boolean {
    return now - at <= (failed ? Math.min(unreadMs, maxAgeMs) : maxAgeMs);
  }

  /** The keys, and as many others as the same calls have room for: such as are not known anyway. */
  #withOthers(wanted: readonly string[], maxAgeMs: number, also: Iterable<string>): ReadonlySet<string> {
    const now = this.#clock.monotonic();
    for (const [key, askedAt] of this.#asked) {
      // The first ones were asked for longest ago.
      if (now - askedAt <= forgottenMs) break;
      this.#asked.delete(key);
    }
    const keys = new Set(wanted);
    const room = Math.ceil(keys.size / keysPerCall) * keysPerCall;
    for (const others of [[...this.#asked.keys()].reverse(), also]) {
      for (const key of others) {
        if (keys.size >= room) return keys;
        const newest = this.#newest.get(key);
        if (newest === undefined || !this.#isFresh(newest, maxAgeMs, now)) keys.add(key);
      }
    }
    return keys;
  }

  #begin(keys: ReadonlySet<string>, read: ReadKeys<T>): Reading<T> {
    const reading: Reading<T> = {
      keys,
      at: this.#clock.monotonic(),
      part: this.#part([...keys], read, () => this.#fail(reading)),
      failed: false,
    };
    for (const key of keys) this.#newest.set(key, reading);
    this.#keep([reading, ...this.#readings].slice(0, mostReadings));
    return reading;
  }

  #keep(readings: readonly Reading<T>[]): void {
    for (const gone of this.#readings.filter((one) => !readings.includes(one))) {
      for (const key of gone.keys) if (this.#newest.get(key) === gone) this.#newest.delete(key);
    }
    this.#readings = readings;
  }

  #note(key: string, now: number): void {
    this.#asked.delete(key);
    this.#asked.set(key, now);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > mostKeys && oldest !== undefined) this.#asked.delete(oldest);
  }

  #fail(reading: Reading<T>): void {
    reading.failed = true;
  }

  async #part(keys: readonly string[], read: ReadKeys<T>, onFailure: () => void): Promise<Part<readonly T[]>> {
    try {
      const value = await read(keys);
      if (value.some(isUnread)) onFailure();
      return { kind: "read", value };
    } catch (error) {
      onFailure();
      return unread(error);
    }
  }
}

/** Whether a fact says of its key that it could not be read, while others could. */
function isUnread(fact: unknown): boolean {
  return typeof fact === "object" && fact !== null && "unread" in fact;
}

/**
 * Why a part could not be read.
 * @throws what is no `AwsError`
 */
export function unread(error: unknown): Extract<Part<never>, { kind: "unread" }> {
  if (!(error instanceof AwsError)) throw error;
  return {
    kind: "unread",
    permission: error.kind === "denied" ? error.operation : undefined,
    message: error.message,
  };
}
