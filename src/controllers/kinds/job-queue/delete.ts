/** Deletes a queue without terminating a job: disable, drain, delete. Pure. */

import type { JobQueue } from "../../../api/v1alpha1/job-queue.ts";
import type { Queue } from "../../../aws/batch.ts";
import { drained, terminated } from "../../draining/drain.ts";
import { orderOf } from "../../draining/queue-order.ts";
import { laterMs, marks, othersCheckMs, shownWithinMs, uncountedCheckMs } from "../../intervals.ts";
import type { Step, Wait } from "../../pass/agenda.ts";
import { firstOf } from "../../wording.ts";
import { deletion } from "../resource/delete.ts";
import type { Action } from "./action.ts";
import { withPolicy } from "./fields.ts";
import { anyServing } from "./places.ts";
import type { Seen } from "./seen.ts";
import { serviceIdle } from "./service-order.ts";

export function deleted(object: JobQueue, seen: Seen, now: number): Step<Action> {
  return deletion(seen, (queue) => removed(object, seen, queue, now));
}

function removed(object: JobQueue, seen: Seen, queue: Queue, now: number): Step<Action> {
  const { name } = seen;
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
  const shared = sharesLeft(seen, now - Date.parse(object.metadata.deletionTimestamp ?? ""));
  if (shared !== undefined) return shared;
  return drain(object, seen, now) ?? remove(name);
}

/** Whether quota shares, and their jobs, would go with the queue is not documented. undefined: none is left. */
function sharesLeft({ name, shares }: Seen, goingForMs: number): Wait | undefined {
  if (shares === undefined) return undefined;
  if (shares.kind === "unread") {
    const message = `the operator cannot list the quota shares of ${name}, so it keeps the queue: ${shares.why}`;
    return { kind: "wait", reason: "Draining", message, checkInMs: laterMs(goingForMs, uncountedCheckMs) };
  }
  if (shares.names.length === 0) return undefined;
  return {
    kind: "wait",
    reason: "InUse",
    message: `${name} stays while it has the quota shares ${firstOf(shares.names)}: delete their objects, or those that have none in AWS`,
    stallsAfterMs: marks.inUseStallsMs,
    checkInMs: laterMs(goingForMs, othersCheckMs),
  };
}

/** AWS ends every job that is left in a deleted queue, so here every unfinished job counts. undefined: none is left. */
function drain({ spec, metadata }: JobQueue, seen: Seen, now: number): Step<Action> | undefined {
  const { jobs, name } = seen;
  const idle = idleText(seen);
  const hint =
    idle === undefined
      ? ""
      : `. ${idle}, so jobs that have not started never will: fix that environment, cancel the jobs, or set drain.policy: Terminate`;
  const since = Date.parse(metadata.deletionTimestamp ?? "");
  // A disabled queue takes no jobs, so the two counts need only lie as far apart as AWS may answer late.
  const what = { name, where: `in ${name}`, jobs, policy: spec.drain, since, emptyForMs: shownWithinMs, hint };
  const draining = drained(what, now);
  if (draining.kind === "empty") return undefined;
  if (draining.kind === "wait") return draining;
  const jobIds = draining.remaining.map(({ jobId }) => jobId);
  return terminated(what, draining, jobIds, now);
}

/** Why no job can start; undefined: one can, as far as is known. */
function idleText(seen: Seen): string | undefined {
  if (seen.service !== undefined) return serviceIdle(seen);
  const order = orderOf(seen.record);
  return anyServing(order, seen) ? undefined : `None of ${order.join(", ")} is ENABLED and VALID`;
}

function remove(name: string): Step<Action> {
  const message = `${name} is empty: deleting it`;
  return { kind: "act", action: { kind: "delete", name }, reason: "Deleting", message };
}
