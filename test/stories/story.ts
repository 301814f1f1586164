import { afterEach, expect } from "vitest";
import { createWorld, type World, type WorldOptions } from "../world.ts";

const open: World[] = [];

afterEach(async () => {
  for (const world of open.splice(0)) {
    await world.stop();
    expect(world.denials).toEqual([]);
  }
});

/** A world that is ended with the test. */
export async function aWorld(options: WorldOptions = {}): Promise<World> {
  const world = await createWorld(options);
  open.push(world);
  return world;
}

/** The story as it is on file, and no promise broken in it. */
export async function expectStory(world: World, file: string): Promise<void> {
  expect(world.violations).toEqual([]);
  expect(world.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  await expect(world.transcript()).toMatchFileSnapshot(`../golden/stories/${file}.txt`);
}

/** After a story: ten minutes in which nothing is written and nothing reported. */
export async function expectSilence(world: World): Promise<void> {
  // What EC2 says of the network may come a little after Ready.
  await world.seconds(5);
  const calls = world.writes().length;
  const versions = (): string =>
    JSON.stringify(world.store.objects().map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  const before = versions();
  const events = JSON.stringify(world.store.events());
  await world.seconds(600);
  expect(world.writes().slice(calls)).toEqual([]);
  expect(versions()).toBe(before);
  expect(JSON.stringify(world.store.events())).toBe(events);
}
