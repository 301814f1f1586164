import type { AttemptDetail, JobDetail, JobStatus, LogConfiguration } from "@aws-sdk/client-batch";
import { nameIn } from "./names.ts";

/** What is kept of the job of an object: what its status shows, and what decisions need. */
export interface JobRecord {
  readonly jobId: string;
  readonly jobArn: string | undefined;
  readonly jobName: string;
  readonly status: JobStatus;
  readonly statusReason: string | undefined;
  /** Wall times (ms). */
  readonly createdAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
  /** Of the last attempt; undefined when its container did not end by itself. */
  readonly exitCode: number | undefined;
  /** AWS's words about the container of the last attempt. */
  readonly reason: string | undefined;
  /** Name of the queue. */
  readonly queue: string;
  /** ARN of the revision. */
  readonly definitionArn: string;
  readonly attempts: readonly AttemptRecord[];
  readonly array: ArrayRecord | undefined;
  readonly logs: LogsRecord | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** AWS has accepted a request to end it. */
  readonly isEnding: boolean;
}

export interface AttemptRecord {
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  readonly statusReason: string | undefined;
  readonly logStream: string | undefined;
}

export interface ArrayRecord {
  readonly size: number;
  /** Children by status; only those that are not 0. */
  readonly counts: Readonly<Record<string, number>>;
}

/** In CloudWatch Logs. */
export interface LogsRecord {
  readonly group: string;
  readonly stream: string;
  /** Undefined: the region of the job. */
  readonly region: string | undefined;
}

/** A container of a job in any kind of body, as it ended. */
interface Ended {
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
  readonly logStreamName?: string | undefined;
  readonly logConfiguration?: LogConfiguration | undefined;
}

/** Whether a job has ended. */
export function hasEnded({ status }: Pick<JobRecord, "status">): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

/** What is kept of a job; undefined: AWS described it without id, name or status. */
export function jobRecord(job: JobDetail): JobRecord | undefined {
  const { jobId, jobName, status } = job;
  if (jobId === undefined || jobName === undefined || status === undefined) return undefined;
  const attempts = [...(job.attempts ?? []).map(attemptRecord), ...(job.eksAttempts ?? []).map(podAttempt)];
  const ended = foremost(containersOf(job)) ?? attempts.at(-1);
  return {
    jobId,
    jobArn: job.jobArn,
    jobName,
    status,
    statusReason: job.statusReason,
    createdAt: job.createdAt || undefined,
    startedAt: job.startedAt || undefined,
    stoppedAt: job.stoppedAt || undefined,
    exitCode: ended?.exitCode,
    reason: ended?.reason,
    queue: nameIn(job.jobQueue ?? ""),
    definitionArn: job.jobDefinition ?? "",
    attempts,
    array: arrayRecord(job),
    logs: logsOf(job),
    tags: job.tags ?? {},
    isEnding: job.isCancelled === true || job.isTerminated === true,
  };
}

function containersOf({ container, ecsProperties, eksProperties }: JobDetail): readonly Ended[] {
  if (container !== undefined) return [container];
  const tasks = ecsProperties?.taskProperties?.flatMap(({ containers = [] }) => containers) ?? [];
  const { initContainers = [], containers = [] } = eksProperties?.podProperties ?? {};
  return [...tasks, ...initContainers, ...containers];
}

/** The container that decided the result: the first that failed, else the first that ended. */
function foremost(containers: readonly Ended[]): Ended | undefined {
  const ended = containers.filter(({ exitCode, reason }) => exitCode !== undefined || reason !== undefined);
  return ended.find(({ exitCode }) => exitCode !== 0) ?? ended[0];
}

function attemptRecord({
  startedAt,
  stoppedAt,
  statusReason,
  container,
  taskProperties = [],
}: AttemptDetail): AttemptRecord {
  const containers: readonly Ended[] = taskProperties.flatMap((task) => task.containers ?? []);
  const decided = foremost(containers) ?? container;
  return {
    startedAt: startedAt || undefined,
    stoppedAt: stoppedAt || undefined,
    exitCode: decided?.exitCode,
    reason: decided?.reason,
    statusReason,
    logStream: decided?.logStreamName,
  };
}

function podAttempt(attempt: NonNullable<JobDetail["eksAttempts"]>[number]): AttemptRecord {
  const { startedAt, stoppedAt, statusReason, initContainers = [], containers = [] } = attempt;
  const decided = foremost([...initContainers, ...containers]);
  return {
    startedAt: startedAt || undefined,
    stoppedAt: stoppedAt || undefined,
    exitCode: decided?.exitCode,
    reason: decided?.reason,
    statusReason,
    logStream: undefined,
  };
}

function arrayRecord({ arrayProperties: { size, statusSummary = {} } = {} }: JobDetail): ArrayRecord | undefined {
  if (size === undefined) return undefined;
  const counts = Object.entries(statusSummary).filter(([, count]) => count > 0);
  return { size, counts: Object.fromEntries(counts) };
}

/** AWS's group unless the definition names one; other drivers write nothing to CloudWatch. */
function logsOf(job: JobDetail): LogsRecord | undefined {
  const logging = containersOf(job).find(({ logStreamName }) => logStreamName !== undefined);
  if (logging?.logStreamName === undefined) return undefined;
  const { logDriver = "awslogs", options = {} } = logging.logConfiguration ?? {};
  if (logDriver !== "awslogs") return undefined;
  return {
    group: options["awslogs-group"] ?? "/aws/batch/job",
    stream: logging.logStreamName,
    region: options["awslogs-region"],
  };
}
