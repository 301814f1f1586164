import type { DefinitionRevision, Environment } from "../aws/batch.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { Ec2 } from "./ec2.ts";
import type { Iam } from "./iam.ts";
import type { StoredProfile, StoredRole } from "./iam-records.ts";
import type { JobDefinitions } from "./job-definitions.ts";
import type { JobQueues, StoredQueue } from "./job-queues.ts";

/**
 * What outlives the process that simulates: environments, queues, job definitions, networks and roles, as plain JSON.
 * Jobs end with it, and so do faults and roles that were taken away. What was in transition begins that transition
 * anew.
 */
export interface AwsSnapshot {
  readonly computeEnvironments: readonly Environment[];
  readonly jobQueues: readonly StoredQueue[];
  readonly jobDefinitions: readonly DefinitionRevision[];
  /** Absent in what an earlier version wrote: the default network. */
  readonly ec2?: ReturnType<Ec2["snapshot"]>;
  /** IAM has no regions: only one region's snapshot of an account has them. */
  readonly roles?: readonly StoredRole[];
  readonly instanceProfiles?: readonly StoredProfile[];
}

interface Kept {
  readonly environments: ComputeEnvironments;
  readonly queues: JobQueues;
  readonly definitions: JobDefinitions;
  readonly ec2: Ec2;
  /** Undefined: of another region. */
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

/** Puts a snapshot into an account that is still empty. */
export function restoreInto({ environments, queues, definitions, ec2, iam }: Kept, snapshot: AwsSnapshot): void {
  if (snapshot.ec2 !== undefined) ec2.restoreAll(snapshot.ec2);
  iam?.roles.restore(snapshot.roles ?? []);
  iam?.profiles.restore(snapshot.instanceProfiles ?? []);
  environments.restore(snapshot.computeEnvironments);
  queues.restore(snapshot.jobQueues);
  definitions.restore(snapshot.jobDefinitions);
}
