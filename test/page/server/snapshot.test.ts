import { describe, expect, test } from "vitest";
import type { Environment } from "../../../src/aws/batch.ts";
import { ownedKey } from "../../../src/page/server/known.ts";
import { snapshotOf } from "../../../src/page/server/snapshot.ts";
import { anEnvironment, anObject, aQueue, condition, described, knownOf, ready, ref } from "./objects.ts";

describe("the state of an object is kstatus's, unless a person has to act", () => {
  test.each([
    ["Current", [ready], false],
    ["InProgress", undefined, false],
    ["InProgress", [condition("Ready", "False", "Creating")], false],
    ["Failed", [condition("Ready", "False", "Invalid"), condition("Stalled", "True", "Invalid")], false],
    ["Unknown", [condition("Ready", "Unknown", "Paused")], false],
    ["Unknown", [ready, condition("Synced", "Unknown", "Denied")], false],
    ["Terminating", [condition("Ready", "False", "Draining")], true],
    ["AwaitingApproval", [condition("Ready", "False", "AwaitingApproval")], false],
    ["AwaitingApproval", [ready, condition("Retiring", "True", "AwaitingApproval")], false],
    ["Unknown", [condition("Ready", "Unknown", "Paused"), condition("Retiring", "True", "AwaitingApproval")], false],
    ["CannotRunJobs", [ready, condition("NetworkReady", "False", "EndpointUnreachable", "no way to ECS")], false],
    ["InProgress", [condition("Ready", "False", "Creating"), condition("NetworkReady", "False", "x", "y")], false],
    ["Failed", [condition("Ready", "False", "InUse"), condition("Stalled", "True", "InUse")], true],
  ] as const)("%s", (state, conditions, deleted) => {
    const status = conditions === undefined ? undefined : { conditions };
    const object = anObject("JobDefinition", "train", { deleted, ...(status === undefined ? {} : { status }) });
    expect(snapshotOf(knownOf([object]), true).items["JobDefinition/team/train"]?.state).toBe(state);
  });
});

test("references lead to objects, also in other namespaces, or name what is in AWS", () => {
  const queue = aQueue("main", [ref("fast"), ref("shared", "platform"), { computeEnvironment: "by-hand" }]);
  const { items } = snapshotOf(knownOf([queue, anEnvironment("fast")]), true);
  expect(items["JobQueue/team/main"]?.references).toEqual([
    { kind: "BatchComputeEnvironment", id: "BatchComputeEnvironment/team/fast", label: "fast", exists: true },
    {
      kind: "BatchComputeEnvironment",
      id: "BatchComputeEnvironment/platform/shared",
      label: "platform/shared",
      exists: false,
    },
    { kind: "BatchComputeEnvironment", label: "by-hand", exists: true },
  ]);
});

test("an environment has its parts in AWS, with the vCPUs that AWS's scaler aims at", () => {
  const object = anEnvironment("fast", {
    conditions: [ready],
    serving: "fast-2",
    target: "fast-2",
    predecessors: [{ name: "fast-1", step: "Draining" }],
  });
  const computeResources = {
    type: "EC2",
    subnets: [],
    desiredvCpus: 8,
    maxvCpus: 64,
  } satisfies Environment["computeResources"];
  const { items } = snapshotOf(knownOf([object], [described("fast-2", { computeResources })]), true);
  expect(items["BatchComputeEnvironment/team/fast"]?.environments).toEqual([
    { name: "fast-2", role: "serving", state: "ENABLED", status: "VALID", desiredvCpus: 8, maxvCpus: 64 },
    { name: "fast-1", role: "predecessor", step: "Draining" },
  ]);
});

test("an environment shows nothing of an environment of another object, whose name somebody wrote into its status", () => {
  const object = anEnvironment("mine", { conditions: [ready], serving: "fast-2", target: "fast-2" });
  const { items } = snapshotOf(knownOf([object], [described("fast-2")]), true);
  expect(items["BatchComputeEnvironment/team/mine"]?.environments).toEqual([{ name: "fast-2", role: "serving" }]);
});

test("an object whose status nobody can read is shown as such, and all others as they are", () => {
  const odd = [
    anEnvironment("predecessors", { conditions: [ready], serving: "a", predecessors: "none" }),
    anEnvironment("conditions", { conditions: 7 }),
    anObject("JobQueue", "empty", { status: { conditions: [null] } }),
    anObject("QuotaShare", "limits", { spec: { capacityLimits: {}, resourceSharingConfiguration: {} } }),
  ];
  const { items } = snapshotOf(knownOf([...odd, aQueue("main", [])]), true);
  expect(Object.values(items).map(({ name, state, reason }) => [name, state, reason])).toEqual([
    ...odd.map(({ metadata: { name } }) => [name, "Unknown", "NotShown"]),
    ["main", "Current", "Available"],
  ]);
});

test("a consumable has the quantity that jobs hold, a service environment its type, and a quota share its capacity", () => {
  const consumable = anObject("ConsumableResource", "seats", {
    spec: { totalQuantity: 3, resourceType: "NON_REPLENISHABLE" },
    status: { conditions: [ready], totalQuantity: 2, inUseQuantity: 1 },
  });
  const service = anObject("ServiceEnvironment", "training", {
    spec: { serviceEnvironmentType: "SAGEMAKER_TRAINING" },
    status: { conditions: [ready], state: "ENABLED", status: "VALID" },
  });
  const share = anObject("QuotaShare", "research", {
    spec: {
      capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 4 }],
      resourceSharingConfiguration: { strategy: "LEND" },
    },
    status: { conditions: [ready], state: "ENABLED", status: "VALID" },
  });
  const { items } = snapshotOf(knownOf([consumable, service, share]), true);
  expect(Object.values(items).map(({ facts }) => facts)).toEqual([
    ["NON_REPLENISHABLE", "1 of 2 in use"],
    ["SAGEMAKER_TRAINING", "ENABLED, VALID"],
    ["ENABLED, VALID", "4 ml.m5.large", "LEND"],
  ]);
});

test("a queue has its unfinished jobs of the last read, and none of a queue that its spec or status names", () => {
  const status = { conditions: [ready], name: "team_main" };
  const own = aQueue("main", [ref("fast")], { status });
  const forged = aQueue("main", [ref("fast")], { namespace: "mallory", status });
  const named = aQueue("other", [ref("fast")]);
  const known = knownOf([own, forged, { ...named, spec: { jobQueueName: "team_main" } }]);
  const none = { count: 0, more: false };
  const counts = {
    submitted: none,
    pending: none,
    runnable: { count: 1000, more: true },
    starting: none,
    running: { count: 3, more: false },
  };
  const jobs = new Map([[ownedKey("uid-team-main", "team_main"), { counts, readAt: Date.UTC(2030, 0, 1) }]]);
  const { items } = snapshotOf({ ...known, aws: { ...known.aws, jobs } }, true);
  expect(items["JobQueue/team/main"]?.jobs).toEqual({
    counts: [
      { status: "SUBMITTED", count: "0" },
      { status: "PENDING", count: "0" },
      { status: "RUNNABLE", count: "1000 or more" },
      { status: "STARTING", count: "0" },
      { status: "RUNNING", count: "3" },
    ],
    readAt: "2030-01-01T00:00:00.000Z",
  });
  expect(items["JobQueue/mallory/main"]?.jobs).toBeUndefined();
  expect(items["JobQueue/team/other"]?.jobs).toBeUndefined();
});
