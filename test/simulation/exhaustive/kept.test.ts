import { describe, expect, it } from "vitest";
import { beginningOf, type Disturbance, type FailingCall, runStory } from "./run.ts";
import { stories } from "./stories.ts";

const fails = (operation: string, after: number, nth: number, how: FailingCall["how"]): FailingCall => ({
  operation,
  after,
  nth,
  how,
});

/** Runs that ended wrongly once, by what was wrong. Each has a unit test as well. */
const kept: readonly { readonly what: string; readonly story: string; readonly disturbance: Disturbance }[] = [
  {
    what: "Retiring vanished for eight seconds when a read failed just before a delete, so the replacement seemed complete",
    story: "an impossible successor, then a possible one",
    disturbance: {
      kind: "fail",
      calls: [
        fails("DescribeNatGateways", 1, 1, "refused"),
        fails("DescribeComputeEnvironments", 1, 2, "refused"),
        fails("UpdateComputeEnvironment", 3, 1, "timed out"),
        fails("ListAttachedRolePolicies", 5, 1, "refused"),
        fails("UpdateJobQueue", 7, 1, "refused"),
        fails("DescribeJobQueues", 11, 1, "refused"),
        fails("DescribeJobQueues", 14, 1, "throttled"),
      ],
    },
  },
];

describe("runs that ended wrongly once", () => {
  it.each(kept)("no longer: $what", async ({ story: name, disturbance }) => {
    const story = stories.find((one) => one.name === name);
    if (story === undefined) throw new Error(`there is no story "${name}"`);
    const from = await beginningOf(story);
    const undisturbed = await runStory(story, undefined, { from });
    const disturbed = await runStory(story, disturbance, { from });
    expect(disturbed.violations, disturbed.trace()).toEqual([]);
    expect(disturbed.end).toEqual(undisturbed.end);
  });
});
