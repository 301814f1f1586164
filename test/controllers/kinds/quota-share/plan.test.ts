import { describe, expect, it } from "vitest";
import { QuotaShareKind } from "../../../../src/api/v1alpha1/kinds.ts";
import type { QuotaShareSpec } from "../../../../src/api/v1alpha1/quota-share.ts";
import type { QueueSeen, Seen } from "../../../../src/controllers/kinds/quota-share/lowering.ts";
import { report } from "../../../../src/controllers/kinds/quota-share.ts";
import { resourceEvents } from "../../../../src/controllers/kinds/resource/events.ts";
import { statusOf } from "../../../../src/controllers/kinds/resource/report.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import {
  arn,
  choiceFor,
  directives,
  identity,
  noJobs,
  policy,
  queue,
  queueSeen,
  record,
  seen,
  service,
  spec,
  stepLine,
} from "./given.ts";

const fresh: Partial<Seen> = { record: undefined, absent: true };
const freshIn = (change: Partial<QueueSeen>): Partial<Seen> => ({ ...fresh, queue: queueSeen(change) });
const missing = { kind: "waiting", reason: "ReferenceNotFound", message: "there is no JobQueue team/q" } as const;
const refused = { kind: "refused", reason: "ReferenceNotAllowed", message: "no" } as const;

describe("a quota share", () => {
  it.each<[string, Partial<QuotaShareSpec>, Partial<Seen>, string]>([
    ["serves when AWS has it so", {}, {}, "serves Available; serving"],
    ["serves when it is DISABLED", {}, { record: record({ state: "DISABLED" }) }, "serves Disabled; serving"],
    ["is INVALID", {}, { record: record({ status: "INVALID" }) }, "blocked Invalid again in 300 s"],
    ["is created", {}, fresh, "create"],
    ["is created once its absence is believed", {}, { record: undefined }, "wait Creating again in 1 s"],
    ["is updated", { state: "DISABLED" }, {}, "update spec.state"],
    ["waits while AWS updates it", {}, { record: record({ status: "UPDATING" }) }, "wait Updating"],
    ["waits for its queue", {}, { ...fresh, queue: missing }, "wait ReferenceNotFound Stalled after 10 min"],
    [
      "is not touched while its queue is not known",
      { state: "DISABLED" },
      { queue: missing },
      "wait ReferenceNotFound Stalled after 10 min",
    ],
    [
      "is not touched where its queue may not be used",
      { state: "DISABLED" },
      { queue: refused },
      "blocked ReferenceNotAllowed again in 60 s",
    ],
    [
      "is not touched where its queue is another one now",
      { state: "DISABLED" },
      { queue: queueSeen({ queue: { ...queue, jobQueueName: "team_other" } }) },
      "blocked QueueFixed",
    ],
    [
      "waits until its queue is VALID",
      {},
      freshIn({ queue: { ...queue, status: "CREATING" } }),
      "wait WaitingForQueue Stalled after 10 min",
    ],
    [
      "waits until AWS says the status of its queue",
      {},
      freshIn({ queue: { ...queue, status: undefined } }),
      "wait WaitingForQueue Stalled after 10 min",
    ],
    [
      "does not come to a queue that leaves",
      {},
      freshIn({ isLeaving: true }),
      "wait WaitingForQueue Stalled after 10 min",
    ],
    ["stays while its queue leaves", {}, { queue: queueSeen({ isLeaving: true }) }, "serves Available; serving"],
    [
      "needs a queue of SageMaker",
      {},
      freshIn({ queue: { ...queue, jobQueueType: "ECS", serviceEnvironmentOrder: [] } }),
      "blocked QueueUnsuited again in 60 s",
    ],
    [
      "needs a queue with a policy",
      {},
      freshIn({ queue: { ...queue, schedulingPolicyArn: undefined } }),
      "blocked QueueUnsuited again in 60 s",
    ],
    [
      "needs a policy of quota shares",
      {},
      freshIn({ policy: { ...policy, quotaSharePolicy: undefined } }),
      "blocked QueueUnsuited again in 60 s",
    ],
    [
      "needs a service environment by instance type",
      {},
      freshIn({ service: { ...service, capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 1 }] } }),
      "blocked QueueUnsuited again in 60 s",
    ],
    ["lets AWS say what is not known of its queue", {}, freshIn({ policy: undefined, service: undefined }), "create"],
    ["is not taken from others", {}, { record: record({ tags: {} }) }, "blocked NotOwned"],
    [
      "is adopted",
      { adoptionPolicy: "IfExists" },
      { record: record({ tags: {} }), directives: { ...directives, adoptionPolicy: "IfExists" } },
      "tag adopt",
    ],
    ["gets its tags", { tags: { team: "x" } }, {}, "tag userTags"],
  ])("%s", (_name, change, given, expected) => {
    expect(stepLine(change, given)).toBe(expected);
  });

  it("is created in its queue, with the tags of its owner", () => {
    const { next } = choiceFor({ tags: { team: "x" } }, fresh);
    expect(next).toMatchObject({
      action: {
        request: {
          quotaShareName: "team_research",
          jobQueue: "team_q",
          state: "ENABLED",
          capacityLimits: spec.capacityLimits,
          resourceSharingConfiguration: spec.resourceSharingConfiguration,
          preemptionConfiguration: spec.preemptionConfiguration,
          tags: { ...ownerTags(identity), team: "x" },
        },
      },
    });
  });

  it("is updated by what differs alone", () => {
    const { next, change } = choiceFor({ preemptionConfiguration: { inSharePreemption: "ENABLED" } }, {});
    expect(next).toMatchObject({
      action: { request: { quotaShareArn: arn, preemptionConfiguration: { inSharePreemption: "ENABLED" } } },
    });
    expect(change).toMatchObject({ action: "Update", changes: [{ path: "spec.preemptionConfiguration" }] });
  });

  it("reports whether its queue may be used, and nothing of it in deletion", () => {
    const condition = (queueOf: Seen["queue"]) => choiceFor({}, { queue: queueOf }).conditions;
    const message = "the queue of default/team/research exists";
    expect(condition(queueSeen())).toMatchObject([{ status: "True", message }]);
    const notYet = {
      kind: "waiting",
      reason: "WaitingForQueue",
      message: "JobQueue team/q is not in AWS yet",
    } as const;
    expect(condition(notYet)).toMatchObject([{ status: "True", message }]);
    expect(condition(refused)).toMatchObject([{ status: "False", reason: "ReferenceNotAllowed", message: "no" }]);
    const deleting = { ...directives, deleting: true };
    expect(choiceFor({}, { queue: undefined, directives: deleting }).conditions).toEqual([]);
  });

  it("says what a queue lacks", () => {
    expect(choiceFor({}, freshIn({ queue: { ...queue, schedulingPolicyArn: undefined } })).next.message).toBe(
      "JobQueue team/q has no scheduling policy: AWS takes quota shares only in queues of type SAGEMAKER_TRAINING with a quotaSharePolicy and a service environment with limits by instance type",
    );
  });
});

it("a quota share reports its own name and that of its queue", () => {
  expect(statusOf("quotaShares", seen().record, report)).toEqual({
    arn,
    name: "team_research",
    jobQueue: "team_q",
    state: "ENABLED",
    status: "VALID",
  });
  expect(statusOf("quotaShares", seen(fresh).record, report)).toEqual({});
});

it("a quota share reports jobs that AWS ends with it", () => {
  const name = "team_q/team_research";
  const ended = resourceEvents({ kind: "delete", name, arn, jobIds: ["a", "b"] }, QuotaShareKind.noun);
  expect(ended.map(({ reason, note }) => `${reason}: ${note}`)).toEqual([
    "Deleting: deleting quota share team_q/team_research",
    "JobsTerminated: AWS terminates 2 jobs of team_q/team_research, which is being deleted",
  ]);
  expect(resourceEvents({ kind: "delete", name, arn, jobIds: [] }, QuotaShareKind.noun)).toHaveLength(1);
  const request = { quotaShareArn: arn, state: "DISABLED" } as const;
  expect(resourceEvents({ kind: "disable", name, request }, QuotaShareKind.noun)).toMatchObject([
    { reason: "Disabled" },
  ]);
});

it("less capacity than AWS has is a change that the plan shows, also while it waits", () => {
  const lower = { capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 1 }] };
  expect(choiceFor(lower, noJobs(0)).change).toMatchObject({
    action: "Update",
    changes: [{ path: "spec.capacityLimits" }],
  });
});
