import type { JobRecord } from "../../aws/job-record.ts";
import type { Step } from "../agenda.ts";
import { terminateAgainMs } from "../intervals.ts";
import type { Action, EndPurpose } from "./action.ts";

/** Asks AWS to end the job, once, and waits for its end. Pure. */
export function ending(record: JobRecord, endedMsAgo: number | undefined, purpose: EndPurpose): Step<Action> {
  const { jobId, status } = record;
  const asked = record.isEnding || (endedMsAgo !== undefined && endedMsAgo < terminateAgainMs);
  if (!asked) {
    const why = purpose === "cancel" ? "spec.cancel is true" : "the object is deleted, and deletionPolicy is Delete";
    const reason = `aws-batch-operator: ${why}`;
    return {
      kind: "act",
      action: { kind: "end", jobId, purpose, reason },
      reason: "Ending",
      message: `ending job ${jobId}, which is ${status}: ${why}`,
    };
  }
  const message =
    status === "PENDING"
      ? `waiting for the end of job ${jobId}, which is PENDING: AWS ends it only after the jobs that it waits for`
      : `waiting for the end of job ${jobId}`;
  return { kind: "wait", reason: "Ending", message, checkInMs: terminateAgainMs };
}
