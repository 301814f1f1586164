import { expect, it } from "vitest";
import { jobDefinition } from "../manifests.ts";
import { aWorld } from "./story.ts";

it("a job definition that refers to what does not exist stalls after ten minutes, and ends once it exists", async () => {
  const world = await aWorld();
  const message = "Error executing request, Exception : ConsumableResource licences does not exist, RequestId: 1";
  world.aws.faults.add({
    on: "RegisterJobDefinition",
    fault: { kind: "refuse", exception: "ClientException", httpStatusCode: 400, message },
    forMs: 40 * 60_000,
  });
  const listings = (): number =>
    world.aws.log.filter(({ by, operation }) => by === "operator" && operation === "DescribeComputeEnvironments")
      .length;
  world.apply(jobDefinition("hello"));
  await world.seconds(9 * 60);
  expect(world.condition("JobDefinition", "hello", "Stalled")).toBeUndefined();
  expect(world.condition("JobDefinition", "hello", "Reconciling")).toMatchObject({ reason: "NotFound" });
  await world.seconds(11 * 60);
  const stalled = world.condition("JobDefinition", "hello", "Stalled");
  expect(stalled).toMatchObject({ status: "True", reason: "NotFound" });
  expect(stalled?.message).toContain("licences does not exist");
  const before = listings();
  await world.seconds(10 * 60);
  expect(listings() - before).toBeLessThanOrEqual(11);
  await world.untilReady(20 * 60);
});
