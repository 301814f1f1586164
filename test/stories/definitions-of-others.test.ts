import { expect, it } from "vitest";
import type { JobDefinitionSpec } from "../../src/api/v1alpha1/job-definition.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { jobDefinition } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const body = jobDefinition("theirs").spec as JobDefinitionSpec;

/** An operator that has listed an account in which others have 150 job definitions. */
async function amongOthers(): Promise<World> {
  const clock = new VirtualClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region: "eu-west-1" });
  for (let index = 0; index < 150; index++) {
    await aws.outside.registerJobDefinition({ ...body, jobDefinitionName: `theirs-${index}` } as never);
  }
  await clock.advance(10_000);
  const world = await aWorld({ clock, aws, flags: { adoptableNames: ["*/*"] } });
  await world.seconds(10);
  return world;
}

/** Of a listing of all. */
const pages = 2;

const reads = (world: World): number =>
  world.aws.log.filter(({ by, operation }) => by === "operator" && operation === "DescribeJobDefinitions").length;

it("job definitions of others cost no call between two listings of all", async () => {
  const world = await amongOthers();
  const before = reads(world);
  expect(before).toBeGreaterThan(0);
  await world.seconds(580);
  expect(reads(world)).toBe(before);
});

it.each([
  ["IfMatching", "hello", 2],
  ["Never", undefined, 1],
] as const)(
  "one that an object claims with adoptionPolicy %s is found by a call or two in addition to the first listing that is believed",
  async (adoptionPolicy, owner, calls) => {
    const world = await amongOthers();
    const before = reads(world);
    world.apply(jobDefinition("hello", { ...body, jobDefinitionName: "theirs-7", adoptionPolicy }));
    await world.seconds(30);
    expect(reads(world)).toBe(before + pages + calls);
    const claimed = world.aws.truth.jobDefinitions().filter((one) => one.jobDefinitionName === "theirs-7");
    expect(claimed.map(({ tags }) => tags?.["awsbatch.dev/name"])).toEqual([owner]);
  },
);

it("one that an object in conflict claims is seen to go within a minute and a half", async () => {
  const world = await amongOthers();
  world.apply(jobDefinition("hello", { ...body, jobDefinitionName: "theirs-7", adoptionPolicy: "Never" }));
  await world.until("it is refused", () => world.condition("JobDefinition", "hello", "Stalled") !== undefined, 30);
  await world.aws.outside.deregisterJobDefinition({ jobDefinition: "theirs-7:1" });
  await world.untilReady(90);
});
