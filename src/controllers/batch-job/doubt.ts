import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { Wait } from "../agenda.ts";
import { marks, searchAgainMs, unwatchedCheckMs } from "../intervals.ts";
import { intentOf } from "./intent.ts";
import type { JobSeen } from "./seen.ts";

/**
 * Whether AWS has to be searched for a job of an object before one is submitted: not this process wrote its note, or the
 * note is gone, or the job may be of a lost cluster. Pure.
 */
export function isInDoubt(object: BatchJob, processId: string, takeOverUid: string | undefined): boolean {
  const intent = intentOf(object);
  if (intent !== undefined) return intent.by !== processId;
  return takeOverUid !== undefined || (object.metadata.finalizers ?? []).length > 0;
}

/** The wait of an object of which it is unknown whether AWS has a job. Pure. @param what is being done about it */
export function searching({ hindrance }: Extract<JobSeen, { readonly kind: "unknown" }>, what: string): Wait {
  const reason = "CheckingSubmission";
  if (hindrance === undefined) return { kind: "wait", reason, message: what, checkInMs: searchAgainMs };
  const message = `the note of its submission is gone, so it is unknown whether AWS has a job of this object, and in which queue to search for it: ${hindrance}. To let the object go and the job run on, delete the object with awsbatch.dev/abandon: "true"`;
  return { kind: "wait", reason, message, checkInMs: unwatchedCheckMs, stallsAfterMs: marks.missingStallsMs };
}
