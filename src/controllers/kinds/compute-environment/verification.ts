/**
 * A job proves a new environment before any queue names it (`replacement.verify`). Pure.
 *
 *     own queue ── job ── SUCCEEDED: tag on the environment ── the queues follow; the own queue is removed
 *                   └─ FAILED, or not in time: tag on it and on what serves ── Stalled; an hour later it is removed
 *
 * Each step follows from the queue, its job and the tags, so it goes on after a crash where it was.
 */

import { verifySecondsDefault } from "../../../api/v1alpha1/batch-compute-environment-rules.ts";
import type { Environment } from "../../../aws/batch.ts";
import { hasEnded, type JobRecord } from "../../../aws/job-record.ts";
import { shell } from "../../../runtime/shell.ts";
import { orderOf } from "../../draining/queue-order.ts";
import { isRetired } from "../../draining/retired.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import {
  clocksDifferMs,
  marks,
  settleCheckMs,
  terminateAgainMs,
  unwatchedCheckMs,
  verificationCheckMs,
  verificationKeptMs,
} from "../../intervals.ts";
import { verificationTag } from "../../ownership/ownership.ts";
import type { Act, Blocked, Step, StepCondition, Wait } from "../../pass/agenda.ts";
import { approvedBy } from "../../pass/approval.ts";
import { timestamp } from "../../pass/conditions.ts";
import { withoutRequestIds } from "../../wording.ts";
import { type Action, tagOne } from "./action.ts";
import { type Context, sideBySide } from "./context.ts";
import type { EffectiveSpec } from "./image-updates.ts";
import { retirement } from "./retire.ts";
import type { FailedVerification, Seen } from "./seen.ts";
import { momentOf } from "./timestamps.ts";
import { isProven, type Verdict, verdictOf, verdictText } from "./verdict.ts";
import {
  queueQuota,
  queueRemoval,
  verificationQueue,
  verificationQueueName,
  verifyingJobs,
} from "./verification-queue.ts";

const retiring: StepCondition = { type: "Retiring", status: "True" };

/** What decides about an attempt. */
export type Verifying = Pick<Context, "spec" | "ours"> & {
  readonly seen: Pick<Seen, "planId" | "directives"> & {
    readonly verification: Pick<Seen["verification"], "definition">;
  };
};

/** The steps of the target until it is proven. */
export function verified(context: Context): readonly Step<Action>[] {
  const { spec, set } = context;
  const { target } = set;
  if (target === undefined || isProven(spec, target)) return [];
  const name = target.computeEnvironmentName;
  if (spec.state === "DISABLED") {
    if (set.predecessors.every(isRetired)) return [];
    const message = `${name} is VALID and DISABLED, as the spec says; it is verified, and the queues follow, when spec.state is ENABLED`;
    return [{ kind: "wait", reason: "Verifying", message }];
  }
  const failure = failureInForce(context);
  if (failure !== undefined) return failed(context, target, failure);
  const hindrance = verificationHindrance(context);
  if (hindrance !== undefined) return [hindrance];
  if (target.state !== "ENABLED") {
    const message = `${name} was disabled outside the spec, so it cannot be verified. Enable it in AWS, or set spec.state: ENABLED`;
    return [{ kind: "wait", reason: "TargetDisabled", message, stallsAfterMs: marks.missingStallsMs }];
  }
  return [nextOf(context, target)];
}

function nextOf(context: Context, target: Environment): Step<Action> {
  const { spec, seen, now } = context;
  const { verification } = seen;
  const name = target.computeEnvironmentName;
  const own = verification.queues.get(name);
  const queueName = verificationQueueName(name);
  const reason = "Verifying";
  const wait = (message: string, checkInMs?: number): Wait => {
    return { kind: "wait", reason, message, ...(checkInMs === undefined ? {} : { checkInMs }) };
  };
  const act = (call: Extract<Action, { kind: "verification" }>["call"], message: string): Step<Action> => {
    return { kind: "act", action: { kind: "verification", name, call }, reason, message };
  };
  if (own === undefined && verification.taken.has(name)) {
    const message = `${name} is to be verified in queue ${queueName}, which is not the operator's. Delete that queue`;
    return { kind: "blocked", reason: "Conflict", message, checkInMs: unwatchedCheckMs };
  }
  if (own === undefined) {
    const message = `queue ${queueName} is being created, in which ${name} is to be verified`;
    if (!verification.absent.has(name)) return { ...wait(message, settleCheckMs), until: { kind: "listing" } };
    return act({ kind: "createQueue", request: verificationQueue(target, seen.identity) }, message);
  }
  const { queue, job } = own;
  // Somebody has disabled it, or has it run jobs elsewhere: it is made once more.
  if (queue.state !== "ENABLED" || queue.status === "DELETING" || orderOf(queue).join() !== name) {
    const removal = queueRemoval(seen, name, now);
    if (removal !== undefined) return removal.kind === "wait" ? { ...removal, reason } : removal;
  }
  if (queue.status !== "VALID")
    return wait(`queue ${queueName}, in which ${name} is to be verified, is ${queue.status ?? "not VALID"}`);
  if (job?.kind === "unread") return wait(`the job that verifies ${name} cannot be read: ${job.why}`, unwatchedCheckMs);
  const { definition } = verification;
  const revision = definition?.kind === "resolved" ? definition.value : "";
  if (job === undefined) {
    const attempts = spec.replacement?.verify?.attempts ?? 1;
    const request = {
      jobName: jobNameOf(context, name),
      jobQueue: queueName,
      jobDefinition: revision,
      retryStrategy: { attempts },
      tags: { ...verificationQueue(target, seen.identity).tags },
    };
    return act({ kind: "submitJob", request }, `a job of ${revision} is being submitted, which verifies ${name}`);
  }
  const { record, knownForMs, endedMsAgo } = job;
  if (record === undefined) return wait(`the job that verifies ${name} was submitted`, verificationCheckMs);
  if (hasEnded(record)) return judged(context, target, record);
  const seconds = spec.replacement?.verify?.timeoutSeconds ?? verifySecondsDefault;
  // AWS's clock is not ours: its time counts only for a process that came later.
  const waitedMs = Math.max(knownForMs, now - (record.createdAt ?? now) - clocksDifferMs);
  const restMs = seconds * 1000 - waitedMs;
  const what = `job ${record.jobId} of ${revision} verifies ${name} and is ${record.status}`;
  if (restMs > 0)
    return wait(`${what}; it has to succeed before a queue names ${name}`, Math.min(verificationCheckMs, restMs));
  if (endedMsAgo !== undefined && endedMsAgo < terminateAgainMs)
    return wait(`${what}, and is being terminated`, verificationCheckMs);
  const cause = `it had not succeeded ${seconds} s after its submission (replacement.verify.timeoutSeconds)`;
  return act({ kind: "endJobs", jobIds: [record.jobId], reason: cause }, `${what}; it is terminated: ${cause}`);
}

/** Writes down on the environment what came of its job. */
function judged({ spec, seen, now }: Context, target: Environment, record: JobRecord): Step<Action> {
  const { computeEnvironmentName: name } = target;
  const { jobId, status } = record;
  const verdict = { at: timestamp(now), key: keyOf({ spec, seen }), jobId };
  const written = (kind: Verdict["kind"], cause: string): Readonly<Record<string, string>> => {
    return { [verificationTag]: verdictText({ ...verdict, kind, cause }) };
  };
  if (status === "SUCCEEDED") {
    const action = tagOne("verified", target, written("Succeeded", ""));
    return { kind: "act", action, reason: "Verifying", message: `job ${jobId} succeeded on ${name}` };
  }
  const cause = endOf(record);
  const action = tagOne("verificationFailed", target, written("Failed", cause));
  return { kind: "act", action, reason: "Verifying", message: `job ${jobId} did not succeed on ${name}: ${cause}` };
}

/** How a job ended, in AWS's words. */
function endOf({ exitCode, reason, statusReason, status }: JobRecord): string {
  const words = [reason, statusReason].filter((text) => text !== undefined && text !== "");
  const code = exitCode === undefined ? [] : [`exit code ${exitCode}`];
  const all = [...new Set(words.map((text) => withoutRequestIds(text ?? ""))), ...code];
  return all.length === 0 ? status : all.join(": ");
}

/** The last failure for what is to be verified now, unless a person has approved another attempt. */
export function failureInForce(verifying: Verifying): Verdict | undefined {
  const last = lastFailure(verifying);
  return last === undefined || isApproved(verifying, last) ? undefined : last;
}

function lastFailure({ spec, seen, ours }: Verifying): Verdict | undefined {
  if (spec.replacement?.verify === undefined) return undefined;
  const key = keyOf({ spec, seen });
  const failures = ours
    .flatMap((one) => verdictOf(one) ?? [])
    .filter((one) => one.kind !== "Succeeded" && one.key === key);
  return failures.toSorted((left, right) => momentOf(right.at) - momentOf(left.at))[0];
}

function isApproved({ seen }: Verifying, failure: Verdict): boolean {
  return seen.directives.approved === approvalOf(seen, failure);
}

/** What `awsbatch.dev/approve` must say for another attempt. It names the moment of the failure: the annotation stays. */
function approvalOf({ planId }: Pick<Seen, "planId">, { at }: Verdict): string {
  return `${planId}/Verify@${at}`;
}

/** Hash of what is verified: the plan, the version of the launch templates, and the revision of the job. */
function keyOf({ spec, seen }: { readonly spec: EffectiveSpec; readonly seen: Verifying["seen"] }): string {
  const { definition } = seen.verification;
  return shortHash([
    seen.planId,
    spec.templates?.version,
    definition?.kind === "resolved" ? definition.value : undefined,
  ]);
}

/** The name of the job of the present attempt: what AWS shows under it was submitted for this very attempt. */
export function jobNameOf(verifying: Verifying, environment: string): string {
  return `${verifyingJobs}${shortHash([environment, keyOf(verifying), lastFailure(verifying)?.at])}`;
}

/** What keeps a job from being submitted; nothing is created before that is clear. */
export function verificationHindrance({ spec, seen }: Pick<Context, "spec" | "seen">): Wait | Blocked | undefined {
  const { definition, queues, queuesInRegion } = seen.verification;
  if (spec.replacement?.verify === undefined || definition === undefined) return undefined;
  if (definition.kind === "refused") {
    const { reason, message } = definition;
    return { kind: "blocked", reason, message: `spec.replacement.verify: ${message}`, checkInMs: unwatchedCheckMs };
  }
  if (definition.kind === "waiting") {
    const { reason, message, checkInMs = unwatchedCheckMs } = definition;
    return {
      kind: "wait",
      reason,
      message: `spec.replacement.verify: ${message}`,
      checkInMs,
      stallsAfterMs: marks.missingStallsMs,
    };
  }
  if (queues.size > 0 || queuesInRegion < queueQuota) return undefined;
  return {
    kind: "blocked",
    reason: "QuotaExceeded",
    message: `all ${queueQuota} job queues that AWS allows in a region exist, and spec.replacement.verify needs one for the time of the verification. Delete one that is not needed`,
    checkInMs: unwatchedCheckMs,
  };
}

/** Without a target that could be verified again: no other one is created. */
export function failedBefore(context: Context): Blocked | undefined {
  const failure = failureInForce(context);
  return failure === undefined ? undefined : blockedBy(context, failure);
}

function failed(context: Context, target: Environment, failure: Verdict): readonly Step<Action>[] {
  const { spec, seen, now } = context;
  const name = target.computeEnvironmentName;
  const unnoted = noting(context, target, failure);
  if (unnoted !== undefined) return [unnoted];
  // Where nothing that is proven serves instead, nobody would know without it that it failed.
  if (inItsPlace(context).length === 0) return [blockedBy(context, failure, `${name} is kept`)];
  const keptUntil = momentOf(failure.at) + verificationKeptMs;
  if (now < keptUntil) {
    const blocked = blockedBy(context, failure, `${name} is kept until ${timestamp(keptUntil)}`);
    return [{ ...blocked, checkInMs: Math.min(unwatchedCheckMs, keptUntil - now) }];
  }
  const { next } = retirement(spec, seen, target, now);
  const leaving = sideBySide([next]).filter((step) => step.kind === "act");
  return [...leaving.map((step) => ({ ...step, conditions: [retiring] })), blockedBy(context, failure)];
}

/** What goes on to serve: a note on what is not proven would make it so. */
function inItsPlace({ spec, set }: Context): readonly Environment[] {
  return set.predecessors.filter((one) => !isRetired(one) && one.status !== "DELETING" && isProven(spec, one));
}

/** The failure is also noted on what goes on to serve: the one that failed does not stay. Undefined: it is. */
function noting(context: Context, target: Environment, failure: Verdict): Step<Action> | undefined {
  const due = [target, ...inItsPlace(context)].map(
    (one) => [one, one === target ? "Failed" : "SuccessorFailed"] as const,
  );
  const items = due.flatMap(([one, kind]) => {
    const noted = verdictOf(one);
    // An approval names the moment: the note of an attempt before would let another one be created.
    if (noted?.kind === kind && noted.key === failure.key && noted.at === failure.at) return [];
    const change = { set: { [verificationTag]: verdictText({ ...failure, kind }) }, remove: [] };
    return [{ name: one.computeEnvironmentName, arn: one.computeEnvironmentArn, change }];
  });
  if (items.length === 0) return undefined;
  const message = `noting that job ${failure.jobId} did not succeed on ${target.computeEnvironmentName}`;
  return { kind: "act", action: { kind: "tag", purpose: "verificationNoted", items }, reason: "Verifying", message };
}

const longestLine = 160;

/** What the job logged at last, as the end of a clause. */
function logOf({ lastLines }: FailedVerification): string {
  if ("kind" in lastLines) return `; its log cannot be read (${lastLines.why})`;
  const lines = lastLines.map((line) => JSON.stringify(line.slice(0, longestLine)));
  return lines.length === 0 ? "" : `; it logged at last ${lines.join(", ")}`;
}

function blockedBy({ seen }: Context, failure: Verdict, kept?: string): Blocked {
  const { until, annotation } = approvedBy(approvalOf(seen, failure), seen.directives.approved);
  const { jobId, cause } = failure;
  const { failed } = seen.verification;
  const why = failed === undefined ? cause : `${endOf(failed.record)}${logOf(failed)}`;
  const stays = kept === undefined ? "" : `; ${kept}, for diagnosis`;
  return {
    kind: "blocked",
    reason: "VerificationFailed",
    until,
    message: `job ${jobId} did not succeed on the new environment: ${why}. No queue was handed over${stays}. ${shell`aws-batch-operator logs ${jobId}`} prints its log. Fix the cause and change the spec or the job definition, or set ${annotation} for another attempt`,
    checkInMs: unwatchedCheckMs,
  };
}

/** The queues that are not needed any more, side by side with everything else. */
export function queuesRemoved(context: Context): readonly (Act<Action> | Wait)[] {
  return unneeded(context).flatMap((name) => {
    const step = queueRemoval(context.seen, name, context.now);
    return step === undefined ? [] : [{ ...step, holds: "nothing" as const }];
  });
}

function unneeded(context: Context): readonly string[] {
  const { spec, seen, set } = context;
  const { target } = set;
  const isNeeded = (name: string): boolean =>
    name === target?.computeEnvironmentName && !isProven(spec, target) && failureInForce(context) === undefined;
  return [...seen.verification.queues.keys()].filter((name) => !isNeeded(name));
}
