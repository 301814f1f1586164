import { attackedStoryOf } from "./attacker/generate.ts";
import { tenantOracles } from "./attacker/oracles.ts";
import { adoptableNames } from "./attacker/tenants.ts";
import { Player } from "./carry-out.ts";
import { endWell } from "./ending.ts";
import { storyOf } from "./generate/story.ts";
import type { Violation } from "./oracle.ts";
import { allOracles } from "./oracles/index.ts";
import type { Story } from "./story.ts";
import { Simulation } from "./world.ts";

export interface Outcome {
  readonly story: Story;
  readonly violations: readonly Violation[];
  /** The world as a story. */
  readonly trace: () => string;
  readonly virtualSeconds: number;
  readonly points: number;
}

function namesOf({ attacked, flags }: Story): readonly string[] {
  if (attacked) return adoptableNames;
  return flags.adoptable ? ["*/*"] : [];
}

/** One world from its beginning to its end. */
export async function runStory(story: Story): Promise<Outcome> {
  const world = new Simulation({
    seed: story.seed,
    replicas: story.replicas,
    knobs: story.knobs,
    network: story.network,
    ...(story.attacked ? { oracles: [...allOracles, ...tenantOracles] } : {}),
    flags: {
      allowForeignRepoint: story.flags.allowForeignRepoint,
      adoptableNames: namesOf(story),
    },
  });
  const player = new Player(world);
  try {
    await player.play(story.steps);
    if (story.attacked) await world.seconds(3600);
    else await endWell(world, player, { seed: story.seed });
  } finally {
    await world.stop();
  }
  const { violations, trace, points } = world;
  return { story, violations, trace: () => trace.text(), virtualSeconds: trace.seconds, points };
}

/** @param attacked whether a tenant attacks the others in it */
export function runSeed(seed: number, attacked = false): Promise<Outcome> {
  return runStory(attacked ? attackedStoryOf(seed) : storyOf(seed));
}
