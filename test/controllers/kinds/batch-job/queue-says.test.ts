import { expect, test } from "vitest";
import type { Condition } from "../../../../src/api/object.ts";
import type { JobQueue } from "../../../../src/api/v1alpha1/job-queue.ts";
import { saidOf } from "../../../../src/controllers/kinds/batch-job/queue-says.ts";

function queue(first: string | undefined, reason: string, status: Condition["status"] = "False"): JobQueue {
  const condition = { type: "JobsProgressing", status, reason, message: "sentence. Fix: fix" };
  const stamp = { lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 };
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "JobQueue",
    metadata: { name: "q", namespace: "team", uid: "u", resourceVersion: "1", generation: 1, creationTimestamp: "" },
    spec: {},
    status: {
      conditions: [{ ...condition, ...stamp }],
      ...(first === undefined ? {} : { jobs: { runnable: 2, first: { jobId: first, since: "" } } }),
    },
  } as unknown as JobQueue;
}

test("the first job of a queue, or the array of it, has the message of its queue where a person has to act", () => {
  const said = { isMisconfigured: true, why: "sentence. Fix: fix" };
  expect(saidOf("a", "team", queue("a", "MaxVcpusTooSmall"))).toEqual(said);
  expect(saidOf("a", "team", queue("a:3", "MaxVcpusTooSmall"))).toEqual(said);
});

test.each([
  ["MaxVcpusTooSmall", true],
  ["NoInstanceTypeFits", true],
  ["ServiceRolePermissions", true],
  ["InstanceConfigurationUnsupported", true],
  ["InsufficientCapacity", false],
  ["ImagePullFailed", false],
  ["CauseUnknown", false],
])(
  "only what AWS calls a misconfiguration keeps a job from ever getting resources: %s %s",
  (reason, isMisconfigured) => {
    expect(saidOf("a", "team", queue("a", reason))).toMatchObject({ isMisconfigured });
  },
);

test("a queue of another namespace says what its reason means, and nothing of what its message names", () => {
  expect(saidOf("a", "guest", queue("a", "MaxVcpusTooSmall"))).toEqual({
    isMisconfigured: true,
    why: "the job needs more vCPUs than maxvCpus allows; the condition JobsProgressing of its queue says more",
  });
});

test("what passes by itself is said without the numbers of the message, which come and go", () => {
  expect(saidOf("a", "team", queue("a", "AtCapacity", "True"))).toEqual({
    isMisconfigured: false,
    why: expect.not.stringMatching(/sentence|`/),
  });
});

test.each<[string, JobQueue | undefined]>([
  ["is not the first", queue("b", "MaxVcpusTooSmall")],
  ["has an ID that begins like that of the first", queue("ab", "MaxVcpusTooSmall")],
  ["gets on", queue("a", "Progressing", "True")],
  ["is of a queue whose jobs cannot be read", queue("a", "JobsNotReadable", "Unknown")],
  ["is of a queue in which none waits", queue(undefined, "MaxVcpusTooSmall")],
  ["is of a queue without an object", undefined],
])("of a job that %s nothing is said", (_what, of) => {
  expect(saidOf("a", "team", of)).toBeUndefined();
});
