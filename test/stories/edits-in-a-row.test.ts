import { expect, it } from "vitest";
import type { JobDefinition, JobDefinitionSpec, JobDefinitionStatus } from "../../src/api/v1alpha1/job-definition.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const edited = (image: string, limits: Partial<JobDefinitionSpec>) =>
  jobDefinition("hello", {
    ...limits,
    containerProperties: {
      image,
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "1024" },
      ],
    },
  });

const statusOf = (world: World): JobDefinitionStatus | undefined =>
  world.object<JobDefinitionStatus>("JobDefinition", "hello")?.status as JobDefinition["status"];

it.each([
  ["are kept", {}, [1, 2, 3, 4]],
  ["go at once", { revisionHistoryLimit: 0, revisionMinAgeSeconds: 0 }, [4]],
] as const)(
  "two edits within one second make two revisions of ours, where old ones %s",
  async (_what, limits, left) => {
    const world = await aWorld();
    world.apply(edited("alpine:1", limits));
    await world.untilReady(60);
    await world.clock.advance(1000 - (world.clock.now() % 1000));
    world.apply(edited("alpine:2", limits));
    await world.clock.advanceUntil(() => statusOf(world)?.revision === 2, 900, "that revision 2 is reported");
    world.apply(edited("alpine:3", limits));
    await world.untilReady(60);
    expect(statusOf(world)?.revisions?.[0]).toMatchObject({ revision: 3, registeredAt: expect.any(String) });
    await world.seconds(5);
    world.apply(edited("alpine:4", limits));
    await world.untilReady(60);
    await world.seconds(60);
    expect(statusOf(world)?.revisions?.filter(({ registeredAt }) => registeredAt === undefined)).toEqual([]);
    const active = world.aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
    expect(active.map(({ revision }) => revision).toSorted((one, other) => one - other)).toEqual(left);
  },
);

it.each([1, 2])(
  "a queue follows five replacements of one object in a row that it refers to %i times",
  async (count) => {
    const world = await aWorld();
    world.apply(computeEnvironment("ce", ec2), jobQueue("q1", Array<string>(count).fill("ce")));
    await world.untilReady();
    for (const type of ["m5.large", "r5.large", "c4.large", "m4.large", "r4.large"]) {
      world.apply(computeEnvironment("ce", withTypes([type])));
      await world.untilReady(150);
    }
    const events = world.store.events() as readonly { readonly reason?: string }[];
    expect(events.filter(({ reason }) => reason === "DriftCorrected")).toEqual([]);
    expect(world.violations).toEqual([]);
  },
);
