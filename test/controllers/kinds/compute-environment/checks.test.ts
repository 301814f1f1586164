import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { hindrance, isOurs, queuesNaming } from "../../../../src/controllers/kinds/compute-environment/checks.ts";
import type { QueueSeen, Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { ec2, environment, fargate, queue, seen, settings, withResources } from "./given.ts";

const old = environment("old");
const eks: BatchComputeEnvironmentSpec = {
  ...ec2,
  eksConfiguration: { eksClusterArn: "arn:aws:eks:eu-west-1:1:cluster/c", kubernetesNamespace: "batch" },
};
const managed: BatchComputeEnvironmentSpec = {
  type: "MANAGED",
  computeResources: { type: "ECS_MANAGED_INSTANCES", maxvCpus: 1, subnets: ["subnet-1"] },
} as BatchComputeEnvironmentSpec;
const arm = withResources(ec2, { instanceTypes: ["c7g.large"] });
const allowed = { settings: { ...settings, allowForeignRepoint: true } };
const repoint: BatchComputeEnvironmentSpec = { ...ec2, replacement: { foreignQueues: "Repoint" } };
const foreign = queue("theirs", ["old"], { foreign: true });
const sibling = (spec: BatchComputeEnvironmentSpec): Partial<Seen> => ({
  environments: [old, environment("x", spec)],
  queues: [queue("q1", ["old", "x"])],
});
const typed = (jobQueueType: string): Partial<Seen> => ({
  queues: [queue("q1", ["old"], { object: { jobQueueType } })],
});
const others = (count: number): readonly Environment[] =>
  Array.from({ length: count }, (_, index) => environment(`x${index}`));

/** What prevents a successor created from `spec`, in one line. */
function summary(spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): string {
  const found = hindrance(spec, seen(spec, { environments: [old], ...change }), [old]);
  if (found === undefined) return "nothing";
  const again = found.checkInMs === undefined ? "" : ` again in ${found.checkInMs / 1000} s`;
  return `${found.kind} ${found.reason}${again}`;
}

describe("what prevents a successor", () => {
  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["nothing, when no queue names the environment", ec2, { queues: [queue("q1", ["x"])] }, "nothing"],
    ["nothing, when a queue of ours does", ec2, { queues: [queue("q1", ["old"])] }, "nothing"],
    ["a foreign queue", ec2, { queues: [foreign] }, "blocked UnmanagedQueue"],
    ["a foreign queue that the operator's flag protects", repoint, { queues: [foreign] }, "blocked UnmanagedQueue"],
    [
      "a foreign queue that only the operator's flag would give up",
      ec2,
      { ...allowed, queues: [foreign] },
      "blocked UnmanagedQueue",
    ],
    ["not a foreign queue that spec and flag give up", repoint, { ...allowed, queues: [foreign] }, "nothing"],
    [
      "a queue with the tags of an object that no longer exists",
      ec2,
      { queues: [{ ...queue("q1", ["old"]), object: undefined }] },
      "blocked UnmanagedQueue",
    ],
    [
      "a queue that names it literally",
      ec2,
      { queues: [queue("q1", ["old"], { object: { literalNames: ["x", "old"] } })] },
      "blocked ReferencedByName again in 60 s",
    ],
    [
      "not a queue that names another one literally",
      ec2,
      { queues: [queue("q1", ["old"], { object: { literalNames: ["x"] } })] },
      "nothing",
    ],
    [
      "a paused queue",
      ec2,
      { queues: [queue("q1", ["old"], { object: { heldBy: "awsbatch.dev/paused" } })] },
      "wait QueuePaused again in 60 s",
    ],
    [
      "not a queue that is being deleted",
      ec2,
      { queues: [queue("q1", ["old"], { foreign: true, status: "DELETING" })] },
      "nothing",
    ],
    [
      "the second queue, when the first is in order",
      ec2,
      { queues: [queue("q1", ["old"]), foreign] },
      "blocked UnmanagedQueue",
    ],

    ["a queue of type ECS, of Fargate", fargate, typed("ECS"), "blocked QueueIncompatible"],
    ["not a queue of type ECS, of instances", ec2, typed("ECS"), "nothing"],
    ["not a queue of type ECS_FARGATE, of Fargate", fargate, typed("ECS_FARGATE"), "nothing"],
    ["a queue of type ECS_FARGATE, of instances", ec2, typed("ECS_FARGATE"), "blocked QueueIncompatible"],
    ["not a queue of type EKS, of EKS", eks, typed("EKS"), "nothing"],
    ["a queue of type EKS, of instances", ec2, typed("EKS"), "blocked QueueIncompatible"],
    ["not a queue of type ECS_MANAGED_INSTANCES, of those", managed, typed("ECS_MANAGED_INSTANCES"), "nothing"],
    [
      "a queue of type ECS_MANAGED_INSTANCES, of instances",
      ec2,
      typed("ECS_MANAGED_INSTANCES"),
      "blocked QueueIncompatible",
    ],
    ["a queue of a type that nobody knows", ec2, typed("SAGEMAKER_TRAINING"), "blocked QueueIncompatible"],
    ["a queue of type EKS, of no instances at all", { type: "UNMANAGED" }, typed("EKS"), "blocked QueueIncompatible"],

    ["a neighbour of another kind", fargate, sibling(ec2), "blocked QueueIncompatible"],
    ["not a neighbour of the same kind", fargate, sibling(fargate), "nothing"],
    ["not an UNMANAGED neighbour of instances", ec2, sibling({ type: "UNMANAGED" }), "nothing"],
    ["a neighbour of another architecture", arm, sibling(ec2), "blocked QueueIncompatible"],
    [
      "not a neighbour of the same architecture",
      arm,
      sibling(withResources(ec2, { instanceTypes: ["a1"] })),
      "nothing",
    ],
    ["not a neighbour of unknown architecture", arm, sibling(withResources(ec2, { instanceTypes: [] })), "nothing"],
    ["not a neighbour that no longer exists", fargate, { queues: [queue("q1", ["old", "gone"])] }, "nothing"],

    ["not 48 environments", ec2, { environments: others(48) }, "nothing"],
    [
      "as many environments of the namespace as it may have",
      ec2,
      { environments: [environment("old")], environmentLimit: { kind: "read", most: 1, from: "--max" } },
      "wait NamespaceLimitReached again in 60 s",
    ],
    ["more than 48 environments", ec2, { environments: others(49) }, "wait QuotaNearlyReached again in 60 s"],
    [
      "not two replacements elsewhere",
      ec2,
      { replacementsElsewhere: { underWay: 2, goesFirst: undefined, waitLonger: [] } },
      "nothing",
    ],
    [
      "three replacements elsewhere",
      ec2,
      { replacementsElsewhere: { underWay: 3, goesFirst: undefined, waitLonger: [] } },
      "wait WaitingForOtherReplacements again in 30 s",
    ],
    [
      "a namespace that goes first",
      ec2,
      { replacementsElsewhere: { underWay: 2, goesFirst: "other", waitLonger: [] } },
      "wait WaitingForOtherReplacements again in 30 s",
    ],
    [
      "not one that has waited longer, where there is room for both",
      ec2,
      { replacementsElsewhere: { underWay: 1, goesFirst: undefined, waitLonger: ["team/b"] } },
      "nothing",
    ],
    [
      "those that have waited longer, where there is room only for them",
      ec2,
      { replacementsElsewhere: { underWay: 1, goesFirst: undefined, waitLonger: ["team/b", "team/c"] } },
      "wait WaitingForOtherReplacements again in 30 s",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change)).toBe(expected);
  });
});

describe("a queue that an annotation holds back", () => {
  it.each<["awsbatch.dev/paused" | "awsbatch.dev/dry-run", string]>([
    ["awsbatch.dev/paused", "queue q1 is paused and cannot be handed over; remove its annotation awsbatch.dev/paused"],
    [
      "awsbatch.dev/dry-run",
      "queue q1 is a dry run and cannot be handed over; remove its annotation awsbatch.dev/dry-run",
    ],
  ])("is reported with the annotation %s", (heldBy, expected) => {
    const queues = [queue("q1", ["old"], { object: { heldBy } })];
    expect(hindrance(ec2, seen(ec2, { environments: [old], queues }), [old])).toEqual({
      kind: "wait",
      reason: "QueuePaused",
      message: expected,
      checkInMs: 60_000,
    });
  });

  it("holds nothing back of a dry run of both, which reports what would be done", () => {
    const queues = [queue("q1", ["old"], { object: { heldBy: "awsbatch.dev/dry-run" } })];
    const given = seen(ec2, { environments: [old], queues });
    expect(hindrance(ec2, { ...given, directives: { ...given.directives, dryRun: true } }, [old])).toBeUndefined();
  });
});

describe("the architecture of instance types", () => {
  const clash = (type: string): boolean =>
    hindrance(arm, seen(arm, sibling(withResources(ec2, { instanceTypes: [type] }))), [old]) !== undefined;

  it.each([
    "a1",
    "a1.large",
    "c7g",
    "m6gd.metal",
    "im4gn.large",
    "is4gen.large",
    "t4g.nano",
    "x2gd",
    "c7gn.large",
    "default_arm64",
  ])("%s is arm64", (type) => expect(clash(type)).toBe(false));
  it.each([
    "c5",
    "c5.large",
    "g4dn.xlarge",
    "g6.xlarge",
    "p4d.24xlarge",
    "m5zn",
    "optimal",
    "default_x86_64",
    "u-6tb1.metal",
  ])("%s is x86_64", (type) => expect(clash(type)).toBe(true));
});

describe("a queue", () => {
  it("names one of several environments, or none", () => {
    const given = seen(ec2, { queues: [queue("q1", ["a", "b"]), queue("q2", ["c"])] });
    expect(queuesNaming(given, new Set(["b", "c"])).map(({ queue: one }) => one.jobQueueName)).toEqual(["q1", "q2"]);
    expect(queuesNaming(given, new Set(["d"]))).toEqual([]);
  });

  it.each<[string, Partial<QueueSeen>, boolean]>([
    ["with its object is ours", {}, true],
    ["without an object is not", { object: undefined }, false],
    ["without our tags is not", { owner: undefined }, false],
  ])("%s", (_name, change, expected) => {
    expect(isOurs({ ...queue("q1", []), ...change })).toBe(expected);
  });
});
