import { expect, it } from "vitest";
import { jobDefinition, role } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const shared = { jobRoleRef: { name: "readers" } };

const rolesOf = (world: World): readonly string[] => world.aws.truth.roles().map(({ name }) => name);

/** Two definitions share a role, and the first is abandoned: its revision stays ACTIVE in AWS, without an object. */
async function abandoned(): Promise<World> {
  const world = await aWorld({ knobs: { strictIam: true } });
  world.apply(role("readers"), jobDefinition("first", shared), jobDefinition("second", shared));
  await world.untilReady();
  world.annotate("JobDefinition", "first", { "awsbatch.dev/abandon": "true" });
  world.delete("JobDefinition", "first");
  await world.seconds(700);
  expect(world.object("JobDefinition", "first")).toBeUndefined();
  return world;
}

/** The BatchRole is deleted, and waits for the revision that no object has. */
async function waits(world: World): Promise<void> {
  world.delete("BatchRole", "readers");
  await world.seconds(4000);
  const active = world.aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
  expect(active.map(({ jobDefinitionName }) => jobDefinitionName)).toContain("team_first");
  expect(rolesOf(world)).toEqual([expect.stringMatching(/^team_readers_/)]);
  expect(world.condition("BatchRole", "readers", "Ready")?.message).toContain("job definition team_first:1");
  await world.stop();
}

it("a role stays for an abandoned revision when the last object that shares it is deleted", async () => {
  const world = await abandoned();
  world.delete("JobDefinition", "second");
  await waits(world);
});

it("a role stays for an abandoned revision when the last object that shares it needs it no more", async () => {
  const world = await abandoned();
  world.apply(jobDefinition("second", { revisionHistoryLimit: 0, revisionMinAgeSeconds: 0 }));
  await waits(world);
});
