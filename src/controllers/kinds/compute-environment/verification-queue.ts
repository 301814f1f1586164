/**
 * The operator's own queue in which one environment is verified: no object has it, and nothing refers to it. Once it is not
 * needed it goes as every queue does: disabled, empty, deleted. Pure.
 */

import { counted } from "../../../api/words.ts";
import type { CreateJobQueueRequest, Environment, Queue } from "../../../aws/batch.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { countingCheckMs, drainCheckMs, settleCheckMs, shownWithinMs, terminateAgainMs } from "../../intervals.ts";
import { clusterTag, clusterUidTag, type Identity, ownerIn, verifiesTag } from "../../ownership/ownership.ts";
import type { Step, Wait } from "../../pass/agenda.ts";
import type { Action } from "./action.ts";
import { inTransition } from "./environment-set.ts";
import type { Seen } from "./seen.ts";

const nameLimit = 128;
const suffix = "-verify";
/** What the names of the operator's jobs in it begin with. */
export const verifyingJobs = "verify-";

/** AWS allows so many in a region (AWS Batch User Guide, "Service quotas"). */
export const queueQuota = 50;

/** `<environment>-verify`; cut and hashed where that is too long. */
export function verificationQueueName(environment: string): string {
  if (environment.length + suffix.length <= nameLimit) return `${environment}${suffix}`;
  const hash = shortHash([environment]);
  return `${environment.slice(0, nameLimit - hash.length - suffix.length - 1)}-${hash}${suffix}`;
}

/** Why a job is ended whose queue is removed: it says nothing of the environment. */
export function endedWithQueue(environment: string): string {
  return `${environment} is not verified any more`;
}

/** Whether a name has the form of those of the operator's own queues. */
export function isVerificationQueueName(name: string): boolean {
  return name.endsWith(suffix);
}

/** Whether a queue with the name for an environment is the operator's own. */
export function verifies({ tags }: Queue, environment: string): boolean {
  return tags?.[verifiesTag] === environment && ownerIn(tags) === undefined;
}

export function verificationQueue(
  { computeEnvironmentName: name }: Environment,
  { cluster }: Identity,
): CreateJobQueueRequest {
  return {
    jobQueueName: verificationQueueName(name),
    state: "ENABLED",
    priority: 1,
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: name }],
    tags: { [clusterTag]: cluster.name, [clusterUidTag]: cluster.uid, [verifiesTag]: name },
  };
}

/** The next step until the queue of an environment is gone; undefined: it has none. */
export function queueRemoval({ verification }: Pick<Seen, "verification">, environment: string, now: number): Removal {
  const own = verification.queues.get(environment);
  if (own === undefined) return undefined;
  const { queue, jobs } = own;
  const { jobQueueName: name } = queue;
  const reason = "Disabling";
  const going = `queue ${name}, in which ${environment} was verified, is being removed`;
  const waits = (message: string, checkInMs: number): Wait => ({ kind: "wait", reason, message, checkInMs });
  if (inTransition(queue)) return { kind: "wait", reason, message: going };
  const act = (call: Extract<Action, { kind: "verification" }>["call"]): Removal => {
    return { kind: "act", action: { kind: "verification", name: environment, call }, reason, message: going };
  };
  if (queue.state !== "DISABLED") return act({ kind: "disableQueue", request: { jobQueue: name, state: "DISABLED" } });
  if (jobs === undefined) return waits(going, settleCheckMs);
  if (jobs.kind === "unread") return waits(`${going}, and its jobs cannot be counted: ${jobs.why}`, drainCheckMs);
  const { remaining, zeroForMs = 0, terminatedAt = Number.NEGATIVE_INFINITY } = jobs;
  if (remaining.length === 0) {
    const restMs = shownWithinMs - zeroForMs;
    return restMs > 0 ? waits(going, restMs) : act({ kind: "deleteQueue", queue: name });
  }
  const jobIds = remaining.flatMap(({ jobId, jobName }) => (jobName.startsWith(verifyingJobs) ? [jobId] : []));
  if (jobIds.length > 0 && terminatedAt + terminateAgainMs <= now) {
    return act({ kind: "endJobs", jobIds, reason: endedWithQueue(environment) });
  }
  const others = remaining.length - jobIds.length;
  if (others === 0) return waits(going, countingCheckMs);
  const theirs = `it waits for ${counted(others, "job")} in it that somebody else has submitted, and that the operator does not end`;
  return { kind: "wait", reason: "Draining", message: `${going}: ${theirs}`, checkInMs: drainCheckMs };
}

type Removal = Extract<Step<Action>, { readonly kind: "act" | "wait" }> | undefined;
