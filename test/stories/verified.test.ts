/** A job proves a new environment before any queue names it (`replacement.verify`). */

import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const verifying = (change: object = {}): BatchComputeEnvironmentSpec => ({
  ...ec2,
  replacement: { soakSeconds: 60, verify: { jobDefinitionRef: { name: "smoke" }, ...change } },
});

const condition = (world: World, type: string) => world.condition("BatchComputeEnvironment", "ce", type);
const message = (world: World): string => condition(world, "Ready")?.message ?? "";
const statusOf = (world: World) =>
  world.object<{ target: string; plan: { approval: string } }>("BatchComputeEnvironment", "ce")?.status;
const queues = (world: World): readonly string[] =>
  world.aws.truth.jobQueues().flatMap(({ jobQueueName, status }) => (status === "DELETED" ? [] : [jobQueueName]));
const environments = (world: World): readonly string[] =>
  world.aws.truth
    .computeEnvironments()
    .flatMap(({ computeEnvironmentName, status }) => (status === "DELETED" ? [] : [computeEnvironmentName]));
const namedBy = (world: World, queue: string): string =>
  world.aws.truth
    .jobQueues()
    .filter(({ jobQueueName }) => jobQueueName === queue)
    .flatMap(({ computeEnvironmentOrder = [] }) => computeEnvironmentOrder.map((one) => one.computeEnvironment ?? ""))
    .map((arn) => arn.slice(arn.lastIndexOf("/") + 1))
    .join(" ");
const smokeFails = (world: World, exitCode = 3): void =>
  world.aws.outside.planJobs({ job: "verify-*", attempts: [{ exitCode }] });

/** A world with an environment that serves a queue, and is not verified. */
async function serving(spec = verifying()): Promise<World> {
  const world = await aWorld();
  world.apply(computeEnvironment("ce", spec), jobQueue("q", ["ce"]), jobDefinition("smoke"));
  await world.untilReady();
  return world;
}

describe("the first environment of an object", () => {
  it("is Ready, and named by a queue, only after the job has succeeded on it", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", verifying()), jobQueue("q", ["ce"]), jobDefinition("smoke"));
    await world.until("its job runs", () => /verifies .* and is RUN/.test(message(world)), 600);
    expect(queues(world)).toEqual([`${statusOf(world)?.target}-verify`]);
    expect(world.condition("JobQueue", "q", "Ready")?.message).toContain("is not verified yet");
    await world.untilReady();
    await world.seconds(120);
    expect(queues(world)).toEqual(["team_q"]);
    await expectStory(world, "a first environment is verified");
    await expectSilence(world);
  });

  it("is kept, Stalled, when the job fails on it, until the spec changes", async () => {
    const world = await aWorld();
    smokeFails(world);
    world.apply(computeEnvironment("ce", verifying()), jobDefinition("smoke"));
    await world.until("it failed", () => condition(world, "Stalled")?.reason === "VerificationFailed", 900);
    await world.seconds(7200);
    expect(environments(world)).toHaveLength(1);
    expect(queues(world)).toEqual([]);
    await expectSilence(world);
  });
});

describe("a successor", () => {
  it("takes over once the job has succeeded on it, and the operator's own queue is gone", async () => {
    const world = await serving();
    const old = statusOf(world)?.target ?? "";
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], verifying())));
    await world.until("its job is there", () => message(world).startsWith("job "), 600);
    expect(namedBy(world, "team_q")).toBe(old);
    await world.untilReady();
    await world.until("the old one is gone", () => environments(world).length === 1, 1800);
    expect(queues(world)).toEqual(["team_q"]);
    expect(namedBy(world, "team_q")).toBe(statusOf(world)?.target);
    await expectStory(world, "a successor is verified");
    await expectSilence(world);
  });

  it("gets no queue when the job fails on it, is kept for an hour, and is not created again", async () => {
    const world = await serving();
    const old = statusOf(world)?.target ?? "";
    smokeFails(world);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], verifying())));
    await world.until("it failed", () => condition(world, "Stalled")?.reason === "VerificationFailed", 900);
    expect(condition(world, "Stalled")?.message).toMatch(
      /^job [0-9a-f-]{36} did not succeed on the new environment: .*exit code 3; it logged at last "hello world"\. No queue/,
    );
    const failures = world.store.events().filter(({ reason }) => reason === "VerificationFailed");
    expect(failures.map(({ type, note }) => `${type} ${note.replace(/\S{36}/g, "ID")}`)).toEqual([
      expect.stringMatching(/^Warning .*job ID did not succeed on the new environment: .*: exit code 3; /),
    ]);
    await world.seconds(3300);
    expect(environments(world)).toHaveLength(2);
    await world.seconds(7200);
    expect(environments(world)).toEqual([old]);
    expect(namedBy(world, "team_q")).toBe(old);
    expect(condition(world, "Stalled")?.reason).toBe("VerificationFailed");
    await expectStory(world, "a successor fails its verification");
    await expectSilence(world);
  });
});

/** A world in which the job of a successor fails, and an attempt is recorded. */
async function failed(): Promise<{ world: World; old: string }> {
  const world = await serving();
  const old = statusOf(world)?.target ?? "";
  smokeFails(world);
  world.apply(computeEnvironment("ce", withTypes(["m5.large"], verifying())));
  await world.until("it failed", () => condition(world, "Stalled")?.reason === "VerificationFailed", 900);
  return { world, old };
}

describe("after a failure", () => {
  for (const hours of [0, 2]) {
    it(`a person has it tried again by an approval, ${hours} hours later`, async () => {
      const { world, old } = await failed();
      await world.seconds(hours * 3600);
      expect(environments(world)).toHaveLength(hours === 0 ? 2 : 1);
      world.aws.outside.planJobs({ job: "verify-*", attempts: [{ exitCode: 0 }] });
      world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": statusOf(world)?.plan.approval ?? "" });
      await world.until("it took over", () => namedBy(world, "team_q") !== old, 900);
      await world.until("the old one is gone", () => environments(world).length === 1, 1800);
      expect(world.violations).toEqual([]);
      await expectSilence(world);
    });

    it(`the approval of one attempt approves no other, ${hours} hours later`, async () => {
      const { world, old } = await failed();
      await world.seconds(hours * 3600);
      const approval = statusOf(world)?.plan.approval ?? "";
      world.annotate("BatchComputeEnvironment", "ce", { "awsbatch.dev/approve": approval });
      await world.until("it is tried again", () => condition(world, "Stalled")?.status !== "True", 900);
      await world.until("it failed again", () => condition(world, "Stalled")?.reason === "VerificationFailed", 900);
      expect(statusOf(world)?.plan.approval).not.toBe(approval);
      await world.seconds(7200);
      expect(environments(world)).toEqual([old]);
      expect(queues(world)).toEqual(["team_q"]);
      await expectSilence(world);
    });
  }

  it("another revision of the job is tried at once, on the environment that is kept", async () => {
    const { world, old } = await failed();
    world.aws.outside.planJobs({ job: "verify-*", attempts: [{ exitCode: 0 }] });
    world.apply(jobDefinition("smoke", { parameters: { size: "2" } }));
    await world.until("it took over", () => namedBy(world, "team_q") !== old, 900);
    await world.until("the old one is gone", () => environments(world).length === 1, 1800);
    await expectSilence(world);
  });

  it("the spec of before takes the environment that failed out of service", async () => {
    const { world, old } = await failed();
    world.apply(computeEnvironment("ce", verifying()));
    await world.untilReady();
    await world.until("it is gone", () => environments(world).length === 1, 1800);
    expect(environments(world)).toEqual([old]);
    await expectSilence(world);
  });
});

describe("a job that does not end", () => {
  it("is terminated at the timeout, and its environment is not used", async () => {
    const world = await serving(verifying());
    const old = statusOf(world)?.target ?? "";
    world.aws.outside.planJobs({ job: "verify-*", attempts: [{ durationMs: 86_400_000 }] });
    const spec = verifying({ timeoutSeconds: 600 });
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], spec)));
    await world.until("it failed", () => condition(world, "Stalled")?.reason === "VerificationFailed", 1500);
    expect(condition(world, "Stalled")?.message).toContain("it had not succeeded 600 s after its submission");
    expect(namedBy(world, "team_q")).toBe(old);
    await expectStory(world, "a verification takes too long");
  });

  it("is ended, and everything of it removed, when the object is deleted meanwhile", async () => {
    const world = await serving(verifying());
    world.aws.outside.planJobs({ job: "verify-*", attempts: [{ durationMs: 86_400_000 }] });
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], verifying())));
    await world.until("its job runs", () => message(world).includes("is RUNNING"), 600);
    world.delete("JobQueue", "q");
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("all of it is gone", () => environments(world).length === 0, 1800);
    expect(queues(world)).toEqual([]);
    expect(world.violations).toEqual([]);
  });

  it("is ended, and its queue removed, before Retain leaves the environments", async () => {
    const world = await serving(verifying());
    world.aws.outside.planJobs({ job: "verify-*", attempts: [{ durationMs: 86_400_000 }] });
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], { ...verifying(), deletionPolicy: "Retain" })));
    await world.until("its job runs", () => message(world).includes("is RUNNING"), 600);
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("the object is gone", () => world.object("BatchComputeEnvironment", "ce") === undefined, 1800);
    expect(queues(world)).toEqual(["team_q"]);
    expect(environments(world)).toHaveLength(2);
  });
});

describe("the operator's own queue, disabled by somebody while the job runs", () => {
  it("is made once more, and the environment is verified in it", async () => {
    const world = await serving(verifying());
    const old = statusOf(world)?.target ?? "";
    world.aws.outside.planJobs({ job: "verify-*", attempts: [{ durationMs: 120_000, exitCode: 0 }] });
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], verifying())));
    await world.until("its job runs", () => message(world).includes("is RUNNING"), 600);
    await world.aws.outside.updateJobQueue({ jobQueue: `${statusOf(world)?.target}-verify`, state: "DISABLED" });
    await world.until("it took over", () => namedBy(world, "team_q") !== old, 1800);
    expect(condition(world, "Stalled")?.status ?? "False").toBe("False");
    await world.until("the old one is gone", () => environments(world).length === 1, 1800);
    await expectSilence(world);
  });
});

describe("a definition that is not there", () => {
  it("keeps a successor from being created, and says so", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]));
    await world.untilReady();
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], verifying())));
    await world.until("it is Stalled", () => condition(world, "Stalled")?.status === "True", 900);
    expect(condition(world, "Stalled")).toMatchObject({ reason: "ReferenceNotFound" });
    expect(condition(world, "Stalled")?.message).toBe(
      "spec.replacement.verify: there is no JobDefinition team/smoke: create it, or change the reference",
    );
    expect(environments(world)).toHaveLength(1);
    world.apply(jobDefinition("smoke"));
    await world.untilReady();
    expect(world.violations).toEqual([]);
  });
});

describe("an environment that serves queues when verification is asked for", () => {
  it("goes on to serve them while the job runs on it", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("smoke"));
    await world.untilReady();
    const [name = ""] = environments(world);
    smokeFails(world);
    world.apply(computeEnvironment("ce", verifying()));
    await world.until("it failed", () => condition(world, "Stalled")?.reason === "VerificationFailed", 900);
    expect(namedBy(world, "team_q")).toBe(name);
    expect(world.condition("JobQueue", "q", "Ready")?.status).toBe("True");
  });
});

describe("a job of somebody else in the operator's own queue", () => {
  it("is not ended: the queue stays until it has", async () => {
    const world = await serving(verifying());
    world.aws.outside.planJobs({ job: "verify-*", attempts: [{ durationMs: 600_000 }] });
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], verifying())));
    await world.until("its job runs", () => message(world).includes("is RUNNING"), 600);
    const queue = queues(world).find((name) => name.endsWith("-verify")) ?? "";
    world.aws.outside.submitPlannedJob(
      { jobName: "theirs", jobQueue: queue, jobDefinition: "team_smoke" },
      { durationMs: 3_600_000, exitCode: 0 },
    );
    await world.untilReady();
    await world.seconds(600);
    expect(queues(world)).toContain(queue);
    expect(message(world)).toContain(`queue ${queue}`);
    await world.seconds(3600);
    expect(queues(world)).toEqual(["team_q"]);
    expect(world.violations).toEqual([]);
  });
});

describe("a newer image", () => {
  const nightly: BatchComputeEnvironmentSpec = {
    ...verifying(),
    imageUpdates: { policy: "Automatic", windows: [{ schedule: "0 2 * * *", durationMinutes: 120 }] },
  };
  const two = Date.UTC(2026, 0, 1, 2);

  it("waits for its window, proves itself, is handed the queue, and the old environment goes", async () => {
    const world = await serving(nightly);
    const old = statusOf(world)?.target ?? "";
    world.aws.outside.releaseImage("ECS_AL2023");
    await world.until("it is announced", () => condition(world, "UpdateAvailable") !== undefined, 600);
    await world.until("a new environment is there", () => environments(world).length === 2, 7200);
    expect(world.clock.now()).toBeGreaterThanOrEqual(two);
    expect(namedBy(world, "team_q")).toBe(old);
    await world.until("the old one is gone", () => environments(world).length === 1, 3600);
    expect(namedBy(world, "team_q")).not.toBe(old);
    expect(condition(world, "UpdateAvailable")).toBeUndefined();
    await world.seconds(120);
    await expectStory(world, "a newer image proves itself in its window");
    await expectSilence(world);
  });

  it("is stopped before any queue names it, where the job fails on it", async () => {
    const world = await serving(nightly);
    const old = statusOf(world)?.target ?? "";
    world.aws.outside.releaseImage("ECS_AL2023");
    smokeFails(world);
    await world.until("it failed", () => condition(world, "Stalled")?.reason === "VerificationFailed", 9000);
    expect(world.clock.now()).toBeGreaterThanOrEqual(two);
    await world.seconds(26 * 3600);
    expect(environments(world)).toEqual([old]);
    expect(namedBy(world, "team_q")).toBe(old);
    expect(queues(world)).toEqual(["team_q"]);
    await expectStory(world, "a bad image is stopped");
    await expectSilence(world);
  });
});
