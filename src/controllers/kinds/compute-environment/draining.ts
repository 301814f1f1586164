import type { Environment } from "../../../aws/batch.ts";
import type { ActiveJob, BatchRegion, JobsCounted } from "../../../aws/region.ts";
import type { Clock } from "../../../runtime/clock.ts";
import type { JobsSeen } from "../../draining/drain.ts";
import { clocksDifferMs, emptyForMs } from "../../intervals.ts";
import { memoryKey } from "../../ownership/naming.ts";
import { retiredAtTag } from "../../ownership/ownership.ts";
import { orUnread, type Unread } from "../../pass/unread.ts";
import { inTransition } from "./environment-set.ts";
import { clusterName } from "./seen.ts";

/** The jobs on environments that are being retired (docs/design.md, section 5, Retire). */

/** What is remembered of an environment between passes, by region and name (`memoryKey`). */
export interface JobMemory {
  /**
   * Monotonic ms; counts that began earlier decide nothing: since then the environment may have taken jobs, or its
   * jobs may have ended.
   */
  readonly countsFrom: Map<string, number>;
  /** Since when AWS has been seen to have disabled it, monotonic ms: the count that decides begins no earlier. */
  readonly disabledSince: Map<string, number>;
  /** The jobs that the last count showed on it, without those that have ended since. */
  readonly jobsLeft: Map<string, readonly ActiveJob[]>;
  /** When the first count ended since which every one was zero, monotonic ms. */
  readonly zeroSince: Map<string, number>;
  /** When jobs on it were last ended, wall ms. */
  readonly terminatedAt: Map<string, number>;
}

export function newJobMemory(): JobMemory {
  return {
    countsFrom: new Map(),
    disabledSince: new Map(),
    jobsLeft: new Map(),
    zeroSince: new Map(),
    terminatedAt: new Map(),
  };
}

/** Forgets what was counted on an environment. @param key `memoryKey` */
export function forgetCounts({ countsFrom, disabledSince, jobsLeft, zeroSince }: JobMemory, key: string): void {
  for (const counts of [countsFrom, disabledSince, jobsLeft, zeroSince]) counts.delete(key);
}

interface Draining {
  readonly environment: Environment;
  readonly key: string;
}

interface Counting {
  readonly region: BatchRegion;
  readonly clock: Clock;
  readonly memory: JobMemory;
  /** Of all environments of the region. */
  readonly clusters: readonly string[];
}

/**
 * By name, of those of the environments that take no jobs any more: the jobs that may still be on them, over all queues
 * of the region. One with jobs that are still being counted is left out.
 *
 * Jobs that were found on one are followed until all have ended, by one call for a hundred: the environment gets no
 * others, and a count may take hundreds of calls.
 */
export async function jobsOn(
  ours: readonly Environment[],
  region: BatchRegion,
  clock: Clock,
  memory: JobMemory,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, JobsSeen>> {
  const clusters = [...region.snapshot().computeEnvironments.values()].flatMap((one) => clusterName(one) ?? []);
  const counting: Counting = { region, clock, memory, clusters };
  const seen = new Map<string, JobsSeen>();
  const uncounted: Draining[] = [];
  for (const environment of ours) {
    const name = environment.computeEnvironmentName;
    const key = memoryKey(region, name);
    if (!takesNone(environment)) {
      forgetCounts(memory, key);
      continue;
    }
    noteAges(environment, key, counting);
    const one: Draining = { environment, key };
    const known = (await followed(one, counting, signal)) ?? betweenCounts(one, counting);
    if (known !== undefined) seen.set(name, known);
    else uncounted.push(one);
  }
  if (uncounted.length === 0) return seen;
  const from = Math.max(...uncounted.map(({ key }) => countedFrom(key, memory)));
  const counted = await orUnread(region.activeJobs("all", from, signal));
  if (counted === undefined) return seen;
  for (const one of uncounted) seen.set(one.environment.computeEnvironmentName, concluded(one, counted, counting));
  return seen;
}

function takesNone({ tags, state, status }: Environment): boolean {
  const isMade = status !== "CREATING" && status !== "DELETING";
  return tags?.[retiredAtTag] !== undefined && state === "DISABLED" && isMade;
}

function noteAges(environment: Environment, key: string, { memory, clock }: Counting): void {
  const { countsFrom, disabledSince } = memory;
  if (!countsFrom.has(key)) countsFrom.set(key, clock.monotonic());
  if (inTransition(environment)) disabledSince.delete(key);
  else if (!disabledSince.has(key)) disabledSince.set(key, clock.monotonic());
}

/** What is left of the jobs that were found on it; undefined when that is none, or none were. */
async function followed(one: Draining, counting: Counting, signal: AbortSignal): Promise<JobsSeen | undefined> {
  const { region, clock, memory } = counting;
  const { key } = one;
  const known = memory.jobsLeft.get(key);
  if (known === undefined) return undefined;
  const active = await orUnread(region.stillActive(known, signal));
  if ("kind" in active) return active;
  const left = onIt(active, one, counting);
  if (left.length > 0) return remaining(left, key, memory);
  memory.jobsLeft.delete(key);
  memory.countsFrom.set(key, clock.monotonic());
  return undefined;
}

/** After a count of none, before the next one is due: what is shown meanwhile decides nothing. */
function betweenCounts({ environment, key }: Draining, { clock, memory }: Counting): JobsSeen | undefined {
  const since = memory.zeroSince.get(key);
  if (since === undefined) return undefined;
  const zeroForMs = clock.monotonic() - since;
  return zeroForMs < emptyForMs || inTransition(environment) ? none(key, memory, zeroForMs) : undefined;
}

/** Monotonic ms: when the next count must have begun, the second of none after AWS has disabled the environment. */
function countedFrom(key: string, { countsFrom, disabledSince, zeroSince }: JobMemory): number {
  const since = zeroSince.get(key);
  return since === undefined ? (countsFrom.get(key) ?? 0) : Math.max(since + emptyForMs, disabledSince.get(key) ?? 0);
}

function concluded(one: Draining, counted: JobsCounted<ActiveJob> | Unread, counting: Counting): JobsSeen {
  const { memory } = counting;
  const { key } = one;
  if ("kind" in counted) {
    memory.zeroSince.delete(key);
    return counted;
  }
  const left = onIt(counted.jobs, one, counting);
  if (left.length > 0) {
    memory.zeroSince.delete(key);
    return remaining(left, key, memory);
  }
  const since = memory.zeroSince.get(key) ?? counted.endedAt;
  memory.zeroSince.set(key, since);
  return none(key, memory, Math.max(0, counted.begunAt - since));
}

function remaining(left: readonly ActiveJob[], key: string, memory: JobMemory): JobsSeen {
  memory.jobsLeft.set(key, left);
  return { kind: "read", remaining: left, zeroForMs: undefined, terminatedAt: memory.terminatedAt.get(key) };
}

function none(key: string, { terminatedAt }: JobMemory, zeroForMs: number): JobsSeen {
  return { kind: "read", remaining: [], zeroForMs, terminatedAt: terminatedAt.get(key) };
}

function onIt(jobs: readonly ActiveJob[], { environment }: Draining, { clusters }: Counting): readonly ActiveJob[] {
  return jobs.filter((job) => mayBeOn(job, environment, clusters));
}

/**
 * In its cluster, or of unknown place, as all jobs on EKS are, and created before the environment was retired: a later job
 * cannot be on what no queue references. Its start time proves nothing: it may have waited for long.
 *
 * @param clusters of all environments of the region
 */
export function mayBeOn(job: ActiveJob, environment: Environment, clusters: readonly string[]): boolean {
  const cluster = clusterName(environment);
  if (job.cluster !== undefined && (cluster !== undefined || clusters.includes(job.cluster))) {
    return job.cluster === cluster;
  }
  const retiredAt = Date.parse(environment.tags?.[retiredAtTag] ?? "");
  return job.createdAt === undefined || Number.isNaN(retiredAt) || job.createdAt < retiredAt + clocksDifferMs;
}
