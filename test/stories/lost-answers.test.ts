import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

/** Three environments, and a queue that names the first. */
async function queueWorld(): Promise<World> {
  const world = await aWorld();
  world.apply(...["a", "b", "c"].map((name) => computeEnvironment(name, ec2)), jobQueue("q", ["a"]));
  await world.untilReady();
  await world.seconds(60);
  return world;
}

const update = "UpdateJobQueue";

/** The orders that the operator has asked for since, each as the first letters of the environments. */
function ordersSince(world: World, from: number): readonly string[] {
  return world.aws.log.slice(from).flatMap(({ by, operation, input }) => {
    if (by !== "operator" || operation !== update) return [];
    const { computeEnvironmentOrder: order = [] } = input as {
      computeEnvironmentOrder?: readonly { readonly computeEnvironment: string }[];
    };
    return [order.map(({ computeEnvironment: name }) => /team_(\w)/.exec(name)?.[1]).join("")];
  });
}

function orderInAws(world: World): string {
  const order = world.aws.truth.jobQueues()[0]?.computeEnvironmentOrder ?? [];
  return order.map(({ computeEnvironment: name }) => /team_(\w)/.exec(name ?? "")?.[1]).join("");
}

/** Nobody else has written: nothing may be reported as if somebody had. */
function expectNoDrift(world: World): void {
  expect(world.store.events().filter(({ reason }) => /Drift|Contested/.test(reason))).toEqual([]);
  expect(world.condition("JobQueue", "q", "Contested")).toBeUndefined();
  expect(world.violations).toEqual([]);
}

const lost: Fault = { kind: "loseResponse" };
/** AWS carries it out long after the operator has given up. */
const late: Fault = { kind: "delayRequest", delayMs: 12_000 };

describe("the answer to a write of a queue's order is lost", () => {
  it("and AWS has carried it out: it is not sent again, and nothing is taken for somebody else's", async () => {
    const world = await queueWorld();
    const from = world.aws.log.length;
    world.aws.faults.add({ on: update, fault: lost, times: 1 });
    world.apply(jobQueue("q", ["b", "a"]));
    await world.untilReady();
    await world.seconds(300);
    expect(ordersSince(world, from)).toEqual(["ba"]);
    expect(orderInAws(world)).toBe("ba");
    expectNoDrift(world);
    await expectSilence(world);
  });

  it.each([
    ["lost", lost],
    ["late", late],
  ])(
    "and the spec has changed meanwhile (%s): no order that is older than the spec is sent after it",
    async (_name, fault) => {
      const world = await queueWorld();
      const from = world.aws.log.length;
      world.aws.faults.add({ on: update, fault, times: 1 });
      world.apply(jobQueue("q", ["b", "a"]));
      await world.until("the write is on its way", () => ordersSince(world, from).length > 0);
      world.apply(jobQueue("q", ["c", "a"]));
      await world.untilReady();
      await world.seconds(300);
      const orders = ordersSince(world, from);
      expect(orders.slice(0, 2)).toEqual(["ba", "ca"]);
      expect(new Set(orders.slice(1))).toEqual(new Set(["ca"]));
      expect(orderInAws(world)).toBe("ca");
      expectNoDrift(world);
      await expectSilence(world);
    },
  );
});
