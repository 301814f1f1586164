/**
 * The door of jobs: the next step of a job, which is submitted once, followed to its end, and kept. Rules are in order; the first
 * that applies wins. Pure.
 *
 *     note on the object (intent.ts) → SubmitJob → job ID in status → followed → result in status, AWS is not asked any more
 *            │                            │
 *            └── the answer was lost, or the process ended: is there a job? (search.ts, unknown-submission.ts)
 *                   shown by AWS          → its ID in status
 *                   not shown, for long   → a new note, and a new request
 *                   cannot be known       → a person decides; nothing is submitted
 *
 * No rule submits while it is unknown whether AWS has accepted an earlier request. `controller.ts` connects it to the pass,
 * `submission-turns.ts` is the line of a queue, `circles.ts` finds jobs that wait for each other.
 */

import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import { hasEnded, type JobRecord } from "../../../aws/job-record.ts";
import { shell } from "../../../runtime/shell.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import {
  duplicatesCheckMs,
  forgottenAfterMs,
  marks,
  missingCheckMs,
  noteUsedForMs,
  searchAgainMs,
  shownForSureMs,
  submissionUnknownForMs,
  unwatchedCheckMs,
} from "../../intervals.ts";
import { ownerTags } from "../../ownership/ownership.ts";
import { tagChange, tagFieldChanges } from "../../ownership/tags.ts";
import type { Act, Blocked, Change, ConditionDraft, Plan, Serves, Step, Wait } from "../../pass/agenda.ts";
import { timestamp } from "../../pass/conditions.ts";
import type { Held } from "../../references/fixed-reference.ts";
import type { Action } from "./action.ts";
import { circleText } from "./circles.ts";
import { ending, endingSecond } from "./ending.ts";
import { expiryOf } from "./expiry.ts";
import { type Intent, mayBeForgotten } from "./intent.ts";
import { removal } from "./removal.ts";
import { requestOf } from "./request.ts";
import { isUnknown, type Result, resultOf } from "./result.ts";
import type { DependencySeen, JobSeen, NamedJobHold, Seen } from "./seen.ts";
import { lastShown, shownStatus, statusText, whyItWaits } from "./shown-status.ts";
import { searching } from "./unknown-submission.ts";

type KnownJob = Extract<JobSeen, { readonly kind: "known" }>;

/** The steps of a job, what they mean, and the conditions that only jobs have. */
interface Answer {
  readonly agenda: readonly Step<Action>[];
  readonly change: Omit<Change, "id">;
  readonly conditions?: readonly ConditionDraft[];
  /** The object is checked again within this time (ms). */
  readonly checkInMs?: number;
  /** The job has finished; its result, or that it is unknown, was not known before this wall time (ms). */
  readonly finished?: { readonly notBefore: number };
}

export function plan(object: BatchJob, seen: Seen, now: number): Plan<Action> {
  const { uid, generation } = object.metadata;
  const id = shortHash([uid, generation]);
  if (seen.directives.deleting) {
    const change = { action: "Delete", id, reason: "ObjectDeleted", changes: [] } as const;
    return { change, agenda: [removal(seen)], conditions: [] };
  }
  const answer = upkeep(object, seen, now);
  const { agenda, change, conditions = [], checkInMs } = answer;
  const check = checkInMs === undefined ? {} : { checkInMs };
  const plan: Plan<Action> = { change: { ...change, id }, agenda, conditions, ...check };
  if (answer.finished === undefined) return plan;
  const expiry = expiryOf(object, seen.directives, answer.finished.notBefore, now);
  switch (expiry.kind) {
    case "never":
      return plan;
    case "kept":
      return { ...plan, conditions: [...conditions, expiry.condition] };
    case "later":
      return { ...plan, checkInMs: expiry.checkInMs };
    case "due":
      return { ...plan, agenda: [expiry.act] };
  }
}

function upkeep(object: BatchJob, seen: Seen, now: number): Answer {
  const { recorded, job } = seen;
  if (recorded !== undefined) return withResult(object, recorded, job);
  switch (job.kind) {
    case "known":
      return follow(object, seen, job, now);
    case "unknown":
      return { agenda: [searching(job, checkingText(seen))], change: notSubmitted };
    case "forgotten":
      return unknownResult(
        `AWS has no job of the name ${seen.jobName}, which may have been submitted since ${timestamp(job.since)}: it would have forgotten one that has ended`,
        job.since,
      );
    case "queueGone":
      return unknownResult(
        `A job of the name ${seen.jobName} may have been submitted to queue ${job.queue} since ${timestamp(job.since)}, and AWS no longer has that queue, whose jobs it has ended`,
        job.since,
      );
    case "none":
      return submission(object, seen, { attempt: job.intent?.attempt ?? 1, intent: job.intent }, now);
    case "notFound":
      return submission(object, seen, { attempt: job.attempts + 1, intent: undefined }, now);
  }
}

const notSubmitted = { action: "Create", reason: "NotSubmitted", changes: [] } as const;
/** The status says since when. */
const longAgo = { notBefore: Number.NEGATIVE_INFINITY };
const inSync = { action: "None", reason: "InSync", changes: [] } as const;

/** There is a result. A second job is ended, and one that was cancelled before AWS showed it. */
function withResult(object: BatchJob, result: Result, job: JobSeen): Answer {
  const answer = ended(result);
  if (job.kind === "none") return answer;
  if (job.kind === "known" && job.isReported) return withDuplicates(answer, object, job);
  // Until AWS cannot show one any more, the object stays.
  const { finished: _stays, ...rest } = answer;
  const isLate = job.kind === "known" && job.record !== undefined && !hasEnded(job.record);
  const act = isLate ? ending(job.record, job.endedMsAgo, "cancel") : undefined;
  const agenda = act?.kind === "act" ? [act, ...answer.agenda] : answer.agenda;
  return { ...rest, agenda, checkInMs: duplicatesCheckMs };
}

function ended(result: Result): Answer {
  const change = { action: "None", reason: "JobEnded", changes: [] } as const;
  const { message } = result;
  if (result.kind === "complete") {
    const serves: Serves = { kind: "serves", reason: "Succeeded", message };
    return {
      agenda: [serves],
      change,
      conditions: [{ type: "Complete", status: "True", reason: "Succeeded", message }],
      finished: longAgo,
    };
  }
  const { reason } = result;
  return {
    agenda: [{ kind: "blocked", reason, message }],
    change,
    conditions: [{ type: "Failed", status: "True", reason, message }],
    finished: longAgo,
  };
}

/** @param since wall time (ms) before which the job was not submitted */
function unknownResult(why: string, since: number): Answer {
  const message = `${why}. Whether it succeeded is unknown, and it is not submitted again: check what it was to produce. To run it again, delete this object and create it again`;
  const blocked: Blocked = { kind: "blocked", reason: "ResultUnknown", message };
  return {
    agenda: [blocked],
    change: { action: "None", reason: "ResultUnknown", changes: [] },
    finished: { notBefore: since + forgottenAfterMs },
  };
}

/** There is a job: it is ended where that is asked for, and followed. */
function follow(object: BatchJob, seen: Seen, job: KnownJob, now: number): Answer {
  const { record } = job;
  if (record === undefined || !isShown(job)) return notShown(object, job, now);
  if (job.listsMore) {
    const { reason, message } = statusText(lastShown(object, record.jobId) ?? "RUNNING", record.jobId);
    return { agenda: [{ kind: "wait", reason, message, checkInMs: searchAgainMs }], change: inSync };
  }
  const result = resultOf(record, job.failedChildren, object.spec.cancel === true);
  if (result !== undefined) return withDuplicates(ended(result), object, job);
  if (object.spec.cancel === true) return withDuplicates(cancelled(record, job), object, job);
  const tags = retagged(object, seen, record, job);
  return withDuplicates(tags ?? { agenda: [progress(object, record, job)], change: inSync }, object, job);
}

/** An ended job is final, even if AWS leaves it out of an answer. */
function isShown({ record, missingForMs = 0 }: KnownJob): boolean {
  return missingForMs < missingCheckMs || (record !== undefined && hasEnded(record));
}

function notShown(object: BatchJob, job: KnownJob, now: number): Answer {
  const { jobId } = job;
  // A process before this one may have missed it for long enough.
  if (mayBeForgotten(job.notBefore, now) && (isUnknown(object) || !isShown(job))) {
    return unknownResult(
      `AWS does not show job ${jobId}, and may have forgotten it: it keeps jobs for a week after their end`,
      job.notBefore,
    );
  }
  const { reason, message } = isShown(job)
    ? statusText(lastShown(object, jobId) ?? "SUBMITTED", jobId)
    : ({ reason: "JobNotShown", message: `AWS does not show job ${jobId} at this moment` } as const);
  return { agenda: [{ kind: "wait", reason, message, checkInMs: missingCheckMs }], change: inSync };
}

function cancelled(record: JobRecord, { endedMsAgo }: KnownJob): Answer {
  const change = { action: "Delete", reason: "CancelRequested", changes: [] } as const;
  return { agenda: [ending(record, endedMsAgo, "cancel")], change };
}

function retagged({ spec }: BatchJob, seen: Seen, record: JobRecord, { taggedMsAgo }: KnownJob): Answer | undefined {
  const { jobArn, tags } = record;
  // AWS may not show yet what was just written.
  const isFresh = taggedMsAgo !== undefined && taggedMsAgo < shownForSureMs;
  if (jobArn === undefined || isFresh) return undefined;
  const change = tagChange(spec.tags, ownerTags(seen.identity), tags, seen.settings.ignoreTagKeys);
  if (change === undefined) return undefined;
  const act: Act<Action> = {
    kind: "act",
    action: { kind: "tag", jobArn, change },
    reason: "Tagging",
    message: `tags of job ${record.jobId} differ`,
  };
  return { agenda: [act], change: { action: "UpdateTags", reason: "TagsDiffer", changes: tagFieldChanges(change) } };
}

/** The status is that which is shown, so that a job that goes to and fro costs no writes. */
function progress(object: BatchJob, record: JobRecord, { mayHaveDuplicates, missingForMs, queueSays }: KnownJob): Wait {
  const { reason, message } = statusText(shownStatus(object, record), record.jobId, whyItWaits(record, queueSays));
  const checks = [
    ...(mayHaveDuplicates ? [duplicatesCheckMs] : []),
    ...(missingForMs === undefined ? [] : [missingCheckMs]),
  ];
  const check = checks.length === 0 ? {} : { checkInMs: Math.min(...checks) };
  return { kind: "wait", reason, message, ...check };
}

/**
 * A second job is ended while it has not started; of two that have, a person decides. `cancel` ends both. The object stays
 * until there is one.
 */
function withDuplicates(answer: Answer, { spec }: BatchJob, job: KnownJob): Answer {
  const { duplicates, jobId, endedMsAgo } = job;
  const isCancelled = spec.cancel === true;
  const acts = duplicates.flatMap((one) => {
    if (isCancelled) return ending(one, endedMsAgo, "cancel");
    return hasStarted(one) ? [] : (endingSecond(one, endedMsAgo, jobId) ?? []);
  });
  const [act] = acts.filter(({ kind }) => kind === "act");
  const started = duplicates.find((one) => isCancelled || hasStarted(one));
  if (started === undefined) return act === undefined ? answer : { ...answer, agenda: [act, ...answer.agenda] };
  const { finished: _stays, ...rest } = answer;
  const next = isCancelled
    ? "Both are ended, because spec.cancel is true"
    : `End the one that is not needed: ${shell`aws batch terminate-job --job-id ${started.jobId} --reason duplicate`}`;
  const message = `AWS runs two jobs of this object, because it accepted a request late: ${jobId}, which is followed, and ${started.jobId}. ${next}`;
  const condition: ConditionDraft = { type: "SubmittedOnce", status: "False", reason: "DuplicateSubmission", message };
  return {
    ...rest,
    agenda: [...(act === undefined ? [] : [act]), ...answer.agenda],
    conditions: [...(answer.conditions ?? []), condition],
    checkInMs: duplicatesCheckMs,
  };
}

function hasStarted({ status }: Pick<JobRecord, "status">): boolean {
  return status === "STARTING" || status === "RUNNING";
}

function checkingText({ jobName }: Pick<Seen, "jobName">): string {
  const seconds = submissionUnknownForMs / 1000;
  return `it is unknown whether AWS accepted an earlier request: searching for a job of the name ${jobName}; when AWS has shown none for ${seconds} s, the job is submitted again`;
}

/** A request, and the note on the object under which it may be sent; undefined: none that has not been used. */
interface Request {
  readonly attempt: number;
  readonly intent: Intent | undefined;
}

function submission(object: BatchJob, seen: Seen, { attempt, intent }: Request, now: number): Answer {
  const { spec } = object;
  if (spec.cancel === true) {
    const isCertain = seen.job.kind === "none";
    const message = isCertain ? "cancelled before it was submitted" : "cancelled, and AWS shows no job of this object";
    return withResult(object, { kind: "failed", reason: "JobCancelled", message }, seen.job);
  }
  if (spec.suspend === true) {
    const message = "spec.suspend is true: the job is not submitted. Set it to false to submit it";
    return {
      agenda: [{ kind: "wait", reason: "Suspended", message }],
      change: notSubmitted,
      conditions: [{ type: "Suspended", status: "True", reason: "Suspended", message }],
    };
  }
  const held = dependencyHold(seen.dependencies);
  if (held !== undefined) return held;
  const { queue, definition, consumables } = seen;
  if (queue.kind !== "resolved") return unresolved(queue);
  if (definition.kind !== "resolved") return unresolved(definition);
  if (consumables.kind !== "resolved") return unresolved(consumables);
  if (seen.namedJobHold !== undefined) return namedJobHeld(seen.namedJobHold);
  const message = `submitting ${seen.jobName} to ${queue.name} with ${definition.value}`;
  const isNoted = intent?.queue === queue.name && Math.abs(now - intent.at) < noteUsedForMs;
  const action: Action = isNoted
    ? {
        kind: "submit",
        attempt,
        request: requestOf(
          { ...object, spec: { ...spec, ...consumables.overrides } },
          seen,
          queue.value,
          definition.value,
        ),
      }
    : { kind: "intend", attempt, queue: queue.name };
  return { agenda: [{ kind: "act", action, reason: "Submitting", message }], change: notSubmitted };
}

function dependencyHold(dependencies: readonly DependencySeen[]): Answer | undefined {
  for (const one of dependencies) {
    if (one.kind !== "failed") continue;
    const message = `BatchJob ${one.name}, on which this job depends, failed: ${one.why}`;
    return ended({ kind: "failed", reason: "DependencyFailed", message });
  }
  for (const one of dependencies) {
    if (one.kind !== "cycle") continue;
    const message = `BatchJobs depend on each other in a circle: ${circleText(one.circle)}. Delete one of them, and create it without that dependency`;
    return { agenda: [{ kind: "blocked", reason: "DependencyCycle", message }], change: notSubmitted };
  }
  for (const one of dependencies) {
    if (one.kind === "unknown") {
      const message = `the result of BatchJob ${one.name}, on which this job depends, is unknown. Delete that job and create it again, or this one and create it without that dependency`;
      return { agenda: [{ kind: "blocked", reason: "DependencyUnknown", message }], change: notSubmitted };
    }
    if (one.kind === "missing") {
      return unresolved({ kind: "waiting", reason: "ReferenceNotFound", message: missing(one.name) });
    }
    if (one.kind === "notShown") {
      const message = `AWS does not show job ${one.jobId} of BatchJob ${one.name}, on which this job depends, at this moment, and may have forgotten it`;
      const wait: Wait = { kind: "wait", reason: "JobNotShown", message, checkInMs: unwatchedCheckMs };
      return { agenda: [wait], change: notSubmitted };
    }
    if (one.kind === "waiting") {
      const message = `waiting until BatchJob ${one.name}, on which this job depends, is submitted`;
      return { agenda: [{ kind: "wait", reason: "WaitingForJob", message }], change: notSubmitted };
    }
  }
  return undefined;
}

function namedJobHeld(hold: NamedJobHold): Answer {
  const { jobId } = hold;
  if (hold.kind === "notOurs") {
    const message = `job ${jobId}, on which this job depends, does not belong to a BatchJob of this namespace: delete this object and create it again without that dependency, or ask the operator's administrator for --allow-foreign-dependencies`;
    return unresolved({ kind: "refused", reason: "ReferenceNotAllowed", message });
  }
  const message = `AWS does not show job ${jobId}, on which this job depends, so it is unknown whether it is of this namespace: there is no such job, or AWS has forgotten it. Delete this object and create it again without that dependency`;
  const { checkInMs } = hold;
  const wait: Wait = { kind: "wait", reason: "JobNotShown", message, checkInMs, stallsAfterMs: marks.missingStallsMs };
  return { agenda: [wait], change: notSubmitted };
}

function missing(name: string): string {
  return `there is no BatchJob ${name}, on which this job depends: create it, or delete this object and create it again with another`;
}

function unresolved(held: Held): Answer {
  const { message } = held;
  const step: Step<Action> =
    held.kind === "refused"
      ? { kind: "blocked", reason: held.reason, message, checkInMs: unwatchedCheckMs }
      : {
          kind: "wait",
          reason: held.reason,
          message,
          checkInMs: held.checkInMs ?? unwatchedCheckMs,
          stallsAfterMs: marks.missingStallsMs,
        };
  return { agenda: [step], change: notSubmitted };
}
