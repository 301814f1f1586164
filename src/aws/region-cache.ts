import type { Clock } from "../runtime/clock.ts";
import type { ReadFailure } from "./cadence.ts";
import { stalenessMs, stalestMs } from "./effects.ts";
import { isWorthReporting } from "./errors.ts";
import { OverlaidRecords } from "./overlay.ts";
import type { BatchSnapshot } from "./region.ts";
import type { ResourceType } from "./resources/index.ts";
import {
  type AskedKey,
  forEachResource,
  isDescribed,
  keyOf,
  type ResourceKey,
  type ResourceRecords,
} from "./resources/index.ts";

/** What became different from one snapshot to the next: names as AWS has them. */
export interface RegionChange extends Readonly<Record<ResourceKey, readonly string[]>> {
  /** Names of queues with other known jobs than before. */
  readonly jobs: readonly string[];
  /** `namespace/name` of objects whose own job is another than before. */
  readonly followed: readonly string[];
  /** What changed is or was only asked for: a creation that AWS has not answered yet, or refused, or that was not sent. */
  readonly asked: boolean;
  /**
   * Every object may now decide differently: AWS became readable or unreadable, or the absence of resources began to be
   * believed because this process has been the writer long enough.
   */
  readonly everything: boolean;
}

export const noChange: RegionChange = {
  ...forEachResource(() => []),
  jobs: [],
  followed: [],
  asked: false,
  everything: false,
};

type Records = { readonly [Key in ResourceKey]: OverlaidRecords<ResourceRecords[Key]> };

export interface RegionCacheOptions {
  readonly clock: Clock;
  /**
   * Since when this process is the writer, by the `monotonic()` of `clock`; -Infinity where nobody can have written
   * before it; undefined: it is not the writer.
   */
  readonly writerSinceMonotonicMs: () => number | undefined;
  /** Called in the turn of the change; both snapshots share what did not change. */
  readonly onChange: (change: RegionChange, previous: BatchSnapshot, current: BatchSnapshot) => void;
}

/** What is read together, and works or fails as one. */
export type ReadName = "lists" | "jobDefinitions" | AskedKey;

/** The one cache of an account and region: what was read, under what we wrote. */
export class RegionCache {
  readonly records = forEachResource((key) => new OverlaidRecords({ ignoresRelapses: isDescribed(key) })) as Records;
  /** Wall time (ms) at which the newest listing of environments and queues began. */
  listedAt: number | undefined;
  /** Names of revisions that are there but of no interest: they are not absent. */
  otherDefinitions: ReadonlySet<string> = new Set();
  readonly #failures = new Map<ReadName, ReadFailure>();
  /** Reads with a failure that everybody was woken for. */
  readonly #reported = new Set<ReadName>();
  readonly #options: RegionCacheOptions;
  /** By environment: when a write of ours that put it into an order ended last, monotonic ms; of the recent ones. */
  readonly #namedAt = new Map<string, number>();
  #snapshot: BatchSnapshot | undefined;
  /** The `believedFrom` that was reported when it came true. */
  #reportedFrom: number | undefined;

  constructor(options: RegionCacheOptions) {
    this.#options = options;
  }

  snapshot(): BatchSnapshot {
    this.#snapshot ??= this.#view(this.records.jobDefinitions.readAt !== undefined);
    return this.#snapshot;
  }

  /** A snapshot that shows the names of revisions that were read, although not all have been yet. */
  snapshotOfReadDefinitions(): BatchSnapshot {
    return this.records.jobDefinitions.readAt === undefined ? this.#view(true) : this.snapshot();
  }

  /** Everything that changes the cache goes through here, so that every change is reported. */
  update(change: () => RegionChange): void {
    const previous = this.snapshot();
    const changes = change();
    this.#snapshot = undefined;
    const { everything, asked: _whether, ...names } = changes;
    if (everything || Object.values(names).some((changed) => changed.length > 0))
      this.#options.onChange(changes, previous, this.snapshot());
  }

  /**
   * Notes that a kind of read works, or why it does not. Everybody is woken only by what lasts: who has something to do
   * meanwhile reads the snapshot.
   */
  setFailure(read: ReadName, failure: ReadFailure | undefined): void {
    this.update(() => {
      const before = this.#failures.get(read);
      const wasReported = this.#reported.has(read);
      if (failure === undefined) {
        this.#failures.delete(read);
        this.#reported.delete(read);
        return {
          ...noChange,
          everything: wasReported || (before !== undefined && this.#isWorthReporting(read, before)),
        };
      }
      this.#failures.set(read, failure);
      const reports = !wasReported && this.#isWorthReporting(read, failure);
      if (reports) this.#reported.add(read);
      return { ...noChange, everything: reports };
    });
  }

  #isWorthReporting(read: ReadName, { error, from }: ReadFailure): boolean {
    const isFirst = read === "lists" ? this.listedAt === undefined : !this.records[read].hasBeenRead;
    return isFirst || isWorthReporting(error.kind, this.#options.clock.monotonic() - from);
  }

  /** Whether a listing that began at `begunAt` (monotonic ms) is the first whose absences are believed. */
  beginsBelief(begunAt: number): boolean {
    const from = this.believedFrom();
    if (from === undefined || begunAt < from || this.#reportedFrom === from) return false;
    this.#reportedFrom = from;
    return true;
  }

  /** Notes that a write of ours that put environments into an order has ended, however it did. */
  noteNamed(environments: readonly string[]): void {
    const now = this.#options.clock.monotonic();
    for (const [name, at] of this.#namedAt) if (now >= at + stalestMs) this.#namedAt.delete(name);
    for (const name of environments) this.#namedAt.set(name, now);
  }

  /** Monotonic time from which on a read is sure to show each queue of ours that names an environment. */
  #namedFrom(environment: string): number {
    const since = this.#options.writerSinceMonotonicMs() ?? Number.POSITIVE_INFINITY;
    return Math.max(since, this.#namedAt.get(environment) ?? Number.NEGATIVE_INFINITY) + stalestMs;
  }

  /** Monotonic time from which on a read may be believed when it shows that something is missing. */
  believedFrom(): number | undefined {
    const since = this.#options.writerSinceMonotonicMs();
    return since === undefined ? undefined : since + stalenessMs;
  }

  /** Whether what a read that began at `begunAt` does not show may be taken for missing. */
  #isBelieved(begunAt: number | undefined): boolean {
    const from = this.believedFrom();
    return begunAt !== undefined && from !== undefined && begunAt >= from;
  }

  #view(withDefinitions: boolean): BatchSnapshot {
    const { otherDefinitions } = this;
    const [lists, ofDefinitions] = [this.#failures.get("lists"), this.#failures.get("jobDefinitions")];
    const kept = forEachResource((key) => this.records[key].records);
    const namesRead = forEachResource((key) => this.records[key].namesRead());
    const { jobDefinitions: definitions, ...listed } = kept as {
      readonly [Key in ResourceKey]: Records[Key]["records"];
    };

    // What happens to be written after the snapshot was taken counts too: that can only make it more careful.
    const isSettled = (type: ResourceType, name: string): boolean => {
      const key = keyOf(type);
      const begunAt = namesRead[key](name);
      if (begunAt === undefined || !this.#isBelieved(begunAt)) return false;
      return this.records[key].isSettled(name, begunAt);
    };
    const isKept = (type: ResourceType, name: string): boolean =>
      kept[keyOf(type)].has(name) || (type === "job-definition" && otherDefinitions.has(name));
    const { jobQueues: queues } = this.records;
    const queuesReadAt = queues.readAt;

    return {
      ...listed,
      listedAt: this.listedAt,
      failure: lists?.error,
      failingSince: lists?.since,
      definitionsFailure: ofDefinitions?.error,
      definitionsFailingSince: ofDefinitions?.since,
      failureOf: (key) => this.#failures.get(key),
      hasRead: (key, name) => namesRead[key](name) !== undefined,
      jobDefinitions: withDefinitions ? definitions : undefined,
      isAbsent: (type, name) => !isKept(type, name) && isSettled(type, name),
      isSettled,
      isAsked: (type, name) => this.records[keyOf(type)].isAsked(name),
      showsQueuesOf: (environment) => {
        if (!this.#isBelieved(queuesReadAt) || queuesReadAt === undefined || !queues.isCertain(queuesReadAt))
          return false;
        return this.#options.clock.monotonic() >= this.#namedFrom(environment);
      },
      lastWriteAt: (type, name) => this.records[keyOf(type)].lastWriteAt(name),
    };
  }
}
