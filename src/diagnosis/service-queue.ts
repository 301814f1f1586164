/** Why training jobs of SageMaker wait: AWS gives no reason, so it follows from limits and from what holds them. Pure. */

import type { CapacityLimit, Queue, QuotaShareRecord, ServiceEnvironmentRecord } from "../aws/batch.ts";
import { causeKind, type Finding } from "./causes.ts";
import type { Diagnosis } from "./diagnose.ts";
import { awsWords, edited, editedQueue, listed } from "./words.ts";

/** What a training job takes. */
export interface TrainingNeeds {
  /** e.g. `ml.m5.large`. */
  readonly instanceType: string;
  readonly instances: number;
}

export interface TrainingJob {
  readonly jobId: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | undefined;
  /** Its quota share. */
  readonly share: string | undefined;
  /** Undefined: AWS does not say. */
  readonly needs: TrainingNeeds | undefined;
}

/** Facts of a queue of SageMaker: plain data, read before. */
export interface ServiceQueueFacts {
  readonly queue: Queue;
  /** The service environment of the queue; its record is undefined where AWS has none. */
  readonly service: { readonly name: string; readonly record: ServiceEnvironmentRecord | undefined };
  /** Names of other queues that have the same service environment. */
  readonly sharedWith: readonly string[];
  readonly shares: readonly Omit<QuotaShareRecord, "tags">[];
  /** The job that is next, of the queue or of each of its shares; one is enough to know what a share waits for. */
  readonly next: readonly TrainingJob[];
  /** Jobs that hold capacity. */
  readonly started: readonly TrainingJob[];
  /** There are more than were read. */
  readonly moreStarted: boolean;
}

/** The findings of each job that is next, the first of them first, and what is wrong with the queue for any job. */
export function diagnoseServiceQueue(facts: ServiceQueueFacts): Pick<Diagnosis, "verdict" | "findings"> {
  const general = [...queueFindings(facts.queue), ...disabledShares(facts)];
  if (facts.next.length === 0) return { verdict: "idle", findings: [...general, ...unusable(facts)] };
  const causes = facts.next.map((job) => causeOf(facts, job));
  const found = [...causes.filter((one) => one !== undefined), ...general];
  const findings = [...new Map(found.map((one) => [one.sentence, one])).values()];
  const [first] = causes;
  if (first === undefined) return { verdict: "progressing", findings };
  return { verdict: causeKind(first.code) === "waiting" ? "waiting" : "blocked", findings };
}

function queueFindings(queue: Queue): readonly Finding[] {
  const { jobQueueName: name, state, status, statusReason } = queue;
  const object = editedQueue(queue);
  const invalid = `AWS marked the queue ${name} as INVALID: ${awsWords(statusReason ?? "AWS gives no reason")}`;
  const disabled = `the queue ${name} is DISABLED: it accepts no new jobs; jobs that are already in it still run`;
  return [
    ...(status === "INVALID"
      ? [{ code: "QueueInvalid", sentence: invalid, fix: `fix what AWS names in ${object}` } satisfies Finding]
      : []),
    ...(state === "DISABLED"
      ? [{ code: "QueueDisabled", sentence: disabled, fix: `set the state of ${object} to ENABLED` } satisfies Finding]
      : []),
  ];
}

function disabledShares({ shares }: ServiceQueueFacts): readonly Finding[] {
  return shares
    .filter(({ state }) => state === "DISABLED")
    .map(({ quotaShareName: name }): Finding => {
      const sentence = `the quota share ${name} is DISABLED: it accepts no new jobs; jobs that are already in it still run`;
      return { code: "QuotaShareDisabled", sentence, fix: `set the state of ${editedShare(name)} to ENABLED` };
    });
}

/** Tags of quota shares are not read. */
function editedShare(name: string): string {
  return edited("QuotaShare", name, undefined);
}

function editedService({ name, record }: ServiceQueueFacts["service"]): string {
  return edited("ServiceEnvironment", name, record?.tags);
}

/** Why no job at all starts in the service environment. */
function unusable({ service, queue }: Pick<ServiceQueueFacts, "service" | "queue">): readonly Finding[] {
  const { name, record } = service;
  if (record === undefined) {
    const sentence = `the queue references the service environment ${name}, which does not exist`;
    return [{ code: "NoEnvironment", sentence, fix: `create it, or reference another one in ${editedQueue(queue)}` }];
  }
  const { state, status } = record;
  const called = `the service environment ${name}`;
  if (state === "DISABLED") {
    const sentence = `${called} is DISABLED: no job starts in it`;
    return [{ code: "EnvironmentDisabled", sentence, fix: `set the state of ${editedService(service)} to ENABLED` }];
  }
  if (status === "INVALID") {
    const sentence = `AWS marked ${called} as INVALID, and gives no reason`;
    return [{ code: "EnvironmentInvalid", sentence, fix: `check capacityLimits of ${editedService(service)}` }];
  }
  if (status === "VALID") return [];
  return [{ code: "EnvironmentChanging", sentence: `${called} is ${status}`, fix: "" }];
}

function causeOf(facts: ServiceQueueFacts, job: TrainingJob): Finding | undefined {
  const [broken] = unusable(facts);
  return broken ?? shareCause(facts, job) ?? environmentCause(facts, job) ?? saidByAws(job);
}

function saidByAws({ name, statusReason }: TrainingJob): Finding | undefined {
  if (statusReason === undefined) return undefined;
  const sentence = `AWS says of the job ${name}: ${awsWords(statusReason)}`;
  return { code: "CauseUnknown", sentence, fix: "check the request of the job, and the quotas of SageMaker" };
}

/** What a job of a share waits for: capacity of the share, and what the share may borrow. */
function shareCause(facts: ServiceQueueFacts, job: TrainingJob): Finding | undefined {
  const share = facts.shares.find(({ quotaShareName }) => quotaShareName === job.share);
  if (share === undefined || job.needs === undefined) return undefined;
  const { quotaShareName: name, status, resourceSharingConfiguration: sharing } = share;
  const { instanceType, instances } = job.needs;
  const called = `the quota share ${name}`;
  if (status === "INVALID") {
    const sentence = `AWS marked ${called} as INVALID, and gives no reason`;
    return {
      code: "QuotaShareInvalid",
      sentence,
      fix: `check capacityLimits of ${editedShare(name)}, and those of ${editedService(facts.service)}`,
    };
  }
  const limit = limitOf(share.capacityLimits, instanceType);
  const borrowed = mostBorrowed(sharing, limit);
  const needs = `the job ${job.name} needs ${instances} ${instanceType}`;
  if (instances > limit + borrowed) {
    const sentence = `${needs}, but ${called} has ${limit}${borrowed === 0 ? "" : ` and may borrow ${borrowed}`}`;
    return {
      code: "QuotaShareTooSmall",
      sentence,
      fix: `raise capacityLimits of ${editedShare(name)}, or request less`,
    };
  }
  const holders = facts.started.filter((one) => one.share === name && one.needs?.instanceType === instanceType);
  const used = sumOf(holders);
  if (used + instances <= limit) return undefined;
  const why = whyNoMore(facts, share, { instanceType, used, limit, borrowed, instances });
  const borrows = used > limit ? `, ${used - limit} of them borrowed,` : "";
  const sentence = `${needs}; ${called} has ${limit}; ${used} are used${borrows}${holdersText(holders, facts)}, and ${why.text}`;
  return { code: "QuotaShareUsed", sentence, fix: `raise ${why.field} of ${editedShare(name)} if that takes too long` };
}

/** How much of one instance type a share has, and a job of it needs. */
interface Shared {
  readonly instanceType: string;
  readonly used: number;
  readonly limit: number;
  /** So many it may borrow. */
  readonly borrowed: number;
  readonly instances: number;
}

/** What keeps a share from borrowing what its job needs, and the fields that a person may raise. */
function whyNoMore(
  { shares, started }: ServiceQueueFacts,
  { quotaShareName: name }: QuotaShareRecord,
  { instanceType, used, limit, borrowed, instances }: Shared,
): { readonly text: string; readonly field: string } {
  if (borrowed === 0) return { text: "it may not borrow", field: "capacityLimits" };
  if (used + instances > limit + borrowed) {
    const text = `its borrowLimit lets it borrow no more than ${borrowed}`;
    return { text, field: "capacityLimits or resourceSharingConfiguration.borrowLimit" };
  }
  const idle = shares.map((other) => {
    const isLender = other.quotaShareName !== name && lends(other);
    const own = sumOf(
      started.filter((job) => job.share === other.quotaShareName && job.needs?.instanceType === instanceType),
    );
    return isLender ? Math.max(0, limitOf(other.capacityLimits, instanceType) - own) : 0;
  });
  const total = idle.reduce((sum, one) => sum + one, 0);
  return {
    text: `the shares of the queue that lend have ${total} idle, part of which may be lent already`,
    field: "capacityLimits",
  };
}

function lends({ resourceSharingConfiguration: sharing }: QuotaShareRecord): boolean {
  return sharing?.strategy === "LEND" || sharing?.strategy === "LEND_AND_BORROW";
}

/** What a job waits for that its share, if it has one, has room for. */
function environmentCause(facts: ServiceQueueFacts, { name, needs }: TrainingJob): Finding | undefined {
  const { record } = facts.service;
  const object = editedService(facts.service);
  if (needs === undefined) return undefined;
  const { instanceType, instances } = needs;
  const total = record?.capacityLimits?.find(({ capacityUnit }) => capacityUnit === "NUM_INSTANCES");
  const limit = total?.maxCapacity ?? limitOf(record?.capacityLimits, instanceType);
  const unit = total === undefined ? instanceType : "instances";
  const called = `the service environment ${facts.service.name}`;
  if (instances > limit) {
    const sentence = `the job ${name} needs ${instances} ${unit}, but ${called} is limited to ${limit}`;
    return { code: "ServiceEnvironmentTooSmall", sentence, fix: `raise capacityLimits of ${object}, or request less` };
  }
  const holders = facts.started.filter((one) => total !== undefined || one.needs?.instanceType === instanceType);
  const used = sumOf(holders);
  const isFull = used + instances > limit;
  if (!isFull && facts.sharedWith.length === 0) return undefined;
  const also = facts.sharedWith.length === 0 ? "" : `; jobs of ${listed(facts.sharedWith)} may hold more of it`;
  const sentence = `the job ${name} needs ${instances} ${unit}; of the ${limit} that ${called} is limited to, ${used} are used${holdersText(holders, facts)}${also}`;
  return { code: "ServiceEnvironmentUsed", sentence, fix: `raise capacityLimits of ${object} if that takes too long` };
}

/** How many instances a share with such a limit may borrow at most. */
function mostBorrowed(sharing: QuotaShareRecord["resourceSharingConfiguration"], limit: number): number {
  const { strategy, borrowLimit = -1 } = sharing ?? {};
  if (strategy !== "LEND_AND_BORROW") return 0;
  return borrowLimit < 0 ? Number.POSITIVE_INFINITY : Math.floor((limit * borrowLimit) / 100);
}

function limitOf(limits: readonly CapacityLimit[] | undefined, instanceType: string): number {
  return limits?.find(({ capacityUnit }) => capacityUnit === instanceType)?.maxCapacity ?? 0;
}

function sumOf(jobs: readonly TrainingJob[]): number {
  return jobs.reduce((sum, { needs }) => sum + (needs?.instances ?? 0), 0);
}

const mostHolders = 5;

/** ` by a (RUNNING, 2) and b (STARTING, 1)`. */
function holdersText(holders: readonly TrainingJob[], { moreStarted }: ServiceQueueFacts): string {
  if (holders.length === 0) return "";
  const shown = holders
    .slice(0, mostHolders)
    .map(({ name, status, needs }) => `${name} (${status}, ${needs?.instances})`);
  const left = holders.length - shown.length;
  const others = moreStarted ? ["more than could be read"] : left > 0 ? [`${left} more`] : [];
  return ` by ${listed([...shown, ...others])}`;
}

/** What a service environment or a quota share has of one instance type, or of instances of any. */
export interface CapacityFact {
  readonly of: "service environment" | "quota share";
  readonly name: string;
  readonly state: string;
  readonly status: string;
  readonly limits: readonly { readonly unit: string; readonly limit: number; readonly used: number }[];
}

/** What the jobs of the queue hold of each limit. */
export function capacityIn(facts: ServiceQueueFacts): readonly CapacityFact[] {
  const { service, shares, started } = facts;
  const limitsFor = (limits: readonly CapacityLimit[] = [], jobs = started) =>
    limits.map(({ capacityUnit: unit = "", maxCapacity: limit = 0 }) => {
      const isAny = unit === "NUM_INSTANCES";
      return { unit, limit, used: sumOf(jobs.filter(({ needs }) => isAny || needs?.instanceType === unit)) };
    });
  const { state = "gone", status = "gone", capacityLimits } = service.record ?? {};
  return [
    { of: "service environment", name: service.name, state, status, limits: limitsFor(capacityLimits) },
    ...shares.map((share): CapacityFact => {
      const { quotaShareName: name } = share;
      const jobs = started.filter((job) => job.share === name);
      return {
        of: "quota share",
        name,
        state: share.state ?? "",
        status: share.status ?? "",
        limits: limitsFor(share.capacityLimits, jobs),
      };
    }),
  ];
}
