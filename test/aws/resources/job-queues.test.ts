import { describe, expect, it } from "vitest";
import { queueCreated, queueUpdated } from "../../../src/aws/resources/job-queues.ts";
import { arn, at, queue } from "./described.ts";

describe("queues", () => {
  it("are CREATING at first, with the ARNs of their environments", () => {
    const effect = queueCreated(
      { jobQueueName: "q", priority: 2, computeEnvironmentOrder: [{ order: 1, computeEnvironment: "ce" }] },
      at,
    );
    expect(effect.apply(undefined)).toEqual(queue({ status: "CREATING", priority: 2, tags: {} }));
  });

  it("show a new order only when the whole list is the new one", () => {
    const order = [{ order: 1, computeEnvironment: "ce-2" }];
    const effect = queueUpdated({ jobQueue: "q", computeEnvironmentOrder: order }, at);
    const both = [
      { order: 1, computeEnvironment: arn("compute-environment/ce-2") },
      { order: 2, computeEnvironment: arn("compute-environment/ce") },
    ];
    expect(effect.shows(queue())).toBe(false);
    expect(effect.shows(queue({ computeEnvironmentOrder: both }))).toBe(false);
    expect(effect.apply(queue())).toEqual(
      queue({
        status: "UPDATING",
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: arn("compute-environment/ce-2") }],
      }),
    );
    expect(effect.shows(effect.apply(queue()))).toBe(true);
  });

  it("show a cleared list of time limit actions", () => {
    const action = { reason: "r", state: "RUNNABLE" as const, maxTimeSeconds: 600, action: "CANCEL" as const };
    const effect = queueUpdated({ jobQueue: "q", jobStateTimeLimitActions: [] }, at);
    expect(effect.shows(queue({ jobStateTimeLimitActions: [action] }))).toBe(false);
    expect(effect.shows(queue())).toBe(true);
  });
});
