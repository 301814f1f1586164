import { describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobQueue, smallJob, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const environmentsOf = ({ aws }: World) => aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
const nameOfFirst = (world: World): string => environmentsOf(world)[0]?.computeEnvironmentName ?? "";

/** AWS validates an environment while one of its subnets is missing, and not again when it is restored. */
async function invalidUntilRevalidated({ aws, seconds }: World, name: string): Promise<void> {
  const [subnet = ""] = ec2.computeResources?.subnets ?? [];
  aws.outside.removeFromEc2(subnet);
  await aws.outside.updateComputeEnvironment({ computeEnvironment: name, computeResources: { maxvCpus: 256 } });
  await seconds(20);
  aws.outside.restoreInEc2(subnet);
}

const isValid = (world: World, name: string): boolean =>
  environmentsOf(world).some((one) => one.computeEnvironmentName === name && one.status === "VALID");

describe("an environment that AWS found INVALID, and that has been fixed since, is VALID within half an hour", () => {
  it("also while a paused queue keeps it from being replaced", async () => {
    const world = await aWorld();
    const held = { ...ec2, replacement: { soakSeconds: 0, holdBefore: ["Repoint" as const] } };
    world.apply(computeEnvironment("ce", held), jobQueue("q1", ["ce"]));
    await world.untilReady();
    const first = nameOfFirst(world);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], held)));
    const reason = () => world.condition("BatchComputeEnvironment", "ce", "Ready")?.reason;
    await world.until("the handover waits", () => reason() === "AwaitingApproval");
    world.annotate("JobQueue", "q1", { "awsbatch.dev/paused": "true" });
    await world.seconds(30);
    await invalidUntilRevalidated(world, first);
    expect(isValid(world, first)).toBe(false);
    await world.until("the queue is waited for", () => reason() === "QueuePaused", 120);
    await world.until("the first is VALID again", () => isValid(world, first), 1900);
    expect(world.violations).toEqual([]);
  });

  it("also while its deletion waits for a job that only it could run", async () => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q1", ["ce"]));
    await world.untilReady();
    await invalidUntilRevalidated(world, nameOfFirst(world));
    expect(isValid(world, nameOfFirst(world))).toBe(false);
    await world.seconds(120);
    await world.aws.outside.registerJobDefinition({ jobDefinitionName: "jd", ...smallJob });
    const job = { jobName: "job", jobQueue: "team_q1", jobDefinition: "jd" };
    world.aws.outside.submitPlannedJob(job, { durationMs: 60_000, exitCode: 0 });
    world.delete("JobQueue", "q1");
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone(2400);
    expect([environmentsOf(world), world.violations]).toEqual([[], []]);
  });
});
