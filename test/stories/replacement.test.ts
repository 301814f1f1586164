import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const other = withTypes(["m5.large"]);
const withPlacementGroup = (placementGroup: string): BatchComputeEnvironmentSpec => ({
  ...ec2,
  computeResources: { ...(ec2.computeResources ?? { type: "EC2", maxvCpus: 1 }), placementGroup },
});
const holding = (
  spec: BatchComputeEnvironmentSpec,
  change: NonNullable<BatchComputeEnvironmentSpec["replacement"]>,
) => ({
  ...spec,
  replacement: { ...spec.replacement, ...change },
});

/** A compute environment with queues on it, Ready. */
async function readyWorld(queues: readonly string[] = ["q1"], spec = ec2): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", spec), ...queues.map((name) => jobQueue(name, ["ce"])));
  await world.untilReady();
  return world;
}

const stalled = (world: World, reason: string) => (): boolean =>
  world.condition("BatchComputeEnvironment", "ce", "Stalled")?.reason === reason;
const waits = (world: World, reason: string) => (): boolean =>
  world.condition("BatchComputeEnvironment", "ce", "Ready")?.reason === reason;
const environments = (world: World): number =>
  world.aws.truth
    .computeEnvironments()
    .filter(({ status, tags }) => status !== "DELETED" && tags?.["awsbatch.dev/name"] === "ce").length;
const settled = (world: World) => (): boolean =>
  environments(world) === 1 && world.condition("BatchComputeEnvironment", "ce", "Retiring") === undefined;
/** What the status says to approve with; empty when nothing waits for approval. */
const approval = (world: World): string =>
  world.object<{ plan: { approval?: string } }>("BatchComputeEnvironment", "ce")?.status?.plan.approval ?? "";

/** Applies a change, lets the replacement run to its end, and expects silence afterwards. */
async function replace(world: World, spec: BatchComputeEnvironmentSpec): Promise<void> {
  world.apply(computeEnvironment("ce", spec));
  await world.until("the target serves", () => waits(world, "Available")() && isObserved(world));
  await world.until("the predecessor is gone", settled(world));
}

const isObserved = (world: World): boolean => {
  const object = world.object<{ observedGeneration: number }>("BatchComputeEnvironment", "ce");
  return object?.status?.observedGeneration === object?.metadata.generation;
};

describe("creation", () => {
  it("makes environment, queue and job definition in any order", async () => {
    const world = await aWorld();
    world.apply(jobQueue("q1", ["ce"]), jobDefinition("hello"), computeEnvironment("ce", ec2));
    await world.untilReady();
    await expectStory(world, "create");
    await expectSilence(world);
  });
});

describe("a change in place", () => {
  const inPlace: [string, BatchComputeEnvironmentSpec, BatchComputeEnvironmentSpec][] = [
    ["scaling", ec2, { ...ec2, computeResources: { ...ec2.computeResources, maxvCpus: 512 } as never }],
    ["tags", ec2, { ...ec2, tags: { team: "blue" } }],
    [
      "service role for another",
      { ...ec2, serviceRole: "arn:aws:iam::123456789012:role/one" },
      { ...ec2, serviceRole: "arn:aws:iam::123456789012:role/two" },
    ],
    [
      "infrastructure with an update policy",
      { ...ec2, updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 } },
      { ...other, updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 } },
    ],
    [
      "rollout token with an update policy",
      { ...ec2, updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 } },
      { ...ec2, rolloutToken: "v2", updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 } },
    ],
  ];
  it.each(inPlace)("of %s", async (what, before, after) => {
    const world = await readyWorld(["q1"], before);
    world.apply(computeEnvironment("ce", after));
    await world.until(
      "the change is made",
      () => isObserved(world) && world.condition("BatchComputeEnvironment", "ce", "Ready")?.status === "True",
    );
    expect(environments(world)).toBe(1);
    await expectStory(world, `update ${what}`);
    await expectSilence(world);
  });
});

it("state: DISABLED in the spec starves the queue, as specified, and says so", async () => {
  const world = await readyWorld();
  world.apply(computeEnvironment("ce", { ...ec2, state: "DISABLED" }));
  await world.until("it is disabled", () => waits(world, "Disabled")() && isObserved(world));
  expect(world.condition("BatchComputeEnvironment", "ce", "Ready")?.message).toContain("team_q1");
  await world.until(
    "the queue says so",
    () => world.condition("JobQueue", "q1", "Ready")?.reason === "NoUsableEnvironment",
  );
});

describe("a replacement", () => {
  it("under one queue", async () => {
    const world = await readyWorld();
    await replace(world, other);
    await expectStory(world, "replacement under one queue");
    await expectSilence(world);
  });

  it("under three queues", async () => {
    const world = await readyWorld(["q1", "q2", "q3"]);
    await replace(world, other);
    await expectStory(world, "replacement under three queues");
  });

  it("in a queue that has three environments already", async () => {
    const world = await aWorld();
    world.apply(
      computeEnvironment("ce", ec2),
      computeEnvironment("second", ec2),
      computeEnvironment("third", ec2),
      jobQueue("q1", ["second", "ce", "third"]),
    );
    await world.untilReady();
    await replace(world, other);
    await expectStory(world, "replacement in a queue of three");
  });

  it("soaks until a job runs on the successor", async () => {
    const soaking = { ...ec2, replacement: { soakSeconds: 3600 } };
    const world = await readyWorld(["q1"], soaking);
    world.apply(jobDefinition("hello"));
    await world.untilReady();
    world.apply(computeEnvironment("ce", { ...withTypes(["m5.large"], soaking) }));
    await world.until(
      "it soaks",
      () => world.condition("BatchComputeEnvironment", "ce", "Retiring")?.reason === "Soaking",
    );
    world.note("user", "submits a job");
    world.aws.outside.submitPlannedJob(
      { jobName: "j", jobQueue: "team_q1", jobDefinition: "team_hello" },
      { durationMs: 600_000, exitCode: 0 },
    );
    await world.until("the predecessor is gone", settled(world));
    await expectStory(world, "soak until a job runs");
  });

  it("waits for running jobs and kills none", async () => {
    const world = await readyWorld();
    world.apply(jobDefinition("hello"));
    await world.untilReady();
    world.note("user", "submits a job of one hour");
    world.aws.outside.submitPlannedJob(
      { jobName: "long", jobQueue: "team_q1", jobDefinition: "team_hello" },
      { durationMs: 3_600_000, exitCode: 0 },
    );
    await world.seconds(120);
    world.apply(computeEnvironment("ce", other));
    await world.until(
      "it drains",
      () => world.condition("BatchComputeEnvironment", "ce", "Retiring")?.reason === "Draining",
    );
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")?.status).toBe("True");
    await world.until("the predecessor is gone", settled(world), 7200);
    expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED"]);
    await expectStory(world, "drain of a long job");
  });

  it("with an impossible successor leaves the old one serving, and a corrected spec starts again", async () => {
    const world = await readyWorld();
    world.aws.outside.removeFromEc2("pg-gone");
    world.apply(computeEnvironment("ce", withPlacementGroup("pg-gone")));
    await world.until("it stalls", stalled(world, "Invalid"));
    await replace(world, other);
    await expectStory(world, "impossible successor and recovery");
    await expectSilence(world);
  });

  it("with a successor that AWS refuses to make leaves the old one serving, and a corrected spec starts again", async () => {
    const world = await readyWorld();
    world.apply(computeEnvironment("ce", withTypes(["c5.large", "z9.unknown"])));
    await world.until("it stalls", stalled(world, "InvalidRequest"));
    const reported = () => world.condition("BatchComputeEnvironment", "ce", "Stalled");
    const first = reported();
    expect(first?.message).toMatch(/Instance type can only be one of \[.{1,80} more\]: z9[.]unknown is not among them/);
    // AWS lists them in another order at the next try.
    await world.seconds(900);
    expect(reported()).toEqual(first);
    await replace(world, other);
    await expectStory(world, "refused successor and recovery");
    await expectSilence(world);
  });

  it("whose target turns INVALID in the soak goes back", async () => {
    const soaking = { ...ec2, replacement: { soakSeconds: 3600 } };
    const world = await readyWorld(["q1", "q2"], soaking);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], soaking)));
    await world.until(
      "it soaks",
      () => world.condition("BatchComputeEnvironment", "ce", "Retiring")?.reason === "Soaking",
    );
    const target = world.object<{ target: string }>("BatchComputeEnvironment", "ce")?.status?.target ?? "";
    world.note("aws", `finds ${target} INVALID`);
    world.aws.outside.invalidate(target, "none of the instances joined the underlying ECS Cluster");
    await world.until("the queues are back", () => stalled(world, "Invalid")() && queuesAvoid(world, target));
    world.note("aws", `finds ${target} healthy again`);
    world.aws.outside.heal(target);
    await world.seconds(600);
    expect(queuesAvoid(world, target)).toBe(true);
    await expectStory(world, "target invalid in the soak");
    world.apply(computeEnvironment("ce", withTypes(["m6i.large"], soaking)));
    await world.until(
      "the next target soaks",
      () => world.condition("BatchComputeEnvironment", "ce", "Retiring")?.reason === "Soaking",
    );
    expect(world.violations).toEqual([]);
  });

  it("is refused before anything is made when a queue could not hold the successor", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), computeEnvironment("second", ec2), jobQueue("q1", ["ce", "second"]));
    await world.untilReady();
    const calls = world.writes().length;
    world.apply(
      computeEnvironment("ce", {
        type: "MANAGED",
        computeResources: {
          type: "FARGATE",
          maxvCpus: 16,
          subnets: ["subnet-11111111"],
          securityGroupIds: ["sg-11111111"],
        },
      }),
    );
    await world.until("it stalls", stalled(world, "QueueIncompatible"));
    expect(world.writes().slice(calls)).toEqual([]);
    await expectStory(world, "EC2 to FARGATE refused");
  });

  it("is stalled with AWS's words when AWS refuses to hand the queue over", async () => {
    const world = await readyWorld();
    world.apply(
      computeEnvironment("ce", {
        type: "MANAGED",
        computeResources: {
          type: "FARGATE",
          maxvCpus: 16,
          subnets: ["subnet-11111111"],
          securityGroupIds: ["sg-11111111"],
        },
      }),
    );
    await world.until("it stalls", stalled(world, "SwitchingQueues"));
    expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")?.message).toContain("job queue type");
    expect(world.condition("BatchComputeEnvironment", "ce", "Reconciling")).toBeUndefined();
    world.apply(computeEnvironment("ce", ec2));
    await world.untilReady();
    await world.until("only the first is left", settled(world));
    expect(world.violations).toEqual([]);
  });

  it("waits for approval at each hold", async () => {
    const held = holding(ec2, { holdBefore: ["Create", "Repoint", "Delete"] });
    const world = await readyWorld(["q1"], held);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], held)));
    for (const step of ["Create", "Repoint", "Delete"]) {
      const awaiting = (): boolean =>
        step === "Delete"
          ? world.condition("BatchComputeEnvironment", "ce", "Retiring")?.reason === "AwaitingApproval"
          : waits(world, "AwaitingApproval")() && isObserved(world);
      await world.until(`it waits before ${step}`, awaiting);
      await world.seconds(120);
      const value = approval(world);
      expect(value).toMatch(new RegExp(`^[^/]+/${step}@[0-9a-f]{8}$`));
      world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": value });
      await world.seconds(1);
    }
    await world.until("the predecessor is gone", settled(world));
    expect(approval(world)).toBe("");
    await expectStory(world, "approval at each hold");
  });

  const awaits = (world: World) => (): boolean =>
    ["Ready", "Retiring"].some(
      (type) => world.condition("BatchComputeEnvironment", "ce", type)?.reason === "AwaitingApproval",
    );
  const approve = (world: World): void =>
    world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": approval(world) });
  const ours = (world: World) =>
    world.aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED" && status !== "DELETING");

  it.each([
    ["Repoint", "UpdateJobQueue"],
    ["Delete", "DeleteComputeEnvironment"],
  ] as const)("waits for an approval of its own at each %s under one spec", async (step, write) => {
    const held = holding(ec2, { holdBefore: [step], soakSeconds: 0 });
    const world = await readyWorld(["q1"], held);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], held)));
    await world.until("it waits", awaits(world));
    const approved = approval(world);
    approve(world);
    await world.until("the predecessor is gone", settled(world));
    await expectSilence(world);
    const [serving] = ours(world);
    const before = world.writes().length;
    world.note("tool", "changes the instance types in AWS");
    await world.aws.outside.updateComputeEnvironment({
      computeEnvironment: serving?.computeEnvironmentName,
      computeResources: { instanceTypes: ["r5.large"] },
    });
    await world.until("it waits once more", awaits(world));
    await world.seconds(2 * 3600);
    expect(approval(world)).not.toBe(approved);
    expect(
      world
        .writes()
        .slice(before)
        .filter((one) => one.startsWith(write)),
    ).toEqual([]);
    expect(ours(world)).toHaveLength(2);
    approve(world);
    await world.until("the second predecessor is gone as well", settled(world));
    expect(world.violations).toEqual([]);
  });

  it("takes one approval for all predecessors that are out of use, also across a restart", async () => {
    const held = holding(ec2, { holdBefore: ["Delete"], soakSeconds: 0 });
    const before = await readyWorld(["q1"], held);
    for (const type of ["m5.large", "r5.large"]) {
      before.apply(computeEnvironment("ce", withTypes([type], held)));
      await before.until("it waits", () => awaits(before)() && isObserved(before));
    }
    await before.seconds(600);
    expect(ours(before)).toHaveLength(3);
    approve(before);
    await before.stop();
    const world = await aWorld({ aws: before.aws, clock: before.clock, store: before.store });
    await world.until("both predecessors are gone", settled(world));
    expect(world.violations).toEqual([]);
  });
});

const queuesAvoid = (world: World, name: string): boolean =>
  world.aws.truth
    .jobQueues()
    .every(
      ({ computeEnvironmentOrder }) =>
        !computeEnvironmentOrder?.some(({ computeEnvironment }) => computeEnvironment?.endsWith(`/${name}`)),
    );

describe("a spec that goes back", () => {
  const steps: [string, (world: World) => boolean][] = [
    [
      "while the successor is being made",
      (world) => world.aws.truth.computeEnvironments().some(({ status }) => status === "CREATING"),
    ],
    [
      "while the queue is being repointed",
      (world) => world.aws.truth.jobQueues().some(({ status }) => status === "UPDATING"),
    ],
    [
      "while the predecessor is being disabled",
      (world) => world.aws.truth.computeEnvironments().some(({ state }) => state === "DISABLED"),
    ],
    [
      "while the predecessor is being deleted",
      (world) => world.aws.truth.computeEnvironments().some(({ status }) => status === "DELETING"),
    ],
  ];
  it.each(steps)("%s", async (when, reached) => {
    const world = await readyWorld();
    world.apply(computeEnvironment("ce", other));
    await world.until(when, () => reached(world));
    await replace(world, ec2);
    const [left] = world.aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
    expect(left?.computeResources?.instanceTypes).toEqual(["c5.large"]);
    await expectStory(world, `reverted ${when}`);
    await expectSilence(world);
  });

  it("and shall be DISABLED stops what serves at once, and takes its queues over then", async () => {
    const world = await readyWorld();
    world.apply(jobDefinition("hello"));
    await world.untilReady();
    world.aws.outside.submitPlannedJob(
      { jobName: "long", jobQueue: "team_q1", jobDefinition: "team_hello" },
      { durationMs: 3_600_000, exitCode: 0 },
    );
    await world.seconds(120);
    world.apply(computeEnvironment("ce", other));
    await world.until(
      "it drains",
      () => world.condition("BatchComputeEnvironment", "ce", "Retiring")?.reason === "Draining",
    );
    const successor = world.object<{ target: string }>("BatchComputeEnvironment", "ce")?.status?.target ?? "";
    world.apply(computeEnvironment("ce", { ...ec2, state: "DISABLED" }));
    await world.until("it is disabled", () => waits(world, "Disabled")() && isObserved(world));
    expect(queuesAvoid(world, successor)).toBe(true);
    await world.until("the successor is gone", settled(world), 7200);
    const [left] = world.aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
    expect(left).toMatchObject({ state: "DISABLED", computeResources: { instanceTypes: ["c5.large"] } });
    expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["RUNNING"]);
    // Only the spec starves the queue.
    expect(world.violations).toEqual([expect.stringContaining("team_q1 lost its last usable environment")]);
  });

  it("during a drain takes the old one back with its jobs", async () => {
    const world = await readyWorld();
    world.apply(jobDefinition("hello"));
    await world.untilReady();
    world.aws.outside.submitPlannedJob(
      { jobName: "long", jobQueue: "team_q1", jobDefinition: "team_hello" },
      { durationMs: 3_600_000, exitCode: 0 },
    );
    await world.seconds(120);
    world.apply(computeEnvironment("ce", other));
    await world.until(
      "it drains",
      () => world.condition("BatchComputeEnvironment", "ce", "Retiring")?.reason === "Draining",
    );
    await replace(world, ec2);
    expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["RUNNING"]);
    await expectStory(world, "reverted during a drain");
  });
});

it("a second change during a drain makes a third environment, and the queues follow", async () => {
  const world = await readyWorld();
  world.apply(jobDefinition("hello"));
  await world.untilReady();
  world.aws.outside.submitPlannedJob(
    { jobName: "long", jobQueue: "team_q1", jobDefinition: "team_hello" },
    { durationMs: 3_600_000, exitCode: 0 },
  );
  await world.seconds(120);
  world.apply(computeEnvironment("ce", other));
  await world.until(
    "it drains",
    () => world.condition("BatchComputeEnvironment", "ce", "Retiring")?.reason === "Draining",
  );
  await world.seconds(60);
  world.apply(computeEnvironment("ce", withTypes(["r5.large"])));
  await world.until("only the last is left", settled(world), 7200);
  expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED"]);
  await expectStory(world, "second change during a drain");
});

it("a replacement that waits for a queue which drains for days keeps no other waiting", async () => {
  const world = await aWorld({ flags: { maxConcurrentReplacements: 1 } });
  world.apply(
    computeEnvironment("ce", ec2),
    computeEnvironment("second", ec2),
    jobQueue("q1", ["ce"]),
    jobQueue("q2", ["second"]),
    jobDefinition("hello"),
  );
  await world.untilReady();
  world.aws.outside.submitPlannedJob(
    { jobName: "long", jobQueue: "team_q1", jobDefinition: "team_hello" },
    { durationMs: 5 * 86_400_000, exitCode: 0 },
  );
  await world.seconds(120);
  world.delete("JobQueue", "q1");
  world.apply(computeEnvironment("ce", other));
  await world.until("it waits for the queue that is being deleted", waits(world, "QueueBeingDeleted"));
  world.apply(computeEnvironment("second", other));
  await world.until(
    "the other one is replaced",
    () =>
      world.condition("BatchComputeEnvironment", "second", "Ready")?.status === "True" &&
      world.object<{ observedGeneration: number }>("BatchComputeEnvironment", "second")?.status?.observedGeneration ===
        world.object("BatchComputeEnvironment", "second")?.metadata.generation,
  );
  expect(waits(world, "QueueBeingDeleted")()).toBe(true);
  expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["RUNNING"]);
});

it("an environment in use that turned INVALID is used again once the resources that it references have been fixed", async () => {
  const role = "arn:aws:iam::123456789012:role/batch-service";
  const world = await readyWorld(["q1"], { ...ec2, serviceRole: role });
  world.aws.outside.removeRole(role);
  world.apply(
    computeEnvironment("ce", {
      ...ec2,
      serviceRole: role,
      computeResources: { ...ec2.computeResources, maxvCpus: 512 } as never,
    }),
  );
  await world.until("it stalls", stalled(world, "Invalid"));
  world.aws.outside.restoreRole(role);
  await world.untilReady(3600);
  expect(environments(world)).toBe(1);
  await expectSilence(world);
});

it("a role that stays missing uses up no quota, and the environment is made once the role is there", async () => {
  const role = "arn:aws:iam::123456789012:role/batch-service";
  const world = await aWorld();
  world.aws.outside.removeRole(role);
  world.apply(computeEnvironment("ce", { ...ec2, serviceRole: role }), jobQueue("q1", ["ce"]));
  await world.until("it stalls", stalled(world, "Invalid"));
  // AWS cannot tear down what it made either: without the role every attempt stays.
  await world.seconds(4 * 3600);
  expect(environments(world)).toBe(3);
  expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")?.message).toContain(role);

  world.aws.outside.restoreRole(role);
  await world.untilReady(3600);
  await world.until("the failed attempts are gone", settled(world), 3600);
});
