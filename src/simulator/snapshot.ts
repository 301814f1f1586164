import type { DefinitionRevision, Environment } from "../aws/batch.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { Ec2 } from "./ec2.ts";
import type { Ec2Snapshot } from "./ec2-state.ts";
import type { Iam } from "./iam.ts";
import type { StoredProfile, StoredRole } from "./iam-records.ts";
import type { JobDefinitions } from "./job-definitions.ts";
import type { JobQueues, StoredQueue } from "./job-queues.ts";

/**
 * State that outlasts the simulating process: environments, queues, job definitions, networks and roles, as plain JSON.
 * It has no jobs, faults and removed roles. Transitions start again.
 */
export interface AwsSnapshot {
  readonly computeEnvironments: readonly Environment[];
  readonly jobQueues: readonly StoredQueue[];
  readonly jobDefinitions: readonly DefinitionRevision[];
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
  readonly ec2: Ec2;
  /** Undefined: they are in another region's snapshot. */
  readonly iam: Iam | undefined;
}

export function snapshotOf({ environments, queues, definitions, ec2, iam }: Kept): AwsSnapshot {
  return {
    computeEnvironments: environments.all().filter(({ status }) => status !== "DELETED"),
    jobQueues: queues.stored().filter(({ detail }) => detail.status !== "DELETED"),
    jobDefinitions: definitions.all(),
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
export function addTo({ environments, queues, definitions, ec2, iam }: Kept, records: AwsRecords): void {
  if (records.ec2 !== undefined) ec2.add(records.ec2);
  iam?.roles.restore(records.roles ?? []);
  iam?.profiles.restore(records.instanceProfiles ?? []);
  environments.restore(records.computeEnvironments ?? []);
  queues.restore(records.jobQueues ?? []);
  definitions.restore(records.jobDefinitions ?? []);
}
