import type { Clock } from "../runtime/clock.ts";
import { callsFor, eachCall } from "./calls.ts";
import type { IamApi } from "./iam.ts";
import type { IamAccount, IamOfAll, IamReading, ProfileSeen, RoleSeen } from "./iam-account.ts";
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
/** Longer than any read takes. */
const rememberedMs = 600_000;
/** Names come from manifests, so anybody could ask for new ones without end. */
const mostKept = 5000;

/** IAM of one account, with a cache that every write of ours empties of what it touched. */
export function createIamAccount({ api, account, partition, clock }: IamAccountOptions): IamOfAll {
  const writes = new Writes(clock);
  const roles = new Cache<RoleSeen | undefined>(clock, writes, (seen) => seen?.profileNames ?? []);
  const profiles = new Cache<ProfileSeen | undefined>(clock, writes, (seen) => seen?.roleNames ?? []);

  const wrote = (name: string): void => {
    writes.note(name);
    roles.forget(name);
    profiles.forget(name);
  };
  const calling = (calls: IamApi): IamAccount => ({
    account,
    partition,
    api: reporting(calls, wrote),
    role: (name, reading) => roles.get(name, reading, () => readRole(calls, name, reading.signal)),
    profile: (name, reading) => profiles.get(name, reading, () => readProfile(calls, name, reading.signal)),
    wrote,
  });
  return { ...calling(api), onBehalfOf: (namespace) => calling(callsFor(namespace, api, iamCalls)) };
}

/** The same calls; each write is reported before it leaves and after its end, so that no read in between is kept. */
function reporting(api: IamApi, wrote: (name: string) => void): IamApi {
  return eachCall(api, iamCalls, (_name, kind, call) => {
    if (kind === "read") return call;
    return async (input, options) => {
      const { RoleName, InstanceProfileName }: IamNames = input;
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

interface IamNames {
  readonly RoleName?: string | undefined;
  readonly InstanceProfileName?: string | undefined;
}

/** Our last writes, by name. */
class Writes {
  /** Counts all writes. */
  count = 0;
  readonly #clock: Clock;
  /** In the order of the writes. */
  readonly #last = new Map<string, { readonly at: number; readonly count: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(name: string): void {
    const now = this.#clock.monotonic();
    for (const [old, { at }] of this.#last) {
      if (now - at <= rememberedMs) break;
      this.#last.delete(old);
    }
    this.#last.delete(name);
    this.#last.set(name, { at: now, count: ++this.count });
  }

  /** Whether an answer to what was asked at `askedAt` may be from before a write to one of the names. */
  unsettled(names: readonly string[], askedAt: number): boolean {
    return names.some((name) => askedAt - (this.#last.get(name)?.at ?? Number.NEGATIVE_INFINITY) < settlesMs);
  }

  /** Whether one of the names was written after so many writes. */
  wroteSince(names: readonly string[], count: number): boolean {
    return names.some((name) => (this.#last.get(name)?.count ?? 0) > count);
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
  /** The names in what was read: it is another when one of these was written. */
  readonly #namesIn: (value: T) => readonly string[];
  readonly #kept = new Map<string, Kept<T>>();
  readonly #coming = new Map<string, Coming<T>>();

  constructor(clock: Clock, writes: Writes, namesIn: (value: T) => readonly string[]) {
    this.#clock = clock;
    this.#writes = writes;
    this.#namesIn = namesIn;
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

  /** What has this name, or holds it, was written. */
  forget(name: string): void {
    for (const [key, { value }] of this.#kept) {
      if (key === name || this.#namesIn(value).includes(name)) this.#kept.delete(key);
    }
    this.#coming.clear();
  }

  async #read(key: string, mine: Coming<T>): Promise<T> {
    const { count } = this.#writes;
    this.#coming.set(key, mine);
    try {
      const value = await mine.answer;
      const names = [key, ...this.#namesIn(value)];
      if (!this.#writes.wroteSince(names, count)) this.#keep(key, value, mine.askedAt, names);
      return value;
    } catch (error) {
      // A plan from the older value would fail at the live read that precedes each act, and start over.
      this.#kept.delete(key);
      throw error;
    } finally {
      if (this.#coming.get(key) === mine) this.#coming.delete(key);
    }
  }

  #keep(key: string, value: T, askedAt: number, names: readonly string[]): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, askedAt, unsettled: this.#writes.unsettled(names, askedAt) });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }
}
