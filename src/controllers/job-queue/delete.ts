/** Deletes a queue without terminating a job: disable, drain, delete. Pure. */

import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import type { Step } from "../agenda.ts";
import { confirming } from "../compute-environment/delete.ts";
import { drainCheckMs, settleCheckMs, shownWithinMs, terminateAgainMs, uncountedCheckMs } from "../intervals.ts";
import { ownershipOf, retainedMark } from "../ownership.ts";
import { orderOf } from "../queue-order.ts";
import { releaseTags } from "../tags.ts";
import { keptForOtherCluster } from "../wording.ts";
import type { Action } from "./action.ts";
import { withPolicy } from "./diff.ts";
import { anyServing } from "./order.ts";
import type { Seen } from "./seen.ts";

export function deleted(object: JobQueue, seen: Seen, now: number): Step<Action> {
  const { queue, queueName: name } = seen;
  if (queue === undefined) {
    return seen.absent
      ? { kind: "release", reason: "Deleted", message: `${name} no longer exists in AWS` }
      : confirming;
  }
  const ownership = ownershipOf(queue.tags, seen.identity);
  if (ownership.kind === "otherCluster") {
    return {
      kind: "blocked",
      reason: "OwnedByOtherCluster",
      message: keptForOtherCluster(name, ownership, "deleted"),
    };
  }
  if (ownership.kind !== "ours") {
    // An adoption that got no answer may have made it ours.
    if (!seen.isSettled) return confirming;
    return {
      kind: "release",
      reason: "Released",
      message: `${name} is not managed by this object and stays unchanged`,
    };
  }
  if (seen.directives.retain) {
    const change = releaseTags(queue.tags, retainedMark(seen.identity));
    return {
      kind: "act",
      action: { kind: "tag", purpose: "retain", name, arn: queue.jobQueueArn, change },
      reason: "Retaining",
      message: `${name} stays in AWS (deletionPolicy: Retain)`,
    };
  }
  if (queue.status === "DELETING") return { kind: "wait", reason: "Deleting", message: `${name} is being deleted` };
  if (queue.status === "CREATING" || queue.status === "UPDATING") {
    return { kind: "wait", reason: "Disabling", message: `${name} is ${queue.status}` };
  }
  if (queue.state !== "DISABLED") {
    const request = withPolicy({ jobQueue: name, state: "DISABLED" }, queue);
    const message = `${name} takes no new jobs from now on`;
    return {
      kind: "act",
      action: { kind: "disable", name, request },
      reason: "Disabling",
      message,
    };
  }
  return drain(object, seen, now) ?? remove(name);
}

/** AWS ends every job that is left in a deleted queue, so here every unfinished job counts. */
function drain(object: JobQueue, seen: Seen, now: number): Step<Action> | undefined {
  const { jobs, queueName: name } = seen;
  const wait = (message: string, checkInMs: number): Step<Action> => ({
    kind: "wait",
    reason: "Draining",
    message,
    checkInMs,
  });
  if (jobs === undefined) return wait(`the jobs of ${name} are being counted`, settleCheckMs);
  if (jobs.kind === "unread")
    return wait(`the jobs of ${name} cannot be counted, so it is kept: ${jobs.why}`, uncountedCheckMs);
  if (jobs.remaining.length === 0) {
    // A disabled queue takes no jobs, so the two counts need only lie as far apart as AWS may answer late.
    const rest = shownWithinMs - (jobs.zeroForMs ?? 0);
    return rest <= 0 ? undefined : wait(`no job is left in ${name}; counted once more`, rest);
  }
  const { drain: policy } = object.spec;
  const count = `${jobs.remaining.length} ${jobs.remaining.length === 1 ? "job" : "jobs"}`;
  if (policy?.policy !== "Terminate") {
    const order = orderOf(seen.queue);
    const cannotStart = anyServing(order, seen)
      ? ""
      : `. None of ${order.join(", ")} is ENABLED and VALID, so jobs that have not started never will: fix that environment, cancel the jobs, or set drain.policy: Terminate`;
    return wait(
      `${name} waits for ${count} to end; no job is terminated (drain.policy: Wait)${cannotStart}`,
      drainCheckMs,
    );
  }
  const endsAt = Date.parse(object.metadata.deletionTimestamp ?? "") + (policy.timeoutSeconds ?? 0) * 1000;
  if (Number.isNaN(endsAt) || now < endsAt) {
    const rest = Number.isNaN(endsAt) ? drainCheckMs : Math.min(drainCheckMs, endsAt - now);
    return wait(`${name} waits for ${count} to end, and terminates them at drain.timeoutSeconds`, rest);
  }
  const again = (jobs.terminatedAt ?? now - terminateAgainMs) + terminateAgainMs - now;
  if (again > 0)
    return wait(`${count} in ${name} ${jobs.remaining.length === 1 ? "is" : "are"} being terminated`, again);
  return {
    kind: "act",
    action: { kind: "terminateJobs", name, jobIds: jobs.remaining.map((job) => job.jobId).sort() },
    reason: "Terminating",
    message: `terminating ${count} in ${name} that ran past drain.timeoutSeconds (drain.policy: Terminate)`,
  };
}

function remove(name: string): Step<Action> {
  const message = `${name} is empty: deleting it`;
  return { kind: "act", action: { kind: "delete", name }, reason: "Deleting", message };
}
