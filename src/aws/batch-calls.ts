import type { BatchCallTable, BatchPart } from "./batch.ts";
import type { CallBudget } from "./budget.ts";
import { operationOf, readCall, writeCall } from "./call-facts.ts";
import { type CallGuardOptions, callGuard, eachCall } from "./calls.ts";
import { resourceCalls } from "./resources/index.ts";

/** The calls of AWS Batch that the operator makes. */
export const batchCalls = {
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
} satisfies BatchCallTable;

/** E.g. `describeJobs`. */
export type BatchCall = keyof typeof batchCalls;

/**
 * AWS Batch as the operator calls it, under the SDK's names and shapes. Behind `guardedBatch` every method rejects with
 * an `AwsError`, or with `NotSent`; without it with the errors of the implementation.
 */
export type BatchApi = BatchPart<BatchCall>;

/** A budget for each purpose that jobs need calls for by the thousand. AWS limits each operation by itself. */
export type JobBudgets = Readonly<Record<"submit" | "end", CallBudget>>;

/** The calls that leave by one of these. All others share the budget of the region. */
const jobBudgetOf: Readonly<Partial<Record<keyof BatchApi, keyof JobBudgets>>> = {
  submitJob: "submit",
  cancelJob: "end",
  terminateJob: "end",
};

export interface BatchGuardOptions extends CallGuardOptions {
  /** Undefined: nothing is submitted or ended in numbers, so all calls leave by `budget`. */
  readonly jobBudgets: JobBudgets | undefined;
}

/** AWS Batch behind budget, lease, deadline and classification. */
export function guardedBatch(raw: BatchApi, { jobBudgets, ...options }: BatchGuardOptions): BatchApi {
  return eachCall(raw, batchCalls, (name, kind, call) => {
    const purpose = jobBudgetOf[name];
    const budget = (purpose && jobBudgets?.[purpose]) ?? options.budget;
    return callGuard({ ...options, budget })(`batch:${operationOf(name)}`, kind, call);
  });
}
