import type { BatchApi } from "./batch.ts";
import { type CallTable, readCall, writeCall } from "./call-facts.ts";
import { type CallGuardOptions, callGuard, guardedCalls } from "./calls.ts";
import { resourceCalls } from "./resources/index.ts";

/** The calls of AWS Batch. One without an entry does not compile. */
export const batchCalls: CallTable<keyof BatchApi> = {
  ...resourceCalls,
  tagResource: writeCall(["BatchChange", "BatchClaim", "JobChange"]),
  untagResource: writeCall(["BatchChange", "JobChange"]),
  listJobs: readCall("BatchRead"),
  listJobsByConsumableResource: readCall("BatchRead"),
  describeJobs: readCall("BatchRead"),
  /** The first 100 RUNNABLE jobs, in the order in which they will be placed. */
  getJobQueueSnapshot: readCall("BatchRead"),
  submitJob: writeCall(["JobSubmit"], [["batch:TagResource", "BatchClaim"]]),
  cancelJob: writeCall(["JobChange"]),
  terminateJob: writeCall(["JobChange", "BatchJobs"]),
  /** The jobs of queues of SageMaker, which ListJobs does not have. */
  listServiceJobs: readCall("BatchRead"),
  describeServiceJob: readCall("BatchRead"),
  terminateServiceJob: writeCall(["BatchJobs"]),
};

/** AWS Batch behind budget, lease, deadline and classification. */
export function guardedBatch(raw: BatchApi, options: CallGuardOptions): BatchApi {
  return guardedCalls("batch", raw, batchCalls, callGuard(options));
}
