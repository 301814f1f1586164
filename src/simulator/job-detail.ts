import type { ArrayPropertiesDetail, JobDetail, JobStatus, JobSummary } from "@aws-sdk/client-batch";
import { attemptsOf, containersAfter, podNameOf } from "./job-attempts.ts";
import type { StoredJob } from "./stored-job.ts";

export const allStatuses = [
  "SUBMITTED",
  "PENDING",
  "RUNNABLE",
  "STARTING",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
] as const satisfies readonly JobStatus[];

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
    ...attemptsOf(job),
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
    container:
      job.exitCode === undefined && job.reason === undefined
        ? undefined
        : { exitCode: job.exitCode, reason: job.reason },
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
  const ended = containersAfter(job, job);
  if (ecsProperties !== undefined) {
    const tasks = (ecsProperties.taskProperties ?? []).map((task) => ({
      ...task,
      containers: task.containers?.map((container, index) => ({ ...container, ...ended[index] })),
      taskArn: place?.taskArn,
      containerInstanceArn: place?.instance?.arn,
    }));
    return { ecsProperties: { taskProperties: tasks } };
  }
  if (eksProperties !== undefined) {
    const pod = eksProperties.podProperties;
    const containers = pod?.containers?.map((container, index) => {
      const { exitCode, reason } = ended[index] ?? {};
      return { ...container, exitCode, reason };
    });
    return {
      eksProperties: {
        podProperties: { ...pod, containers, podName: podNameOf(place), nodeName: place?.instance?.id },
      },
    };
  }
  const [{ name: _name, ...container } = {}] = ended;
  return {
    container: {
      ...containerProperties,
      taskArn: place?.taskArn,
      containerInstanceArn: place?.instance?.arn,
      ...container,
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
