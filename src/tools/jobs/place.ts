/**
 * The door of `submit`, `jobs`, `logs`, `cancel` and `retry`: the port for where jobs are. Jobs in AWS (`in-aws.ts`), BatchJob objects
 * of a cluster (`in-cluster.ts`) and those in the directory of `local` (`in-directory.ts`) implement it; `open-place.ts` chooses.
 */

import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { AppliedManifest } from "../../kube/client.ts";
import type { JobsAccount } from "./account.ts";
import type { NewManifest, Submission } from "./job-manifest.ts";
import type { JobList } from "./list.ts";

/** Where the jobs are that a command line is about. A name may be that of a job or of an object, as the place has them. */
export interface JobsPlace {
  /** The jobs that are asked for, the newest first. @throws CommandError if there is no such queue, AwsError */
  list(asked: AskedJobs): Promise<ListedJobs>;
  /** The job of a name. @throws CommandError if there is none, AwsError */
  find(name: string): Promise<NamedJob>;
  /**
   * Asks that a job end.
   *
   * @param reason for AWS's records; undefined: a general one
   * @throws CommandError if there is no such job, or the place takes no reason, AwsError
   */
  cancel(name: string, reason: string | undefined): Promise<Cancelled | Refused>;
  /** Submits a job, and follows it to its end if the flags say so. @returns the exit code. @throws CommandError, AwsError */
  submit(job: Submission): Promise<number>;
  close(): Promise<void> | void;
}

/** One whose jobs have BatchJob objects. */
export interface ObjectsPlace extends JobsPlace {
  /** What leads another command there, e.g. `--kubeconfig`, `FILE`, or `-f`, `DIR`. */
  readonly words: readonly string[];
  /** @throws CommandError if there is none, or its job neither has ended nor goes on */
  get(name: string): Promise<BatchJob>;
  /** Creates an object, whose job the operator submits; otherwise as `submit`. */
  create(manifest: AppliedManifest & NewManifest): Promise<number>;
}

export interface AskedJobs {
  /** Name or ARN of a queue, or the name of a JobQueue; undefined: all. */
  readonly queue: string | undefined;
  /** Only those that failed. */
  readonly failed: boolean;
}

export interface ListedJobs extends JobList {
  /** Wall time (ms) of the place. */
  readonly now: number;
  /** What the place has none of, if the list is empty: e.g. `No jobs`. */
  readonly none: { readonly what: string; readonly where: string };
}

/** A job that a command line names, and where it is. */
export interface NamedJob {
  readonly account: JobsAccount;
  readonly id: string;
  /** Of a name in a cluster or a directory. */
  readonly object: BatchJob | undefined;
}

/** What became of the request that a job end. */
export interface Cancelled {
  readonly jobName: string;
  readonly jobId: string | undefined;
  readonly status: string | undefined;
  /** Whether the job was asked to end now. */
  readonly requested: boolean;
  /** What follows its name in a sentence. */
  readonly text: string;
}

/** Nothing was done, and stderr says why. */
export interface Refused {
  readonly exitCode: number;
}
