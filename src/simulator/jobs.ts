import type {
  DescribeJobsRequest,
  DescribeJobsResponse,
  GetJobQueueSnapshotRequest,
  GetJobQueueSnapshotResponse,
  JobDetail,
  JobSummary,
  KeyValuesPair,
  ListJobsRequest,
  ListJobsResponse,
  SubmitJobRequest,
  SubmitJobResponse,
} from "@aws-sdk/client-batch";
import type { JobDefinitions } from "./job-definitions.ts";
import {
  byPriority,
  detailOf,
  hasEnded,
  type JobPlan,
  nodeCount,
  nodeDetailOf,
  nodeSummaryOf,
  type StoredJob,
  summaryOf,
} from "./job-detail.ts";
import type { JobQueues } from "./job-queues.ts";
import { checkedSubmission, defaultPlan, vcpusOf } from "./job-submission.ts";
import { pageOf, RecordTable } from "./records.ts";
import { doesNotExist, invalid } from "./refusals.ts";
import { checkTags, type Tagged } from "./tags.ts";
import type { World } from "./world.ts";

/** The part of the scheduler that calls of users need. */
export interface JobProgress {
  /** Soon places the jobs that can be placed. */
  wake(): void;
  cancel(job: StoredJob, reason: string): void;
  terminate(job: StoredJob, reason: string): void;
}

/** The jobs of the account: calls that submit, read and end them. The scheduler runs them. */
export class Jobs {
  readonly #world: World;
  readonly #queues: JobQueues;
  readonly #definitions: JobDefinitions;
  readonly #scheduler: () => JobProgress;
  readonly #records: RecordTable<StoredJob>;

  constructor(world: World, queues: JobQueues, definitions: JobDefinitions, scheduler: () => JobProgress) {
    this.#world = world;
    this.#queues = queues;
    this.#definitions = definitions;
    this.#scheduler = scheduler;
    this.#records = new RecordTable(world.clock);
  }

  /** @param plan the planned course; omitted: see {@link defaultPlan} */
  submit(request: SubmitJobRequest, plan?: JobPlan): SubmitJobResponse {
    const { queue, definition } = checkedSubmission(
      request,
      this.#queues.find(request.jobQueue ?? ""),
      this.#definitions.findActive(request.jobDefinition ?? ""),
      (queue) => this.#queues.environmentsOf(queue),
    );
    this.#forgetLongEnded();
    const id = this.#world.uuid();
    const size = request.arrayProperties?.size;
    const job: StoredJob = {
      id,
      arn: this.#world.arn("batch", `job/${id}`),
      queueArn: queue.jobQueueArn,
      request,
      definition,
      plan: plan ?? defaultPlan(definition, this.#world.knobs.jobDurationMs),
      vcpus: vcpusOf(definition),
      status: "SUBMITTED",
      createdAt: this.#world.clock.now(),
      attempts: [],
      size,
    };
    this.put(job);
    for (let index = 0; index < (size ?? 0); index++) {
      const child = { parentId: id, index };
      this.put({ ...job, id: `${id}:${index}`, arn: `${job.arn}:${index}`, size: undefined, child });
    }
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
    const seen = this.#records.asOf(asOf);
    const details = ids.map((id): JobDetail | undefined => {
      const [whole = "", node] = id.split("#");
      const job = seen.find((one) => one.id === whole || one.arn === whole);
      if (job === undefined) return undefined;
      return node === undefined ? detailOf(job, childrenIn(seen, job)) : nodeDetailOf(job, Number(node));
    });
    return { jobs: details.filter((detail) => detail !== undefined) };
  }

  list(input: ListJobsRequest, asOf: number): ListJobsResponse {
    const { jobQueue, arrayJobId, multiNodeJobId, filters = [] } = input;
    if ([jobQueue, arrayJobId, multiNodeJobId].filter((one) => one !== undefined).length !== 1) {
      throw invalid("Exactly one of jobQueue, arrayJobId and multiNodeJobId must be given."); // our words
    }
    const seen = this.#records.asOf(asOf);
    const status = input.jobStatus ?? (filters.length === 0 ? "RUNNING" : undefined);
    const summaries = this.#summaries(seen, input)
      .filter((summary) => status === undefined || filters.length > 0 || summary.status === status)
      .filter((summary) => filters.every((filter) => passes(summary, filter)));
    const largest = Math.min(filters.length > 0 ? 100 : 1000, this.#world.knobs.pageSize);
    const { page, ...rest } = pageOf(summaries, input, largest);
    return { jobSummaryList: page, ...rest };
  }

  snapshot(input: GetJobQueueSnapshotRequest, asOf: number): GetJobQueueSnapshotResponse {
    const queue = this.#queues.find(input.jobQueue ?? "");
    if (queue === undefined) throw doesNotExist(input.jobQueue ?? "");
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
    const job = this.all().find((one) => one.arn === arn);
    if (job === undefined || job.child !== undefined) return undefined;
    return {
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
    return this.#records.all();
  }

  childrenOf(id: string): StoredJob[] {
    return childrenIn(this.all(), this.get(id));
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

  #forgetLongEnded(): void {
    const before = this.#world.clock.now() - this.#world.knobs.endedJobMs;
    for (const { id, stoppedAt = before } of this.all().filter(hasEnded)) {
      if (stoppedAt < before) this.#records.remove(id);
    }
  }

  /** The job, or for an array its children. */
  #familyOf(jobId: string): StoredJob[] {
    const job = this.get(jobId.split("#")[0] ?? "");
    if (job === undefined) return [];
    return job.size === undefined ? [job] : this.childrenOf(job.id).filter((child) => !hasEnded(child));
  }

  #summaries(seen: readonly StoredJob[], input: ListJobsRequest): JobSummary[] {
    if (input.multiNodeJobId !== undefined) {
      const job = seen.find((one) => one.id === input.multiNodeJobId);
      if (job === undefined) return [];
      return Array.from({ length: nodeCount(job) ?? 0 }, (_, index) => nodeSummaryOf(job, index));
    }
    if (input.arrayJobId !== undefined) {
      const parent = seen.find((one) => one.id === input.arrayJobId);
      return childrenIn(seen, parent).map((child) => summaryOf(child, []));
    }
    const queue = this.#queues.find(input.jobQueue ?? "");
    if (queue === undefined) throw doesNotExist(input.jobQueue ?? ""); // our words
    return seen
      .filter((job) => job.queueArn === queue.jobQueueArn && job.child === undefined)
      .map((job) => summaryOf(job, childrenIn(seen, job)));
  }
}

function isWaiting({ status, size }: StoredJob): boolean {
  return status === "RUNNABLE" && size === undefined;
}

/** The children of `parent` in `jobs`; empty unless it is an array. */
function childrenIn(jobs: readonly StoredJob[], parent: StoredJob | undefined): StoredJob[] {
  return parent?.size === undefined ? [] : jobs.filter((job) => job.child?.parentId === parent.id);
}

function passes(summary: JobSummary, { name, values = [] }: KeyValuesPair): boolean {
  switch (name) {
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

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
