import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { marks, unwatchedCheckMs } from "../../intervals.ts";
import type { Wait } from "../../pass/agenda.ts";
import { isFinalized } from "../../pass/directives.ts";
import { intentOf } from "./intent.ts";
import type { JobSeen } from "./seen.ts";

/**
 * Whether AWS has to be searched for a job of an object before one is submitted: not this process wrote its note, or the
 * note is gone, or the job may be of a lost cluster. Pure.
 */
export function isInDoubt(object: BatchJob, processId: string, takeOverUid: string | undefined): boolean {
  const intent = intentOf(object);
  if (intent !== undefined) return intent.by !== processId;
  return takeOverUid !== undefined || isFinalized(object);
}

/** The wait of an object of which it is unknown whether AWS has a job. Pure. @param what is being done about it */
export function searching(job: Extract<JobSeen, { readonly kind: "unknown" }>, what: string): Wait {
  const reason = "CheckingSubmission";
  if ("searchInMs" in job) return { kind: "wait", reason, message: what, checkInMs: job.searchInMs };
  const message = `the note of its submission is gone, so it is unknown whether AWS has a job of this object, and in which queue to search for it: ${job.hindrance}. To let the object go and the job run on, delete the object with awsbatch.dev/abandon: "true"`;
  return { kind: "wait", reason, message, checkInMs: unwatchedCheckMs, stallsAfterMs: marks.missingStallsMs };
}
