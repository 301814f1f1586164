/** What EC2 still shows, or still has, of what was just deleted: whoever needs it gets another. */

import { describe, expect, it } from "vitest";
import type { World } from "../world.ts";
import { closedWorld, deleteBoth, endpointsOf, inSubnets, networked, networkWithEndpoints } from "./closed-world.ts";

const kind = "BatchNetwork";
const all = ["ecs available", "ecs-agent available", "ecs-telemetry available"];

/** In which EC2 shows a write to endpoints or groups only after four seconds. */
async function slowToShow(): Promise<World> {
  const world = await closedWorld();
  for (const on of ["DescribeVpcEndpoints", "DescribeSecurityGroups"]) {
    world.aws.faults.add({ fault: { kind: "stale", staleMs: 4000 }, on });
  }
  return world;
}

const callsOf = ({ aws }: World, operation: string) => aws.log.filter((call) => call.operation === operation);

/** That `first` is to leave. */
async function leaving(world: World): Promise<World> {
  world.apply(...networked("first"));
  await world.untilReady(900);
  deleteBoth(world, "first");
  return world;
}

/** That `first` has left: EC2 has just been asked to delete its endpoints. */
async function justLeft(world: World): Promise<void> {
  await leaving(world);
  await world.until("they are being deleted", () => callsOf(world, "DeleteVpcEndpoints").length > 0, 900);
}

const isReady = (world: World, name: string, of = "BatchComputeEnvironment") =>
  world.condition(of, name, "Ready")?.status === "True";
const refusals = (world: World) =>
  world.aws.log.filter(({ operation, outcome }) => operation === "CreateVpcEndpoint" && outcome.kind === "refused");

describe("endpoints that are needed again just after EC2 was asked to delete them", () => {
  it.each([0.1, 1, 3, 10])("are recreated before an environment of a network that came %d s later", async (seconds) => {
    const world = await slowToShow();
    await justLeft(world);
    await world.seconds(seconds);
    world.apply(...networked("second"));
    await world.until("its environment is made", () => callsOf(world, "CreateComputeEnvironment").length > 1, 300);
    expect(await endpointsOf(world)).toEqual(all);
    expect([refusals(world), world.condition(kind, "second", "Stalled")]).toEqual([[], undefined]);
    await world.until("it is Ready", () => isReady(world, "second"), 120);
  });

  it("are never reported as available while they are gone, by the network that withdrew its request", async () => {
    const world = await slowToShow();
    world.apply(networkWithEndpoints("ce"));
    await world.untilReady(900);
    world.apply(networkWithEndpoints("ce", undefined, { vpcEndpoints: undefined }));
    await world.until("they are being deleted", () => callsOf(world, "DeleteVpcEndpoints").length > 0, 300);
    await world.seconds(1);
    world.apply(networkWithEndpoints("ce"));
    for (let passed = 0; passed < 200; passed++) {
      await world.seconds(1);
      if (isReady(world, "ce", kind) && passed > 1) expect(await endpointsOf(world)).toEqual(all);
    }
    expect(world.condition(kind, "ce", "EndpointsReady")).toMatchObject({ status: "True" });
    expect(refusals(world)).toEqual([]);
  });

  it.each([
    ["a network came", () => networked("second")],
    ["an environment was made that runs by them", () => [inSubnets("second")]],
  ])("are not deleted when %s while EC2 was read for the last time", async (_who, manifests) => {
    const before = await slowToShow();
    await justLeft(before);
    const deletedAt = callsOf(before, "DeleteVpcEndpoints")[0]?.at ?? 0;
    const world = await leaving(await slowToShow());
    await world.seconds((deletedAt - 150 - world.clock.now()) / 1000);
    world.apply(...manifests());
    await world.until("it is Ready", () => isReady(world, "second"), 300);
    await world.until("the first is gone", () => world.object(kind, "first") === undefined, 900);
    expect(callsOf(world, "DeleteVpcEndpoints")).toEqual([]);
    expect(await endpointsOf(world)).toEqual(all);
  });
});
