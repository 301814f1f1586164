import { describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobDefinition, jobQueue, smallJob } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const iam = { jobRole: { policyArns: ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"] } };
const shortHistory = { revisionHistoryLimit: 0, revisionMinAgeSeconds: 0 };

async function worldWith(definition: object): Promise<World> {
  const world = await aWorld({ knobs: { strictIam: true } });
  const { instanceRole: _given, ...resources } = ec2.computeResources ?? { type: "EC2", maxvCpus: 0, subnets: [] };
  world.apply(
    computeEnvironment("ce", { ...ec2, computeResources: resources, iam: { serviceRole: {}, instanceRole: {} } }),
    jobQueue("q1", ["ce"]),
    jobDefinition("hello", { iam, ...definition }),
  );
  await world.untilReady();
  return world;
}

const submit = (world: World, queue: string): string | undefined => {
  const job = { jobName: "late", jobQueue: queue, jobDefinition: "team_hello" };
  return world.aws.outside.submitPlannedJob(job, { durationMs: 600_000, exitCode: 0 }).jobId;
};
const hasRole = (world: World): boolean => world.aws.truth.roles().some(({ name }) => name.startsWith("team_hello_"));

/** The role goes, and no earlier than the job has ended. */
async function expectKeptFor(world: World, jobId: string | undefined): Promise<void> {
  await world.until("the role is gone", () => !hasRole(world), 3600);
  expect(world.aws.truth.jobs().find(({ id }) => id === jobId)).toMatchObject({ status: "SUCCEEDED" });
}

describe("the role of a job that was submitted right before", () => {
  it("its definition stopped wishing it stays until the job ends", async () => {
    const world = await worldWith(shortHistory);
    await world.seconds(30);
    const jobId = submit(world, "team_q1");
    world.apply(jobDefinition("hello", shortHistory));
    await expectKeptFor(world, jobId);
  });

  it("its definition was deleted stays until the job ends, where somebody else has a revision of the name", async () => {
    const world = await worldWith({});
    await world.aws.outside.registerJobDefinition({ jobDefinitionName: "team_hello", ...smallJob });
    await world.seconds(900);
    const jobId = submit(world, "team_q1");
    world.delete("JobDefinition", "hello");
    await expectKeptFor(world, jobId);
  });

  it("its definition was deleted stays until the job ends, also when its queue was made after the last check", async () => {
    const world = await worldWith({});
    const checks = (): number =>
      world.aws.log.filter(({ by, operation }) => by === "operator" && operation === "DescribeJobQueues").length;
    await world.seconds(300);
    const before = checks();
    await world.until("the next check", () => checks() > before);
    const [environment] = world.aws.truth.computeEnvironments();
    await world.aws.outside.createJobQueue({
      jobQueueName: "theirs",
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: environment?.computeEnvironmentArn }],
    });
    await world.seconds(10);
    const jobId = submit(world, "theirs");
    await world.seconds(10);
    expect(checks()).toBe(before + 1);
    world.delete("JobDefinition", "hello");
    await expectKeptFor(world, jobId);
  });
});
