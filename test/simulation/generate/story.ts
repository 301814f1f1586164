import type { Step, Story } from "../story.ts";
import { inNetwork } from "./batch-networks.ts";
import { Chance } from "./chance.ts";
import { consumableSteps, withConsumables } from "./consumables.ts";
import { environmentSpec, type Family, instanceRole } from "./environments.ts";
import { faultSteps, jobSteps, toolSteps } from "./faults.ts";
import { accountNetwork, networkSteps } from "./network.ts";
import { definitionSpec } from "./others.ts";
import { policySteps, withFairShare } from "./policies.ts";
import { roleSteps, withBatchRoles } from "./roles.ts";
import { serviceSteps } from "./services.ts";
import { shareSteps } from "./shares.ts";
import { endOf, userSteps } from "./user.ts";
import { verificationSteps, withVerification } from "./verification.ts";

/** From here on some worlds have a network of their own; the stories of lower seeds are what they were. */
const networkFrom = 3_000_000;

/** From here on the queues of some worlds have scheduling policies. */
const policiesFrom = 3_950_060;

/** From here on some worlds have service environments, and a queue of SageMaker. */
const servicesFrom = 3_950_090;

/** From here on the definitions of some worlds name consumables. */
const consumablesFrom = 3_950_100;

/** From here on some worlds have a queue with quota shares. */
const sharesFrom = 3_950_110;

/** From here on environments and definitions of some worlds refer to BatchRoles. */
const rolesFrom = 3_950_130;

/** From here on environments of some worlds are verified, and take newer images. */
const verifyFrom = 9_600_000_000;

/** The story of a seed. */
export function storyOf(seed: number): Story {
  const story = storyWithoutVerification(seed);
  const chance = new Chance(seed + 900_006);
  // What another tool made before knows nothing of it.
  if (seed < verifyFrom || !chance.is(0.7) || story.steps.some(({ act }) => act.kind === "legacy")) return story;
  const steps = [...withVerification(story.steps, chance), ...verificationSteps(chance, endOf(story.steps))];
  return { ...story, steps: inOrder(steps) };
}

function storyWithoutVerification(seed: number): Story {
  const story = storyWithoutRoles(seed);
  const chance = new Chance(seed + 900_004);
  // What another tool made before has roles of its own.
  if (seed < rolesFrom || !chance.is(0.5) || story.steps.some(({ act }) => act.kind === "legacy")) return story;
  const steps = [...withBatchRoles(story.steps, chance), ...roleSteps(chance, endOf(story.steps))];
  return { ...story, steps: inOrder(steps) };
}

function storyWithoutRoles(seed: number): Story {
  const story = storyWithoutShares(seed);
  const chance = new Chance(seed + 900_003);
  if (seed < sharesFrom || !chance.is(0.5)) return story;
  const steps = inOrder([...story.steps, ...shareSteps(chance, endOf(story.steps))]);
  const knobs = { ...story.knobs, sharesKeepQueue: chance.is(0.5) };
  return { ...story, knobs, flags: { ...story.flags, adoptable: true }, steps };
}

function storyWithoutShares(seed: number): Story {
  const story = storyWithoutConsumables(seed);
  // Chance of its own, so that what the other parts of a story do stays as it is.
  const chance = new Chance(seed + 900_002);
  if (seed < consumablesFrom || !chance.is(0.4)) return story;
  const steps = [...withConsumables(story.steps, chance), ...consumableSteps(chance, endOf(story.steps))];
  return { ...story, flags: { ...story.flags, adoptable: true }, steps: inOrder(steps) };
}

function storyWithoutConsumables(seed: number): Story {
  const story = plainStory(seed);
  const chance = new Chance(seed + 900_001);
  // What another tool made before knows nothing of the network.
  const isLegacy = story.steps.some(({ act }) => act.kind === "legacy");
  const widened = seed >= networkFrom && chance.is(0.4) && !isLegacy;
  const until = endOf(story.steps);
  const placed = widened
    ? {
        ...story,
        network: accountNetwork,
        steps: inOrder([...inNetwork(story.steps, chance, new Chance(seed + 900_005)), ...networkSteps(chance, until)]),
      }
    : story;
  // What another tool made before has no policy, and can never get one.
  const fair =
    seed < policiesFrom || !chance.is(0.5) || isLegacy
      ? placed
      : { ...placed, steps: inOrder([...withFairShare(placed.steps, chance), ...policySteps(chance, until)]) };
  if (seed < servicesFrom || !chance.is(0.5)) return fair;
  return { ...fair, steps: inOrder([...fair.steps, ...serviceSteps(chance, until)]) };
}

function inOrder(steps: readonly Step[]): readonly Step[] {
  return steps
    .map((step) => ({ ...step, at: Math.round(step.at * 10) / 10 }))
    .sort((left, right) => left.at - right.at);
}

function plainStory(seed: number): Story {
  const chance = new Chance(seed);
  const family = chance.is(0.8) ? "instances" : "fargate";
  const adoption = chance.is(0.15);
  const legacy = adoption ? legacySteps(chance, family) : [];
  const user = userSteps(chance, {
    family,
    adoption,
    conflict: chance.is(0.12) && !adoption,
    startsAt: adoption ? 70 : 2,
    count: chance.whole(3, 18),
  });
  const end = endOf(user) + 60;
  const calm = chance.is(0.12);
  const steps = [
    ...legacy,
    ...user,
    ...jobSteps(chance, chance.is(0.5) ? chance.whole(1, 5) : 0, end),
    ...toolSteps(chance, chance.is(0.5) ? chance.whole(1, 5) : 0, end),
    ...(calm ? [] : faultSteps(chance, chance.whole(1, 12), end)),
    ...(chance.is(0.06) ? [{ at: chance.number() * end, act: { kind: "loseCluster" as const } }] : []),
  ];
  return {
    seed,
    replicas: chance.is(0.15) ? 3 : 2,
    knobs: {
      latencyMs: chance.of([10, 20, 200]),
      stalenessMs: chance.of([0, 1000, 3000, 5000]),
      iamPropagationMs: chance.of([0, 10_000, 40_000]),
      relationLagMs: chance.of([0, 15_000, 60_000]),
      infrastructureUpdateMs: chance.of([60_000, 15 * 60_000]),
      tombstoneMs: chance.of([60_000, 10 * 60_000]),
      maxComputeEnvironments: chance.is(0.05) ? 4 : 50,
    },
    flags: { allowForeignRepoint: chance.is(0.3), adoptable: adoption || chance.is(0.2) },
    steps: inOrder(steps),
  };
}

/** Another tool makes an environment, a definition and, a minute later, a queue, with the names of a user's objects. */
export function legacySteps(chance: Chance, family: Family): readonly Step[] {
  const environment = { computeEnvironmentName: "team_ce-a", ...plain(environmentSpec(chance, family)) };
  const definition = { jobDefinitionName: "team_jd-1", ...plainDefinition(definitionSpec(chance, family)) };
  return [
    { at: 0, act: { kind: "legacy", what: "environment", request: environment } },
    { at: 0, act: { kind: "legacy", what: "definition", request: definition } },
    { at: 60, act: { kind: "legacy", what: "queue", request: queueRequest } },
  ];
}

const queueRequest = {
  jobQueueName: "team_q-1",
  priority: 1,
  state: "ENABLED",
  computeEnvironmentOrder: [{ order: 1, computeEnvironment: "team_ce-a" }],
};

/** An environment as another tool asks AWS for it: nothing that only the operator knows. */
function plain(spec: ReturnType<typeof environmentSpec>): object {
  const { replacement: _replacement, updatePolicy: _policy, iam, computeResources, ...rest } = spec;
  const profile = iam?.instanceRole === undefined ? {} : { instanceRole };
  return { ...rest, computeResources: { ...computeResources, ...profile } };
}

function plainDefinition({ iam: _roles, ...body }: ReturnType<typeof definitionSpec>): object {
  return body;
}
