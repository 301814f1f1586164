import { type Clock, sleep } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { ActiveJobCounts } from "./active-jobs.ts";
import type { BatchApi, DefinitionRevision, Queue, RegisterJobDefinitionRequest } from "./batch.ts";
import { NotSent } from "./calls.ts";
import { DefinitionJobs } from "./definition-jobs.ts";
import { DefinitionsObserver } from "./definitions-observer.ts";
import {
  deletion,
  type Effect,
  environmentCreated,
  environmentUpdated,
  inDoubt,
  queueCreated,
  queueUpdated,
  retagged,
  revisionDeregistered,
  revisionRegistered,
  revisionRetagged,
} from "./effects.ts";
import { AwsError, isDefinite } from "./errors.ts";
import { queuesOfJobs, stillActive, unfinishedJobs } from "./jobs.ts";
import { JobsObserver } from "./jobs-observer.ts";
import { describeRevisions } from "./listing.ts";
import { ListsObserver } from "./lists-observer.ts";
import { longRead } from "./long-read.ts";
import { type Location, nameIn, revisionIn, thingIn } from "./names.ts";
import type { OverlaidRecords } from "./overlay.ts";
import type { BatchRegion, NamedThing, TagChange } from "./region.ts";
import {
  noChange,
  RegionCache,
  type RegionCacheOptions,
  type RegionChange,
  type StoredRevision,
} from "./region-cache.ts";
import { rolesNamedBy } from "./revision-roles.ts";
import { tagCalls } from "./tag-calls.ts";

export interface BatchRegionOptions extends RegionCacheOptions, Location {
  /** Behind budget, lease and deadline (`guardedBatch`). */
  readonly batch: BatchApi;
  readonly clock: Clock;
  readonly random: Random;
  /** Fingerprint of a body as AWS describes it, and of one as it is sent. */
  readonly fingerprintOf: (revision: DefinitionRevision) => string;
  /** Of which job definitions the revisions are kept; all, if undefined. Names asked for or written always are. */
  readonly keepsDefinition?: (name: string, tags: Readonly<Record<string, string>>) => boolean;
  /** Of which queues the jobs are looked at; none, if undefined. */
  readonly watchesJobs?: (queue: Queue) => boolean;
}

export interface ObservedBatchRegion extends BatchRegion {
  /**
   * Observes until the signal aborts, then resolves. Without it nothing is read but what `refresh` and
   * `refreshDefinition` ask for. Rejects only by a fault of the operator itself.
   */
  start(signal: AbortSignal): Promise<void>;
  /** This process became the writer while it was observing already: looks again once absence can be believed. */
  becameWriter(): void;
}

/** AWS Batch of one account and region, with its observer. */
export function createBatchRegion(options: BatchRegionOptions): ObservedBatchRegion {
  const { batch, clock, random, account, region, partition } = options;
  const at: Location = { account, region, partition };
  const lifetime = new AbortController();
  const cache = new RegionCache(options);
  const observing = { ...options, cache, lifetime: lifetime.signal, location: at };
  const lists = new ListsObserver(observing);
  const definitions = new DefinitionsObserver({ ...observing, keeps: options.keepsDefinition ?? (() => true) });
  const { watchesJobs } = options;
  const jobs = watchesJobs === undefined ? undefined : new JobsObserver({ ...observing, watches: watchesJobs });

  const queueNames = (): readonly string[] => queuesOfJobs(cache.queues.records);
  const counting = { batch, clock, random, lifetime: lifetime.signal };
  const definitionJobs = new DefinitionJobs({
    ...counting,
    async listQueues(signal) {
      await lists.refresh(signal);
      return queueNames();
    },
  });
  const activeJobCounts = new ActiveJobCounts({ ...counting, queues: queueNames });

  /** From when on a count is sure to show each job that a definition without ACTIVE revisions was given. */
  const jobsShownAt = (definition: string): number =>
    Math.max(cache.definitions.shownAt(definition), cache.believedFrom() ?? Number.NEGATIVE_INFINITY);

  function told(thing: NamedThing, name: string): RegionChange {
    switch (thing) {
      case "compute-environment":
        return { ...noChange, environments: [name] };
      case "job-queue":
        return { ...noChange, queues: [name] };
      case "job-definition":
        return { ...noChange, definitions: [name] };
    }
  }

  /**
   * One write to one name: noted before it starts, and afterwards with its outcome. `effectOf` is what it did,
   * `meanwhile` what is believed of it already while it is under way, `ifUnknown` when no answer came.
   */
  async function write<R, O>(
    thing: NamedThing,
    records: OverlaidRecords<R>,
    name: string,
    call: () => Promise<O>,
    effectOf: (answer: O) => Effect<R>,
    beliefs: { readonly meanwhile?: Effect<R>; readonly ifUnknown?: Effect<R> } = {},
  ): Promise<void> {
    const { meanwhile, ifUnknown } = beliefs;
    const open = records.begin(name);
    const change = (apply: () => void): void =>
      cache.update(() => {
        const [before, asked] = [records.get(name), records.isAsked(name)];
        apply();
        const same = records.get(name) === before && records.isAsked(name) === asked;
        return same ? noChange : told(thing, name);
      });
    if (meanwhile !== undefined) change(() => records.expect(open, meanwhile));
    try {
      const answer = await call();
      change(() => records.done(open, clock.monotonic(), clock.now(), effectOf(answer)));
    } catch (error) {
      const failure = error instanceof AwsError ? error.kind : "unknown";
      change(() => {
        if (error instanceof NotSent) records.cancel(open);
        else if (isDefinite(failure)) records.failed(open, clock.monotonic(), clock.now());
        else records.maybe(open, clock.monotonic(), clock.now(), ifUnknown);
      });
      // AWS knows something that the lists do not; of job definitions they show nothing.
      if (thing !== "job-definition" && ["alreadyExists", "notFound", "busy"].includes(failure)) lists.expectChange();
      throw error;
    } finally {
      if (thing === "job-definition") definitions.reconsider();
      else lists.reconsider();
    }
  }

  /** A write that puts environments into an order. */
  async function naming<O>(
    { computeEnvironmentOrder = [] }: Partial<Pick<Queue, "computeEnvironmentOrder">>,
    call: () => Promise<O>,
  ): Promise<O> {
    try {
      return await call();
    } finally {
      cache.noteNamed(computeEnvironmentOrder.map(({ computeEnvironment = "" }) => nameIn(computeEnvironment)));
    }
  }

  async function changeTags(arn: string, change: TagChange, signal: AbortSignal): Promise<void> {
    const target = thingIn(arn);
    const one = async (part: TagChange, call: () => Promise<void>): Promise<void> => {
      switch (target?.thing) {
        case "compute-environment":
          return await write(target.thing, cache.environments, target.name, call, () => retagged(part));
        case "job-queue":
          return await write(target.thing, cache.queues, target.name, call, () => retagged(part));
        case "job-definition":
          return await write(target.thing, cache.definitions, target.name, call, () => revisionRetagged(arn, part));
        default:
          throw new AwsError("invalid", "batch:TagResource", "NotAnArn", `${arn} is no ARN of a kind that is kept`);
      }
    };
    for (const part of tagCalls(change, tagsOf(target, arn))) {
      const { set: tags, remove: tagKeys } = part;
      await one(part, () =>
        tagKeys.length === 0
          ? batch.tagResource({ resourceArn: arn, tags }, { signal })
          : batch.untagResource({ resourceArn: arn, tagKeys: [...tagKeys] }, { signal }),
      );
    }
  }

  /** Of a thing that is kept, as they are known. */
  function tagsOf(target: ReturnType<typeof thingIn>, arn: string): Readonly<Record<string, string>> {
    switch (target?.thing) {
      case "compute-environment":
        return cache.environments.get(target.name)?.tags ?? {};
      case "job-queue":
        return cache.queues.get(target.name)?.tags ?? {};
      case "job-definition":
        return cache.definitions.get(target.name)?.find((revision) => revision.arn === arn)?.tags ?? {};
      default:
        return {};
    }
  }

  function registered(
    request: RegisterJobDefinitionRequest,
    answer: { readonly jobDefinitionArn?: string | undefined; readonly revision?: number | undefined },
  ): StoredRevision {
    const name = request.jobDefinitionName ?? "";
    const { jobDefinitionArn: arn, revision } = answer;
    if (arn === undefined || revision === undefined) {
      throw new AwsError("unknown", "batch:RegisterJobDefinition", "IncompleteAnswer", "AWS did not name the revision");
    }
    const body: DefinitionRevision = {
      ...request,
      type: request.type,
      jobDefinitionName: name,
      jobDefinitionArn: arn,
      revision,
      status: "ACTIVE",
    };
    return {
      name,
      revision,
      arn,
      type: request.type ?? "container",
      tags: { ...request.tags },
      fingerprint: options.fingerprintOf(body),
      roles: rolesNamedBy(body),
      read: false,
    };
  }

  return {
    account,
    region,
    partition,
    snapshot: () => cache.snapshot(),
    expectChange: () => lists.expectChange(),
    expectAbsence(thing, name) {
      const records = cache.records(thing);
      if (records.has(name)) lists.expectChange();
      else lists.wantListingFrom(records.settledFrom(name));
    },
    becameWriter() {
      lists.reconsider();
      definitions.reconsider();
    },

    async start(signal) {
      const stop = (): void => lifetime.abort(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
      try {
        await Promise.all([lists.run(), definitions.run(), jobs?.run()]);
      } finally {
        signal.removeEventListener("abort", stop);
        lifetime.abort(new Error("the region is no longer observed"));
      }
    },

    async refresh(signal) {
      await lists.refresh(signal);
      return cache.snapshot();
    },
    async refreshDefinition(name, signal) {
      await definitions.refresh(name, signal);
      return cache.snapshotOfReadDefinitions();
    },

    async definitionBody(arn, signal) {
      // AWS may not show yet what we have just registered.
      const waitMs = cache.definitions.settledFrom(thingIn(arn)?.name ?? "") - clock.monotonic();
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      const [revision] = await describeRevisions(batch, [arn], signal);
      return revision;
    },

    createComputeEnvironment(request, signal) {
      const effect = environmentCreated(request, at);
      const name = request.computeEnvironmentName ?? "";
      const call = () => batch.createComputeEnvironment(request, { signal });
      return write("compute-environment", cache.environments, name, call, () => effect, { meanwhile: effect });
    },
    updateComputeEnvironment(request, signal, beforeSend) {
      const name = nameIn(request.computeEnvironment ?? "");
      const call = () => batch.updateComputeEnvironment(request, { signal, beforeSend });
      const effect = environmentUpdated(request);
      return write("compute-environment", cache.environments, name, call, () => effect, { ifUnknown: inDoubt(effect) });
    },
    deleteComputeEnvironment(name, signal, beforeSend) {
      const call = () => batch.deleteComputeEnvironment({ computeEnvironment: name }, { signal, beforeSend });
      return write("compute-environment", cache.environments, nameIn(name), call, () => deletion());
    },
    createJobQueue(request, signal, beforeSend) {
      const effect = queueCreated(request, at);
      const call = () => naming(request, () => batch.createJobQueue(request, { signal, beforeSend }));
      return write("job-queue", cache.queues, request.jobQueueName ?? "", call, () => effect, { meanwhile: effect });
    },
    updateJobQueue(request, signal, beforeSend) {
      const call = () => naming(request, () => batch.updateJobQueue(request, { signal, beforeSend }));
      const effect = queueUpdated(request, at);
      const name = nameIn(request.jobQueue ?? "");
      return write("job-queue", cache.queues, name, call, () => effect, { ifUnknown: inDoubt(effect) });
    },
    deleteJobQueue(name, signal) {
      const call = () => batch.deleteJobQueue({ jobQueue: name }, { signal });
      return write("job-queue", cache.queues, nameIn(name), call, () => deletion());
    },
    registerJobDefinition(request, signal) {
      const name = request.jobDefinitionName ?? "";
      definitions.keep(name);
      const call = async () => registered(request, await batch.registerJobDefinition(request, { signal }));
      return write("job-definition", cache.definitions, name, call, (revision) => revisionRegistered(revision));
    },
    deregisterJobDefinition(name, signal) {
      const target = revisionIn(name);
      if (target === undefined) {
        const message = `${name} is not <name>:<revision>`;
        return Promise.reject(new AwsError("invalid", "batch:DeregisterJobDefinition", "NoRevision", message));
      }
      const call = () => batch.deregisterJobDefinition({ jobDefinition: name }, { signal });
      const effect = revisionDeregistered<StoredRevision>(target.revision);
      return write("job-definition", cache.definitions, target.name, call, () => effect);
    },
    changeTags,

    jobs: (queue, signal) => unfinishedJobs(longRead(options), queue, signal),
    activeJobs: (queues, from, signal) => activeJobCounts.of(queues, from, signal),
    stillActive: (jobs, signal) => stillActive(batch, jobs, signal),
    jobsOfDefinition: (name, signal) => definitionJobs.of(name, jobsShownAt(name), signal),
    jobsSeen: (queue) => jobs?.seen(queue),
    terminateJob: (jobId, reason, signal) => batch.terminateJob({ jobId, reason }, { signal }),
  };
}
