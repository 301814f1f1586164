/**
 * The door of `aws`: AWS as the controllers see it, and what is between that and AWS's SDKs.
 *
 *     BatchRegion (region.ts, batch-region.ts)
 *       reads   region-cache ← lists-observer, definitions-observer, asked-observer, jobs-observer, followed-jobs
 *       writes  expected effect in the cache (overlay.ts), then the call
 *     both through calls.ts: budget, deadline, classification of errors → batch-sdk.ts, iam-sdk.ts, ec2-sdk.ts, logs-sdk.ts
 *
 * `resources` has an entry for each resource of AWS Batch. IAM is `iam-account.ts`, EC2 `ec2-region.ts`. What the calls of an API
 * are, their permissions and kinds of effect, is in `*-calls.ts`.
 */

import type { DefinitionRevision } from "./batch.ts";
import type { ReadFailure } from "./cadence.ts";
import type { AwsError } from "./errors.ts";
import type { LogsRecord } from "./job-record.ts";
import type { JobsOfObjects } from "./jobs-of-objects.ts";
import type { JobsSeen } from "./queue-jobs.ts";
import type { AskedKey, DescribedKey, ResourceRecords, ResourceType, ResourceWrites } from "./resources/index.ts";
import type { RevisionSeen } from "./resources/job-definitions.ts";
import type { TagChange } from "./tag-calls.ts";
import type { UnfinishedJob } from "./unfinished-job.ts";

export type { RevisionSeen } from "./resources/job-definitions.ts";
export type { TagChange } from "./tag-calls.ts";
export type { UnfinishedJob, UnfinishedStatus } from "./unfinished-job.ts";

/**
 * AWS Batch of one account and region as the controllers see it: what was last read (one cache, filled by the
 * observer), and the writes. Each write notes its expected effect in the cache, so that a read which AWS answers
 * from before the write is not believed.
 */
export interface BatchRegion extends ResourceWrites {
  readonly account: string;
  readonly region: string;
  /** `aws`, `aws-cn`, `aws-us-gov`: from the caller's ARN. */
  readonly partition: string;

  /** What is known now. Costs no call. */
  snapshot(): BatchSnapshot;
  /**
   * A snapshot whose listing of environments and queues began no earlier than this call.
   * @throws AwsError when AWS cannot be read; at once and without a call while the observer's next try is not due
   */
  refresh(signal: AbortSignal): Promise<BatchSnapshot>;
  /**
   * A snapshot for which these resources, which are read by name, were read no earlier than this call.
   * @throws AwsError as `refresh` does
   */
  refreshAsked(key: AskedKey, names: readonly string[], signal: AbortSignal): Promise<BatchSnapshot>;
  /**
   * Lists the ACTIVE revisions of one name and returns a snapshot that holds them. Waits up to 5 s when a registration
   * got no answer, or this process has just become the writer, so that no revision is overlooked.
   * @throws AwsError when AWS cannot be read
   */
  refreshDefinition(name: string, signal: AbortSignal): Promise<BatchSnapshot>;
  /**
   * The body of one revision, read now: the cache keeps digests only. Undefined when AWS does not show the revision.
   * Waits up to 5 s after a write of this process to the name, so that AWS shows what was just registered.
   * @param arn of the revision
   * @throws AwsError when AWS cannot be read
   */
  definitionBody(arn: string, signal: AbortSignal): Promise<DefinitionRevision | undefined>;
  /** Lists again soon (about 2 s) until nothing is in transition any more, although AWS shows nothing moving yet. */
  expectChange(): void;
  /**
   * Reads again as soon as a read can be believed that does not show this name: once after a write of ours to it,
   * every few seconds while AWS still shows what was deleted; at once what is read by name and never was.
   */
  expectAbsence(type: Exclude<ResourceType, "job-definition">, name: string): void;

  /** Sets `set` and removes `remove` on a resource with this ARN. */
  changeTags(arn: string, change: TagChange, signal: AbortSignal): Promise<void>;

  /**
   * The unfinished jobs of a queue; those of SageMaker where its type says so. An array or multi-node job is one: it ends
   * after its children. A count serves all of a namespace who ask within 50 s, and goes on without its caller.
   *
   * @param from monotonic ms, not ahead: counts that began earlier decide nothing for this caller
   * @throws AwsError when anything cannot be read, or the queue is not in the last listing
   */
  jobs(queue: string, from: number, signal: AbortSignal): Promise<JobsCounted<UnfinishedJob>>;
  /** The jobs of all queues of SageMaker that start or run; see `jobs`. */
  startedServiceJobs(from: number, signal: AbortSignal): Promise<JobsCounted<UnfinishedJob>>;
  /**
   * The names of all quota shares of a queue, whoever made them, read now; none where the queue is not there.
   * @throws AwsError when they cannot be read
   */
  sharesOf(queue: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * The jobs that start or run in these queues, or in all that are known when the count begins. A count that takes
   * longer than 20 s goes on without its caller: whoever asks again has it for as long as it took.
   *
   * @param from monotonic ms, not ahead: counts that began earlier decide nothing for this caller
   * @returns undefined while it is being counted
   * @throws AwsError when anything cannot be read
   */
  activeJobs(
    queues: readonly string[] | "all",
    from: number,
    signal: AbortSignal,
  ): Promise<JobsCounted<ActiveJob> | undefined>;
  /**
   * Those of the jobs that still start or run, with where they lie, read now.
   * @throws AwsError when anything cannot be read
   */
  stillActive(jobs: readonly ActiveJob[], signal: AbortSignal): Promise<readonly ActiveJob[]>;
  /**
   * The jobs that have failed in some queues, as of a minute ago or less.
   * @throws AwsError when anything cannot be read
   */
  failedJobs(failed: FailedSince, signal: AbortSignal): Promise<readonly FailedJob[]>;
  /**
   * The last lines that a job has logged, the latest last; none where AWS has no such stream (yet).
   * @throws AwsError
   */
  lastLines(
    stream: Pick<LogsRecord, "group" | "stream">,
    count: number,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * How many unfinished jobs run revisions of a job definition, over all queues, counted together with others at most
   * once a minute; `name` should have none that jobs can be given. Waits up to 5 s when its revisions have just changed,
   * or this process has just become the writer, so that no job is overlooked.
   * @throws AwsError when they cannot be counted
   */
  jobsOfDefinition(name: string, signal: AbortSignal): Promise<number>;
  /**
   * How many unfinished jobs use a role, by the `name:revision` that they run, over all queues, whosever they are. Counted
   * together with those of definitions.
   *
   * @param name of a role that no ACTIVE revision should name
   * @param from monotonic ms, may be a little ahead: counts that began earlier may not show all jobs
   * @throws AwsError when they cannot be counted
   */
  jobsOfRole(name: string, from: number, signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** How the jobs of a queue get on, as last read; undefined before that. Costs no call. */
  jobsSeen(queue: string): JobsSeen | undefined;
  terminateJob(jobId: string, reason: string, signal: AbortSignal): Promise<void>;
  /** The same for a job of a queue of SageMaker. */
  terminateServiceJob(jobId: string, reason: string, signal: AbortSignal): Promise<void>;
  /** The jobs of objects. */
  readonly jobsOfObjects: JobsOfObjects;
}

type DescribedSnapshot = { readonly [Key in DescribedKey]: ReadonlyMap<string, ResourceRecords[Key]> };

/**
 * Described resources are kept by name: only live records, no DELETED tombstones. They include one whose create call is
 * under way, has just succeeded, or got no answer, as CREATING.
 */
export interface BatchSnapshot extends DescribedSnapshot {
  /**
   * Wall time (ms) at which the newest complete listing of environments and queues began; undefined before the
   * first.
   */
  readonly listedAt: number | undefined;
  /** Why environments and queues cannot be read since `failingSince` (wall ms), if they cannot. */
  readonly failure: AwsError | undefined;
  readonly failingSince: number | undefined;
  /** Why job definitions cannot be read since then (wall ms), if they cannot. Nothing else depends on them. */
  readonly definitionsFailure: AwsError | undefined;
  readonly definitionsFailingSince?: number | undefined;
  /** Whether a read since this process began would have shown such a resource. */
  hasRead(key: AskedKey, name: string): boolean;
  /** Why resources that are read by the names of objects cannot be read, if they cannot. Nothing else depends on them. */
  failureOf(key: AskedKey): Pick<ReadFailure, "error" | "since"> | undefined;
  /** The ACTIVE revisions by name, highest first. Undefined before the first listing. */
  readonly jobDefinitions: ReadonlyMap<string, readonly RevisionSeen[]> | undefined;
  /**
   * Whether the absence of a name may be believed: it is not in a complete listing that began at least 5 s after
   * this process became the writer and after its last write, also a failed one, to that name (docs/design.md, section 4).
   */
  isAbsent(type: ResourceType, name: string): boolean;
  /**
   * Whether what is kept of a name is from a complete listing that began at least 5 s after this process became the
   * writer and after its last write, also a failed one, to that name: nothing of ours is on its way to it any more.
   */
  isSettled(type: ResourceType, name: string): boolean;
  /** Whether a name is here only because it is being asked for at this moment, which AWS may refuse. */
  isAsked(type: ResourceType, name: string): boolean;
  /**
   * Whether a listing that begins now, and shows no queue that names an environment, proves that none of ours does: 15 s
   * after this process became the writer and after its last write that put the environment into an order, 5 s after the
   * last write to a queue that got no answer, and while no write to a queue is under way.
   */
  showsQueuesOf(environment: string): boolean;
  /** Wall time (ms) of the end of this process's last write to that name, 0 when there was none. */
  lastWriteAt(type: ResourceType, name: string): number;
}

/** A job that ended FAILED; each child of an array job, and a multi-node job as a whole. */
export interface FailedJob {
  readonly jobId: string;
  /** Name of the ECS cluster of its last attempt; undefined: no task of it had a place in one, as on EKS. */
  readonly cluster: string | undefined;
  /** Undefined when its container did not end by itself. */
  readonly exitCode: number | undefined;
  /** AWS's words about the container and the job. */
  readonly reason: string;
  /** Somebody ended it. */
  readonly isEnded: boolean;
}

export interface FailedSince {
  /** Names or ARNs. */
  readonly queues: readonly string[];
  /** Wall ms. */
  readonly since: number;
  /** Whether jobs count whose container ended with an exit code of its own. */
  readonly anyExitCode: boolean;
}

/** A job that starts or runs. */
export interface ActiveJob extends UnfinishedJob {
  /** Name of the ECS cluster its task or instance lies in; undefined when AWS does not say. */
  readonly cluster: string | undefined;
  /** Set on the children of an array or multi-node job: their parent's id. */
  readonly parentId: string | undefined;
}

/** What one count showed. Every job that was there when it began, and has not moved or ended since, is in it. */
export interface JobsCounted<Job> {
  readonly jobs: readonly Job[];
  /** Monotonic ms. */
  readonly begunAt: number;
  /** Monotonic ms. */
  readonly endedAt: number;
}
