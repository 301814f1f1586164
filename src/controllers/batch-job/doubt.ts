import type { Wait } from "../agenda.ts";
import { marks, searchAgainMs, unwatchedCheckMs } from "../intervals.ts";
import type { JobSeen } from "./seen.ts";

/** The wait of an object of which it is unknown whether AWS has a job. Pure. @param what is being done about it */
export function searching({ hindrance }: Extract<JobSeen, { readonly kind: "unknown" }>, what: string): Wait {
  const reason = "CheckingSubmission";
  if (hindrance === undefined) return { kind: "wait", reason, message: what, checkInMs: searchAgainMs };
  const message = `the note of its submission is gone, so it is unknown whether AWS has a job of this object, and in which queue to search for it: ${hindrance}. To let the object go and the job run on, delete the object with awsbatch.dev/abandon: "true"`;
  return { kind: "wait", reason, message, checkInMs: unwatchedCheckMs, stallsAfterMs: marks.missingStallsMs };
}
