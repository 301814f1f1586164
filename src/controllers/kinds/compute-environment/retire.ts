/** Taking one environment out of service without ending a job: disable, drain, delete. Pure. */

import type { BatchComputeEnvironmentSpec } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import { drained, jobsText, terminated, waits } from "../../draining/drain.ts";
import { namesOfUsers, type QueueUser, waysToFree } from "../../draining/queue-users.ts";
import { isRetired, settlesInMs } from "../../draining/retired.ts";
import { drainCheckMs, emptyForMs, laterMs, refusedRetryMs, settleCheckMs, uncountedCheckMs } from "../../intervals.ts";
import { retiredAtTag } from "../../ownership/ownership.ts";
import type { Step } from "../../pass/agenda.ts";
import { timestamp } from "../../pass/conditions.ts";
import { withoutRequestIds } from "../../wording.ts";
import { type Action, tagOne } from "./action.ts";
import { isOurs, queuesNaming } from "./checks.ts";
import { inTransition } from "./environment-set.ts";
import { retireRequest } from "./request.ts";
import { clusterName, type Seen } from "./seen.ts";
import { queueRemoval } from "./verification-queue.ts";

type Spec = BatchComputeEnvironmentSpec;

export type RetireStep = "InUse" | "Disabling" | "Draining" | "Deleting" | "DeleteFailed";

/** The step of an environment that is being retired, and what comes next. */
export interface Retirement {
  readonly step: RetireStep;
  readonly next: Step<Action>;
}

export function retirement(spec: Spec, seen: Seen, environment: Environment, now: number): Retirement {
  const name = environment.computeEnvironmentName;
  const queues = queuesNaming(seen, new Set([name]));
  if (queues.length > 0) {
    const users = queues.map(({ queue: { jobQueueName }, object }): QueueUser => {
      const state = object === undefined ? "onlyInAws" : object.deleting ? "leaving" : "byObject";
      return { name: jobQueueName, state };
    });
    const stays =
      isRetired(environment) && environment.state === "DISABLED" ? "is DISABLED and stays" : "stays in service";
    const uninvited = queues.filter(({ object }) => object?.mayUse === false).map(({ queue }) => queue.jobQueueName);
    const which = uninvited.length === 0 ? "" : ` (${uninvited.join(", ")} may not use it: spec.allowedNamespaces)`;
    const message = `${name} ${stays} while it is in the order of ${namesOfUsers(users)}${which}: ${waysToFree(users, `an order without ${name}`)}`;
    // An environment that takes jobs again needs a new mark before it is out of service.
    if (isRetired(environment) && environment.state === "ENABLED") {
      const action = tagOne("inUse", environment, {}, [retiredAtTag]);
      return { step: "InUse", next: { kind: "act", action, reason: "InUse", message } };
    }
    return { step: "InUse", next: { kind: "wait", reason: "InUse", message } };
  }
  if (environment.status === "DELETING") {
    return { step: "Deleting", next: { kind: "wait", reason: "Deleting", message: `${name} is being deleted` } };
  }
  const removal = queueRemoval(seen, name, now);
  if (removal !== undefined) return { step: "Disabling", next: removal };
  if (seen.mayBeNamed.has(name)) return { step: "Disabling", next: confirming(name, settleCheckMs) };
  if (!isRetired(environment)) return { step: "Disabling", next: mark(environment, now) };
  if (inTransition(environment)) {
    return { step: "Disabling", next: { kind: "wait", reason: "Disabling", message: `${name} is being disabled` } };
  }
  if (environment.state !== "DISABLED") return { step: "Disabling", next: disabling(seen, environment, now) };
  const draining = drain(spec, seen, environment, now);
  if (draining !== undefined) return { step: "Draining", next: draining };
  return held(seen, environment) ?? remove(seen, environment, now);
}

/** Disables what is marked once its mark has settled, and marks it again where the mark is too old. */
function disabling(seen: Seen, environment: Environment, now: number): Step<Action> {
  const name = environment.computeEnvironmentName;
  const isRefused = seen.refusals.has(`disable ${name}`);
  const settlesMs = settlesInMs(environment, seen.markShownForMs.get(name), now, isRefused);
  if (settlesMs === undefined) return mark(environment, now);
  // An INVALID one takes no jobs, and no order that was just written names it.
  const restMs = environment.status === "INVALID" ? 0 : settlesMs;
  if (restMs > 0) return confirming(name, restMs);
  const action: Action = { kind: "disable", name, request: retireRequest(environment) };
  return { kind: "act", action, reason: "Disabling", message: `${name} is taken out of service` };
}

/** A queue in DELETING gives no job to an environment any more, but AWS does not delete the environment before it. */
function held(seen: Seen, environment: Environment): Retirement | undefined {
  const name = environment.computeEnvironmentName;
  const leaving = seen.queues.find(({ queue, order }) => queue.status === "DELETING" && order.includes(name));
  if (leaving === undefined) return undefined;
  const message = `${name} is deleted when AWS has deleted queue ${leaving.queue.jobQueueName}`;
  return { step: "Deleting", next: { kind: "wait", reason: "Deleting", message } };
}

function confirming(name: string, checkInMs: number): Step<Action> {
  const message = `confirming that no queue references ${name}`;
  return { kind: "wait", reason: "Disabling", message, checkInMs, until: { kind: "listing" } };
}

function mark(environment: Environment, now: number): Step<Action> {
  return {
    kind: "act",
    action: tagOne("retire", environment, { [retiredAtTag]: timestamp(now) }),
    reason: "Disabling",
    message: `${environment.computeEnvironmentName} is taken out of service`,
  };
}

/** undefined: no job is left. */
function drain(spec: Spec, seen: Seen, environment: Environment, now: number): Step<Action> | undefined {
  const { computeEnvironmentName: name, tags, containerOrchestrationType } = environment;
  const since = Date.parse(tags?.[retiredAtTag] ?? "");
  const what = { name, where: `on ${name}`, jobs: seen.jobs.get(name), policy: spec.drain, since, emptyForMs };
  const draining = drained(what, now);
  if (draining.kind === "empty") return undefined;
  if (draining.kind === "wait") return draining;
  const { remaining } = draining;
  const ours = new Set(seen.queues.filter(isOurs).map(({ queue }) => queue.jobQueueName));
  const mine = remaining.filter((job) => ours.has(job.queue));
  // AWS may not report where a job runs, on EKS never: it may be on another environment, so it is not terminated.
  const cluster = clusterName(environment);
  const here = mine.filter((job) => job.cluster !== undefined && job.cluster === cluster);
  if (here.length > 0) {
    const jobIds = here.map(({ jobId }) => jobId);
    return terminated(what, draining, jobIds, now);
  }
  const waiting = `${name} waits for ${jobsText(remaining)}`;
  if (mine.length === 0) {
    return waits(
      `${waiting} in queues that are not managed here; they are not terminated`,
      laterMs(now - since, drainCheckMs),
    );
  }
  const unknown =
    containerOrchestrationType === "EKS"
      ? "but AWS does not report whether they run on it, so the operator terminates none of them; terminate the unwanted ones yourself"
      : "but AWS does not report yet where they run";
  return waits(`${waiting}, ${unknown}`, laterMs(now - since, uncountedCheckMs));
}

function remove(seen: Seen, environment: Environment, now: number): Retirement {
  const name = environment.computeEnvironmentName;
  const triedAt = seen.deleteTriedAt.get(name);
  const restMs = triedAt === undefined ? 0 : triedAt + refusedRetryMs - now;
  const waitMs = Math.min(restMs, seen.roleChangeCountsInMs ?? restMs);
  // DELETING → INVALID: AWS gave the deletion up, and does not resume it by itself.
  if (waitMs > 0 && environment.status === "INVALID") {
    return {
      step: "DeleteFailed",
      next: {
        kind: "blocked",
        reason: "DeleteFailed",
        message: `AWS cannot delete ${name}: ${withoutRequestIds(environment.statusReason ?? "no reason given")}. Give it a working service role (recreate the role ${environment.serviceRole ?? ""} under the same name); the operator retries the deletion every 5 minutes`,
        checkInMs: waitMs,
      },
    };
  }
  return {
    step: "Deleting",
    next: {
      kind: "act",
      action: { kind: "delete", name },
      reason: "Deleting",
      message: `${name} is empty and is deleted`,
    },
  };
}

/** AWS's words for a role that is missing, not (yet) assumable or without permission (AWS Batch User Guide, "INVALID compute environment"). */
export function isAuthorizationReason(statusReason: string | undefined): boolean {
  const reason = statusReason ?? "";
  return (
    reason.includes("sts:AssumeRole") ||
    reason.includes("is not authorized to perform") ||
    reason.includes("IamFleetRole is invalid") ||
    // The second when the role was put into a profile that AWS Batch had seen without one.
    /[Ii]nstance [Pp]rofile .* (does not exist|has no associated IAM Roles)/.test(reason)
  );
}
