import type { JobStatus, SubmitJobRequest } from "./batch.ts";
import type { JobRecord } from "./job-record.ts";
import type { TagChange } from "./tag-calls.ts";

/** The jobs of objects in one account and region: what was last read of them, and the calls that they need. */
export interface JobsOfObjects {
  /**
   * What is known of the job of an object, which is followed from now on. Costs no call; its object is woken when it changes.
   * @param owner `namespace/name` of the object
   * @param shown the job as AWS has just shown it, which may be for the last time
   */
  follow(owner: string, jobId: string, shown?: JobRecord): FollowedJob;
  /** The object is gone, or needs its job no more. */
  unfollow(owner: string): void;
  /**
   * The job of an object, read now.
   * @throws AwsError
   */
  read(owner: string, jobId: string, signal: AbortSignal): Promise<FollowedJob>;
  /**
   * The jobs in a queue with names that begin so, or have exactly this name; oldest first. Undefined: AWS has no such
   * queue, and ends the jobs of one that is deleted.
   * @throws AwsError
   */
  named(
    queue: string,
    name: string,
    how: "exactly" | "prefix",
    signal: AbortSignal,
  ): Promise<readonly NamedJob[] | undefined>;
  /**
   * The jobs of these ids that AWS shows, read now.
   * @throws AwsError
   */
  described(jobIds: readonly string[], signal: AbortSignal): Promise<readonly JobRecord[]>;
  /**
   * The indices of the children of an array that have failed, in ascending order.
   * @throws AwsError
   */
  failedChildren(jobId: string, signal: AbortSignal): Promise<readonly number[]>;
  /**
   * @param beforeSend called when the request is about to leave, possibly twice
   * @throws AwsError, NotSent; of another kind than those of `neverHappened` it is unknown whether there is a job
   */
  submit(request: SubmitJobRequest, signal: AbortSignal, beforeSend: () => void): Promise<SubmittedJob>;
  /** Ends a job unless it has started. @throws AwsError, NotSent */
  cancel(jobId: string, reason: string, signal: AbortSignal): Promise<void>;
  /** Ends a job in whatever state. @throws AwsError, NotSent */
  terminate(jobId: string, reason: string, signal: AbortSignal): Promise<void>;
  /** @throws AwsError, NotSent */
  changeTags(jobArn: string, change: TagChange, signal: AbortSignal): Promise<void>;
}

export interface FollowedJob {
  /** As last shown by AWS; undefined: it has not shown it yet. */
  readonly record: JobRecord | undefined;
  /** Since when no answer shows it, monotonic ms; undefined: the last one did, or there is none yet. */
  readonly missingSince: number | undefined;
}

export interface NamedJob {
  readonly jobId: string;
  readonly jobName: string;
  readonly status: JobStatus;
  readonly statusReason: string | undefined;
  /** Wall time (ms). */
  readonly createdAt: number;
  /** AWS has accepted a request to end it. */
  readonly isEnding: boolean;
}

export interface SubmittedJob {
  readonly jobId: string;
  readonly jobArn: string | undefined;
}
