import { eventOperations, listening } from "../listening.ts";
import type { World, WorldOptions } from "../world.ts";
import { place } from "./jobs.ts";
import { aWorld } from "./story.ts";

/** What the stories of events have in common. */

/** A world that hears events, with a place to run jobs, some minutes after that is Ready. */
export async function aHearingPlace(options: WorldOptions = {}): Promise<World> {
  const world = await aWorld(await listening(options));
  world.apply(...place);
  await world.untilReady();
  await world.seconds(300);
  return world;
}

export const eventsIn = (world: World) => {
  const [state] = world.operator.events() ?? [];
  if (state === undefined) throw new Error("no queue is listened to");
  return state;
};

/** The calls of the operator to AWS Batch from now on. */
export function batchCallsFrom(world: World): () => readonly string[] {
  const from = world.aws.log.length;
  return () =>
    world.aws.log
      .slice(from)
      .filter(({ by, operation }) => by === "operator" && !eventOperations.includes(operation))
      .map(({ operation }) => operation);
}
