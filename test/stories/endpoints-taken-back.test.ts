/** What EC2 still shows, or still has, of what was just deleted: whoever needs it gets another. */

import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, environment } from "./closed-world.ts";

const kind = "BatchComputeEnvironment";
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

/** That `first` has left: EC2 has just been asked to delete its endpoints. */
async function justLeft(world: World): Promise<void> {
  world.apply(environment("first"));
  await world.untilReady(900);
  world.delete(kind, "first");
  await world.until("they are being deleted", () => callsOf(world, "DeleteVpcEndpoints").length > 0, 900);
}

const isReady = (world: World, name: string) => world.condition(kind, name, "Ready")?.status === "True";
const refusals = (world: World) =>
  world.aws.log.filter(({ operation, outcome }) => operation === "CreateVpcEndpoint" && outcome.kind === "refused");

describe("endpoints that are needed again just after EC2 was asked to delete them", () => {
  it.each([0.1, 1, 3, 10])("are recreated before an environment that came %d s later", async (seconds) => {
    const world = await slowToShow();
    await justLeft(world);
    await world.seconds(seconds);
    world.apply(environment("second"));
    await world.until("its environment is made", () => callsOf(world, "CreateComputeEnvironment").length > 1, 180);
    expect(await endpointsOf(world)).toEqual(all);
    expect([refusals(world), world.condition(kind, "second", "Stalled")]).toEqual([[], undefined]);
    await world.until("it is Ready", () => isReady(world, "second"), 120);
  });

  it("are never reported as available while they are gone, by the object that withdrew its request", async () => {
    const world = await slowToShow();
    world.apply(environment("ce"));
    await world.untilReady(900);
    const { spec, ...manifest } = environment("ce");
    world.apply({ ...manifest, spec: { ...spec, network: {} } } as Manifest);
    await world.until("they are being deleted", () => callsOf(world, "DeleteVpcEndpoints").length > 0, 300);
    await world.seconds(1);
    world.apply(environment("ce"));
    for (let passed = 0; passed < 150; passed++) {
      await world.seconds(1);
      if (world.condition(kind, "ce", "EndpointsReady")?.status === "True" && passed > 1) {
        expect(await endpointsOf(world)).toEqual(all);
      }
    }
    expect(world.condition(kind, "ce", "EndpointsReady")).toMatchObject({ status: "True" });
    expect(refusals(world)).toEqual([]);
  });

  it("are not deleted when somebody came while EC2 was read for the last time", async () => {
    const before = await slowToShow();
    const beganAt = before.clock.now();
    await justLeft(before);
    const deletedAt = callsOf(before, "DeleteVpcEndpoints")[0]?.at ?? 0;
    const world = await slowToShow();
    world.apply(environment("first"));
    await world.untilReady(900);
    world.delete(kind, "first");
    await world.seconds((deletedAt - 150 - beganAt) / 1000 - (world.clock.now() - beganAt) / 1000);
    world.apply(environment("second"));
    await world.until("it is Ready", () => isReady(world, "second"), 180);
    await world.seconds(300);
    expect(callsOf(world, "DeleteVpcEndpoints")).toEqual([]);
    expect(await endpointsOf(world)).toEqual(all);
  });

  it.each([60, 100])(
    "are not deleted when an environment was made meanwhile that runs by them, %d ms before",
    async (ms) => {
      const first = async (): Promise<World> => {
        const world = await closedWorld();
        world.apply(environment("first"));
        await world.untilReady(900);
        world.delete(kind, "first");
        return world;
      };
      const before = await first();
      await before.until("they are being deleted", () => callsOf(before, "DeleteVpcEndpoints").length > 0, 900);
      const deletedAt = callsOf(before, "DeleteVpcEndpoints")[0]?.at ?? 0;
      const world = await first();
      await world.seconds((deletedAt - ms - world.clock.now()) / 1000);
      world.apply(environment("second", ["subnet-closed"], { vpcEndpoints: undefined }));
      await world.until("it is Ready", () => isReady(world, "second"), 180);
      expect(callsOf(world, "CreateComputeEnvironment")[1]?.at).toBeLessThan(deletedAt);
      await world.until("the first is gone", () => world.object(kind, "first") === undefined, 600);
      expect(callsOf(world, "DeleteVpcEndpoints")).toEqual([]);
      expect(await endpointsOf(world)).toEqual(all);
    },
  );
});
