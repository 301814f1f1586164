/** The fields of a queue, and what AWS asks of each update. Pure. */

import type { JobQueueSpec } from "../../../api/v1alpha1/job-queue.ts";
import type { CreateJobQueueRequest, Queue, UpdateJobQueueRequest } from "../../../aws/batch.ts";
import { hasServiceJobs } from "../../../aws/service-jobs.ts";
import { sameJsonSet } from "../../fields/compare.ts";
import { type Fixed, fieldsOf } from "../../fields/rows.ts";

/**
 * The order is written as a whole, by rules of its own (`order.ts`, `service-order.ts`).
 *
 * For a spec whose `schedulingPolicyArn` is where its reference leads.
 */
export const queueFields = fieldsOf<JobQueueSpec, CreateJobQueueRequest, UpdateJobQueueRequest, "jobQueueName", Queue>({
  priority: {},
  state: { absent: "kept", initially: "ENABLED" },
  schedulingPolicyArn: { absent: "kept", reference: "schedulingPolicyRef", fixed: policyFixed },
  schedulingPolicyRef: { sentBy: "plan" },
  computeEnvironmentOrder: { sentBy: "plan", isInitial: isEmpty },
  serviceEnvironmentOrder: { sentBy: "plan", isInitial: isEmpty },
  jobQueueType: { in: "creation", fixed: typeFixed },
  jobStateTimeLimitActions: { nothing: [], same: sameJsonSet },
  drain: { sentBy: "nobody" },
  allowedNamespaces: { sentBy: "nobody" },
});

/** One policy can take the place of another one; a queue never gets its first, and never loses its last. */
function policyFixed(spec: JobQueueSpec, { jobQueueName: name, schedulingPolicyArn: found }: Queue): Fixed | undefined {
  const { schedulingPolicyArn, schedulingPolicyRef } = spec;
  const hasPolicy = schedulingPolicyArn !== undefined || schedulingPolicyRef !== undefined;
  if (hasPolicy === (found !== undefined)) return undefined;
  const field = schedulingPolicyRef === undefined ? "schedulingPolicyArn" : "schedulingPolicyRef";
  const message = hasPolicy
    ? `${name} was created without a scheduling policy and cannot get one: remove ${field}, or create a new queue`
    : `${name} stays a fair-share queue: restore schedulingPolicyArn ${found ?? ""}, or create a new queue`;
  return { reason: "SchedulingPolicyFixed", message };
}

function typeFixed(spec: JobQueueSpec, queue: Queue): Fixed | undefined {
  const { jobQueueName: name, jobQueueType: found } = queue;
  // AWS takes the type from the environments, but for SageMaker's, which has to be given.
  const desired = spec.jobQueueType ?? (hasServiceJobs(queue) ? "another" : undefined);
  if (desired === undefined || found === undefined || desired === found) return undefined;
  const message = `${name} is of jobQueueType ${found}, which cannot be changed to ${desired}: restore it, or create a new queue`;
  return { reason: "JobQueueTypeFixed", message };
}

/** AWS describes both orders, and one of them is empty. */
function isEmpty(order: unknown): boolean {
  return Array.isArray(order) && order.length === 0;
}

/** The same update with the policy of a fair-share queue, which AWS requires in each (API reference of UpdateJobQueue). */
export function withPolicy(request: UpdateJobQueueRequest, queue: Queue): UpdateJobQueueRequest {
  const { schedulingPolicyArn } = queue;
  return schedulingPolicyArn === undefined ? request : { schedulingPolicyArn, ...request };
}
