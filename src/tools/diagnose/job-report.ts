import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { JobRecord } from "../../aws/job-record.ts";
import type { DescribedJob } from "../../aws/queue-jobs.ts";
import type { ChainLink } from "../jobs/chain.ts";
import type { QueueReport } from "./report.ts";

/** What was read of one BatchJob. */
export interface JobFacts {
  readonly object: BatchJob;
  /** What leads another command to its namespace, e.g. `-n`, `team`. */
  readonly where: readonly string[];
  /** As AWS shows it now; undefined: it has none, or shows none any more. */
  readonly job: { readonly record: JobRecord; readonly described: DescribedJob } | undefined;
  readonly dependencies: readonly DependencyFacts[];
  /** Names of the jobs of its namespace that are submitted before it, the next one first. */
  readonly inLineBefore: readonly string[];
  /** What a job that is not submitted waits for, from object to object: the last one is the cause. */
  readonly chain: readonly ChainLink[];
  /** The queue of a job that waits for resources, and why its first job does not start; undefined: not asked for. */
  readonly queue: QueueReport | undefined;
}

/** A job that it depends on. */
export interface DependencyFacts {
  /** `BatchJob NAME`, or the ID of a job without an object. */
  readonly what: string;
  /** AWS's status, `NotSubmitted` or `Missing`. */
  readonly status: string;
  /** Why it failed; undefined: it has not. */
  readonly failure: string | undefined;
  /** What keeps it waiting until a person does something; undefined: nothing, as far as is known. */
  readonly blocked?: JobFinding | undefined;
}

/** One thing that keeps a job from its success, or explains why it waits. */
export interface JobFinding {
  /** A reason of a BatchJob's conditions, or a cause of docs/jobs-not-starting.md. */
  readonly code: string;
  /** Whether a person has to fix something; otherwise it passes without action. */
  readonly needsPerson: boolean;
  /** The page that explains the code. */
  readonly page: string;
  /** One sentence without a full stop. */
  readonly sentence: string;
  /** What to do; empty if nothing. */
  readonly fix: string;
}

/** The report of `diagnose` about one BatchJob, as data for people and programs. */
export interface JobReport extends JobFacts {
  readonly account: string;
  readonly region: string;
  /** The status that counts: AWS's, else that of the object, else `NotSubmitted`. */
  readonly status: string;
  /** The cause first. */
  readonly findings: readonly JobFinding[];
  /** Wall time (ms). */
  readonly now: number;
}

/** Whether nobody has to fix anything. */
export function isJobHealthy({ findings }: Pick<JobReport, "findings">): boolean {
  return findings.every(({ needsPerson }) => !needsPerson);
}
