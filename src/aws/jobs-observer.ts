import type { Clock } from "../runtime/clock.ts";
import { jsonEqual } from "../runtime/json-equal.ts";
import type { Random } from "../runtime/random.ts";
import type { Queue } from "./batch.ts";
import type { BatchApi } from "./batch-calls.ts";
import { Alarm, keepReading, ReadHealth } from "./cadence.ts";
import { AwsError } from "./errors.ts";
import { nameIn } from "./names.ts";
import { type JobsSeen, type QueueJobs, readJobsOf } from "./queue-jobs.ts";
import { noChange, type RegionCache } from "./region-cache.ts";
import { hasServiceJobs } from "./service-jobs.ts";

/** One call a minute for each queue with RUNNABLE jobs, and one a minute for all the others in turn. */
const callMs = 60_000;

export interface JobsObserverOptions {
  readonly batch: BatchApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly cache: RegionCache;
  /** Of which queues the jobs are of interest. */
  readonly watches: (queue: Queue) => boolean;
  readonly lifetime: AbortSignal;
}

interface ReadQueue {
  readonly jobs: QueueJobs;
  /** Monotonic ms. */
  readonly readAt: number;
  /** While it has RUNNABLE jobs: when the next read is due, so that each call counts for a minute. */
  readonly nextAt: number;
  /** vCPUs that its environments were asked to have. */
  readonly demand: number;
}

/** Reads the jobs of queues, one queue at a time. */
export class JobsObserver {
  readonly #options: JobsObserverOptions;
  readonly #health: ReadHealth;
  readonly #known = new Map<string, ReadQueue>();
  /** When the next of the queues without RUNNABLE jobs has its turn. */
  #turnAt: number;
  readonly #alarm: Alarm;
  /** Queues of which it was heard that their jobs do not start. */
  readonly #heard = new Set<string>();

  constructor(options: JobsObserverOptions) {
    this.#options = options;
    this.#health = new ReadHealth(options.clock, options.random);
    this.#turnAt = options.clock.monotonic() + callMs;
    this.#alarm = new Alarm(options.clock);
  }

  /** Resolves when the lifetime ends. */
  run(): Promise<void> {
    const { clock, lifetime } = this.#options;
    return keepReading(clock, { due: () => this.#due(), read: () => this.#read(), alarm: this.#alarm }, lifetime);
  }

  /** No job of the queue starts: it has its turn a minute after its last one. */
  hear(queue: string): void {
    if (!this.#watched().has(queue)) return;
    this.#heard.add(queue);
    this.#alarm.ring();
  }

  /** What is known; undefined before the first read of that queue. Costs no call. */
  seen(queue: string): JobsSeen | undefined {
    const { failure } = this.#health;
    if (failure?.error.kind === "denied") return { kind: "unread", error: failure.error, since: failure.since };
    const known = this.#known.get(queue);
    return known === undefined ? undefined : { kind: "read", jobs: known.jobs };
  }

  #due(): number {
    // What fails is no more urgent than what works.
    if (this.#health.retryAt !== undefined) return Math.max(this.#health.retryAt, this.#turnAt);
    const heard = [...this.#heard].map((queue) => this.#heardDue(queue));
    return Math.min(this.#turnAt, ...heard, ...this.#busy().map(([, { nextAt }]) => nextAt));
  }

  #heardDue(queue: string): number {
    return this.#known.get(queue)?.nextAt ?? Number.NEGATIVE_INFINITY;
  }

  #busy(): [string, ReadQueue][] {
    return [...this.#known].filter(([, { jobs }]) => jobs.head !== undefined);
  }

  async #read(): Promise<void> {
    const now = this.#options.clock.monotonic();
    const watched = this.#watched();
    for (const name of this.#known.keys()) if (!watched.has(name)) this.#known.delete(name);
    for (const name of this.#heard) if (!watched.has(name)) this.#heard.delete(name);
    const heard = [...this.#heard].find((name) => this.#heardDue(name) <= now);
    const due =
      heard ??
      this.#busy()
        .filter(([, { nextAt }]) => nextAt <= now)
        .sort(([, left], [, right]) => left.nextAt - right.nextAt)[0]?.[0];
    const retries = this.#health.failure !== undefined;
    const turn = due === undefined && (retries || this.#turnAt <= now) ? this.#inTurn(watched) : undefined;
    if (due === undefined) this.#turnAt = now + callMs;
    const next = due ?? turn ?? (retries ? this.#busy()[0]?.[0] : undefined);
    if (next !== undefined) await this.#readQueue(next, watched.get(next));
    else this.#health.works();
  }

  /** The queue read longest ago; before all others one with environments that were asked to grow since then. */
  #inTurn(watched: ReadonlyMap<string, Queue>): string | undefined {
    const quiet = [...watched].flatMap(([name, queue]) => {
      const known = this.#known.get(name);
      if (known?.jobs.head !== undefined) return [];
      const grew = known !== undefined && this.#demandOf(queue) > known.demand;
      return [{ name, rank: grew ? Number.NEGATIVE_INFINITY : (known?.readAt ?? -1) }];
    });
    return quiet.sort((left, right) => left.rank - right.rank)[0]?.name;
  }

  async #readQueue(name: string, queue: Queue | undefined): Promise<void> {
    const { batch, clock, lifetime } = this.#options;
    const readAt = clock.monotonic();
    const before = this.#known.get(name);
    const demand = queue === undefined ? 0 : this.#demandOf(queue);
    try {
      const { jobs, calls } = await readJobsOf(batch, name, { clockNow: clock.now(), before: before?.jobs }, lifetime);
      const nextAt = readAt + calls * callMs;
      const failed = this.#health.failure !== undefined;
      const changed = failed ? [...this.#watched().keys()] : isChange(before?.jobs, jobs) ? [name] : [];
      this.#report(changed, () => {
        this.#health.works();
        this.#heard.delete(name);
        this.#known.set(name, { jobs, readAt, nextAt, demand });
      });
    } catch (error) {
      if (!(error instanceof AwsError) || lifetime.aborted) throw error;
      if (isOfOneQueue(error)) {
        // It went away meanwhile.
        this.#heard.delete(name);
        const jobs = { readAt: clock.now(), runnable: { count: 0, more: false }, ...nothingCounted };
        this.#report([name], () => this.#known.set(name, { jobs, readAt, nextAt: readAt + callMs, demand }));
        return;
      }
      // One queue that cannot be read must not keep all others from being read.
      if (before !== undefined) this.#known.set(name, { ...before, nextAt: readAt + callMs });
      const first = this.#health.failure === undefined;
      this.#turnAt = readAt + callMs;
      this.#report(first ? [...this.#watched().keys()] : [], () => this.#health.fails(error));
    }
  }

  #report(jobs: readonly string[], change: () => void): void {
    this.#options.cache.update(() => {
      change();
      return { ...noChange, jobs };
    });
  }

  #watched(): ReadonlyMap<string, Queue> {
    const { cache, watches } = this.#options;
    const queues = [...cache.snapshot().jobQueues].filter(
      ([, queue]) => queue.status !== "DELETING" && !hasServiceJobs(queue) && watches(queue),
    );
    return new Map(queues);
  }

  #demandOf(queue: Queue): number {
    const { computeEnvironments: environments } = this.#options.cache.snapshot();
    const names = (queue.computeEnvironmentOrder ?? []).map(({ computeEnvironment = "" }) =>
      nameIn(computeEnvironment),
    );
    return names.reduce((sum, name) => sum + (environments.get(name)?.computeResources?.desiredvCpus ?? 0), 0);
  }
}

const nothingCounted = { starting: undefined, running: undefined, head: undefined } as const;

function isOfOneQueue({ kind }: AwsError): boolean {
  return kind === "invalid" || kind === "notFound";
}

/** Whether more than the time of the read is different. */
function isChange(before: QueueJobs | undefined, { readAt: _at, ...now }: QueueJobs): boolean {
  if (before === undefined) return now.head !== undefined;
  const { readAt: _before, ...then } = before;
  return now.head !== undefined || !jsonEqual(then, now);
}
