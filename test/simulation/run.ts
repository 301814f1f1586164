import { limitsOfRoom } from "./attacker/armed/bounds.ts";
import { isArmed } from "./attacker/armed/generate.ts";
import { inBounds } from "./attacker/armed/in-bounds.ts";
import { inLine } from "./attacker/armed/in-line.ts";
import { inTime } from "./attacker/armed/in-time.ts";
import { despiteLies } from "./attacker/armed/of-victims.ts";
import { attackedStoryOf } from "./attacker/generate.ts";
import { tenantOracles } from "./attacker/oracles.ts";
import { adoptableNames } from "./attacker/tenants.ts";
import { Player } from "./carry-out.ts";
import { endJobs, endWell } from "./ending.ts";
import { storyOf } from "./generate/story.ts";
import { jobsStoryOf } from "./jobs/generate.ts";
import { jobsOracles } from "./jobs/oracles.ts";
import type { OracleFactory, Violation } from "./oracle.ts";
import { allOracles } from "./oracles/index.ts";
import type { Sort, Story } from "./story.ts";
import { Simulation } from "./world.ts";

export interface Outcome {
  readonly story: Story;
  readonly violations: readonly Violation[];
  /** The world as a story. */
  readonly trace: () => string;
  readonly virtualSeconds: number;
  readonly points: number;
  /** Whether AWS has forgotten a job of the operator. */
  readonly forgets: boolean;
}

function namesOf({ sort, flags }: Story): readonly string[] {
  if (sort === "attacked") return adoptableNames;
  return flags.adoptable ? ["*/*"] : [];
}

/**
 * One world from its beginning to its end.
 *
 * @param oracles what judges it; by default all that its sort has
 */
export async function runStory(story: Story, oracles = oraclesOf(story)): Promise<Outcome> {
  const world = new Simulation({
    seed: story.seed,
    replicas: story.replicas,
    knobs: story.knobs,
    network: story.network,
    oracles,
    roomLimits: isArmed(story) ? limitsOfRoom : undefined,
    flags: {
      allowForeignRepoint: story.flags.allowForeignRepoint,
      adoptableNames: namesOf(story),
    },
  });
  const player = new Player(world);
  try {
    await player.play(story.steps);
    if (story.sort === "attacked") await world.seconds(isArmed(story) ? 600 : 3600);
    else if (story.sort === "jobs") await endJobs(world);
    else await endWell(world, player, { seed: story.seed });
  } finally {
    await world.stop();
  }
  const { violations, trace, points } = world;
  const known = new Set(world.aws.truth.jobs().map(({ id }) => id));
  const forgets = world.aws.history.some(({ kind, name }) => kind === "job" && !known.has(name));
  return { story, violations, trace: () => trace.text(), virtualSeconds: trace.seconds, points, forgets };
}

function oraclesOf(story: Story): readonly OracleFactory[] {
  const further = furtherOracles[story.sort ?? "plain"];
  return isArmed(story)
    ? [...allOracles.map(despiteLies), ...further, inTime, inBounds, inLine]
    : [...allOracles, ...further];
}

const furtherOracles: Readonly<Record<Sort, readonly OracleFactory[]>> = {
  plain: [],
  attacked: tenantOracles,
  jobs: jobsOracles,
};

const storiesOf: Readonly<Record<Sort, (seed: number) => Story>> = {
  plain: storyOf,
  attacked: attackedStoryOf,
  jobs: jobsStoryOf,
};

export function runSeed(seed: number, sort: Sort = "plain"): Promise<Outcome> {
  return runStory(storiesOf[sort](seed));
}
