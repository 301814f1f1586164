import type {
  DefinitionRevision,
  Environment,
  Policy,
  QuotaShareRecord,
  ServiceEnvironmentRecord,
} from "../aws/batch.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { ConsumableResources, StoredConsumable } from "./consumable-resources.ts";
import type { Ec2 } from "./ec2.ts";
import type { Ec2Snapshot } from "./ec2-state.ts";
import type { Iam } from "./iam.ts";
import type { StoredProfile, StoredRole } from "./iam-records.ts";
import type { JobDefinitions } from "./job-definitions.ts";
import type { JobQueues, StoredQueue } from "./job-queues.ts";
import type { Jobs } from "./jobs.ts";
import type { Logs, StoredStream } from "./logs.ts";
import type { QuotaShares } from "./quota-shares.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SchedulingPolicies } from "./scheduling-policies.ts";
import type { ServiceEnvironments } from "./service-environments.ts";
import type { ServiceJobs, StoredServiceJob } from "./service-jobs.ts";
import type { StoredJob } from "./stored-job.ts";

/**
 * State that outlasts the simulating process: environments, queues, policies, quota shares, consumables, job definitions, jobs
 * with their logs, networks and roles, as plain JSON. It has no faults and removed roles. Transitions start again; jobs that run go on.
 */
export interface AwsSnapshot {
  readonly computeEnvironments: readonly Environment[];
  readonly jobQueues: readonly StoredQueue[];
  readonly jobDefinitions: readonly DefinitionRevision[];
  /** Missing in files of an earlier version: none. */
  readonly jobs?: readonly StoredJob[];
  readonly logStreams?: readonly StoredStream[];
  readonly schedulingPolicies?: readonly Policy[];
  readonly serviceEnvironments?: readonly ServiceEnvironmentRecord[];
  readonly serviceJobs?: readonly StoredServiceJob[];
  readonly quotaShares?: readonly QuotaShareRecord[];
  readonly consumableResources?: readonly StoredConsumable[];
  /** Missing in files of an earlier version: the default network. */
  readonly ec2?: ReturnType<Ec2["snapshot"]>;
  /** IAM has no regions: only the snapshot of one region has them. */
  readonly roles?: readonly StoredRole[];
  readonly instanceProfiles?: readonly StoredProfile[];
}

/** Some records of an account, as plain JSON. */
export interface AwsRecords extends Partial<Omit<AwsSnapshot, "ec2">> {
  readonly ec2?: Ec2Snapshot;
}

interface Kept {
  readonly environments: ComputeEnvironments;
  readonly queues: JobQueues;
  readonly definitions: JobDefinitions;
  readonly jobs: Jobs;
  readonly logs: Logs;
  readonly scheduler: Scheduler;
  readonly policies: SchedulingPolicies;
  readonly serviceEnvironments: ServiceEnvironments;
  readonly serviceJobs: ServiceJobs;
  readonly quotaShares: QuotaShares;
  readonly consumables: ConsumableResources;
  readonly ec2: Ec2;
  /** Undefined: they are in another region's snapshot. */
  readonly iam: Iam | undefined;
}

export function snapshotOf(kept: Kept): AwsSnapshot {
  const { environments, queues, definitions, policies, consumables, jobs, logs, ec2, iam } = kept;
  const { serviceEnvironments, serviceJobs, quotaShares } = kept;
  return {
    computeEnvironments: environments.all().filter(({ status }) => status !== "DELETED"),
    jobQueues: queues.stored().filter(({ detail }) => detail.status !== "DELETED"),
    jobDefinitions: definitions.all(),
    jobs: jobs.all(),
    logStreams: logs.all(),
    schedulingPolicies: policies.all(),
    serviceEnvironments: serviceEnvironments.all().filter(({ status }) => status !== "DELETED"),
    serviceJobs: serviceJobs.all(),
    quotaShares: quotaShares.all(),
    consumableResources: consumables.all(),
    ec2: ec2.snapshot(),
    ...(iam === undefined ? {} : { roles: iam.roles.all(), instanceProfiles: iam.profiles.all() }),
  };
}

/** Restores a snapshot into an empty account. */
export function restoreInto(kept: Kept, { ec2, ...records }: AwsSnapshot): void {
  if (ec2 !== undefined) kept.ec2.restoreAll(ec2);
  addTo(kept, records);
}

/** Adds records, visible at once; they replace records with the same ids. Transitions start again. */
export function addTo(kept: Kept, records: AwsRecords): void {
  const { environments, queues, definitions, policies, consumables, jobs, logs, ec2, iam } = kept;
  if (records.ec2 !== undefined) ec2.add(records.ec2);
  iam?.roles.restore(records.roles ?? []);
  iam?.profiles.restore(records.instanceProfiles ?? []);
  policies.restore(records.schedulingPolicies ?? []);
  kept.serviceEnvironments.restore(records.serviceEnvironments ?? []);
  consumables.restore(records.consumableResources ?? []);
  environments.restore(records.computeEnvironments ?? []);
  queues.restore(records.jobQueues ?? []);
  kept.quotaShares.restore(records.quotaShares ?? []);
  definitions.restore(records.jobDefinitions ?? []);
  logs.restore(records.logStreams ?? []);
  jobs.restore(records.jobs ?? []);
  kept.serviceJobs.restore(records.serviceJobs ?? []);
  kept.scheduler.resume();
}
