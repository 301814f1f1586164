/** The differences between a queue's spec and AWS, without order and tags. Pure. */

import type { JobQueueSpec } from "../../../api/v1alpha1/job-queue.ts";
import type { Queue, UpdateJobQueueRequest } from "../../../aws/batch.ts";
import { hasServiceJobs } from "../../../aws/service-jobs.ts";
import { canonicalJson } from "../../fields/fingerprint.ts";
import type { FieldChange, Step } from "../../pass/agenda.ts";

export interface QueueDifference extends FieldChange {
  readonly send: Partial<UpdateJobQueueRequest>;
}

/**
 * `state` left out is not managed; time limit actions left out are none.
 *
 * @param policyArn of the policy that the queue is to have, as far as the reference to it leads somewhere
 */
export function queueDifferences(spec: JobQueueSpec, queue: Queue, policyArn: string | undefined): QueueDifference[] {
  const found: QueueDifference[] = [];
  const differ = (path: string, from: unknown, to: unknown, send: Partial<UpdateJobQueueRequest>): void => {
    found.push({
      path,
      kind: "update",
      why: "changed in place",
      from: JSON.stringify(from ?? null),
      to: JSON.stringify(to ?? null),
      send,
    });
  };
  if (spec.priority !== queue.priority) {
    differ("spec.priority", queue.priority, spec.priority, { priority: spec.priority });
  }
  if (spec.state !== undefined && spec.state !== queue.state) {
    differ("spec.state", queue.state, spec.state, { state: spec.state });
  }
  const { schedulingPolicyArn: current } = queue;
  if (policyArn !== undefined && current !== undefined && policyArn !== current) {
    differ(policyPath(spec), current, policyArn, { schedulingPolicyArn: policyArn });
  }
  const [desired, seen] = [spec.jobStateTimeLimitActions ?? [], queue.jobStateTimeLimitActions ?? []];
  if (asSet(desired) !== asSet(seen)) {
    differ("spec.jobStateTimeLimitActions", seen, desired, { jobStateTimeLimitActions: [...desired] });
  }
  return found;
}

/** The field that gives the queue a policy. */
function policyPath({ schedulingPolicyRef }: JobQueueSpec): string {
  return schedulingPolicyRef === undefined ? "spec.schedulingPolicyArn" : "spec.schedulingPolicyRef";
}

/** The same update with the policy of a fair-share queue, which AWS requires in each (API reference of UpdateJobQueue). */
export function withPolicy(request: UpdateJobQueueRequest, queue: Queue): UpdateJobQueueRequest {
  const { schedulingPolicyArn } = queue;
  return schedulingPolicyArn === undefined ? request : { schedulingPolicyArn, ...request };
}

/** A difference that only a person can resolve: the fields, and what to report. */
export interface ImmutableDifference {
  readonly paths: readonly string[];
  readonly next: Extract<Step<never>, { kind: "blocked" }>;
}

/** What AWS can never change in a queue that exists. */
export function immutableDifference(spec: JobQueueSpec, queue: Queue): ImmutableDifference | undefined {
  const name = queue.jobQueueName;
  const hasPolicy = spec.schedulingPolicyArn !== undefined || spec.schedulingPolicyRef !== undefined;
  if (hasPolicy !== (queue.schedulingPolicyArn !== undefined)) {
    const path = policyPath(spec);
    const message = !hasPolicy
      ? `${name} stays a fair-share queue: restore schedulingPolicyArn ${queue.schedulingPolicyArn ?? ""}, or create a new queue`
      : `${name} was created without a scheduling policy and cannot get one: remove ${path.slice("spec.".length)}, or create a new queue`;
    return {
      paths: [path],
      next: { kind: "blocked", reason: "SchedulingPolicyFixed", message },
    };
  }
  const desired = spec.jobQueueType ?? (hasServiceJobs(queue) ? "another" : undefined);
  if (desired !== undefined && queue.jobQueueType !== undefined && desired !== queue.jobQueueType) {
    const message = `${name} is of jobQueueType ${queue.jobQueueType}, which cannot be changed to ${desired}: restore it, or create a new queue`;
    return { paths: ["spec.jobQueueType"], next: { kind: "blocked", reason: "JobQueueTypeFixed", message } };
  }
  return undefined;
}

function asSet(actions: readonly unknown[]): string {
  return actions.map(canonicalJson).sort().join("\n");
}
