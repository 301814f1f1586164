import type {
  CreateJobQueueRequest,
  CreateJobQueueResponse,
  DescribeJobQueuesRequest,
  DescribeJobQueuesResponse,
  UpdateJobQueueRequest,
  UpdateJobQueueResponse,
} from "@aws-sdk/client-batch";
import type { Environment, Queue } from "../aws/batch.ts";
import { hasServiceJobs } from "../aws/service-jobs.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import {
  checkedOrder,
  checkedServiceOrder,
  checkTimeLimitActions,
  queueNamePattern,
  queueTypeOf,
  requireQueueType,
} from "./job-queue-rules.ts";
import type { QueueRelations } from "./queue-relations.ts";
import { pageOf, RecordTable } from "./records.ts";
import { alreadyExists, deleteWhileBusy, doesNotExist, invalid, refused, updateWhileBusy } from "./refusals.ts";
import type { SchedulingPolicies } from "./scheduling-policies.ts";
import { countsTypes, type ServiceEnvironments } from "./service-environments.ts";
import { checkTags, type Tagged } from "./tags.ts";
import type { World } from "./world.ts";

export interface StoredQueue {
  readonly id: string;
  readonly detail: Queue;
  /** Whether the caller set `jobQueueType`. */
  readonly typeGiven: boolean;
}

/** What queues refer to. */
export interface QueueParts {
  readonly environments: ComputeEnvironments;
  readonly serviceEnvironments: ServiceEnvironments;
  readonly policies: SchedulingPolicies;
  readonly relations: QueueRelations;
}

/** What is in a queue. */
export interface QueueContents {
  hasShares(queueArn: string): boolean;
  /** Ends all jobs and quota shares of a queue that is being deleted. */
  end(queueArn: string): void;
}

const healthy = "JobQueue Healthy";

/** Job queues: their records and their asynchronous lifecycle. */
export class JobQueues {
  readonly #world: World;
  readonly #environments: ComputeEnvironments;
  readonly #serviceEnvironments: ServiceEnvironments;
  readonly #policies: SchedulingPolicies;
  readonly #relations: QueueRelations;
  readonly #contents: QueueContents;
  readonly #records: RecordTable<StoredQueue>;

  constructor(
    world: World,
    { environments, serviceEnvironments, policies, relations }: QueueParts,
    contents: QueueContents,
  ) {
    this.#world = world;
    this.#environments = environments;
    this.#serviceEnvironments = serviceEnvironments;
    this.#policies = policies;
    this.#relations = relations;
    this.#contents = contents;
    this.#records = new RecordTable(world.clock);
  }

  create(request: CreateJobQueueRequest): CreateJobQueueResponse {
    const name = request.jobQueueName ?? "";
    if (!queueNamePattern.test(name)) throw invalid("Job Queue name should match a valid pattern.");
    checkTags(request.tags);
    const isOfSageMaker = hasServiceJobs(request);
    checkTimeLimitActions(request.jobStateTimeLimitActions, isOfSageMaker);
    const orders = isOfSageMaker ? this.#serviceOrders(request) : this.#orders(request);
    if (request.schedulingPolicyArn !== undefined) {
      this.#policies.requireFor(request.schedulingPolicyArn, isOfSageMaker);
    }
    if (this.#find(name) !== undefined) throw alreadyExists();
    const { maxJobQueues } = this.#world.knobs;
    if (this.all().filter(({ status }) => status !== "DELETED").length >= maxJobQueues) {
      throw refused(`Job queue limit of ${maxJobQueues} exceeded (ServiceLimitExceeded).`); // our words
    }
    const detail: Queue = {
      jobQueueName: name,
      jobQueueArn: this.#world.arn("batch", `job-queue/${name}`),
      state: request.state ?? "ENABLED",
      status: "CREATING",
      statusReason: "",
      priority: request.priority,
      ...orders,
      jobStateTimeLimitActions: request.jobStateTimeLimitActions ?? [],
      tags: { ...request.tags },
      ...(request.schedulingPolicyArn === undefined ? {} : { schedulingPolicyArn: request.schedulingPolicyArn }),
    };
    const id = this.#world.uuid();
    this.#put({ id, detail, typeGiven: request.jobQueueType !== undefined });
    for (const arn of attachedTo(detail)) this.#relations.attach(id, arn);
    this.#world.clock.schedule(this.#world.takes("queueSettleMs"), () => this.#settle(id));
    return { jobQueueName: name, jobQueueArn: detail.jobQueueArn };
  }

  update(request: UpdateJobQueueRequest): UpdateJobQueueResponse {
    const stored = this.#find(request.jobQueue ?? "");
    if (stored === undefined || stored.detail.status === "DELETING") {
      throw doesNotExist(this.#arnOf(request.jobQueue ?? ""));
    }
    const { id, detail } = stored;
    if (detail.status === "CREATING" || detail.status === "UPDATING") throw refused(updateWhileBusy);
    checkTimeLimitActions(request.jobStateTimeLimitActions, hasServiceJobs(detail));
    this.#checkPolicy(detail, request.schedulingPolicyArn);
    const updated: Queue = { ...detail, status: "UPDATING" };
    if (request.serviceEnvironmentOrder !== undefined) {
      if (!hasServiceJobs(detail)) {
        throw invalid(`Job queues of type ${detail.jobQueueType} cannot have serviceEnvironmentOrder.`); // our words
      }
      updated.serviceEnvironmentOrder = this.#checkedServiceOrder(request.serviceEnvironmentOrder, id);
    }
    if (request.computeEnvironmentOrder !== undefined) {
      const { order, environments } = checkedOrder(request.computeEnvironmentOrder, this.#findEnvironment);
      const fixed = stored.typeGiven || this.#world.knobs.inferredQueueTypeFixed;
      if (fixed && detail.jobQueueType !== undefined) requireQueueType(detail.jobQueueType, environments);
      updated.jobQueueType = queueTypeOf(environments);
      updated.computeEnvironmentOrder = order;
    }
    for (const arn of attachedTo(updated)) this.#relations.attach(id, arn);
    if (request.state !== undefined) updated.state = request.state;
    if (request.priority !== undefined) updated.priority = request.priority;
    if (request.schedulingPolicyArn !== undefined) updated.schedulingPolicyArn = request.schedulingPolicyArn;
    if (request.jobStateTimeLimitActions !== undefined) {
      updated.jobStateTimeLimitActions = request.jobStateTimeLimitActions;
    }
    this.#put({ ...stored, detail: updated });
    const kept = new Set(attachedTo(updated));
    const detached = attachedTo(detail).filter((arn) => !kept.has(arn));
    this.#world.clock.schedule(this.#world.takes("queueSettleMs"), () => {
      for (const arn of detached) this.#relations.release(id, arn);
      this.#settle(id);
    });
    return { jobQueueName: detail.jobQueueName, jobQueueArn: detail.jobQueueArn };
  }

  delete(reference: string): void {
    const stored = this.#find(reference);
    // Whether AWS answers a missing queue with success is not recorded; this answer is the harder case.
    if (stored === undefined) throw doesNotExist(this.#arnOf(reference));
    const { id, detail } = stored;
    if (detail.status !== "VALID" && detail.status !== "INVALID") throw refused(deleteWhileBusy);
    if (detail.state !== "DISABLED") throw refused("Cannot delete, state should be DISABLED"); // our words
    if (this.#world.knobs.sharesKeepQueue && this.#contents.hasShares(detail.jobQueueArn)) {
      throw refused("Cannot delete, found existing quota shares"); // our words
    }
    this.#put({ ...stored, detail: { ...detail, status: "DELETING" } });
    this.#contents.end(detail.jobQueueArn);
    this.#world.clock.schedule(this.#world.takes("deleteQueueMs"), () => this.#finishDelete(id));
  }

  describe(input: DescribeJobQueuesRequest, asOf: number): DescribeJobQueuesResponse {
    const named = new Set((input.jobQueues ?? []).map((reference) => this.#arnOf(reference)));
    const seen = this.#records
      .asOf(asOf)
      .map((stored) => stored.detail)
      .filter((queue) => named.size === 0 || named.has(queue.jobQueueArn));
    const { page, ...rest } = pageOf(seen, input, this.#world.knobs.pageSize);
    return { jobQueues: page, ...rest };
  }

  /** The queue that is not DELETED, by name or ARN, as it is now. */
  find(reference: string): Queue | undefined {
    return this.#find(reference)?.detail;
  }

  /** As {@link find}. @throws Refusal if there is none */
  require(reference: string): Queue {
    const found = this.find(reference);
    if (found === undefined) throw doesNotExist(this.#arnOf(reference));
    return found;
  }

  /** All records as they are now, tombstones included. */
  all(): Queue[] {
    return this.#records.all().map((stored) => stored.detail);
  }

  /** The existing environments of a queue, in their order. */
  environmentsOf(queue: Queue): Environment[] {
    return environmentsOf(queue)
      .map(this.#findEnvironment)
      .filter((one) => one !== undefined);
  }

  /** As `all`, with data of a queue that AWS does not show. */
  stored(): readonly StoredQueue[] {
    return this.#records.all();
  }

  /** Restores the records of an earlier process; transitions start again. */
  restore(queues: readonly StoredQueue[]): void {
    const { clock } = this.#world;
    for (const stored of queues) {
      const { id, detail } = stored;
      this.#records.load(id, stored);
      for (const arn of attachedTo(detail)) this.#relations.attach(id, arn);
      if (detail.status === "DELETING")
        clock.schedule(this.#world.takes("deleteQueueMs"), () => this.#finishDelete(id));
      else if (detail.status !== "VALID") clock.schedule(this.#world.takes("queueSettleMs"), () => this.#settle(id));
    }
  }

  tagged(arn: string): Tagged | undefined {
    const stored = this.#find(arn);
    if (stored === undefined) return undefined;
    return {
      record: stored.detail,
      tags: stored.detail.tags ?? {},
      replaceTags: (tags) => this.#put({ ...stored, detail: { ...stored.detail, tags } }),
    };
  }

  #checkPolicy(detail: Queue, policyArn: string | undefined): void {
    if (policyArn === undefined) return;
    if (detail.schedulingPolicyArn === undefined) {
      throw refused("Only fairshare queue can have scheduling policy");
    }
    this.#policies.requireFor(policyArn, hasServiceJobs(detail));
  }

  #orders({ computeEnvironmentOrder = [], jobQueueType: type }: CreateJobQueueRequest) {
    const { order, environments } = checkedOrder(computeEnvironmentOrder, this.#findEnvironment);
    if (type !== undefined) requireQueueType(type, environments);
    const jobQueueType = type ?? queueTypeOf(environments);
    return { computeEnvironmentOrder: order, serviceEnvironmentOrder: [], jobQueueType };
  }

  #serviceOrders({ computeEnvironmentOrder = [], serviceEnvironmentOrder = [], jobQueueType }: CreateJobQueueRequest) {
    const order = this.#checkedServiceOrder(serviceEnvironmentOrder, undefined);
    if (jobQueueType !== "SAGEMAKER_TRAINING") {
      throw invalid("serviceEnvironmentOrder is only supported for job queues of type SAGEMAKER_TRAINING."); // our words
    }
    if (computeEnvironmentOrder.length > 0) {
      throw invalid("A job queue can't have both a serviceEnvironmentOrder and a computeEnvironmentOrder."); // our words
    }
    return { computeEnvironmentOrder: [], serviceEnvironmentOrder: order, jobQueueType };
  }

  /** @param id of the queue that is to have it; undefined: a new one */
  #checkedServiceOrder(order: Parameters<typeof checkedServiceOrder>[0], id: string | undefined) {
    const checked = checkedServiceOrder(order, (reference) => this.#serviceEnvironments.find(reference));
    const [{ serviceEnvironment: arn = "" } = {}] = checked;
    const isTaken = this.#records
      .all()
      .some((other) => other.id !== id && other.detail.status !== "DELETED" && attachedTo(other.detail).includes(arn));
    if (isTaken && countsTypes(this.#serviceEnvironments.find(arn)?.capacityLimits)) {
      throw invalid("A service environment with limits of instance types can have one job queue."); // our words
    }
    return checked;
  }

  #settle(id: string): void {
    const stored = this.#records.get(id);
    if (stored === undefined) return;
    this.#put({ ...stored, detail: { ...stored.detail, status: "VALID", statusReason: healthy } });
  }

  #finishDelete(id: string): void {
    const stored = this.#records.get(id);
    if (stored === undefined) return;
    this.#put({ ...stored, detail: { ...stored.detail, status: "DELETED" } });
    for (const arn of attachedTo(stored.detail)) this.#relations.release(id, arn);
    this.#world.clock.schedule(this.#world.knobs.tombstoneMs, () => {
      this.#records.remove(id);
      const { jobQueueName: name, jobQueueArn: arn } = stored.detail;
      this.#world.note({ kind: "jobQueue", name, arn, status: "GONE" });
    });
  }

  readonly #findEnvironment = (reference: string) => this.#environments.find(reference);

  #find(reference: string): StoredQueue | undefined {
    const arn = this.#arnOf(reference);
    return this.#records.all().find(({ detail }) => detail.jobQueueArn === arn && detail.status !== "DELETED");
  }

  #arnOf(reference: string): string {
    return reference.startsWith("arn:") ? reference : this.#world.arn("batch", `job-queue/${reference}`);
  }

  #put(stored: StoredQueue): void {
    const { detail } = stored;
    this.#records.put(stored.id, stored);
    this.#world.note({
      kind: "jobQueue",
      name: detail.jobQueueName,
      arn: detail.jobQueueArn,
      state: detail.state,
      status: detail.status ?? "",
      statusReason: detail.statusReason,
      order: attachedTo(detail),
    });
  }
}

/** ARNs of a queue's compute and service environments. */
export function attachedTo(queue: Queue): string[] {
  const service = (queue.serviceEnvironmentOrder ?? []).map(({ serviceEnvironment = "" }) => serviceEnvironment);
  return [...environmentsOf(queue), ...service];
}

/** ARNs of a queue's environments, in their order. */
export function environmentsOf(queue: Queue): string[] {
  return (queue.computeEnvironmentOrder ?? [])
    .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map((entry) => entry.computeEnvironment ?? "");
}
