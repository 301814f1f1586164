import type { Part } from "../network/facts.ts";
import type { Clock } from "../runtime/clock.ts";
import { AwsError } from "./errors.ts";

/** How long "could not be read" is believed: a permission may be given at any time. */
const unreadMs = 60_000;
/** Keys that nobody asked for so long are left out of the next read. */
const forgottenMs = 24 * 3_600_000;

/** Gives everything about the keys; may reject with an `AwsError`. */
type Read<T> = (keys: readonly string[]) => Promise<readonly T[]>;

interface Reading<T> {
  readonly keys: ReadonlySet<string>;
  readonly at: number;
  readonly part: Promise<Part<readonly T[]>>;
  failed: boolean;
}

interface Wanted<T> {
  /** Keys to be read along when a read is needed anyway. */
  readonly also?: readonly string[];
  /** Reads them for whoever asks; left out: as all reads are made. */
  readonly read?: Read<T>;
}

/** EC2 takes at most so many values in a filter. */
export const keysPerCall = 200;

/**
 * One kind of fact, read for many keys (ids, names) in one go and kept. Whoever asks for keys that were read together a
 * short time ago gets that answer; else they are read again, and with them as many others as the same calls have room for:
 * the many keys of one cost nobody else a call.
 */
export class KeptPart<T> {
  readonly #clock: Clock;
  readonly #read: Read<T>;
  /** By key: when it was last asked for, monotonic; the last one is the newest. */
  readonly #asked = new Map<string, number>();
  /** By key: the newest read that it was in. */
  readonly #readings = new Map<string, Reading<T>>();

  constructor(clock: Clock, read: Read<T>) {
    this.#clock = clock;
    this.#read = read;
  }

  async of(
    keys: readonly string[],
    maxAgeMs: number,
    { also = [], read = this.#read }: Wanted<T> = {},
  ): Promise<{ readonly part: Part<readonly T[]>; readonly at: number }> {
    const now = this.#clock.monotonic();
    for (const key of keys) {
      this.#asked.delete(key);
      this.#asked.set(key, now);
    }
    const [first] = keys;
    if (first === undefined) return { part: { kind: "read", value: [] }, at: now };
    const last = this.#readings.get(first);
    const current = last !== undefined && keys.every((key) => last.keys.has(key)) && this.#isFresh(last, maxAgeMs, now);
    const reading = current ? last : this.#begin(keys, also, read);
    return { part: await reading.part, at: reading.at };
  }

  /**
   * What was read before is read again when it is next asked for.
   *
   * @param beforeMs monotonic; an answer that was asked for at this time or later stays
   */
  forget(beforeMs: number): void {
    for (const [key, { at }] of this.#readings) if (at < beforeMs) this.#readings.delete(key);
  }

  #isFresh({ at, failed }: Reading<T>, maxAgeMs: number, now: number): boolean {
    return now - at <= (failed ? Math.min(unreadMs, maxAgeMs) : maxAgeMs);
  }

  #begin(wanted: readonly string[], also: readonly string[], read: Read<T>): Reading<T> {
    const at = this.#clock.monotonic();
    for (const [key, askedAt] of this.#asked) if (at - askedAt > forgottenMs) this.#drop(key);
    const keys = new Set(wanted);
    const room = Math.ceil(keys.size / keysPerCall) * keysPerCall;
    for (const key of [...[...this.#asked.keys()].reverse(), ...also]) if (keys.size < room) keys.add(key);
    const reading: Reading<T> = {
      keys,
      at,
      part: this.#part([...keys], read, () => this.#fail(reading)),
      failed: false,
    };
    for (const key of keys) this.#readings.set(key, reading);
    return reading;
  }

  #drop(key: string): void {
    this.#asked.delete(key);
    this.#readings.delete(key);
  }

  #fail(reading: Reading<T>): void {
    reading.failed = true;
  }

  async #part(keys: readonly string[], read: Read<T>, onFailure: () => void): Promise<Part<readonly T[]>> {
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
