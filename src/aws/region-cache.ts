import type { Clock } from "../runtime/clock.ts";
import type { Environment, Queue } from "./batch.ts";
import type { ReadFailure } from "./cadence.ts";
import { type Revisions, stalenessMs, stalestMs } from "./effects.ts";
import { isWorthTelling } from "./errors.ts";
import { OverlaidRecords } from "./overlay.ts";
import type { BatchSnapshot, NamedThing, RevisionSeen } from "./region.ts";

/** What became different from one snapshot to the next; names as AWS has them. */
export interface RegionChange {
  readonly environments: readonly string[];
  readonly queues: readonly string[];
  readonly definitions: readonly string[];
  /** Names of queues of whose jobs something else is known now. */
  readonly jobs: readonly string[];
  /**
   * Every object may now decide differently: AWS became readable or unreadable, or the absence of things began to be
   * believed because this process has been the writer long enough.
   */
  readonly everything: boolean;
}

export const noChange: RegionChange = { environments: [], queues: [], definitions: [], jobs: [], everything: false };

/** `read`: the fingerprint is of the body as AWS describes it, no longer as we sent it. */
export interface StoredRevision extends RevisionSeen {
  readonly read: boolean;
}

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

/** The one cache of an account and region: what was read, under what we wrote. */
export class RegionCache {
  readonly environments = new OverlaidRecords<Environment>({ ignoresRelapses: true });
  readonly queues = new OverlaidRecords<Queue>({ ignoresRelapses: true });
  readonly definitions = new OverlaidRecords<Revisions<StoredRevision>>();
  /** Wall time (ms) at which the newest listing of environments and queues began. */
  listedAt: number | undefined;
  /** Names of revisions that are there but of no interest: they are not absent. */
  otherDefinitions: ReadonlySet<string> = new Set();
  readonly #failures = new Map<"lists" | "definitions", ReadFailure>();
  /** Reads of whose failure everybody was told. */
  readonly #told = new Set<"lists" | "definitions">();
  readonly #options: RegionCacheOptions;
  /** By environment: when a write of ours that put it into an order ended last, monotonic ms; of the recent ones. */
  readonly #namedAt = new Map<string, number>();
  #snapshot: BatchSnapshot | undefined;
  /** The `believedFrom` whose coming true has been told. */
  #toldFrom: number | undefined;

  constructor(options: RegionCacheOptions) {
    this.#options = options;
  }

  snapshot(): BatchSnapshot {
    this.#snapshot ??= this.#view(this.definitions.readAt !== undefined);
    return this.#snapshot;
  }

  /** A snapshot that shows the names of revisions that were read, although not all have been yet. */
  snapshotOfReadDefinitions(): BatchSnapshot {
    return this.definitions.readAt === undefined ? this.#view(true) : this.snapshot();
  }

  /** Everything that changes the cache goes through here, so that what became different is told. */
  update(change: () => RegionChange): void {
    const previous = this.snapshot();
    const news = change();
    this.#snapshot = undefined;
    const names = news.environments.length + news.queues.length + news.definitions.length + news.jobs.length;
    if (news.everything || names > 0) this.#options.onChange(news, previous, this.snapshot());
  }

  /**
   * Notes that a kind of read works, or why it does not. Everybody is woken only by what lasts: who has something to do
   * meanwhile looks at the snapshot.
   */
  setFailure(read: "lists" | "definitions", failure: ReadFailure | undefined): void {
    this.update(() => {
      const before = this.#failures.get(read);
      const told = this.#told.has(read);
      if (failure === undefined) {
        this.#failures.delete(read);
        this.#told.delete(read);
        return { ...noChange, everything: told || (before !== undefined && this.#isWorthTelling(read, before)) };
      }
      this.#failures.set(read, failure);
      const tells = !told && this.#isWorthTelling(read, failure);
      if (tells) this.#told.add(read);
      return { ...noChange, everything: tells };
    });
  }

  #isWorthTelling(read: "lists" | "definitions", { error, from }: ReadFailure): boolean {
    const readAt = read === "lists" ? this.listedAt : this.definitions.readAt;
    return readAt === undefined || isWorthTelling(error.kind, this.#options.clock.monotonic() - from);
  }

  /** Whether a listing that began at `begunAt` (monotonic ms) is the first whose absences are believed. */
  beginsBelief(begunAt: number): boolean {
    const from = this.believedFrom();
    if (from === undefined || begunAt < from || this.#toldFrom === from) return false;
    this.#toldFrom = from;
    return true;
  }

  records(
    thing: NamedThing,
  ): OverlaidRecords<Environment> | OverlaidRecords<Queue> | OverlaidRecords<Revisions<StoredRevision>> {
    switch (thing) {
      case "compute-environment":
        return this.environments;
      case "job-queue":
        return this.queues;
      case "job-definition":
        return this.definitions;
    }
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
    const environments = this.environments.records;
    const queues = this.queues.records;
    const definitions = this.definitions.records;
    const { otherDefinitions } = this;
    const [lists, ofDefinitions] = [this.#failures.get("lists"), this.#failures.get("definitions")];
    const records = { "compute-environment": environments, "job-queue": queues, "job-definition": definitions };
    const readAt = { "compute-environment": this.environments.readAt, "job-queue": this.queues.readAt };
    const namesRead = this.definitions.namesRead();
    const readAtOf = (thing: NamedThing, name: string): number | undefined =>
      thing === "job-definition" ? namesRead(name) : readAt[thing];

    // What happens to be written after the snapshot was taken counts too: that can only make it more careful.
    const isSettled = (thing: NamedThing, name: string): boolean => {
      const begunAt = readAtOf(thing, name);
      if (begunAt === undefined || !this.#isBelieved(begunAt)) return false;
      return this.records(thing).isSettled(name, begunAt);
    };
    const isKept = (thing: NamedThing, name: string): boolean =>
      records[thing].has(name) || (thing === "job-definition" && otherDefinitions.has(name));

    return {
      listedAt: this.listedAt,
      failure: lists?.error,
      failingSince: lists?.since,
      definitionsFailure: ofDefinitions?.error,
      definitionsFailingSince: ofDefinitions?.since,
      environments,
      queues,
      definitions: withDefinitions ? definitions : undefined,
      isAbsent: (thing, name) => !isKept(thing, name) && isSettled(thing, name),
      isSettled,
      isAsked: (thing, name) => this.records(thing).isAsked(name),
      showsQueuesOf: (environment) => {
        const begunAt = readAt["job-queue"];
        if (begunAt === undefined || !this.#isBelieved(begunAt) || !this.queues.isCertain(begunAt)) return false;
        return this.#options.clock.monotonic() >= this.#namedFrom(environment);
      },
      lastWriteAt: (thing, name) => this.records(thing).lastWriteAt(name),
    };
  }
}
