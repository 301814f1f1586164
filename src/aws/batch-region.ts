import { type Clock, sleep } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { ActiveJobCounts } from "./active-jobs.ts";
import { AskedObserver, type NamesByNamespace } from "./asked-observer.ts";
import type { DefinitionRevision, Queue } from "./batch.ts";
import { type BatchApi, batchCalls } from "./batch-calls.ts";
import { callsFor, NotSent } from "./calls.ts";
import { DefinitionJobs } from "./definition-jobs.ts";
import { DefinitionsObserver } from "./definitions-observer.ts";
import { AwsError, isDefinite } from "./errors.ts";
import { failedJobs } from "./failed-jobs.ts";
import { FollowedJobs } from "./followed-jobs.ts";
import { type Announcements, type Hint, unannounced } from "./hint.ts";
import { jobsOfObjects } from "./job-calls.ts";
import { JobReads } from "./job-reads.ts";
import { queuesOfJobs, stillActive, unfinishedJobs } from "./jobs.ts";
import { JobsObserver } from "./jobs-observer.ts";
import { lastLinesOf } from "./last-lines.ts";
import { ListsObserver } from "./lists-observer.ts";
import type { LogsApi } from "./logs.ts";
import { longRead } from "./long-read.ts";
import type { Location } from "./names.ts";
import type { BatchRegion, FailedJob } from "./region.ts";
import { noChange, RegionCache, type RegionCacheOptions } from "./region-cache.ts";
import {
  type AskedKey,
  askedKeys,
  describedWrites,
  isAsked,
  isDescribed,
  keyOf,
  type ResourceKey,
  type ResourceRecords,
  resourceIn,
  resources,
} from "./resources/index.ts";
import {
  definitionWrites,
  describeRevisions,
  type Revisions,
  type StoredRevision,
} from "./resources/job-definitions.ts";
import { sharesOfQueue } from "./resources/quota-shares.ts";
import type { Write, Writing } from "./resources/resource.ts";
import { RoleJobs } from "./role-jobs.ts";
import { hasServiceJobs, startedServiceJobs, unfinishedServiceJobs } from "./service-jobs.ts";
import { SharedCounts } from "./shared-counts.ts";
import { type TagChange, tagCalls } from "./tag-calls.ts";
import type { UnfinishedJob } from "./unfinished-job.ts";

export interface BatchRegionOptions extends RegionCacheOptions, Location {
  /** Behind budget, lease and deadline (`guardedBatch`). */
  readonly batch: BatchApi;
  /** The same of CloudWatch Logs; loaded at the first use. */
  readonly logs: () => Promise<LogsApi>;
  readonly clock: Clock;
  readonly random: Random;
  /** Fingerprint of a body as AWS describes it, and of one as it is sent. */
  readonly fingerprintOf: (revision: DefinitionRevision) => string;
  /** Of which job definitions the revisions are kept. Names asked for or written always are. */
  readonly keepsDefinition: (name: string, tags: Readonly<Record<string, string>>) => boolean;
  /** By namespace: the names of resources that are read by name, as objects give them now. */
  readonly asked: (key: AskedKey) => NamesByNamespace;
  /** The namespace of the object that tags name, if they name one. */
  readonly namespaceOf: (tags: Readonly<Record<string, string>>) => string | undefined;
  /** The queues that have their jobs read. */
  readonly watchesJobs: (queue: Queue) => boolean;
  /** What events announce; omitted: nothing. */
  readonly announcements?: Announcements;
}

export interface ObservedBatchRegion extends BatchRegion {
  /**
   * Observes until the signal aborts, then resolves. Without it nothing is read but what `refresh` and
   * `refreshDefinition` ask for. Rejects only by a fault of the operator itself.
   */
  start(signal: AbortSignal): Promise<void>;
  /** The same region, with its calls made for a namespace: the budget lets namespaces take turns. */
  onBehalfOf(namespace: string): BatchRegion;
  /** Reads early what a hint is about; a hint costs reads, and nothing else. @returns whether it is about something that is kept */
  hear(hint: Hint): boolean;
  /** Whether events are trusted has changed: what rests is due at another time. */
  reconsiderTrust(): void;
  /** This process became the writer while it was observing already: reads again once absence can be believed. */
  becameWriter(): void;
}

/** AWS Batch of one account and region, with its observer. */
export function createBatchRegion(options: BatchRegionOptions): ObservedBatchRegion {
  const { batch, clock, random, account, region, partition, fingerprintOf } = options;
  const at: Location = { account, region, partition };
  const lifetime = new AbortController();
  const cache = new RegionCache(options);
  // Whose the consumables of a revision are is asked before each of its jobs, whoever registered it.
  const askedNames = (key: AskedKey): NamesByNamespace =>
    key === "consumableResources"
      ? withHeld(options.asked(key), cache.records.jobDefinitions.records, options)
      : options.asked(key);
  const { announcements = unannounced } = options;
  const observing = { ...options, announcements, cache, lifetime: lifetime.signal, location: at, asked: askedNames };
  const lists = new ListsObserver(observing);
  const asked = Object.fromEntries(
    askedKeys.map((key) => [key, new AskedObserver({ ...observing, key })]),
  ) as unknown as Readonly<Record<AskedKey, AskedObserver<AskedKey>>>;
  const expectChange = (key: ResourceKey, name: string): void => {
    if (isAsked(key)) asked[key].expectChange(name);
    else if (isDescribed(key)) lists.expectChange();
  };
  const wrote = (key: ResourceKey, name: string): void => {
    if (isAsked(key)) asked[key].wrote(name);
    else (isDescribed(key) ? lists : definitions).reconsider();
  };
  const definitions = new DefinitionsObserver({ ...observing, keeps: options.keepsDefinition });
  const observers = [lists, ...Object.values(asked), definitions];
  const jobs = new JobsObserver({ ...observing, watches: options.watchesJobs });

  const followedJobs = new FollowedJobs(observing);
  const jobReads = new JobReads(batch, lifetime.signal);

  const queueNames = (): readonly string[] => queuesOfJobs(cache.records.jobQueues.records);
  const isOfSageMaker = (queue: string): boolean => hasServiceJobs(cache.records.jobQueues.get(queue) ?? {});
  const counting = { batch, clock, random, lifetime: lifetime.signal };
  const definitionJobs = new DefinitionJobs({
    ...counting,
    async listQueues(signal) {
      await lists.refresh(signal);
      return queueNames();
    },
  });
  const roleJobs = new RoleJobs(definitionJobs, batch);
  const drainCounts = new SharedCounts<UnfinishedJob>(clock);
  const failedCounts = new SharedCounts<FailedJob>(clock);
  const activeJobCounts = new ActiveJobCounts({ ...counting, queues: queueNames });

  /** From when on a count is sure to show each job that a definition without ACTIVE revisions was given. */
  const jobsShownAt = (definition: string): number =>
    Math.max(cache.records.jobDefinitions.shownAt(definition), cache.believedFrom() ?? Number.NEGATIVE_INFINITY);

  /** Sends one write: noted before it starts, and afterwards with its outcome. */
  async function send<Key extends ResourceKey, Answer>(
    key: Key,
    { name, call, effect, meanwhile, ifUnknown, environments }: Write<ResourceRecords[Key], Answer>,
  ): Promise<void> {
    const records = cache.records[key];
    const open = records.begin(name);
    const change = (apply: () => void): void =>
      cache.update(() => {
        const [before, wasAsked] = [records.get(name), records.isAsked(name)];
        apply();
        const [now, isAsked] = [records.get(name), records.isAsked(name)];
        if (now === before && isAsked === wasAsked) return noChange;
        return { ...noChange, [key]: [name], asked: isAsked || (wasAsked && now === undefined) };
      });
    if (meanwhile !== undefined) change(() => records.expect(open, meanwhile));
    try {
      const answer = await noted(environments, call);
      change(() => records.done(open, clock.monotonic(), clock.now(), effect(answer)));
    } catch (error) {
      const failure = error instanceof AwsError ? error.kind : "unknown";
      change(() => {
        if (error instanceof NotSent) records.cancel(open);
        else if (isDefinite(failure)) records.failed(open, clock.monotonic(), clock.now());
        else records.maybe(open, clock.monotonic(), clock.now(), ifUnknown);
      });
      // AWS knows something that the lists do not; of job definitions they show nothing.
      if (["alreadyExists", "notFound", "busy"].includes(failure)) expectChange(key, name);
      throw error;
    } finally {
      wrote(key, name);
    }
  }

  /** Records when a write that puts environments into an order ends. */
  async function noted<Answer>(
    environments: readonly string[] | undefined,
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await call();
    } finally {
      if (environments !== undefined) cache.noteNamed(environments);
    }
  }

  async function retag<Key extends ResourceKey>(
    key: Key,
    calls: Pick<BatchApi, "tagResource" | "untagResource">,
    arn: string,
    change: TagChange,
    signal: AbortSignal,
  ): Promise<void> {
    const resource = resources[key];
    const name = resourceIn(arn)?.name ?? "";
    const record = cache.records[key].get(name);
    for (const part of tagCalls(change, record === undefined ? {} : resource.tags(record, arn))) {
      const { set: tags, remove: tagKeys } = part;
      await send(key, {
        name,
        call: () =>
          tagKeys.length === 0
            ? calls.tagResource({ resourceArn: arn, tags }, { signal })
            : calls.untagResource({ resourceArn: arn, tagKeys: [...tagKeys] }, { signal }),
        effect: () => resource.retagged(arn, part),
      });
    }
  }

  function heard(hint: Hint): boolean {
    switch (hint.kind) {
      case "job":
        followedJobs.hear(hint.jobId);
        return followedJobs.has(hint.jobId);
      case "child":
        followedJobs.hearOfChild(hint.jobId);
        return followedJobs.has(hint.jobId);
      case "blocked":
        jobs.hear(hint.queue);
        return cache.records.jobQueues.has(hint.queue);
      case "resource": {
        const key = keyOf(hint.type);
        if (isAsked(key)) asked[key].hear(hint.name);
        else if (isDescribed(key)) lists.hear();
        else definitions.hear(hint.name);
        return cache.records[key].has(hint.name);
      }
    }
  }

  /**
   * The region with the calls of `batch` for whatever is not read for all namespaces together.
   * @param namespace for which the calls are made
   */
  function calling(batch: BatchApi, namespace: string): BatchRegion {
    const reading = { batch, clock, random };
    const writing = <Key extends ResourceKey>(key: Key): Writing<ResourceRecords[Key], BatchApi> => ({
      batch,
      at,
      write: (write) => send(key, write),
    });
    return {
      account,
      region,
      partition,
      snapshot: () => cache.snapshot(),
      expectChange: () => lists.expectChange(),
      expectAbsence(type, name) {
        const key = keyOf(type);
        const records = cache.records[key];
        const from = records.wasRead(name) ? records.settledFrom(name) : clock.monotonic();
        if (records.has(name)) expectChange(key, name);
        else if (isAsked(key)) asked[key].want(name, namespace, from);
        else lists.wantListingFrom(from);
      },

      async refresh(signal) {
        await lists.refresh(signal);
        return cache.snapshot();
      },
      async refreshAsked(key, names, signal) {
        await asked[key].refresh(names, namespace, signal);
        return cache.snapshot();
      },
      async refreshDefinition(name, signal) {
        await definitions.refresh(name, batch, signal);
        return cache.snapshotOfReadDefinitions();
      },

      async definitionBody(arn, signal) {
        // AWS may not show yet what we have just registered.
        const waitMs = cache.records.jobDefinitions.settledFrom(resourceIn(arn)?.name ?? "") - clock.monotonic();
        if (waitMs > 0) await sleep(clock, waitMs, signal);
        const [revision] = await describeRevisions(batch, [arn], signal);
        return revision;
      },

      ...describedWrites(writing),
      ...definitionWrites({ ...writing("jobDefinitions"), fingerprintOf, keep: (name) => definitions.keep(name) }),
      async changeTags(arn, change, signal) {
        const target = resourceIn(arn);
        if (target !== undefined) return await retag(keyOf(target.type), batch, arn, change, signal);
        const message = `${arn} is not the ARN of a resource that is kept`;
        throw new AwsError("invalid", "batch:TagResource", "NotAnArn", message);
      },

      async lastLines(stream, count, signal) {
        return lastLinesOf(await options.logs(), stream, count, signal);
      },

      async jobs(queue, from, signal) {
        const kept = cache.records.jobQueues.get(queue);
        if (kept === undefined) {
          // AWS lists jobs of SageMaker by another call: to take the wrong one is to see none.
          const message = `AWS has not listed job queue ${queue}, so by which call it lists its jobs is not known`;
          throw new AwsError("notFound", "batch:DescribeJobQueues", "QueueNotListed", message);
        }
        const count = hasServiceJobs(kept) ? unfinishedServiceJobs : unfinishedJobs;
        const read = () => count(longRead(reading), queue, lifetime.signal);
        return await drainCounts.of([namespace, queue], from, read, signal);
      },
      async startedServiceJobs(from, signal) {
        const queues = () => [...cache.records.jobQueues.records.keys()].filter(isOfSageMaker);
        const read = () => startedServiceJobs(longRead(reading), queues(), lifetime.signal);
        return await drainCounts.of([namespace], from, read, signal);
      },
      sharesOf: async (queue, signal) => [...(await sharesOfQueue(batch, queue, signal)).keys()],
      activeJobs: (queues, from, signal) => activeJobCounts.of(queues, from, signal),
      stillActive: (jobs, signal) => stillActive(batch, jobs, signal),
      async failedJobs(failed, signal) {
        const read = () => failedJobs(longRead(reading), failed, lifetime.signal);
        const what = [namespace, ...failed.queues, `${failed.since} ${failed.anyExitCode}`];
        const { jobs } = await failedCounts.of(what, Number.NEGATIVE_INFINITY, read, signal);
        return jobs;
      },
      jobsOfDefinition: (name, signal) => definitionJobs.of(name, jobsShownAt(name), signal),
      jobsOfRole: (name, from, signal) => roleJobs.of(name, Math.max(from, cache.believedFrom() ?? from), signal),
      jobsSeen: (queue) => jobs.seen(queue),
      terminateJob: (jobId, reason, signal) => batch.terminateJob({ jobId, reason }, { signal }),
      terminateServiceJob: (jobId, reason, signal) => batch.terminateServiceJob({ jobId, reason }, { signal }),
      jobsOfObjects: jobsOfObjects(followedJobs, jobReads, { batch, namespace }),
    };
  }

  return {
    ...calling(batch, ""),
    onBehalfOf: (namespace) => calling(callsFor(namespace, batch, batchCalls), namespace),
    hear: (hint) => heard(hint),
    reconsiderTrust() {
      for (const observer of observers) observer.reconsider();
      if (!announcements.trusts("jobs")) followedJobs.distrust();
    },
    becameWriter() {
      for (const observer of observers) observer.reconsider();
    },

    async start(signal) {
      const stop = (): void => lifetime.abort(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
      try {
        const all = [...observers, followedJobs, jobs];
        await Promise.all(all.map((observer) => observer.run()));
      } finally {
        signal.removeEventListener("abort", stop);
        lifetime.abort(new Error("the region is no longer observed"));
      }
    },
  };
}

/** With the consumables that jobs of known revisions hold, on behalf of the namespaces that registered them. */
function withHeld(
  asked: NamesByNamespace,
  definitions: ReadonlyMap<string, Revisions<StoredRevision>>,
  { namespaceOf }: Pick<BatchRegionOptions, "namespaceOf">,
): NamesByNamespace {
  const all = new Map([...asked].map(([namespace, names]) => [namespace, new Set(names)]));
  for (const { consumables = [], tags } of [...definitions.values()].flat()) {
    if (consumables.length === 0) continue;
    const namespace = namespaceOf(tags) ?? "";
    const names = all.get(namespace) ?? new Set();
    all.set(namespace, names);
    for (const name of consumables) names.add(name);
  }
  return all;
}
