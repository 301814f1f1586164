import { hasEnded } from "../../../aws/job-record.ts";
import { lostAfterMs, missingCheckMs } from "../../intervals.ts";
import type { Release, Step } from "../../pass/agenda.ts";
import type { Action } from "./action.ts";
import { ending } from "./ending.ts";
import { mayBeForgotten } from "./intent.ts";
import type { Seen } from "./seen.ts";
import { searching } from "./unknown-submission.ts";

/** The deletion of a job: it is ended with a second one of the object, unless they have ended or are to run on. Pure. */
export function removal(seen: Seen): Step<Action> {
  const { directives, job, recorded } = seen;
  if (directives.retain) {
    const message = job.kind === "known" ? `job ${job.jobId} runs on` : "a job that was submitted runs on";
    return { kind: "release", reason: "Retained", message: recorded === undefined ? message : "the job has ended" };
  }
  if (job.kind === "known") return everyJobEnded(seen, job);
  if (recorded !== undefined) return hasEndedAlready;
  switch (job.kind) {
    case "notFound": {
      const message = `AWS shows no job of the name ${seen.jobName}. A request for it may have had no answer: should AWS accept it later, nobody ends the job`;
      return { kind: "release", reason: "Deleted", message };
    }
    case "none":
    case "forgotten":
    case "queueGone":
      return { kind: "release", reason: "Deleted", message: "AWS has no job of this object" };
    case "unknown":
      return searching(job, `searching for a job of the name ${seen.jobName}, which AWS may have accepted, to end it`);
  }
}

type KnownJob = Extract<Seen["job"], { kind: "known" }>;

const hasEndedAlready: Release = { kind: "release", reason: "Deleted", message: "the job has ended" };

/** All of them are asked to end before the first is waited for. */
function everyJobEnded(seen: Seen, job: KnownJob): Step<Action> {
  const isOver = seen.recorded !== undefined && job.isReported;
  const own = isOver ? hasEndedAlready : ended(seen, job);
  const others = job.duplicates.map((one) => ending(one, job.endedMsAgo, "deletion"));
  const left = [own, ...others].filter(({ kind }) => kind !== "release");
  return left.find(({ kind }) => kind === "act") ?? left[0] ?? own;
}

function ended({ observedAt }: Seen, job: KnownJob): Step<Action> {
  const { jobId, record, missingForMs, notBefore, endedMsAgo } = job;
  if (record !== undefined && hasEnded(record)) {
    return { kind: "release", reason: "Deleted", message: `job ${jobId} has ended` };
  }
  const missingMs = missingForMs ?? 0;
  if (missingMs >= lostAfterMs || (missingMs >= missingCheckMs && mayBeForgotten(notBefore, observedAt))) {
    return { kind: "release", reason: "Deleted", message: `AWS does not know job ${jobId} any more` };
  }
  if (record !== undefined) return ending(record, endedMsAgo, "deletion");
  const message = `AWS does not show job ${jobId} at this moment, which is to be ended`;
  return { kind: "wait", reason: "JobNotShown", message, checkInMs: missingCheckMs };
}
