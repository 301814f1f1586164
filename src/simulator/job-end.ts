import { plannedCourse } from "./job-course.ts";
import { isRetried } from "./job-submission.ts";
import { occupies, type StoredJob } from "./stored-job.ts";

/** How an attempt ends, and whether another one may follow. Pure. */

export interface End {
  readonly exitCode?: number | undefined;
  readonly statusReason: string;
  /** Of the container. */
  readonly reason?: string | undefined;
  readonly retry: boolean;
  readonly mark?: { readonly isCancelled?: true; readonly isTerminated?: true };
}

/** The container of a running job exits. */
export function exited(job: StoredJob, exitCode: number): End {
  const { reason, statusReason = "Essential container in task exited" } = plannedCourse(job);
  return { exitCode, reason, statusReason, retry: exitCode !== 0 };
}

/** EC2 takes the instance of a started job away. */
export function instanceLost({ place }: StoredJob, statusReason?: string): End {
  const id = place?.instance?.id ?? "i-00000000000000000";
  return { statusReason: statusReason ?? `Host EC2 (instance ${id}) terminated.`, retry: true };
}

/** What the job becomes: RUNNABLE again, or what it ends as. @param stoppedAt wall ms */
export function afterEnd(job: StoredJob, end: End, stoppedAt: number): Partial<StoredJob> {
  const { place, startedAt } = job;
  const { exitCode, reason, statusReason } = end;
  const attempts = occupies(job)
    ? [...job.attempts, { place, exitCode, reason, startedAt, stoppedAt, statusReason }]
    : job.attempts;
  const strategy = job.request.retryStrategy ?? job.definition.retryStrategy;
  const common = { attempts, statusReason };
  const isOver = exitCode === 0 || job.isTerminated === true || !end.retry;
  if (!isOver && isRetried(strategy, attempts.length, { exitCode, reason, statusReason })) {
    return { ...common, status: "RUNNABLE", place: undefined, startedAt: undefined };
  }
  const status = exitCode === 0 ? "SUCCEEDED" : "FAILED";
  return { ...common, ...end.mark, status, stoppedAt, exitCode, reason, endReason: undefined };
}
