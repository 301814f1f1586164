import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchJobSpec } from "../../src/api/v1alpha1/batch-job.ts";
import {
  BatchComputeEnvironmentKind,
  BatchJobKind,
  JobQueueKind,
  type OperatorKind,
} from "../../src/api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import { jsonEqual } from "../../src/runtime/json-equal.ts";
import { listening } from "../listening.ts";
import { batchJob, computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aPlace, followedBy, hasReason, isIn, isTrue, jobs, long, statusOf } from "./jobs.ts";
import { aWorld } from "./story.ts";

/** Each write to an object of that name from now on: the reason of Ready that a status has, or "metadata". */
function writesTo(world: World, kind: OperatorKind, name: string): readonly string[] {
  const writes: string[] = [];
  world.operator.runtime.cache(kind).onChange(({ before, after }) => {
    if (after?.metadata.name !== name || before === undefined) return;
    if (before.metadata.resourceVersion === after.metadata.resourceVersion) return;
    const isStatus = !jsonEqual(before.status, after.status);
    writes.push(isStatus ? (conditionsOf(after).find(({ type }) => type === "Ready")?.reason ?? "") : "metadata");
  });
  return writes;
}

describe("a job", () => {
  const cases: readonly (readonly [string, Partial<BatchJobSpec>, readonly string[]])[] = [
    ["that runs", long, ["JobRunnable", "JobRunning", "Succeeded"]],
    ["that ends within a second", {}, ["JobRunnable", "Succeeded"]],
    ["of an array", { ...long, arrayProperties: { size: 3 } }, ["JobPending", "Succeeded"]],
  ];

  it.each(cases)(
    "%s has one status while it waits, one while it runs, and its result",
    async (_name, spec, statuses) => {
      const world = await aPlace();
      const writes = writesTo(world, BatchJobKind, "hello");
      world.apply(batchJob("hello", spec));
      await world.until("it has succeeded", isTrue(world, "hello", "Complete"), 2000);
      expect(writes).toEqual(["metadata", ...statuses]);
    },
  );

  it("has as many where events announce each of its states", async () => {
    const world = await aPlace(await listening());
    await world.seconds(120);
    const writes = writesTo(world, BatchJobKind, "hello");
    world.apply(batchJob("hello", long));
    await world.until("it has succeeded", isTrue(world, "hello", "Complete"), 2000);
    expect(writes).toEqual(["metadata", "JobRunnable", "JobRunning", "Succeeded"]);
  });

  it("that AWS does not show within five seconds is shown as submitted", async () => {
    const world = await aPlace();
    world.aws.faults.add({ on: "DescribeJobs", fault: { kind: "stale", staleMs: 20_000 }, forMs: 20_000 });
    world.apply(batchJob("hello", long));
    await world.until("it is submitted", () => jobs(world).length === 1);
    const submittedAt = world.clock.now();
    await world.until("it is shown", isIn(world, "hello", "SUBMITTED"));
    expect(world.clock.now() - submittedAt).toBeLessThan(5500);
    expect(statusOf(world, "hello").jobId).toBe(jobs(world)[0]?.id);
  });

  it("is found by the next process where this one ends before the first status", async () => {
    const world = await aPlace();
    world.aws.faults.add({ on: "DescribeJobs", fault: { kind: "stale", staleMs: 20_000 }, forMs: 20_000 });
    world.apply(batchJob("hello", long));
    await world.until("it is submitted", () => jobs(world).length === 1);
    await world.seconds(1);
    expect(statusOf(world, "hello")).toEqual({});
    const next = await followedBy(world);
    await next.until("it runs", hasReason(next, "hello", "JobRunning"), 600);
    expect(jobs(next).map(({ id }) => id)).toEqual([statusOf(next, "hello").jobId]);
  });
});

it("a queue costs three writes until it is Ready", async () => {
  const world = await aWorld();
  world.apply(computeEnvironment("environment", ec2));
  await world.untilReady();
  const writes = writesTo(world, JobQueueKind, "queue");
  world.apply(jobQueue("queue", ["environment"]));
  await world.untilReady();
  expect(writes).toEqual(["metadata", "Creating", "Available"]);
});

describe("an environment", () => {
  const place = { subnets: ["subnet-11111111"], securityGroupIds: ["sg-11111111"] };
  const cases: readonly (readonly [string, BatchComputeEnvironmentSpec])[] = [
    ["of EC2", ec2],
    ["of Fargate", { type: "MANAGED", computeResources: { type: "FARGATE", maxvCpus: 16, ...place } }],
  ];

  it.each(cases)("%s costs three writes until it is Ready", async (_name, spec) => {
    const world = await aWorld();
    const writes = writesTo(world, BatchComputeEnvironmentKind, "environment");
    world.apply(computeEnvironment("environment", spec));
    await world.untilReady();
    await world.seconds(120);
    expect(writes).toEqual(["metadata", "Creating", "Available"]);
  });

  it("has its first status ten seconds after the request for its network at the latest", async () => {
    const world = await aWorld();
    const isOfEc2 = ({ operation }: { readonly operation: string }): boolean => operation === "DescribeSubnets";
    world.aws.faults.add({ on: isOfEc2, fault: { kind: "delayResponse", delayMs: 25_000 } });
    world.apply(computeEnvironment("environment", ec2));
    const isCreating = (): boolean => world.condition("BatchComputeEnvironment", "environment", "Ready") !== undefined;
    await world.until("it has a status", isCreating, 16);
    expect(world.condition("BatchComputeEnvironment", "environment", "NetworkReady")?.reason).toBe("NotReadable");
  });
});
