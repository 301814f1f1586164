import { describe, expect, it } from "vitest";
import { ec2Calls } from "../../src/aws/ec2-calls.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { computeEnvironment, ec2 } from "../manifests.ts";
import { threeSubnets } from "../simulator/networks.ts";
import { countUnready } from "../unready-networks.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const region = "us-east-1";
const names = Array.from({ length: 50 }, (_, at) => `ce-${String(at).padStart(2, "0")}`);
const subnets = [["subnet-public"], ["subnet-nat"], ["subnet-public", "subnet-nat"]];

/** Fifty environments of one VPC, of which hardly two refer to the same. */
async function fifty(): Promise<World> {
  const clock = new VirtualClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region });
  aws.outside.describeNetwork(threeSubnets);
  const world = await aWorld({ clock, aws, region });
  const types = ["m5", "c5", "r5", "m6i"];
  world.apply(
    ...names.map((name, at) => {
      const { computeResources: resources, ...spec } = ec2;
      if (resources === undefined) throw new Error("the manifest has compute resources");
      const computeResources = {
        ...resources,
        subnets: subnets[at % 3] ?? [],
        securityGroupIds: ["sg-1"],
        instanceTypes: [`${types[at % 4]}.large`, `${types[at % 4]}.${at % 3 === 0 ? "x" : "2x"}large`],
      };
      return computeEnvironment(name, { ...spec, computeResources });
    }),
  );
  return world;
}

const readsOfEc2 = new Set(
  Object.entries(ec2Calls).flatMap(([name, { kind }]) =>
    kind === "read" ? [`${name[0]?.toUpperCase()}${name.slice(1)}`] : [],
  ),
);

function ec2Reads({ aws }: World): number {
  return aws.log.filter(({ by, operation }) => by === "operator" && readsOfEc2.has(operation)).length;
}

describe("the operator with 50 environments", () => {
  it("reads EC2 at most 40 times from cold, and at most once in five minutes at rest", async () => {
    const world = await fifty();
    const reported = (): boolean =>
      names.every((name) => world.condition("BatchComputeEnvironment", name, "NetworkReady")?.status === "True");
    await world.until("the network of each is found in order", reported, 600);
    const cold = ec2Reads(world);
    expect(cold).toBeLessThanOrEqual(40);
    expect(cold).toMatchInlineSnapshot(`12`);
    const minutes = 400;
    await world.seconds(minutes * 60);
    expect((ec2Reads(world) - cold) / minutes).toBeLessThanOrEqual(0.2);
    expect(ec2Reads(world) - cold).toMatchInlineSnapshot(`22`);
  });
});

describe("environments whose network is not ready", () => {
  it.each([
    [1, 1],
    [10, 10],
    [100, 1],
    [100, 100],
  ])("%i of them in %i VPCs cost an account at most 100 calls in any minute", async (environments, vpcs) => {
    const { worst, world } = await countUnready(environments, vpcs);
    await world.stop();
    expect(world.denials).toEqual([]);
    expect(worst).toBeLessThanOrEqual(100);
  });
});
