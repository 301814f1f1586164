import type {
  ArrayPropertiesDetail,
  AttemptDetail,
  JobDetail,
  JobStatus,
  JobSummary,
  SubmitJobRequest,
} from "@aws-sdk/client-batch";
import type { DefinitionRevision } from "../aws/batch.ts";

/** The planned course of a job once it runs. */
export interface JobPlan {
  readonly durationMs: number;
  readonly exitCode: number;
}

/** A job in the simulator. */
export interface StoredJob {
  readonly id: string;
  readonly arn: string;
  readonly queueArn: string;
  readonly request: SubmitJobRequest;
  /** The revision as this job runs it, overrides included. */
  readonly definition: DefinitionRevision;
  readonly plan: JobPlan;
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
  readonly attempts: readonly AttemptDetail[];
  /** Location of its task, from STARTING on. */
  readonly place?: Place | undefined;
  readonly exitCode?: number | undefined;
  readonly isCancelled?: true | undefined;
  readonly isTerminated?: true | undefined;
  /** Of an array's child. */
  readonly child?: { readonly parentId: string; readonly index: number } | undefined;
  /** Of an array itself. */
  readonly size?: number | undefined;
}

export interface Place {
  readonly environmentArn: string;
  readonly clusterArn: string | undefined;
  readonly taskArn: string;
  /** Fargate has none. */
  readonly instance: { readonly id: string; readonly arn: string } | undefined;
}

export const allStatuses = [
  "SUBMITTED",
  "PENDING",
  "RUNNABLE",
  "STARTING",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
] as const satisfies readonly JobStatus[];

export function hasEnded({ status }: { readonly status: JobStatus }): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

export function occupies({ status }: { readonly status: JobStatus }): boolean {
  return status === "STARTING" || status === "RUNNING";
}

/** The order in which jobs of one queue are placed; among equals that of their submission. */
export function byPriority(left: StoredJob, right: StoredJob): number {
  return priorityOf(right) - priorityOf(left) || left.createdAt - right.createdAt;
}

function priorityOf({ definition, request }: StoredJob): number {
  return request.schedulingPriorityOverride ?? definition.schedulingPriority ?? 0;
}

/** Number of nodes of a multi-node parallel job; undefined for any other. */
export function nodeCount({ definition }: StoredJob): number | undefined {
  return definition.nodeProperties?.numNodes;
}

/** @param children of an array, as of the same time */
export function detailOf(job: StoredJob, children: readonly StoredJob[]): JobDetail {
  const { definition, request } = job;
  const retryStrategy = request.retryStrategy ?? definition.retryStrategy;
  const timeout = request.timeout ?? definition.timeout;
  return {
    jobArn: job.arn,
    jobName: request.jobName,
    jobId: job.id,
    jobQueue: job.queueArn,
    jobDefinition: definition.jobDefinitionArn,
    status: job.status,
    statusReason: job.statusReason,
    createdAt: job.createdAt,
    startedAt: job.startedAt ?? 0,
    stoppedAt: job.stoppedAt,
    attempts: [...job.attempts],
    consumableResourceProperties:
      request.consumableResourcePropertiesOverride ?? definition.consumableResourceProperties,
    dependsOn: request.dependsOn ?? [],
    parameters: { ...definition.parameters, ...request.parameters },
    tags: request.tags ?? {},
    propagateTags: request.propagateTags ?? definition.propagateTags,
    platformCapabilities: definition.platformCapabilities ?? [],
    shareIdentifier: request.shareIdentifier,
    schedulingPriority: request.schedulingPriorityOverride ?? definition.schedulingPriority,
    retryStrategy,
    timeout,
    isCancelled: job.isCancelled,
    isTerminated: job.isTerminated,
    arrayProperties: arrayProperties(job, children),
    ...bodyOf(job),
  };
}

/** One node of a multi-node job, which shares the life of the job. */
export function nodeDetailOf(job: StoredJob, index: number): JobDetail {
  const isMainNode = index === (job.definition.nodeProperties?.mainNode ?? 0);
  return {
    ...detailOf(job, []),
    jobId: `${job.id}#${index}`,
    jobArn: `${job.arn}#${index}`,
    nodeDetails: { nodeIndex: index, isMainNode },
    nodeProperties: undefined,
    container: { taskArn: taskOf(job, index), containerInstanceArn: job.place?.instance?.arn, exitCode: job.exitCode },
  };
}

export function summaryOf(job: StoredJob, children: readonly StoredJob[]): JobSummary {
  const { request } = job;
  const numNodes = nodeCount(job);
  return {
    jobArn: job.arn,
    jobId: job.id,
    jobName: request.jobName,
    jobDefinition: job.definition.jobDefinitionArn,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    stoppedAt: job.stoppedAt,
    status: job.status,
    statusReason: job.statusReason,
    shareIdentifier: request.shareIdentifier,
    container: job.exitCode === undefined ? undefined : { exitCode: job.exitCode },
    arrayProperties: arrayProperties(job, children),
    nodeProperties: numNodes === undefined ? undefined : { numNodes },
    isCancelled: job.isCancelled,
    isTerminated: job.isTerminated,
  };
}

export function nodeSummaryOf(job: StoredJob, index: number): JobSummary {
  const isMainNode = index === (job.definition.nodeProperties?.mainNode ?? 0);
  return {
    ...summaryOf(job, []),
    jobId: `${job.id}#${index}`,
    jobArn: `${job.arn}#${index}`,
    nodeProperties: { isMainNode, nodeIndex: index },
  };
}

function bodyOf(job: StoredJob): Pick<JobDetail, "container" | "ecsProperties" | "eksProperties" | "nodeProperties"> {
  const { containerProperties, ecsProperties, eksProperties, nodeProperties } = job.definition;
  const { place } = job;
  if (nodeProperties !== undefined) return { nodeProperties };
  if (ecsProperties !== undefined) {
    const tasks = (ecsProperties.taskProperties ?? []).map((task) => ({
      ...task,
      taskArn: place?.taskArn,
      containerInstanceArn: place?.instance?.arn,
    }));
    return { ecsProperties: { taskProperties: tasks } };
  }
  if (eksProperties !== undefined) {
    const pod = eksProperties.podProperties;
    return { eksProperties: { podProperties: { ...pod, containers: pod?.containers, nodeName: place?.instance?.id } } };
  }
  return {
    container: {
      ...containerProperties,
      taskArn: place?.taskArn,
      containerInstanceArn: place?.instance?.arn,
      exitCode: job.exitCode,
      logStreamName: place && `${job.definition.jobDefinitionName}/default/${place.taskArn.split("/").at(-1)}`,
    },
  };
}

function arrayProperties(job: StoredJob, children: readonly StoredJob[]): ArrayPropertiesDetail | undefined {
  if (job.child !== undefined) return { index: job.child.index };
  if (job.size === undefined) return undefined;
  const counts = allStatuses.map((status) => [status, children.filter((one) => one.status === status).length] as const);
  return { size: job.size, statusSummary: Object.fromEntries(counts) };
}

function taskOf(job: StoredJob, index: number): string | undefined {
  return job.place && `${job.place.taskArn}${index.toString(16).padStart(4, "0")}`;
}
