import type {
  BatchCallTable,
  BatchPart,
  ComputeEnvironmentOrder,
  CreateJobQueueRequest,
  Queue,
  UpdateJobQueueRequest,
} from "../batch.ts";
import { readCall, writeCall } from "../call-facts.ts";
import { contains, containsValue, deletion, type Effect, inDoubt, present } from "../effects.ts";
import { listed, listLive, nameless, pageSize } from "../listing.ts";
import { environmentArn, type Location, nameIn, resourceArn } from "../names.ts";
import { type ListedResource, ownTags } from "./resource.ts";

export interface QueueWrites {
  /** @param beforeSend asked when the call's turn has come; when it throws, nothing is sent (`NotSent`) */
  createJobQueue(request: CreateJobQueueRequest, signal: AbortSignal, beforeSend?: () => void): Promise<void>;
  /** @param beforeSend as for creations */
  updateJobQueue(request: UpdateJobQueueRequest, signal: AbortSignal, beforeSend?: () => void): Promise<void>;
  deleteJobQueue(name: string, signal: AbortSignal): Promise<void>;
}

export const jobQueueCalls = {
  describeJobQueues: readCall("BatchRead"),
  createJobQueue: writeCall(["BatchCreate", "BatchRefer"], [["batch:TagResource", "BatchClaim"]]),
  updateJobQueue: writeCall(["BatchChange", "BatchRefer", "ForeignQueues"]),
  deleteJobQueue: writeCall(["BatchChange"]),
} satisfies BatchCallTable;

type Batch = BatchPart<keyof typeof jobQueueCalls>;

export const jobQueues = {
  type: "job-queue" as const,
  calls: jobQueueCalls,
  subjects: ["jobQueueName", "jobQueue"],
  arn: ({ jobQueueArn }) => jobQueueArn,
  ...ownTags,
  list(batch, known, signal) {
    return listLive({
      operation: "DescribeJobQueues",
      known,
      nameOf: (record) => record.jobQueueName,
      async page({ names, nextToken }) {
        const which = names === undefined ? { maxResults: pageSize } : { jobQueues: names };
        const answer = await batch.describeJobQueues({ ...which, nextToken }, { signal });
        const items = listed(answer.jobQueues, "DescribeJobQueues").map((detail) => {
          const { jobQueueName: name, jobQueueArn: arn } = detail;
          if (name === undefined || arn === undefined) throw nameless("DescribeJobQueues");
          return { ...detail, jobQueueName: name, jobQueueArn: arn };
        });
        return { items, nextToken: answer.nextToken };
      },
    });
  },
  writes({ batch, at, write }) {
    return {
      createJobQueue(request, signal, beforeSend) {
        const effect = queueCreated(request, at);
        return write({
          name: request.jobQueueName ?? "",
          call: () => batch.createJobQueue(request, { signal, beforeSend }),
          effect: () => effect,
          meanwhile: effect,
          environments: namedBy(request),
        });
      },
      updateJobQueue(request, signal, beforeSend) {
        const effect = queueUpdated(request, at);
        return write({
          name: nameIn(request.jobQueue ?? ""),
          call: () => batch.updateJobQueue(request, { signal, beforeSend }),
          effect: () => effect,
          ifUnknown: inDoubt(effect),
          environments: namedBy(request),
        });
      },
      deleteJobQueue(name, signal) {
        return write({
          name: nameIn(name),
          call: () => batch.deleteJobQueue({ jobQueue: name }, { signal }),
          effect: () => deletion(),
        });
      },
    };
  },
} satisfies ListedResource<Queue, Batch, QueueWrites>;

/** The compute and service environments in the order of a request. */
function namedBy({
  computeEnvironmentOrder = [],
  serviceEnvironmentOrder = [],
}: Pick<CreateJobQueueRequest, "computeEnvironmentOrder" | "serviceEnvironmentOrder">): readonly string[] {
  return [
    ...computeEnvironmentOrder.map(({ computeEnvironment = "" }) => nameIn(computeEnvironment)),
    ...serviceEnvironmentOrder.map(({ serviceEnvironment = "" }) => nameIn(serviceEnvironment)),
  ];
}

/** The effect of a creation. */
export function queueCreated(request: CreateJobQueueRequest, at: Location): Effect<Queue> {
  const name = request.jobQueueName ?? "";
  const { computeEnvironmentOrder, tags, ...rest } = request;
  const record: Queue = {
    ...rest,
    jobQueueName: name,
    jobQueueArn: resourceArn(at, "job-queue", name),
    state: request.state ?? "ENABLED",
    status: "CREATING",
    computeEnvironmentOrder: orderOfArns(computeEnvironmentOrder ?? [], at),
    tags: { ...tags },
  };
  return { apply: (seen) => seen ?? record, shows: (read) => read !== undefined, supersedes: true };
}

/** The effect of an update. */
export function queueUpdated(request: UpdateJobQueueRequest, at: Location): Effect<Queue> {
  const { jobQueue: _name, computeEnvironmentOrder: order, ...plain } = request;
  return {
    supersedes: false,
    apply: (record) =>
      record === undefined
        ? undefined
        : {
            ...record,
            ...present(plain),
            ...(order === undefined ? {} : { computeEnvironmentOrder: orderOfArns(order, at) }),
            status: "UPDATING",
          },
    shows: (read) =>
      read !== undefined &&
      contains(plain, read) &&
      (order === undefined || containsValue(orderOfArns(order, at), read.computeEnvironmentOrder)),
  };
}

function orderOfArns(order: readonly ComputeEnvironmentOrder[], at: Location): ComputeEnvironmentOrder[] {
  return order.map((entry) => {
    const named = entry.computeEnvironment ?? "";
    return { ...entry, computeEnvironment: named.startsWith("arn:") ? named : environmentArn(at, named) };
  });
}
