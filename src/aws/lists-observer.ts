import { abortable } from "../runtime/abort.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { BatchApi } from "./batch-calls.ts";
import { Alarm, keepReading, ReadHealth, SharedRun } from "./cadence.ts";
import { AwsError } from "./errors.ts";
import { type Announcements, HintsHeard } from "./hint.ts";
import { longRead } from "./long-read.ts";
import { noChange, type RegionCache } from "./region-cache.ts";
import { type ListedKey, listedKeys, listedResources } from "./resources/index.ts";

/** Milliseconds from one read to the next: at rest, and while something moves; the rest of each is chance. */
export const restMs = 60_000;
export const restSpreadMs = 6000;
/** At rest, where events announce what somebody changes. */
export const announcedRestMs = 600_000;
/** No sooner is anything read again that nobody waits for. */
export const soonestMs = 1500;
const movingSpreadMs = 500;
/** How long `expectChange` is believed; it ends earlier once something moved and has come to rest. */
const expectMs = 120_000;
/** What has not moved for long is listed less often, e.g. a deletion that hangs for hours. */
const slowestMovingMs = 10_000;
const stillnessPerMs = 300;

export interface ObserverOptions {
  /** Behind budget and deadline (`guardedBatch`). */
  readonly batch: BatchApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly cache: RegionCache;
  /** Aborts when the region is closed. */
  readonly lifetime: AbortSignal;
  readonly announcements: Announcements;
}

/**
 * Milliseconds between two reads of what moves.
 * @param stillMs for how long it has not moved
 * @param chance from 0 to 1
 */
export function pauseWhileMoving(stillMs: number, chance: number): number {
  return Math.max(soonestMs + movingSpreadMs * chance, Math.min(slowestMovingMs, stillMs / stillnessPerMs));
}

/** How long what rests is not read again. */
export function restMsOf({ announcements }: Pick<ObserverOptions, "announcements">): number {
  return announcements.trusts("resources") ? announcedRestMs : restMs;
}

/** Takes what was read into the cache. @returns the names that changed */
type Merge = (begunAt: number, answeredAt: number) => readonly string[];

/** Keeps environments and queues up to date, which are listed as a whole: one call for each per listing, by pages of 100. */
export class ListsObserver {
  readonly health: ReadHealth;
  readonly #options: ObserverOptions;
  readonly #alarm: Alarm;
  readonly #listing: SharedRun;
  #begunAt: number | undefined;
  #chance = 0;
  #expectUntil = Number.NEGATIVE_INFINITY;
  #movedAt = Number.NEGATIVE_INFINITY;
  /** A listing that begins no earlier is waited for. */
  #wantedFrom = Number.NEGATIVE_INFINITY;
  readonly #hints = new HintsHeard();
  /** Whether something was in transition after the last listing. */
  #moved = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.health = new ReadHealth(options.clock, options.random);
    this.#alarm = new Alarm(options.clock);
    // Somebody else may have asked for it, and however it ended, the next listing may be due earlier.
    this.#listing = new SharedRun(() => this.#list().finally(() => this.#alarm.ring()));
  }

  /** Resolves when the lifetime ends. */
  run(): Promise<void> {
    const { clock, lifetime } = this.#options;
    return keepReading(
      clock,
      { due: () => this.#due(), read: () => this.#listing.join(), alarm: this.#alarm },
      lifetime,
    );
  }

  /**
   * A complete listing that begins no earlier than this call, and not before it is sure to show what the writer before
   * this process wrote.
   * @throws AwsError when AWS cannot be read; while a retry is not due, at once and without a call
   */
  async refresh(signal: AbortSignal): Promise<void> {
    const { cache, clock } = this.#options;
    const { failure, retryAt } = this.health;
    if (failure !== undefined && retryAt !== undefined && clock.monotonic() < retryAt) throw failure.error;
    const waitMs = (cache.believedFrom() ?? 0) - clock.monotonic();
    if (waitMs > 0) await sleep(clock, waitMs, signal);
    await abortable(this.#listing.begin(), signal);
  }

  expectChange(): void {
    const now = this.#options.clock.monotonic();
    this.#expectUntil = now + expectMs;
    this.#movedAt = now;
    this.#alarm.ring();
  }

  /** A listing that begins at this time (monotonic ms) or later shows something that an earlier one cannot. */
  wantListingFrom(at: number): void {
    if (at <= this.#wantedFrom) return;
    this.#wantedFrom = at;
    this.#alarm.ring();
  }

  /** Something may be different than was last listed. */
  hear(): void {
    this.#hints.hear(this.#options.clock.monotonic());
    this.#alarm.ring();
  }

  /** Something was written, or this process became the writer: the next listing may be due earlier. */
  reconsider(): void {
    this.#movedAt = this.#options.clock.monotonic();
    this.#alarm.ring();
  }

  #due(): number {
    const { cache, clock } = this.#options;
    if (this.health.retryAt !== undefined) return this.health.retryAt;
    const begunAt = this.#begunAt;
    if (begunAt === undefined) return Number.NEGATIVE_INFINITY;
    const stillMs = clock.monotonic() - this.#movedAt;
    const pauseMs = pauseWhileMoving(stillMs, this.#chance);
    if (this.#inTransition() || clock.monotonic() < this.#expectUntil) return begunAt + pauseMs;

    const dueTimes = [begunAt + restMsOf(this.#options) + restSpreadMs * this.#chance, this.#hints.due(begunAt)];
    if (begunAt < this.#wantedFrom) dueTimes.push(Math.max(this.#wantedFrom, begunAt + soonestMs));
    for (const { at } of listedKeys.flatMap((key) => [...cache.records[key].unsettled()])) {
      dueTimes.push(Math.max(at, begunAt + soonestMs));
    }
    const believedFrom = cache.believedFrom();
    if (believedFrom !== undefined && begunAt < believedFrom) dueTimes.push(believedFrom);
    return Math.min(...dueTimes);
  }

  #inTransition(): boolean {
    const snapshot = this.#options.cache.snapshot();
    return listedKeys.some((key) => snapshot[key].values().some(isMoving));
  }

  async #readAll<Key extends ListedKey>(key: Key): Promise<Merge> {
    const { cache, lifetime } = this.#options;
    const records = cache.records[key];
    const known = records.readAt === undefined ? undefined : [...records.records.keys()];
    const read = await listedResources[key].list(longRead(this.#options), known, lifetime);
    return (begunAt, answeredAt) => records.mergeAll(read, begunAt, answeredAt);
  }

  async #list(): Promise<void> {
    const { cache, clock, lifetime, random } = this.#options;
    const begunAt = clock.monotonic();
    const listedAt = clock.now();
    const reads = await Promise.allSettled(listedKeys.map(async (key) => ({ key, merge: await this.#readAll(key) })));
    const failed = reads.find((read) => read.status === "rejected");
    if (failed !== undefined) {
      const error: unknown = failed.reason;
      if (error instanceof AwsError && !lifetime.aborted) {
        this.health.fails(error);
        cache.setFailure("lists", this.health.failure);
      }
      throw error;
    }
    const answeredAt = clock.monotonic();
    this.#begunAt = begunAt;
    this.#chance = random();
    this.health.works();
    cache.update(() => {
      cache.listedAt = listedAt;
      const changed = reads
        .filter((read) => read.status === "fulfilled")
        .map(({ value: { key, merge } }) => [key, merge(begunAt, answeredAt)] as const);
      if (changed.some(([, names]) => names.length > 0)) this.#movedAt = clock.monotonic();
      return {
        ...noChange,
        ...Object.fromEntries(changed),
        everything: cache.beginsBelief(begunAt),
      };
    });
    const moves = this.#inTransition();
    if (this.#moved && !moves) this.#expectUntil = Number.NEGATIVE_INFINITY;
    this.#moved = moves;
    cache.setFailure("lists", undefined);
  }
}

function isMoving({ status }: { readonly status?: string | undefined }): boolean {
  return status === "CREATING" || status === "UPDATING" || status === "DELETING";
}
