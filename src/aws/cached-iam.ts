import type { Clock } from "../runtime/clock.ts";
import { eachCall } from "./calls.ts";
import type { IamApi } from "./iam.ts";
import type { IamAccount, IamReading, ProfileSeen, RoleSeen } from "./iam-account.ts";
import { iamCalls } from "./iam-calls.ts";
import { readProfile, readRole } from "./iam-reads.ts";

export interface IamAccountOptions {
  /** Behind budget, lease, deadline and classification (`guardedIam`). */
  readonly api: IamApi;
  readonly account: string;
  readonly partition: string;
  readonly clock: Clock;
}

/** For so long after a write AWS may answer from before it; what is read meanwhile is not kept for longer than … */
const settlesMs = 15_000;
/** … this. */
const unsettledAgeMs = 2000;
/** Names come from manifests, so anybody could ask for new ones without end. */
const mostKept = 5000;

/** IAM of one account, with a cache that every write of ours empties of what it touched. */
export function createIamAccount({ api, account, partition, clock }: IamAccountOptions): IamAccount {
  const writes = new Writes(clock);
  const roles = new Cache<RoleSeen | undefined>(clock, writes);
  const profiles = new Cache<ProfileSeen | undefined>(clock, writes);

  const wrote = (name: string): void => {
    writes.note(name);
    roles.forget((seen, key) => key === name || seen?.profileNames.includes(name) === true);
    profiles.forget((seen, key) => key === name || seen?.roleNames.includes(name) === true);
  };
  const role = (name: string, reading: IamReading) =>
    roles.get(name, reading, () => readRole(api, name, reading.signal));
  const profile = (name: string, reading: IamReading) =>
    profiles.get(name, reading, () => readProfile(api, name, reading.signal));

  return {
    account,
    partition,
    api: reporting(api, wrote),
    role,
    profile,
    wrote,
  };
}

/** The same calls; each write is reported before it leaves and after its end, so that no read in between is kept. */
function reporting(api: IamApi, wrote: (name: string) => void): IamApi {
  return eachCall(api, iamCalls, (_name, kind, call) => {
    if (kind === "read") return call;
    return async (input, options) => {
      const { RoleName, InstanceProfileName }: Named = input;
      const names = [RoleName, InstanceProfileName].filter((one) => one !== undefined);
      for (const one of names) wrote(one);
      try {
        return await call(input, options);
      } finally {
        for (const one of names) wrote(one);
      }
    };
  });
}

interface Named {
  readonly RoleName?: string | undefined;
  readonly InstanceProfileName?: string | undefined;
}

/** When we last wrote, by name. */
class Writes {
  /** Counts all writes. */
  count = 0;
  readonly #clock: Clock;
  readonly #at = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(name: string): void {
    const now = this.#clock.monotonic();
    this.count++;
    for (const [old, at] of this.#at) if (now - at > settlesMs) this.#at.delete(old);
    this.#at.set(name, now);
  }

  /** Whether an answer to what was asked at `askedAt` may be from before a write; of any name without one. */
  unsettled(askedAt: number): boolean {
    return [...this.#at.values()].some((at) => askedAt - at < settlesMs);
  }
}

interface Kept<T> {
  readonly value: T;
  /** Monotonic time at which it was asked for. */
  readonly askedAt: number;
  /** It may be from before a write of ours. */
  readonly unsettled: boolean;
}

/** A read under way; those who may have an answer as old share it. */
interface Coming<T> {
  readonly askedAt: number;
  readonly signal: AbortSignal;
  readonly answer: Promise<T>;
}

class Cache<T> {
  readonly #clock: Clock;
  readonly #writes: Writes;
  readonly #kept = new Map<string, Kept<T>>();
  readonly #coming = new Map<string, Coming<T>>();

  constructor(clock: Clock, writes: Writes) {
    this.#clock = clock;
    this.#writes = writes;
  }

  async get(key: string, reading: IamReading, read: () => Promise<T>): Promise<T> {
    const { maxAgeMs, sinceMs = Number.POSITIVE_INFINITY, signal } = reading;
    const now = this.#clock.monotonic();
    const isFresh = (askedAt: number, limitMs: number): boolean => askedAt >= sinceMs || now - askedAt < limitMs;
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      const limitMs = kept.unsettled ? Math.min(maxAgeMs, unsettledAgeMs) : maxAgeMs;
      if (isFresh(kept.askedAt, limitMs)) return kept.value;
    }
    const coming = this.#coming.get(key);
    if (coming !== undefined && isFresh(coming.askedAt, maxAgeMs)) {
      try {
        return await coming.answer;
      } catch (error) {
        // Given up by whoever began it, not by us.
        if (!coming.signal.aborted || signal.aborted) throw error;
      }
    }
    return await this.#read(key, { askedAt: now, signal, answer: read() });
  }

  forget(which: (value: T, key: string) => boolean): void {
    for (const [key, { value }] of this.#kept) if (which(value, key)) this.#kept.delete(key);
    this.#coming.clear();
  }

  async #read(key: string, mine: Coming<T>): Promise<T> {
    const { count } = this.#writes;
    this.#coming.set(key, mine);
    try {
      const value = await mine.answer;
      if (this.#writes.count === count) this.#keep(key, value, mine.askedAt);
      return value;
    } catch (error) {
      // A plan from the older value would fail at the live read that precedes each act, and start over.
      this.#kept.delete(key);
      throw error;
    } finally {
      if (this.#coming.get(key) === mine) this.#coming.delete(key);
    }
  }

  #keep(key: string, value: T, askedAt: number): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, askedAt, unsettled: this.#writes.unsettled(askedAt) });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}
