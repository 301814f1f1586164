import { expect, it } from "vitest";
import { jobDefinition } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const shared = { iam: { jobRole: { name: "readers" } } };

const rolesOf = (world: World): readonly string[] => world.aws.truth.roles().map(({ name }) => name);

/** Two definitions share a role, and the first is abandoned: its revision stays ACTIVE in AWS, without an object. */
async function abandoned(): Promise<World> {
  const world = await aWorld({ knobs: { strictIam: true } });
  world.apply(jobDefinition("first", shared), jobDefinition("second", shared));
  await world.untilReady();
  world.annotate("JobDefinition", "first", { "awsbatch.dev/abandon": "true" });
  world.delete("JobDefinition", "first");
  await world.seconds(700);
  expect(world.object("JobDefinition", "first")).toBeUndefined();
  return world;
}

it("a role stays for an abandoned revision when the last object that shares it is deleted", async () => {
  const world = await abandoned();
  world.delete("JobDefinition", "second");
  await world.untilGone();
  const active = world.aws.truth.jobDefinitions().filter(({ status }) => status === "ACTIVE");
  expect(active.map(({ jobDefinitionName }) => jobDefinitionName)).toEqual(["team_first"]);
  expect(rolesOf(world)).toEqual([expect.stringMatching(/^team_readers_/)]);
  await world.stop();
});

it("a role stays for an abandoned revision when the last object that shares it needs it no more", async () => {
  const world = await abandoned();
  world.apply(jobDefinition("second", { revisionHistoryLimit: 0, revisionMinAgeSeconds: 0 }));
  await world.seconds(4000);
  expect(rolesOf(world)).toEqual([expect.stringMatching(/^team_readers_/)]);
  await world.stop();
});
