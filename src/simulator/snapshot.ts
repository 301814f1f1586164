import type { DefinitionRevision, Environment } from "../aws/batch.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { Ec2 } from "./ec2.ts";
import type { JobDefinitions } from "./job-definitions.ts";
import type { JobQueues, StoredQueue } from "./job-queues.ts";

/**
 * What outlives the process that simulates: environments, queues, job definitions and networks, as plain JSON. Jobs
 * end with it, and so do faults and roles that were taken away. What was in transition begins that transition anew.
 */
export interface AwsSnapshot {
  readonly computeEnvironments: readonly Environment[];
  readonly jobQueues: readonly StoredQueue[];
  readonly jobDefinitions: readonly DefinitionRevision[];
  /** Absent in what an earlier version wrote: the default network. */
  readonly ec2?: ReturnType<Ec2["snapshot"]>;
}

interface Kept {
  readonly environments: ComputeEnvironments;
  readonly queues: JobQueues;
  readonly definitions: JobDefinitions;
  readonly ec2: Ec2;
}

export function snapshotOf({ environments, queues, definitions, ec2 }: Kept): AwsSnapshot {
  return {
    computeEnvironments: environments.all().filter(({ status }) => status !== "DELETED"),
    jobQueues: queues.stored().filter(({ detail }) => detail.status !== "DELETED"),
    jobDefinitions: definitions.all(),
    ec2: ec2.snapshot(),
  };
}

/** Puts a snapshot into an account that is still empty. */
export function restoreInto({ environments, queues, definitions, ec2 }: Kept, snapshot: AwsSnapshot): void {
  if (snapshot.ec2 !== undefined) ec2.restoreAll(snapshot.ec2);
  environments.restore(snapshot.computeEnvironments);
  queues.restore(snapshot.jobQueues);
  definitions.restore(snapshot.jobDefinitions);
}
