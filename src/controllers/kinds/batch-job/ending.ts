import type { JobRecord } from "../../../aws/job-record.ts";
import type { NamedJob } from "../../../aws/jobs-of-objects.ts";
import { terminateAgainMs } from "../../intervals.ts";
import type { Act, Step } from "../../pass/agenda.ts";
import type { Action, EndPurpose } from "./action.ts";

/** How jobs are ended. Pure. */

/** When this process last asked AWS to end which job, ms ago. */
type AskedToEnd = Readonly<Record<string, number>>;

/** What is known of a job that is to be ended. */
type ToEnd = Pick<JobRecord, "jobId" | "status" | "isEnding">;

/** Asks AWS to end the job, once, and waits for its end. */
export function ending(job: ToEnd, asked: AskedToEnd, purpose: Exclude<EndPurpose, "duplicate">): Step<Action> {
  const { jobId, status } = job;
  if (!isAsked(job, asked)) {
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

/** Asks AWS to end a second job, once, unless it has started; undefined: it has been asked. */
export function endingSecond(job: ToEnd, asked: AskedToEnd, keptId: string): Act<Action> | undefined {
  const { jobId } = job;
  if (isAsked(job, asked)) return undefined;
  const message = `ending job ${jobId}, a second one of this object, which has not started: AWS accepted a request late, and job ${keptId} is kept`;
  const action: Action = { kind: "end", jobId, purpose: "duplicate", reason: `${secondJob} ${keptId}` };
  return { kind: "act", action, reason: "Ending", message };
}

/** The beginning of the reason that AWS shows for a second job that was ended. */
const secondJob = "aws-batch-operator: second submission of job";

/** Whether a job has been ended because it was the second one of its object. */
export function isEndedAsSecond({ statusReason }: Pick<NamedJob, "statusReason">): boolean {
  return statusReason?.startsWith(secondJob) === true;
}

function isAsked({ jobId, isEnding }: ToEnd, asked: AskedToEnd): boolean {
  return isEnding || (asked[jobId] ?? Number.POSITIVE_INFINITY) < terminateAgainMs;
}
