import type { BatchApi } from "./batch.ts";
import { type CallTable, passRoles, read, write } from "./call-facts.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";

/** The calls of AWS Batch. One without an entry does not compile. */
export const batchCalls: CallTable<keyof BatchApi> = {
  describeComputeEnvironments: read("BatchRead"),
  createComputeEnvironment: write(
    ["BatchCreate"],
    [
      ["batch:TagResource", "BatchClaim"],
      // Batch makes it for the first environment without a service role, by the caller's permission.
      ["iam:CreateServiceLinkedRole", "ServiceLinkedRole"],
      passRoles,
    ],
  ),
  updateComputeEnvironment: write(["BatchChange"], [passRoles]),
  deleteComputeEnvironment: write(["BatchChange"]),
  describeJobQueues: read("BatchRead"),
  createJobQueue: write(["BatchCreate", "BatchRefer"], [["batch:TagResource", "BatchClaim"]]),
  updateJobQueue: write(["BatchChange", "BatchRefer", "ForeignQueues"]),
  deleteJobQueue: write(["BatchChange"]),
  describeJobDefinitions: read("BatchRead"),
  registerJobDefinition: write(["BatchCreate"], [["batch:TagResource", "BatchClaim"], passRoles]),
  deregisterJobDefinition: write(["BatchChange"]),
  tagResource: write(["BatchChange", "BatchClaim"]),
  untagResource: write(["BatchChange"]),
  listJobs: read("BatchRead"),
  describeJobs: read("BatchRead"),
  /** The first 100 RUNNABLE jobs, in the order in which they will be placed. */
  getJobQueueSnapshot: read("BatchRead"),
  terminateJob: write(["BatchJobs"]),
};

/** AWS Batch behind budget, lease, deadline and classification. */
export function guardedBatch(raw: BatchApi, options: CallGuardOptions): BatchApi {
  return guardedCalls("batch", raw, batchCalls, callGuard(options));
}
