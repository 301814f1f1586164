/** Builders: a small whole, of which a test names only what it is about. */

import type { ServiceEnvironment, ServiceEnvironmentSpec } from "../../../src/api/v1alpha1/service-environment.ts";
import type { ServiceEnvironmentRecord } from "../../../src/aws/batch.ts";
import type { UnfinishedJob } from "../../../src/aws/region.ts";
import type { Choice } from "../../../src/controllers/choose.ts";
import { type Identity, ownerTags } from "../../../src/controllers/ownership.ts";
import type { Action } from "../../../src/controllers/service-environment/action.ts";
import { planFor } from "../../../src/controllers/service-environment/plan.ts";
import type { Seen } from "../../../src/controllers/service-environment/seen.ts";
import { directives, now, settings } from "../compute-environment/given.ts";
import { decided } from "../decided.ts";
import { mayAdopt } from "../region.ts";

export { directives, now, settings } from "../compute-environment/given.ts";

export const identity: Identity = {
  cluster: { name: "default", uid: "cluster-1" },
  namespace: "team",
  name: "sm",
  uid: "uid-sm",
};

export const arn = "arn:aws:batch:eu-west-1:123456789012:service-environment/team_sm";

export const spec: ServiceEnvironmentSpec = {
  serviceEnvironmentType: "SAGEMAKER_TRAINING",
  capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 }],
};

export function object(change: Partial<ServiceEnvironmentSpec> = {}, metadata: object = {}): ServiceEnvironment {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "ServiceEnvironment",
    metadata: {
      name: identity.name,
      namespace: identity.namespace,
      uid: identity.uid,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { ...spec, ...change },
  };
}

/** The service environment of ours in AWS, as the spec says, VALID and ENABLED. */
export function record(change: Partial<ServiceEnvironmentRecord> = {}): ServiceEnvironmentRecord {
  return {
    serviceEnvironmentName: "team_sm",
    serviceEnvironmentArn: arn,
    serviceEnvironmentType: "SAGEMAKER_TRAINING",
    state: "ENABLED",
    status: "VALID",
    capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 10 }],
    tags: ownerTags(identity),
    ...change,
  };
}

export function serviceJob(jobId: string, change: Partial<UnfinishedJob> = {}): UnfinishedJob {
  return { jobId, jobName: jobId, queue: "team_q", status: "RUNNING", startedAt: 1, createdAt: 1, ...change };
}

export function seen(change: Partial<Seen> = {}): Seen {
  return {
    identity,
    directives,
    settings,
    name: "team_sm",
    arn,
    planId: "plan",
    record: record(),
    absent: false,
    isSettled: true,
    nameSeen: mayAdopt(true),
    claimedBy: undefined,
    users: [],
    mayBeNamed: false,
    jobs: undefined,
    ...change,
  };
}

export function choiceFor(change: Partial<ServiceEnvironmentSpec>, given: Partial<Seen>): Choice<Action> {
  return decided(planFor(object(change), seen(given), now), undefined, now);
}

/** A choice in one line: what is next, with what, and whether it serves. */
export function stepLine(change: Partial<ServiceEnvironmentSpec>, given: Partial<Seen>): string {
  const { next, serving } = choiceFor(change, given);
  const words: string[] = [next.kind === "act" ? next.action.kind : `${next.kind} ${next.reason}`];
  if (next.kind === "act" && next.action.kind === "tag") words.push(next.action.purpose);
  if (next.kind === "act" && next.action.kind === "update") words.push(next.action.paths.join(","));
  if ("checkInMs" in next && next.checkInMs !== undefined) words.push(`again in ${next.checkInMs / 1000} s`);
  if ("stallsAfterMs" in next && next.stallsAfterMs !== undefined) {
    words.push(`Stalled after ${next.stallsAfterMs / 60_000} min`);
  }
  return words.join(" ") + (serving ? "; serving" : "");
}
