import type {
  DescribeJobsRequest,
  DescribeJobsResponse,
  GetJobQueueSnapshotResponse,
  JobDetail,
  JobSummary,
  KeyValuesPair,
  ListJobsByConsumableResourceRequest,
  ListJobsByConsumableResourceResponse,
  ListJobsRequest,
  ListJobsResponse,
  SubmitJobRequest,
  SubmitJobResponse,
} from "@aws-sdk/client-batch";
import type { Queue } from "../aws/batch.ts";
import { hasServiceJobs } from "../aws/service-jobs.ts";
import { isPlannedBy, lastPart } from "./job-course.ts";
import type { JobDefinitions } from "./job-definitions.ts";
import { byPriority, detailOf, nodeCount, nodeDetailOf, nodeSummaryOf, summaryOf } from "./job-detail.ts";
import { consumablesOf, needsOf } from "./job-needs.ts";
import type { JobQueues } from "./job-queues.ts";
import { checkedSubmission, vcpusOf } from "./job-submission.ts";
import type { AttemptCourse, PlannedOutcome } from "./outcome.ts";
import { pageOf, RecordTable } from "./records.ts";
import { doesNotExist, invalid, Refusal } from "./refusals.ts";
import { hasEnded, type StoredJob } from "./stored-job.ts";
import { checkTags, type Tagged } from "./tags.ts";
import type { World } from "./world.ts";

/** The part of the scheduler that calls of users need. */
export interface JobProgress {
  /** Soon places the jobs that can be placed. */
  wake(): void;
  cancel(job: StoredJob, reason: string): void;
  terminate(job: StoredJob, reason: string): void;
}

/** Of planned outcomes. */
const mostOutcomes = 1000;
const mostOutcomeCharacters = 2 * 1024 * 1024;

/** Of two outcomes for the same jobs the older one has no effect any more. */
function whomItPlans({ job, indices }: PlannedOutcome): string {
  return JSON.stringify([job, indices]);
}

/** The jobs of the account: calls that submit, read and end them. The scheduler runs them. */
export class Jobs {
  readonly #world: World;
  readonly #queues: JobQueues;
  readonly #definitions: JobDefinitions;
  readonly #scheduler: () => JobProgress;
  readonly #records: RecordTable<StoredJob>;
  /** Ids of jobs that have not ended, array parents and children among them. */
  readonly #active = new Set<string>();
  /** Of each array: the ids of its children, and how many of them have not ended, and have failed. */
  readonly #arrays = new Map<string, { readonly children: readonly string[]; open: number; failed: number }>();
  /** Ids of jobs that have ended, array children excepted, in the order of their ends. */
  readonly #ended: string[] = [];
  /** The one that was planned last is the first. */
  #outcomes: readonly PlannedOutcome[] = [];
  #describedOutcomes: readonly PlannedOutcome[] = [];

  constructor(world: World, queues: JobQueues, definitions: JobDefinitions, scheduler: () => JobProgress) {
    this.#world = world;
    this.#queues = queues;
    this.#definitions = definitions;
    this.#scheduler = scheduler;
    this.#records = new RecordTable(world.clock);
  }

  /**
   * How jobs go that match; of several outcomes the one that was planned last.
   * @throws Refusal if there are too many, or their text is too long: whoever reaches the port can plan some
   */
  plan(outcome: PlannedOutcome): void {
    const others = this.#outcomes.filter((one) => whomItPlans(one) !== whomItPlans(outcome));
    const outcomes = [outcome, ...others];
    const characters = outcomes.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
    if (outcomes.length > mostOutcomes || characters > mostOutcomeCharacters) {
      throw new Refusal(
        "LimitExceededException",
        400,
        `at most ${mostOutcomes} outcomes are kept, with ${mostOutcomeCharacters} characters together: plan one for several jobs, as train-*`,
      );
    }
    this.#outcomes = outcomes;
  }

  /** The outcomes that a description of the account has, in place of those that it had before. */
  planDescribed(outcomes: readonly PlannedOutcome[]): void {
    this.#describedOutcomes = outcomes.toReversed();
  }

  /** @param course of every attempt; omitted: as planned for its name, else as its command says */
  submit(request: SubmitJobRequest, course?: AttemptCourse): SubmitJobResponse {
    const { queue, definition } = checkedSubmission(
      request,
      this.#queues.find(request.jobQueue ?? ""),
      this.#definitions.findActive(request.jobDefinition ?? ""),
      (queue) => this.#queues.environmentsOf(queue),
    );
    this.#forgetLongEnded();
    const id = this.#world.uuid();
    const size = request.arrayProperties?.size;
    const coursesOf = (index: number | undefined): readonly AttemptCourse[] | undefined =>
      course === undefined
        ? [...this.#outcomes, ...this.#describedOutcomes].find((one) => isPlannedBy(one, request.jobName ?? "", index))
            ?.attempts
        : [course];
    const job: StoredJob = {
      id,
      arn: this.#world.arn("batch", `job/${id}`),
      queueArn: queue.jobQueueArn,
      request,
      definition,
      courses: coursesOf(undefined),
      vcpus: vcpusOf(definition),
      status: "SUBMITTED",
      createdAt: this.#world.clock.now(),
      attempts: [],
      size,
    };
    const children = Array.from({ length: size ?? 0 }, (_, index): StoredJob => {
      const child = { parentId: id, index };
      return {
        ...job,
        id: `${id}:${index}`,
        arn: `${job.arn}:${index}`,
        courses: coursesOf(index),
        size: undefined,
        child,
      };
    });
    for (const one of [job, ...children]) this.put(one);
    this.#scheduler().wake();
    return { jobArn: job.arn, jobName: request.jobName, jobId: id };
  }

  /** Ends a job that has not started; a started or unknown job is not an error. */
  cancel(jobId: string, reason: string): void {
    for (const job of this.#familyOf(jobId)) this.#scheduler().cancel(job, reason);
  }

  terminate(jobId: string, reason: string): void {
    for (const job of this.#familyOf(jobId)) this.#scheduler().terminate(job, reason);
  }

  describe(input: DescribeJobsRequest, asOf: number): DescribeJobsResponse {
    const ids = input.jobs ?? [];
    if (ids.length > 100) throw invalid("Maximum number of jobs supported is  100 .");
    this.#forgetLongEnded();
    const details = ids.map((id): JobDetail | undefined => {
      const [whole = "", node] = id.split("#");
      const job = this.#records.getAsOf(idIn(whole), asOf);
      if (job === undefined) return undefined;
      return node === undefined ? detailOf(job, this.#childrenAsOf(job, asOf)) : nodeDetailOf(job, Number(node));
    });
    return { jobs: details.filter((detail) => detail !== undefined) };
  }

  list(input: ListJobsRequest, asOf: number): ListJobsResponse {
    const { jobQueue, arrayJobId, multiNodeJobId, filters = [] } = input;
    if ([jobQueue, arrayJobId, multiNodeJobId].filter((one) => one !== undefined).length !== 1) {
      throw invalid("Exactly one of jobQueue, arrayJobId and multiNodeJobId must be given."); // our words
    }
    const queue = jobQueue === undefined ? undefined : this.#queues.find(jobQueue);
    if (queue !== undefined && hasServiceJobs(queue)) {
      throw invalid(`JobQueue ${queue.jobQueueName} has service jobs, which ListServiceJobs lists.`); // our words
    }
    this.#forgetLongEnded();
    const status = input.jobStatus ?? (filters.length === 0 ? "RUNNING" : undefined);
    const found = this.#summaries(input, asOf)
      .filter((summary) => status === undefined || filters.length > 0 || summary.status === status)
      .filter((summary) => filters.every((filter) => passes(summary, filter)));
    const summaries = filters.length === 0 ? found : found.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
    const largest = Math.min(filters.length > 0 ? 100 : 1000, this.#world.knobs.pageSize);
    const { page, ...rest } = pageOf(summaries, input, largest);
    return { jobSummaryList: page, ...rest };
  }

  /** The jobs that hold a consumable resource, need it, or had it; children of an array one by one. */
  listByConsumable(input: ListJobsByConsumableResourceRequest, asOf: number): ListJobsByConsumableResourceResponse {
    const name = lastPart(input.consumableResource ?? "");
    this.#forgetLongEnded();
    const found = this.#records.asOf(asOf).flatMap((job) => {
      const need = job.size === undefined ? needsOf(job).find((one) => one.name === name) : undefined;
      if (need === undefined) return [];
      const summary = summaryOf(job, []);
      if (!(input.filters ?? []).every((filter) => passes(summary, filter))) return [];
      const { jobArn, jobName, jobDefinition, shareIdentifier, status, statusReason, startedAt, createdAt } = summary;
      return {
        jobArn,
        jobName,
        shareIdentifier,
        statusReason,
        startedAt,
        createdAt,
        jobQueueArn: job.queueArn,
        jobDefinitionArn: jobDefinition,
        jobStatus: status,
        quantity: need.quantity,
        consumableResourceProperties: consumablesOf(job),
      };
    });
    const { page, ...rest } = pageOf(found, input, Math.min(100, this.#world.knobs.pageSize));
    return { jobs: page, ...rest };
  }

  snapshot(queue: Queue, asOf: number): GetJobQueueSnapshotResponse {
    const ofQueue = this.#records.asOf(asOf).filter((job) => job.queueArn === queue.jobQueueArn);
    const waiting = ofQueue.filter(isWaiting).toSorted(byPriority);
    let reachedAt = 0;
    const front = waiting.slice(0, 100).map((job, place) => {
      // It moves up when a job before it leaves, so its time is not earlier than that.
      const left = place > 0 ? [] : ofQueue.filter((one) => byPriority(one, job) <= 0).map((one) => one.placedAt ?? 0);
      reachedAt = Math.max(reachedAt, job.since ?? job.createdAt, ...left);
      return { jobArn: job.arn, earliestTimeAtPosition: reachedAt };
    });
    return { frontOfQueue: { jobs: front, lastUpdatedAt: this.#world.clock.now() } };
  }

  tagged(arn: string): Tagged | undefined {
    const job = this.get(idIn(arn));
    if (job?.arn !== arn || job.child !== undefined) return undefined;
    return {
      record: job,
      tags: job.request.tags ?? {},
      replaceTags: (tags) => {
        checkTags(tags);
        this.put({ ...job, request: { ...job.request, tags } });
      },
    };
  }

  get(id: string): StoredJob | undefined {
    return this.#records.get(id);
  }

  /** All jobs as they are now, array parents and children among them. */
  all(): StoredJob[] {
    this.#forgetLongEnded();
    return this.#records.all();
  }

  /** The jobs that have not ended, in the order of their submission. */
  active(): StoredJob[] {
    return [...this.#active].map((id) => this.get(id)).filter((job) => job !== undefined);
  }

  childrenOf(id: string): StoredJob[] {
    const { children = [] } = this.#arrays.get(id) ?? {};
    return children.map((child) => this.get(child)).filter((job) => job !== undefined);
  }

  /** How many children of an array have not ended, and how many have failed. */
  tally(id: string): { readonly open: number; readonly failed: number } {
    return this.#arrays.get(id) ?? { open: 0, failed: 0 };
  }

  put(given: StoredJob): void {
    const before = this.#records.get(given.id);
    const now = this.#world.clock.now();
    const moved = before?.status !== given.status;
    const job: StoredJob = {
      ...given,
      since: moved ? now : before?.since,
      placedAt: moved && before?.status === "RUNNABLE" ? now : before?.placedAt,
    };
    this.#records.put(job.id, job);
    if (moved) this.#index(job);
    if (before?.status === job.status && before.statusReason === job.statusReason) return;
    this.#world.note({
      kind: "job",
      name: job.id,
      arn: job.arn,
      status: job.status,
      statusReason: job.statusReason,
      ...(job.child === undefined ? { job: { name: job.request.jobName ?? "", queue: lastPart(job.queueArn) } } : {}),
    });
  }

  /** Adds jobs of a snapshot, visible at once. */
  restore(jobs: readonly StoredJob[]): void {
    for (const job of jobs) {
      this.#records.load(job.id, job);
      this.#index(job);
    }
    const endOf = (id: string): number => this.get(id)?.stoppedAt ?? 0;
    this.#ended.sort((left, right) => endOf(left) - endOf(right));
  }

  /** Keeps the indices of a job that is new or has another status. */
  #index(job: StoredJob): void {
    const { id, size, child } = job;
    if (size !== undefined && !this.#arrays.has(id)) {
      const children = Array.from({ length: size }, (_, index) => `${id}:${index}`);
      this.#arrays.set(id, { children, open: size, failed: 0 });
    }
    if (!hasEnded(job)) {
      this.#active.add(id);
      return;
    }
    this.#active.delete(id);
    if (child === undefined) {
      this.#ended.push(id);
      return;
    }
    const array = this.#arrays.get(child.parentId);
    if (array === undefined) return;
    array.open--;
    if (job.status === "FAILED") array.failed++;
  }

  /** AWS keeps a job that has ended for a time; children of an array as long as the array. */
  #forgetLongEnded(): void {
    const before = this.#world.clock.now() - this.#world.knobs.endedJobMs;
    for (;;) {
      const [id] = this.#ended;
      if (id === undefined) return;
      const { stoppedAt = before } = this.get(id) ?? {};
      if (stoppedAt >= before) return;
      this.#ended.shift();
      const { children = [] } = this.#arrays.get(id) ?? {};
      for (const one of [id, ...children]) this.#records.remove(one);
      this.#arrays.delete(id);
    }
  }

  /** The job, or for an array its children. */
  #familyOf(jobId: string): StoredJob[] {
    const job = this.get(jobId.split("#")[0] ?? "");
    if (job === undefined) return [];
    return job.size === undefined ? [job] : this.childrenOf(job.id).filter((child) => !hasEnded(child));
  }

  #summaries(input: ListJobsRequest, asOf: number): JobSummary[] {
    if (input.multiNodeJobId !== undefined) {
      const job = this.#records.getAsOf(input.multiNodeJobId, asOf);
      if (job === undefined) return [];
      return Array.from({ length: nodeCount(job) ?? 0 }, (_, index) => nodeSummaryOf(job, index));
    }
    if (input.arrayJobId !== undefined) {
      const parent = this.#records.getAsOf(input.arrayJobId, asOf);
      return parent === undefined ? [] : this.#childrenAsOf(parent, asOf).map((child) => summaryOf(child, []));
    }
    const queue = this.#queues.find(input.jobQueue ?? "");
    if (queue === undefined) throw doesNotExist(input.jobQueue ?? ""); // our words
    const listedAsOf = asOf - this.#world.knobs.jobVisibleMs;
    return this.#records
      .asOf(asOf)
      .filter((job) => job.queueArn === queue.jobQueueArn && job.child === undefined)
      .filter(({ id }) => this.#records.getAsOf(id, listedAsOf) !== undefined)
      .map((job) => summaryOf(job, this.#childrenAsOf(job, asOf)));
  }

  /** The children of an array as they were; empty for any other job. */
  #childrenAsOf({ id }: StoredJob, asOf: number): StoredJob[] {
    const { children = [] } = this.#arrays.get(id) ?? {};
    return children.map((child) => this.#records.getAsOf(child, asOf)).filter((job) => job !== undefined);
  }
}

function isWaiting({ status, size }: StoredJob): boolean {
  return status === "RUNNABLE" && size === undefined;
}

/** The id in an id or ARN of a job. */
function idIn(idOrArn: string): string {
  return idOrArn.split(":job/").at(-1) ?? "";
}

function passes(summary: JobSummary, { name, values = [] }: KeyValuesPair): boolean {
  switch (name) {
    case "JOB_STATUS":
      return values.includes(summary.status ?? "");
    case "JOB_NAME":
      return values.some((value) => matchesGlob(summary.jobName ?? "", value));
    case "JOB_DEFINITION":
      return values.some((value) => {
        const [, named = ""] = (summary.jobDefinition ?? "").split("job-definition/");
        return matchesGlob(named, value) || matchesGlob(named.replace(/:\d+$/, ""), value);
      });
    case "BEFORE_CREATED_AT":
      return (summary.createdAt ?? 0) < Number(values[0]);
    case "AFTER_CREATED_AT":
      return (summary.createdAt ?? 0) > Number(values[0]);
    case "SHARE_IDENTIFIER":
      return values.includes(summary.shareIdentifier ?? "");
    default:
      throw invalid(`Filter ${name} is not valid.`); // our words
  }
}

function matchesGlob(text: string, glob: string): boolean {
  return glob.endsWith("*") ? text.startsWith(glob.slice(0, -1)) : text.toLowerCase() === glob.toLowerCase();
}
