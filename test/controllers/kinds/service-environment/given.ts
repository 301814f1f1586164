/** Builders: a small whole, of which a test names only what it is about. */

import type { ServiceEnvironmentSpec } from "../../../../src/api/v1alpha1/service-environment.ts";
import type { ServiceEnvironmentRecord } from "../../../../src/aws/batch.ts";
import type { UnfinishedJob } from "../../../../src/aws/region.ts";
import type { Action, Seen } from "../../../../src/controllers/kinds/service-environment/delete.ts";
import { planFor } from "../../../../src/controllers/kinds/service-environment.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { givenOf, wordsOf } from "../resource/given.ts";

export { directives, now, settings } from "../resource/given.ts";

export const spec: ServiceEnvironmentSpec = {
  serviceEnvironmentType: "SAGEMAKER_TRAINING",
  capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 }],
};

/** VALID and ENABLED in AWS. */
export const { identity, arn, object, record, seen, choiceFor, stepLine } = givenOf<
  ServiceEnvironmentSpec,
  ServiceEnvironmentRecord,
  Seen,
  Action
>({
  kind: "ServiceEnvironment",
  type: "service-environment",
  name: "sm",
  spec,
  record: (serviceEnvironmentArn, owner) => ({
    serviceEnvironmentName: "team_sm",
    serviceEnvironmentArn,
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    state: "ENABLED",
    status: "VALID",
    capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 }],
    tags: ownerTags(owner),
  }),
  more: { users: [], mayBeNamed: false, markShownForMs: undefined, jobs: undefined },
  plan: planFor,
  words: (action) => (action.kind === "retire" ? `retire ${action.mark ?? "no more"}` : wordsOf(action)),
});

export function serviceJob(jobId: string, change: Partial<UnfinishedJob> = {}): UnfinishedJob {
  return { jobId, jobName: jobId, queue: "team_q", status: "RUNNING", startedAt: 1, createdAt: 1, ...change };
}
