import type { DefinitionRevision, Environment } from "../aws/batch.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { Ec2 } from "./ec2.ts";
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
export function restoreInto({ environments, queues, definitions, ec2, iam }: Kept, snapshot: AwsSnapshot): void {
  if (snapshot.ec2 !== undefined) ec2.restoreAll(snapshot.ec2);
  iam?.roles.restore(snapshot.roles ?? []);
  iam?.profiles.restore(snapshot.instanceProfiles ?? []);
  environments.restore(snapshot.computeEnvironments);
  queues.restore(snapshot.jobQueues);
  definitions.restore(snapshot.jobDefinitions);
}
