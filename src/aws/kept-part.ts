import type { Part } from "../network/facts.ts";
import type { Clock } from "../runtime/clock.ts";
import { AwsError } from "./errors.ts";

/** How long "could not be read" is believed: a permission may be given at any time. */
const unreadMs = 60_000;
/** Keys that nobody asked for so long are left out of the next read. */
const forgottenMs = 24 * 3_600_000;

interface Reading<T> {
  readonly keys: ReadonlySet<string>;
  readonly at: number;
  readonly part: Promise<Part<readonly T[]>>;
  failed: boolean;
}

/**
 * One kind of fact, read for many keys (ids, names) in one go and kept. Whoever asks for keys that were read a short
 * time ago gets that answer; else all keys that anybody asked for are read again together.
 */
export class KeptPart<T> {
  readonly #clock: Clock;
  readonly #read: (keys: readonly string[]) => Promise<readonly T[]>;
  /** By key: when it was last asked for, monotonic. */
  readonly #asked = new Map<string, number>();
  #last: Reading<T> | undefined;

  /** @param read gives everything about the keys; may reject with an `AwsError` */
  constructor(clock: Clock, read: (keys: readonly string[]) => Promise<readonly T[]>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** @param also keys to be read along when a read is needed anyway */
  async of(
    keys: readonly string[],
    maxAgeMs: number,
    also: readonly string[] = [],
  ): Promise<{ readonly part: Part<readonly T[]>; readonly at: number }> {
    const now = this.#clock.monotonic();
    for (const key of keys) this.#asked.set(key, now);
    if (keys.length === 0) return { part: { kind: "read", value: [] }, at: now };
    const last = this.#last;
    const current = last !== undefined && keys.every((key) => last.keys.has(key)) && this.#isFresh(last, maxAgeMs, now);
    const reading = current ? last : this.#begin(also, now);
    return { part: await reading.part, at: reading.at };
  }

  /**
   * What was read before is read again when it is next asked for.
   *
   * @param beforeMs monotonic; an answer that was asked for at this time or later stays
   */
  forget(beforeMs: number): void {
    if (this.#last !== undefined && this.#last.at < beforeMs) this.#last = undefined;
  }

  #isFresh({ at, failed }: Reading<T>, maxAgeMs: number, now: number): boolean {
    return now - at <= (failed ? Math.min(unreadMs, maxAgeMs) : maxAgeMs);
  }

  #begin(also: readonly string[], now: number): Reading<T> {
    for (const [key, at] of this.#asked) if (now - at > forgottenMs) this.#asked.delete(key);
    const keys = new Set([...this.#asked.keys(), ...also]);
    const reading: Reading<T> = {
      keys,
      at: now,
      part: this.#part([...keys], () => this.#fail(reading)),
      failed: false,
    };
    this.#last = reading;
    return reading;
  }

  #fail(reading: Reading<T>): void {
    reading.failed = true;
  }

  async #part(keys: readonly string[], onFailure: () => void): Promise<Part<readonly T[]>> {
    try {
      const value = await this.#read(keys);
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
