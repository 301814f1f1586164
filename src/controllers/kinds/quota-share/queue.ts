/** The queue of a quota share: whether the share may be in it, and what it lacks for that. Pure. */

import type { QuotaShareSpec } from "../../../api/v1alpha1/quota-share.ts";
import { hasServiceJobs } from "../../../aws/service-jobs.ts";
import { marks, unwatchedCheckMs } from "../../intervals.ts";
import { identityText } from "../../ownership/ownership.ts";
import type { Blocked, ConditionDraft, Wait } from "../../pass/agenda.ts";
import type { QueueSeen, Seen } from "./seen.ts";

/** Why nothing is written to a share: the queue is none that it may be in. */
export function barred({ queue, name }: Seen): Wait | Blocked | undefined {
  if (queue?.kind === "refused") {
    return { kind: "blocked", reason: queue.reason, message: queue.message, checkInMs: unwatchedCheckMs };
  }
  if (queue?.kind === "waiting") {
    return { kind: "wait", reason: queue.reason, message: queue.message, stallsAfterMs: marks.missingStallsMs };
  }
  if (queue === undefined || name.startsWith(`${queue.queue.jobQueueName}/`)) return undefined;
  return {
    kind: "blocked",
    reason: "QueueFixed",
    message: `${name} was made in a queue that ${queue.called} is not: that is ${queue.queue.jobQueueName} now. Give the queue its name back, or create another object`,
  };
}

/** What a new share waits for. */
export function lacking({ queue }: Seen): Wait | Blocked | undefined {
  if (queue?.kind !== "queue") return undefined;
  const { called, isLeaving } = queue;
  const { status } = queue.queue;
  const waits = (message: string): Wait => {
    return { kind: "wait", reason: "WaitingForQueue", message, stallsAfterMs: marks.missingStallsMs };
  };
  if (isLeaving) return waits(`${called} is being deleted, and takes no new quota share`);
  const flaw = flawOf(queue);
  if (flaw !== undefined) {
    const message = `${called} ${flaw}: AWS takes quota shares only in queues of type SAGEMAKER_TRAINING with a quotaSharePolicy and a service environment with limits by instance type`;
    return { kind: "blocked", reason: "QueueUnsuited", message, checkInMs: unwatchedCheckMs };
  }
  return status === "VALID" ? undefined : waits(`${called} is ${status ?? "not VALID"}, and takes no quota share`);
}

/** Why AWS would refuse a share in the queue, as far as is known. */
function flawOf({ queue, policy, service }: QueueSeen): string | undefined {
  if (!hasServiceJobs(queue)) return "is not of type SAGEMAKER_TRAINING";
  if (queue.schedulingPolicyArn === undefined) return "has no scheduling policy";
  if (policy !== undefined && policy.quotaSharePolicy === undefined) return "has a policy without quotaSharePolicy";
  const isCounted = service?.capacityLimits?.some(({ capacityUnit }) => capacityUnit === "NUM_INSTANCES") === true;
  return isCounted ? "has a service environment with a limit in NUM_INSTANCES" : undefined;
}

/** Undefined in deletion. */
export function referencesCondition({ queue, identity }: Seen): ConditionDraft | undefined {
  const type = "ReferencesResolved";
  if (queue === undefined) return undefined;
  if (queue.kind !== "queue" && queue.reason !== "WaitingForQueue") {
    return { type, status: "False", reason: queue.reason, message: queue.message };
  }
  return { type, status: "True", reason: "Resolved", message: `the queue of ${identityText(identity)} exists` };
}

/** As a request names it. */
export function queueNameOf({ queue }: Seen, { jobQueue = "" }: QuotaShareSpec): string {
  return queue?.kind === "queue" ? queue.queue.jobQueueName : jobQueue;
}
