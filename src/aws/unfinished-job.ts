import type { JobSummary, ServiceJobSummary } from "./batch.ts";

export type UnfinishedStatus = "SUBMITTED" | "PENDING" | "RUNNABLE" | "STARTING" | "RUNNING";

/** A job that has not ended; an array or multi-node job as a whole, or a child of one. */
export interface UnfinishedJob {
  readonly jobId: string;
  readonly jobName: string;
  readonly queue: string;
  readonly status: NonNullable<JobSummary["status"] | ServiceJobSummary["status"]>;
  /** Wall time (ms); undefined before it started. */
  readonly startedAt: number | undefined;
  readonly createdAt: number | undefined;
  /** ARN of the revision that it runs; left out when AWS does not say. */
  readonly definition?: string;
  /** Name of the quota share of a job of SageMaker; left out when AWS does not say. */
  readonly share?: string;
}
