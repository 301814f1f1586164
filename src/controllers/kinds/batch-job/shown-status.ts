/**
 * Which status of a job its object shows. It only goes forward, and leaves out what is over in seconds: however often AWS
 * moves a job to and fro, it costs three writes of status, one more after it has waited for other jobs, and some more while it
 * is the first one of its queue. Pure.
 */

import type { Reason } from "../../../api/reasons.ts";
import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import type { JobStatus } from "../../../aws/batch.ts";
import { stalenessMs } from "../../../aws/effects.ts";
import type { JobRecord } from "../../../aws/job-record.ts";
import { displayed } from "../../wording.ts";
import type { QueueSays } from "./queue-says.ts";
import type { JobSeen } from "./seen.ts";

/** Of AWS's words in a message, in characters. */
const wordsLimit = 1024;

const stages: Readonly<Record<JobStatus, number>> = {
  SUBMITTED: 0,
  PENDING: 0,
  RUNNABLE: 1,
  STARTING: 1,
  RUNNING: 2,
  SUCCEEDED: 3,
  FAILED: 3,
};

/** The status to show: that of AWS, unless what is shown is as far. */
export function shownStatus(object: BatchJob, { jobId, status }: JobRecord): JobStatus {
  const before = lastShown(object, jobId);
  if (before === undefined) return status;
  return stages[status] > stages[before] ? status : before;
}

/** What the status of an object shows of this job; undefined: nothing. */
export function lastShown({ status: reported }: BatchJob, jobId: string): JobStatus | undefined {
  const before = reported?.jobId === jobId ? reported.status : undefined;
  return before === undefined || !isStatus(before) ? undefined : before;
}

function isStatus(text: string): text is JobStatus {
  return Object.hasOwn(stages, text);
}

/**
 * Within how many ms AWS shows a job that was submitted a moment ago, and then mostly that it already waits for resources:
 * until then nothing is shown of it. Undefined: it is to be shown now. Should this process end before, the note on the object
 * leads to the job.
 */
export function shownInMs(job: JobSeen): number | undefined {
  if (job.kind !== "known" || job.isReported || job.record !== undefined) return undefined;
  const leftMs = stalenessMs - (job.submittedMsAgo ?? stalenessMs);
  return leftMs > 0 ? leftMs : undefined;
}

/** What AWS says of a job that is the first one of its queue, and that no instance can ever run. */
const neverPlaced = /^MISCONFIGURATION:/;

/**
 * Why a job does not start: as its queue says, which knows more than AWS, else in AWS's words where a person has to act. Others
 * come and go.
 */
export function whyItWaits(
  { status, statusReason, array }: JobRecord,
  said: QueueSays | undefined,
): QueueSays | undefined {
  if (status !== "RUNNABLE" && (status !== "PENDING" || array === undefined)) return undefined;
  if (said !== undefined) return said;
  if (statusReason === undefined || !neverPlaced.test(statusReason)) return undefined;
  return { isMisconfigured: true, why: statusReason };
}

/**
 * The reason and the words for a job that has not ended.
 * @param why it waits, if that is known
 */
export function statusText(
  status: JobStatus,
  jobId: string,
  why?: QueueSays,
): { readonly reason: Reason; readonly message: string } {
  const job = `job ${jobId}`;
  switch (status) {
    case "SUBMITTED":
      return { reason: "JobSubmitted", message: `${job} is submitted${ofChildren(why)}` };
    case "PENDING":
      return { reason: "JobPending", message: `${job} waits for other jobs, or for its children${ofChildren(why)}` };
    case "RUNNABLE":
      return {
        reason: "JobRunnable",
        message:
          why === undefined
            ? `${job} waits for resources: the condition JobsProgressing of its queue says what the first job there waits for`
            : `${job} waits for resources${whyText(why)}`,
      };
    case "STARTING":
      return { reason: "JobStarting", message: `${job} starts` };
    case "RUNNING":
    case "SUCCEEDED":
    case "FAILED":
      return { reason: "JobRunning", message: `${job} runs` };
  }
}

/** Of an array, whose own status says nothing of that. */
function ofChildren(why: QueueSays | undefined): string {
  return why === undefined ? "" : `; its children wait for resources${whyText(why)}`;
}

function whyText({ isMisconfigured, why }: QueueSays): string {
  return `${isMisconfigured ? ", and cannot get any" : ""}: ${displayed(why, wordsLimit)}`;
}
