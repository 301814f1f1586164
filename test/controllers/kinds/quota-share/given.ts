/** Builders: a small whole, of which a test names only what it is about. */

import type { QuotaShareSpec } from "../../../../src/api/v1alpha1/quota-share.ts";
import type { Policy, Queue, QuotaShareRecord, ServiceEnvironmentRecord } from "../../../../src/aws/batch.ts";
import type { UnfinishedJob } from "../../../../src/aws/region.ts";
import type { Action } from "../../../../src/controllers/kinds/quota-share/delete.ts";
import type { QueueSeen, Seen } from "../../../../src/controllers/kinds/quota-share/lowering.ts";
import { planFor } from "../../../../src/controllers/kinds/quota-share.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { givenOf, wordsOf } from "../resource/given.ts";

export { directives, now, settings } from "../resource/given.ts";

export const queueArn = "arn:aws:batch:eu-west-1:123456789012:job-queue/team_q";
export const policyArn = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/team_quotas";

export const spec: QuotaShareSpec = {
  jobQueueRef: { name: "q" },
  capacityLimits: [
    { capacityUnit: "ml.m5.large", maxCapacity: 4 },
    { capacityUnit: "ml.g5.xlarge", maxCapacity: 1 },
  ],
  resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: 50 },
  preemptionConfiguration: { inSharePreemption: "DISABLED" },
};

/** A queue that may have quota shares. */
export const queue: Queue = {
  jobQueueName: "team_q",
  jobQueueArn: queueArn,
  jobQueueType: "SAGEMAKER_TRAINING",
  schedulingPolicyArn: policyArn,
  computeEnvironmentOrder: [],
  serviceEnvironmentOrder: [
    { order: 1, serviceEnvironment: "arn:aws:batch:eu-west-1:123456789012:service-environment/team_sm" },
  ],
  state: "ENABLED",
  status: "VALID",
  priority: 1,
  tags: ownerTags({ cluster: { name: "default", uid: "cluster-1" }, namespace: "team", name: "q", uid: "uid-q" }),
};

export const policy: Policy = {
  name: "team_quotas",
  arn: policyArn,
  quotaSharePolicy: { idleResourceAssignmentStrategy: "FIFO" },
};

export const service: ServiceEnvironmentRecord = {
  serviceEnvironmentName: "team_sm",
  serviceEnvironmentArn: "arn:aws:batch:eu-west-1:123456789012:service-environment/team_sm",
  serviceEnvironmentType: "SAGEMAKER_TRAINING",
  capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 10 }],
};

export function queueSeen(change: Partial<QueueSeen> = {}): QueueSeen {
  return { kind: "queue", queue, called: "JobQueue team/q", isLeaving: false, policy, service, ...change };
}

/** VALID and ENABLED in AWS. */
export const { identity, arn, object, record, seen, choiceFor, stepLine } = givenOf<
  QuotaShareSpec,
  QuotaShareRecord,
  Seen,
  Action
>({
  kind: "QuotaShare",
  type: "quota-share",
  name: "research",
  recordName: "team_q/team_research",
  spec,
  record: (quotaShareArn, owner) => ({
    quotaShareName: "team_research",
    quotaShareArn,
    jobQueueArn: queueArn,
    capacityLimits: [...spec.capacityLimits].toReversed(),
    resourceSharingConfiguration: { strategy: "LEND_AND_BORROW", borrowLimit: 50 },
    preemptionConfiguration: { inSharePreemption: "DISABLED" },
    state: "ENABLED",
    status: "VALID",
    tags: ownerTags(owner),
  }),
  more: { queue: queueSeen(), jobs: undefined },
  plan: planFor,
  words: (action) =>
    action.kind === "delete" && action.jobIds !== undefined && action.jobIds.length > 0
      ? `delete with ${action.jobIds.join(",")}`
      : wordsOf(action),
});

export function trainingJob(jobId: string, change: Partial<UnfinishedJob> = {}): UnfinishedJob {
  const times = { startedAt: 1, createdAt: 1 };
  return { jobId, jobName: jobId, queue: "team_q", status: "RUNNING", share: "team_research", ...times, ...change };
}

/** No job, counted so long. */
export function noJobs(zeroForMs: number): Pick<Seen, "jobs"> {
  return { jobs: { kind: "read", remaining: [], zeroForMs } };
}

export function jobsLeft(...jobIds: readonly string[]): Pick<Seen, "jobs"> {
  return { jobs: { kind: "read", remaining: jobIds.map((jobId) => trainingJob(jobId)), zeroForMs: undefined } };
}
