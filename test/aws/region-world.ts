import type { Queue } from "../../src/aws/batch.ts";
import { guardedBatch } from "../../src/aws/batch-calls.ts";
import { createBatchRegion, type ObservedBatchRegion } from "../../src/aws/batch-region.ts";
import type { BatchSnapshot } from "../../src/aws/region.ts";
import type { RegionChange } from "../../src/aws/region-cache.ts";
import type { AskedKey } from "../../src/aws/resources/index.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { FakeBatch } from "./fake-batch.ts";
import { aBudget, aGuard, noObjects } from "./given.ts";

export interface Reported {
  readonly at: number;
  readonly change: RegionChange;
  readonly previous: BatchSnapshot;
  readonly current: BatchSnapshot;
}

export interface WorldOptions {
  readonly ratePerSecond?: number;
  /** Monotonic ms; default: a minute before the beginning. */
  readonly writerSince?: () => number | undefined;
  readonly keepsDefinition?: (name: string, tags: Readonly<Record<string, string>>) => boolean;
  readonly watchesJobs?: (queue: Queue) => boolean;
  /** The names that the objects of the namespace team give. */
  readonly asked?: (key: AskedKey) => ReadonlySet<string>;
  /** Those of further namespaces. */
  readonly askedElsewhere?: (key: AskedKey) => ReadonlyMap<string, ReadonlySet<string>>;
}

/** A region over a scripted AWS on a virtual clock. */
export class RegionWorld {
  readonly clock = new VirtualClock();
  readonly aws = new FakeBatch(this.clock);
  readonly reported: Reported[] = [];
  readonly region: ObservedBatchRegion;
  /** How often a fingerprint was taken, by revision. */
  readonly fingerprints: string[] = [];
  readonly signal = new AbortController().signal;
  readonly #stop = new AbortController();

  constructor(options: WorldOptions = {}) {
    const { clock } = this;
    this.region = createBatchRegion({
      batch: guardedBatch(this.aws, aGuard({ clock, budget: aBudget(clock, options.ratePerSecond) })),
      logs: () => Promise.reject(new Error("nothing of this reads a log")),
      clock,
      random: seededRandom(1),
      account: "123456789012",
      region: "us-east-1",
      partition: "aws",
      fingerprintOf: (revision) => {
        this.fingerprints.push(`${revision.jobDefinitionName}:${revision.revision}`);
        return `v1:${revision.containerProperties?.image}`;
      },
      writerSinceMonotonicMs: options.writerSince ?? (() => -60_000),
      asked: (key) =>
        new Map([
          ...(options.askedElsewhere?.(key) ?? []),
          ["team", options.asked?.(key) ?? new Set<string>()] as const,
        ]),
      onChange: (change, previous, current) => this.reported.push({ at: clock.monotonic(), change, previous, current }),
      ...noObjects,
      ...(options.keepsDefinition && { keepsDefinition: options.keepsDefinition }),
      ...(options.watchesJobs && { watchesJobs: options.watchesJobs }),
    });
  }

  /** Begins to observe and lets the first read end. */
  async start(): Promise<this> {
    void this.region.start(this.#stop.signal);
    await this.clock.advance(0);
    return this;
  }

  stop(): void {
    this.#stop.abort(new Error("the test is over"));
  }

  /** Forgets the calls and the changes reported so far. */
  forget(): void {
    this.aws.calls.length = 0;
    this.reported.length = 0;
  }

  /** Calls by operation since the last `forget`. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { operation } of this.aws.calls) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  /** Runs a call to its end on the virtual clock. */
  async settle<T>(promise: Promise<T>): Promise<{ value: T } | { error: unknown }> {
    let outcome: { value: T } | { error: unknown } | undefined;
    promise.then(
      (value) => {
        outcome = { value };
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    await this.clock.advanceUntil(() => outcome !== undefined, 120_000, "the call");
    if (outcome === undefined) throw new Error("the call has no outcome");
    return outcome;
  }

  statusOf(name: string): string | undefined {
    return this.region.snapshot().computeEnvironments.get(name)?.status;
  }
}
