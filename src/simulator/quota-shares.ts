import type {
  CreateQuotaShareRequest,
  CreateQuotaShareResponse,
  DescribeQuotaShareRequest,
  DescribeQuotaShareResponse,
  ListQuotaSharesRequest,
  ListQuotaSharesResponse,
  QuotaShareCapacityLimit,
  QuotaShareResourceSharingConfiguration,
  UpdateQuotaShareRequest,
  UpdateQuotaShareResponse,
} from "@aws-sdk/client-batch";
import type { Queue, QuotaShareRecord } from "../aws/batch.ts";
import { hasServiceJobs } from "../aws/service-jobs.ts";
import type { Timer } from "../runtime/clock.ts";
import type { JobQueues } from "./job-queues.ts";
import { pageOf, RecordTable } from "./records.ts";
import { alreadyExists, deleteWhileBusy, doesNotExist, invalid, refused, updateWhileBusy } from "./refusals.ts";
import type { SchedulingPolicies } from "./scheduling-policies.ts";
import { countsTypes, type ServiceEnvironments } from "./service-environments.ts";
import { keptAfter } from "./share-capacity.ts";
import { checkTags, type Tagged } from "./tags.ts";
import type { World } from "./world.ts";

/** What a quota share depends on. */
export interface ShareParts {
  readonly queues: JobQueues;
  readonly policies: SchedulingPolicies;
  readonly serviceEnvironments: ServiceEnvironments;
}

/** The jobs of quota shares. */
export interface ShareJobs {
  endAllOfShare(shareArn: string): void;
  preemptBeyond(shareArn: string, instanceType: string, most: number): void;
}

/**
 * Quota shares of job queues: their records and their asynchronous lifecycle. They have a status, and no reason for it;
 * none is DELETED: a share that is gone has no record.
 */
export class QuotaShares {
  readonly #world: World;
  readonly #parts: ShareParts;
  readonly #jobs: ShareJobs;
  readonly #records: RecordTable<QuotaShareRecord>;
  readonly #timers = new Map<string, Timer>();
  /** ARNs of those that AWS finds INVALID. */
  readonly #condemned = new Set<string>();

  constructor(world: World, parts: ShareParts, jobs: ShareJobs) {
    this.#world = world;
    this.#parts = parts;
    this.#jobs = jobs;
    this.#records = new RecordTable(world.clock);
  }

  create(request: CreateQuotaShareRequest): CreateQuotaShareResponse {
    const { quotaShareName: name = "", capacityLimits = [], preemptionConfiguration } = request;
    const { maxQuotaShares } = this.#world.knobs;
    if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/.test(name)) {
      throw invalid("Quota Share name should match a valid pattern."); // our words
    }
    checkTags(request.tags);
    checkLimits(capacityLimits);
    const resourceSharingConfiguration = sharing(request.resourceSharingConfiguration);
    const queue = this.#queueFor(request.jobQueue ?? "");
    const arn = `${queue.jobQueueArn}/quota-share/${name}`;
    if (this.find(arn) !== undefined) throw alreadyExists();
    if (this.of(queue.jobQueueArn).length >= maxQuotaShares) {
      throw refused(`Quota share limit of ${maxQuotaShares} exceeded (ServiceLimitExceeded).`); // our words
    }
    this.#put({
      quotaShareName: name,
      quotaShareArn: arn,
      jobQueueArn: queue.jobQueueArn,
      capacityLimits,
      resourceSharingConfiguration,
      preemptionConfiguration,
      state: request.state ?? "ENABLED",
      status: "CREATING",
      tags: { ...request.tags },
    });
    this.#later(arn, this.#world.knobs.quotaShareSettleMs, () => this.#settle(arn));
    return { quotaShareName: name, quotaShareArn: arn };
  }

  describe({ quotaShareArn: arn = "" }: DescribeQuotaShareRequest, asOf: number): DescribeQuotaShareResponse {
    const found = this.#records.getAsOf(arn, asOf);
    if (found === undefined) throw doesNotExist(arn);
    return found;
  }

  list(input: ListQuotaSharesRequest, asOf: number): ListQuotaSharesResponse {
    const queue = this.#parts.queues.find(input.jobQueue ?? "");
    if (queue === undefined) throw invalid(`JobQueue ${input.jobQueue} not found.`);
    const seen = this.#records.asOf(asOf).filter(({ jobQueueArn }) => jobQueueArn === queue.jobQueueArn);
    const { page, ...rest } = pageOf(seen, input, this.#world.knobs.pageSize);
    return { quotaShares: page.map(({ tags: _tags, ...detail }) => detail), ...rest };
  }

  update({ quotaShareArn: arn = "", ...change }: UpdateQuotaShareRequest): UpdateQuotaShareResponse {
    const { capacityLimits, resourceSharingConfiguration, preemptionConfiguration, state } = change;
    const current = this.#required(arn);
    if (isBusy(current)) throw refused(updateWhileBusy);
    if (capacityLimits !== undefined) checkLimits(capacityLimits);
    const updated: QuotaShareRecord = {
      ...current,
      ...(capacityLimits === undefined ? {} : { capacityLimits }),
      ...(resourceSharingConfiguration === undefined
        ? {}
        : { resourceSharingConfiguration: sharing(resourceSharingConfiguration) }),
      ...(preemptionConfiguration === undefined ? {} : { preemptionConfiguration }),
      ...(state === undefined ? {} : { state }),
      status: "UPDATING",
    };
    this.#put(updated);
    for (const { capacityUnit = "" } of current.capacityLimits ?? []) {
      const most = keptAfter(current, updated, capacityUnit);
      if (most !== undefined) this.#jobs.preemptBeyond(arn, capacityUnit, most);
    }
    this.#later(arn, this.#world.knobs.quotaShareSettleMs, () => this.#settle(arn));
    return { quotaShareName: current.quotaShareName, quotaShareArn: arn };
  }

  delete(arn: string): void {
    const current = this.#required(arn);
    if (isBusy(current)) throw refused(deleteWhileBusy);
    if (current.state !== "DISABLED") throw refused("Cannot delete, state should be DISABLED"); // our words
    this.#startDelete(current);
  }

  /** The shares of a queue that is being deleted go with it. */
  deleteAllOf(queueArn: string): void {
    for (const share of this.of(queueArn)) this.#startDelete(share);
  }

  /** As it is now. */
  find(arn: string): QuotaShareRecord | undefined {
    return this.#records.get(arn);
  }

  /** The shares of a queue as they are now, in the order of their creation. */
  of(queueArn: string): readonly QuotaShareRecord[] {
    return this.#records.all().filter(({ jobQueueArn }) => jobQueueArn === queueArn);
  }

  /** All records as they are now. */
  all(): readonly QuotaShareRecord[] {
    return this.#records.all();
  }

  /** Restores the records of an earlier process; transitions start again. */
  restore(records: readonly QuotaShareRecord[]): void {
    const { quotaShareSettleMs, deleteQuotaShareMs } = this.#world.knobs;
    for (const record of records) {
      const arn = record.quotaShareArn;
      this.#records.load(arn, record);
      if (record.status === "DELETING") this.#later(arn, deleteQuotaShareMs, () => this.#remove(arn));
      else if (isBusy(record)) this.#later(arn, quotaShareSettleMs, () => this.#settle(arn));
    }
  }

  tagged(arn: string): Tagged | undefined {
    const found = this.#records.get(arn);
    if (found === undefined) return undefined;
    return { record: found, tags: found.tags ?? {}, replaceTags: (tags) => this.#put({ ...found, tags }) };
  }

  /** Makes one INVALID, now or when its transition ends, or VALID again. */
  condemn(arn: string, condemned: boolean): void {
    if (condemned) this.#condemned.add(arn);
    else this.#condemned.delete(arn);
    const found = this.#records.get(arn);
    if (found !== undefined && !isBusy(found)) this.#settle(arn);
  }

  /** The queue of a new share, which must have quota management. @throws Refusal, in our words */
  #queueFor(reference: string): Queue {
    const queue = this.#parts.queues.find(reference);
    if (queue === undefined) throw invalid(`JobQueue ${reference} not found.`);
    const name = queue.jobQueueName;
    if (!hasServiceJobs(queue)) throw invalid(`JobQueue ${name} is not of type SAGEMAKER_TRAINING.`);
    if (this.#parts.policies.find(queue.schedulingPolicyArn ?? "")?.quotaSharePolicy === undefined) {
      throw invalid(`JobQueue ${name} has no scheduling policy with a quotaSharePolicy.`);
    }
    const [{ serviceEnvironment = "" } = {}] = queue.serviceEnvironmentOrder ?? [];
    if (!countsTypes(this.#parts.serviceEnvironments.find(serviceEnvironment)?.capacityLimits)) {
      throw invalid(`The service environment of JobQueue ${name} has no limits of instance types.`);
    }
    if (queue.status !== "VALID") throw invalid(`JobQueue ${name} is not VALID.`);
    return queue;
  }

  #startDelete(share: QuotaShareRecord): void {
    const arn = share.quotaShareArn;
    this.#put({ ...share, status: "DELETING" });
    this.#jobs.endAllOfShare(arn);
    this.#later(arn, this.#world.knobs.deleteQuotaShareMs, () => this.#remove(arn));
  }

  #settle(arn: string): void {
    const found = this.#records.get(arn);
    if (found !== undefined) this.#put({ ...found, status: this.#condemned.has(arn) ? "INVALID" : "VALID" });
  }

  #remove(arn: string): void {
    const { quotaShareName: name } = this.#required(arn);
    this.#records.remove(arn);
    this.#world.note({ kind: "quotaShare", name, arn, status: "GONE" });
  }

  #required(arn: string): QuotaShareRecord {
    const found = this.#records.get(arn);
    if (found === undefined) throw doesNotExist(arn);
    return found;
  }

  #put(record: QuotaShareRecord): void {
    const { quotaShareName: name, quotaShareArn: arn, state, status = "" } = record;
    this.#records.put(arn, record);
    this.#world.note({ kind: "quotaShare", name, arn, state, status });
  }

  /** The next transition; a new one replaces an old one. */
  #later(arn: string, delayMs: number, task: () => void): void {
    this.#timers.get(arn)?.cancel();
    this.#timers.set(arn, this.#world.clock.schedule(delayMs, task));
  }
}

function checkLimits(limits: readonly QuotaShareCapacityLimit[]): void {
  const units = limits.map(({ capacityUnit = "" }) => capacityUnit);
  if (new Set(units).size < units.length) throw invalid("Duplicate capacity units."); // our words
  if (units.some((unit) => !unit.startsWith("ml."))) {
    throw invalid("The capacity unit of a quota share must be an instance type of SageMaker."); // our words
  }
}

/** As AWS keeps it: who may borrow has a limit, by default none. @throws Refusal */
function sharing(
  given: QuotaShareResourceSharingConfiguration | undefined,
): QuotaShareResourceSharingConfiguration | undefined {
  if (given === undefined || given.strategy === "LEND_AND_BORROW") return given && { borrowLimit: -1, ...given };
  if (given.borrowLimit !== undefined) {
    throw invalid("borrowLimit can only be applied to quota shares with a strategy of LEND_AND_BORROW.");
  }
  return given;
}

function isBusy({ status }: QuotaShareRecord): boolean {
  return status === "CREATING" || status === "UPDATING" || status === "DELETING";
}
