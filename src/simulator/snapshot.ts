import type { DefinitionRevision, Environment } from "../aws/batch.ts";
import type { ComputeEnvironments } from "./compute-environments.ts";
import type { JobDefinitions } from "./job-definitions.ts";
import type { JobQueues, StoredQueue } from "./job-queues.ts";

/**
 * What outlives the process that simulates: environments, queues and job definitions, as plain JSON. Jobs end with
 * it, and so do faults and roles that were taken away. What was in transition begins that transition anew.
 */
export interface AwsSnapshot {
  readonly computeEnvironments: readonly Environment[];
  readonly jobQueues: readonly StoredQueue[];
  readonly jobDefinitions: readonly DefinitionRevision[];
}

interface Kept {
  readonly environments: ComputeEnvironments;
  readonly queues: JobQueues;
  readonly definitions: JobDefinitions;
}

export function snapshotOf({ environments, queues, definitions }: Kept): AwsSnapshot {
  return {
    computeEnvironments: environments.all().filter(({ status }) => status !== "DELETED"),
    jobQueues: queues.stored().filter(({ detail }) => detail.status !== "DELETED"),
    jobDefinitions: definitions.all(),
  };
}

/** Puts a snapshot into an account that is still empty. */
export function restoreInto({ environments, queues, definitions }: Kept, snapshot: AwsSnapshot): void {
  environments.restore(snapshot.computeEnvironments);
  queues.restore(snapshot.jobQueues);
  definitions.restore(snapshot.jobDefinitions);
}
