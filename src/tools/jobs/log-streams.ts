import type { JobDetail } from "../../aws/batch.ts";
import { CommandError } from "../../operator/io.ts";
import { hasEnded, reasonOf } from "./words.ts";

/** A log stream of one container of one attempt. */
export interface LogStream {
  readonly group: string;
  readonly stream: string;
  /** Undefined: the region of the job. */
  readonly region: string | undefined;
  /** Name of the container, in a task of several. */
  readonly container: string | undefined;
}

/** Where AWS Batch logs to unless a definition says otherwise. */
const defaultGroup = "/aws/batch/job";

interface LogConfiguration {
  readonly logDriver?: string | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** Number of the latest attempt that has begun to run; 0: none has. */
export function latestAttempt({ attempts = [], startedAt, status }: JobDetail): number {
  const isRunning = !hasEnded(status) && startedAt !== undefined && startedAt > 0;
  return attempts.length + (isRunning ? 1 : 0);
}

/** @throws CommandError if the job has not had this attempt. @param attempt undefined: whichever */
export function requireAttempt(job: JobDetail, attempt: number | undefined): void {
  const latest = Math.max(1, latestAttempt(job));
  if (attempt === undefined || attempt <= latest) return;
  const had = latest === 1 ? "one attempt" : `${latest} attempts`;
  throw new CommandError(`${job.jobName} has had ${had}, so there is no attempt ${attempt}`);
}

/**
 * The log streams of one attempt; empty while it has none.
 *
 * @param attempt from 1 to `latestAttempt`
 * @throws CommandError if this job has no log in CloudWatch Logs
 */
export function logStreamsOf(job: JobDetail, attempt: number): readonly LogStream[] {
  const { container, ecsProperties, eksProperties, nodeProperties, arrayProperties, attempts = [] } = job;
  if (arrayProperties?.size !== undefined) {
    throw new CommandError(
      `${job.jobName} is an array of ${arrayProperties.size}: give the child by --index, from 0 to ${arrayProperties.size - 1}, or --failed for all that have failed`,
    );
  }
  if (nodeProperties !== undefined) {
    const nodes = nodeProperties.numNodes ?? 1;
    throw new CommandError(`${job.jobName} has ${nodes} nodes: give the node by --index, from 0 to ${nodes - 1}`);
  }
  if (eksProperties !== undefined) {
    throw new CommandError(
      `${job.jobName} runs on EKS, which writes no log of its own to CloudWatch Logs: see where the cluster's log collector sends it`,
    );
  }
  const ended = attempts[attempt - 1];
  if (ecsProperties !== undefined) {
    const containers = ecsProperties.taskProperties?.[0]?.containers ?? [];
    const past = ended?.taskProperties?.[0]?.containers;
    return containers.flatMap(({ name, logConfiguration, logStreamName }) => {
      const stream = past === undefined ? logStreamName : past.find((one) => one.name === name)?.logStreamName;
      return streamIn(job, logConfiguration, stream, containers.length > 1 ? name : undefined);
    });
  }
  const stream = ended === undefined ? container?.logStreamName : ended.container?.logStreamName;
  return streamIn(job, container?.logConfiguration, stream, undefined);
}

function streamIn(
  { jobName }: JobDetail,
  { logDriver = "awslogs", options }: LogConfiguration = {},
  stream: string | undefined,
  container: string | undefined,
): readonly LogStream[] {
  if (logDriver !== "awslogs") {
    throw new CommandError(
      `${jobName} logs with the driver ${logDriver}, not to CloudWatch Logs: its definition says where the log goes`,
    );
  }
  if (stream === undefined) return [];
  // An option that is empty counts as none.
  const [group, region] = [options?.["awslogs-group"] || defaultGroup, options?.["awslogs-region"] || undefined];
  return [{ group, stream, region, container }];
}

/** @throws CommandError which says why there is no log */
export function refuseNoLog(job: JobDetail, attempt: number): never {
  const reason = reasonOf(job);
  const because = reason === "" ? "" : `: ${reason}`;
  if (hasEnded(job.status)) {
    throw new CommandError(
      `attempt ${attempt} of ${job.jobName} did not start a container, so it has no log${because}`,
    );
  }
  throw new CommandError(
    `${job.jobName} has not started (${job.status}${because}), so it has no log; --follow waits for it`,
  );
}
