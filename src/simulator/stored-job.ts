import type { JobStatus, SubmitJobRequest } from "@aws-sdk/client-batch";
import type { DefinitionRevision } from "../aws/batch.ts";
import type { AttemptCourse } from "./outcome.ts";

/** A job in the simulator. */
export interface StoredJob {
  readonly id: string;
  readonly arn: string;
  readonly queueArn: string;
  readonly request: SubmitJobRequest;
  /** The revision as this job runs it, overrides included. */
  readonly definition: DefinitionRevision;
  /** How its attempts go, as far as somebody planned it. */
  readonly courses?: readonly AttemptCourse[] | undefined;
  readonly vcpus: number;
  readonly status: JobStatus;
  readonly statusReason?: string | undefined;
  /** Wall times (ms). */
  readonly createdAt: number;
  /** When it got its status, and when it last left RUNNABLE. */
  readonly since?: number | undefined;
  readonly placedAt?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  readonly attempts: readonly EndedAttempt[];
  /** Location of its task, from STARTING on. */
  readonly place?: JobPlace | undefined;
  readonly exitCode?: number | undefined;
  /** Of its container, as it ended. */
  readonly reason?: string | undefined;
  /** Why somebody asked AWS to end it, from then until it has ended. */
  readonly endReason?: string | undefined;
  readonly isCancelled?: true | undefined;
  readonly isTerminated?: true | undefined;
  /** Of an array's child. */
  readonly child?: { readonly parentId: string; readonly index: number } | undefined;
  /** Of an array itself. */
  readonly size?: number | undefined;
}

/** An attempt that has ended; times are wall times (ms). */
export interface EndedAttempt {
  readonly place: JobPlace | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  /** Undefined: its container never ran. */
  readonly startedAt: number | undefined;
  readonly stoppedAt: number;
  readonly statusReason: string;
}

export interface JobPlace {
  readonly environmentArn: string;
  readonly clusterArn: string | undefined;
  readonly taskArn: string;
  /** Fargate has none. */
  readonly instance: { readonly id: string; readonly arn: string } | undefined;
}

export function hasEnded({ status }: { readonly status: JobStatus }): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

export function occupies({ status }: { readonly status: JobStatus }): boolean {
  return status === "STARTING" || status === "RUNNING";
}
