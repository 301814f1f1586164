import type { BatchApi } from "./batch.ts";
import type { CallKind } from "./budget.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";

/** Which calls change something in AWS Batch. */
export const batchCallKinds: Readonly<Record<keyof BatchApi, CallKind>> = {
  describeComputeEnvironments: "read",
  createComputeEnvironment: "write",
  updateComputeEnvironment: "write",
  deleteComputeEnvironment: "write",
  describeJobQueues: "read",
  createJobQueue: "write",
  updateJobQueue: "write",
  deleteJobQueue: "write",
  describeJobDefinitions: "read",
  registerJobDefinition: "write",
  deregisterJobDefinition: "write",
  tagResource: "write",
  untagResource: "write",
  listJobs: "read",
  describeJobs: "read",
  getJobQueueSnapshot: "read",
  terminateJob: "write",
};

/** AWS Batch behind budget, lease, deadline and classification. */
export function guardedBatch(raw: BatchApi, options: CallGuardOptions): BatchApi {
  return guardedCalls("batch", raw, batchCallKinds, callGuard(options));
}
