import type { JobStatus, SubmitJobRequest } from "@aws-sdk/client-batch";
import type { DefinitionRevision } from "../aws/batch.ts";

/** How one attempt of a job goes. What is left out follows from the command of the job. */
export interface AttemptCourse {
  /** From RUNNING to its end; `Infinity`: until somebody ends it. */
  readonly durationMs?: number;
  readonly exitCode?: number;
  /** Of the container, e.g. `OutOfMemoryError: Container killed due to memory usage`. */
  readonly reason?: string;
  /** Of the attempt; default: AWS's words for how it ends. */
  readonly statusReason?: string;
  /**
   * `Exit` (default): the container exits. `InstanceLost`: EC2 takes the instance away, after `durationMs`. `NotStarted`:
   * the container does not start, e.g. because its image cannot be pulled.
   */
  readonly end?: "Exit" | "InstanceLost" | "NotStarted";
  /** What the container prints when it starts; default: what its `echo` prints. */
  readonly log?: readonly string[];
}

/** How the jobs go that are submitted from now on and match. */
export interface PlannedOutcome {
  /** Name of the job; `*` at its end matches any rest. */
  readonly job: string;
  /** Of an array: only these children. */
  readonly indices?: readonly number[];
  /** One for each attempt; the last one also for all later ones. */
  readonly attempts: readonly AttemptCourse[];
}

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
  readonly place?: Place | undefined;
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
  readonly place: Place | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  /** Undefined: its container never ran. */
  readonly startedAt: number | undefined;
  readonly stoppedAt: number;
  readonly statusReason: string;
}

export interface Place {
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
