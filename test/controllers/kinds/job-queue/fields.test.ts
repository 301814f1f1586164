import { describe, expect, it } from "vitest";
import type { JobQueueSpec } from "../../../../src/api/v1alpha1/job-queue.ts";
import type { Queue } from "../../../../src/aws/batch.ts";
import { fieldDifferences, fixedDifference } from "../../../../src/controllers/fields/differences.ts";
import { updateOf } from "../../../../src/controllers/fields/requests.ts";
import { queueFields, withPolicy } from "../../../../src/controllers/kinds/job-queue/fields.ts";
import { object, queue } from "./given.ts";

const limit = (reason: string, maxTimeSeconds = 600) =>
  ({ reason, state: "RUNNABLE", maxTimeSeconds, action: "CANCEL" }) as NonNullable<
    JobQueueSpec["jobStateTimeLimitActions"]
  >[number];
const capacity = limit("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY");
const size = limit("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT");
const fair = "arn:aws:batch:eu-west-1:1:scheduling-policy/fair";
const fairer = "arn:aws:batch:eu-west-1:1:scheduling-policy/fairer";

describe("what differs", () => {
  it.each<[string, Partial<JobQueueSpec>, Partial<Queue>, string]>([
    ["nothing, when all is as desired", {}, {}, ""],
    ["the priority", { priority: 2 }, {}, '{"priority":2}'],
    ["the state", { state: "DISABLED" }, {}, '{"state":"DISABLED"}'],
    ["not the state, when it is as the spec says", { state: "ENABLED" }, { state: "ENABLED" }, ""],
    ["not the state, when the spec says nothing of it", {}, { state: "DISABLED" }, ""],
    [
      "the policy",
      { schedulingPolicyArn: fairer },
      { schedulingPolicyArn: fair },
      `{"schedulingPolicyArn":"${fairer}"}`,
    ],
    ["not the policy, when it is the same", { schedulingPolicyArn: fair }, { schedulingPolicyArn: fair }, ""],
    ["not the policy, when it cannot be changed", { schedulingPolicyArn: fair }, {}, ""],
    [
      "the time limits",
      { jobStateTimeLimitActions: [capacity] },
      {},
      JSON.stringify({ jobStateTimeLimitActions: [capacity] }),
    ],
    [
      "the time limits, when the spec has none",
      {},
      { jobStateTimeLimitActions: [capacity] },
      '{"jobStateTimeLimitActions":[]}',
    ],
    [
      "not the time limits in another order",
      { jobStateTimeLimitActions: [capacity, size] },
      { jobStateTimeLimitActions: [size, capacity] },
      "",
    ],
    ["not the time limits where AWS shows none", {}, { jobStateTimeLimitActions: undefined }, ""],
    [
      "the time of a time limit",
      { jobStateTimeLimitActions: [capacity] },
      { jobStateTimeLimitActions: [limit(capacity.reason, 700)] },
      JSON.stringify({ jobStateTimeLimitActions: [capacity] }),
    ],
  ])("%s", (_name, spec, change, expected) => {
    const found = fieldDifferences(queueFields, object(spec).spec, queue(["a1"], change));
    expect(found.map((one) => JSON.stringify(updateOf([one]))).join()).toBe(expected);
  });

  it("leaves a policy that the spec dropped to what AWS never changes", () => {
    expect(fieldDifferences(queueFields, object().spec, queue(["a1"], { schedulingPolicyArn: fair }))).toEqual([]);
  });

  it("is reported with the path of each field", () => {
    const spec = {
      priority: 2,
      state: "DISABLED",
      schedulingPolicyArn: fairer,
      jobStateTimeLimitActions: [size],
    } as const;
    const found = fieldDifferences(
      queueFields,
      object({ ...spec, jobStateTimeLimitActions: [...spec.jobStateTimeLimitActions] }).spec,
      queue(["a1"], { schedulingPolicyArn: fair }),
    );
    expect(found.map(({ path }) => path)).toEqual([
      "spec.priority",
      "spec.state",
      "spec.schedulingPolicyArn",
      "spec.jobStateTimeLimitActions",
    ]);
  });

  it("is reported with both values", () => {
    const [priority] = fieldDifferences(
      queueFields,
      object({ priority: 2 }).spec,
      queue(["a1"], { priority: undefined }),
    );
    expect(priority).toMatchObject({ path: "spec.priority", kind: "update", from: "null", to: "2" });
  });
});

describe("what AWS never changes", () => {
  it.each<[string, Partial<JobQueueSpec>, Partial<Queue>, string]>([
    ["nothing, when all is as desired", {}, {}, ""],
    ["one policy for another is a change in place", { schedulingPolicyArn: fairer }, { schedulingPolicyArn: fair }, ""],
    [
      "a policy that is added",
      { schedulingPolicyArn: fair },
      {},
      "spec.schedulingPolicyArn: team_q was created without a scheduling policy",
    ],
    [
      "a policy that is removed",
      {},
      { schedulingPolicyArn: fair },
      `spec.schedulingPolicyArn: team_q stays a fair-share queue: restore schedulingPolicyArn ${fair}`,
    ],
    [
      "the type",
      { jobQueueType: "EKS" },
      {},
      "spec.jobQueueType: team_q is of jobQueueType ECS, which cannot be changed to EKS",
    ],
    ["the same type is none", { jobQueueType: "ECS" }, {}, ""],
    ["a type that AWS does not show is none", { jobQueueType: "EKS" }, { jobQueueType: undefined }, ""],
    ["a type that the spec does not name is none", {}, { jobQueueType: "EKS" }, ""],
  ])("%s", (_name, spec, change, expected) => {
    const found = fixedDifference(queueFields, object(spec).spec, queue(["a1"], change));
    const result = found === undefined ? "" : `${found.paths.join()}: ${found.next.message}`;
    expect(result.startsWith(expected) && (expected !== "" || result === "")).toBe(true);
  });
});

it("an update of a fair-share queue carries its policy, or the new one", () => {
  const update = { jobQueue: "team_q", priority: 2 };
  expect(withPolicy(update, queue([]))).toEqual(update);
  expect(withPolicy(update, queue([], { schedulingPolicyArn: fair }))).toEqual({
    ...update,
    schedulingPolicyArn: fair,
  });
  const changed = { ...update, schedulingPolicyArn: fairer };
  expect(withPolicy(changed, queue([], { schedulingPolicyArn: fair }))).toEqual(changed);
});
