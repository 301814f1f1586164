import { Chance } from "../generate/chance.ts";
import { instanceRole } from "../generate/environments.ts";
import type { Step, Story } from "../story.ts";
import { armedFrom, armedStoryOf } from "./armed/generate.ts";
import { attackDoings } from "./doings.ts";
import {
  legacyDefinition,
  manifestOf,
  roleOf,
  sharedRole,
  type VictimKind,
  victimKinds,
  victimNames,
  victims,
} from "./tenants.ts";
import { widened, widerFrom } from "./wider.ts";

/** How long after each change of a victim nothing else of it changes: the oracles judge what happens in between. */
const pauseSeconds = 1800;

/** Two tenants with production environments, and one with every right in a namespace of its own. */
export function attackedStoryOf(seed: number): Story {
  if (seed >= armedFrom) return armedStoryOf(seed);
  const story = firstStoryOf(seed);
  // Chance of its own: what is added changes nothing else.
  return seed < widerFrom ? story : widened(story, new Chance(seed + 7_000_003));
}

function firstStoryOf(seed: number): Story {
  const chance = new Chance(seed);
  const plans = victims.map((namespace) => victimSteps(namespace, chance));
  const end = Math.max(...plans.flat().map(({ at }) => at)) + pauseSeconds;
  const legacy: Step = { at: 0, act: { kind: "legacy", what: "definition", request: legacyRequest } };
  const steps = [legacy, ...plans.flat(), ...attackSteps(chance, end)];
  return {
    seed,
    sort: "attacked",
    replicas: 2,
    knobs: { stalenessMs: chance.of([0, 1000, 5000]), iamPropagationMs: chance.of([0, 10_000]) },
    flags: { allowForeignRepoint: chance.is(0.3), adoptable: false },
    steps: steps.toSorted((left, right) => left.at - right.at),
  };
}

const body = {
  type: "container",
  containerProperties: {
    image: "public.ecr.aws/docker/library/alpine:3",
    command: ["echo", "one"],
    resourceRequirements: [
      { type: "VCPU", value: "1" },
      { type: "MEMORY", value: "2048" },
    ],
  },
};
const legacyRequest = { jobDefinitionName: legacyDefinition, ...body };

type Specs = Record<VictimKind, object>;

/** A victim makes three objects, and changes them one after the other; its specs are valid at any time. */
function victimSteps(namespace: string, chance: Chance): Step[] {
  const specs = firstSpecs(namespace, chance);
  const steps: Step[] = [];
  let at = chance.of([0, 0, 300]);
  const apply = (kind: VictimKind, annotations?: Readonly<Record<string, string>>): void => {
    const manifest = manifestOf(namespace, kind, victimNames[kind], specs[kind], annotations);
    steps.push({ at, act: { kind: "apply", manifest } });
  };
  const remove = (kind: VictimKind): void => {
    steps.push({ at, act: { kind: "delete", of: kind, name: victimNames[kind], namespace } });
  };
  steps.push({ at, act: { kind: "apply", manifest: roleOf(namespace, sharedRole) } });
  for (const kind of victimKinds) apply(kind);
  for (let left = chance.whole(2, 4); left > 0; left--) {
    at += pauseSeconds + chance.whole(0, 600);
    const kind = chance.of(victimKinds);
    const luck = chance.number();
    if (luck < 0.15) {
      // Away for some minutes, as for a field that must not change.
      for (const one of victimKinds) remove(one);
      at += chance.whole(300, 900);
      for (const one of victimKinds) apply(one);
    } else if (luck < 0.35 && kind !== "BatchComputeEnvironment") {
      remove(kind);
      at += chance.whole(1, 300);
      apply(kind);
    } else if (luck < 0.5) {
      apply(kind, { "awsbatch.dev/paused": "true" });
      at += chance.whole(60, 900);
      apply(kind);
    } else {
      specs[kind] = edited(kind, specs[kind], chance);
      apply(kind);
    }
  }
  return steps;
}

function firstSpecs(namespace: string, chance: Chance): Specs {
  const retains = chance.is(0.3) ? { deletionPolicy: "Retain" } : {};
  const named = (field: string): object => (chance.is(0.2) ? { [field]: `${namespace}_main` } : {});
  return {
    BatchComputeEnvironment: {
      ...named("computeEnvironmentName"),
      ...retains,
      type: "MANAGED",
      replacement: { soakSeconds: 0 },
      ...(chance.is(0.3) ? { iam: { serviceRole: {} } } : {}),
      computeResources: {
        type: "EC2",
        allocationStrategy: "BEST_FIT_PROGRESSIVE",
        minvCpus: 0,
        maxvCpus: 64,
        instanceTypes: ["c5.large"],
        subnets: ["subnet-11111111"],
        securityGroupIds: ["sg-11111111"],
        instanceRole,
      },
    },
    JobQueue: {
      ...named("jobQueueName"),
      ...retains,
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name: victimNames.BatchComputeEnvironment } }],
    },
    JobDefinition: {
      ...named("jobDefinitionName"),
      ...(namespace === victims[0] && chance.is(0.4)
        ? { jobDefinitionName: legacyDefinition, adoptionPolicy: "IfExists" }
        : {}),
      ...retains,
      ...(chance.is(0.3) ? { jobRoleRef: { name: sharedRole } } : {}),
      ...body,
    },
  };
}

function edited(kind: VictimKind, spec: object, chance: Chance): object {
  if (kind === "JobQueue") return { ...spec, priority: chance.whole(1, 9) };
  if (kind === "JobDefinition") {
    const { containerProperties } = spec as { readonly containerProperties: object };
    const command = ["echo", `${chance.whole(1, 99)}`];
    return { ...spec, containerProperties: { ...containerProperties, command } };
  }
  const { computeResources } = spec as { readonly computeResources: object };
  const change = chance.of([
    { maxvCpus: chance.whole(8, 256) },
    { instanceTypes: chance.of([["m5.large"], ["r5.large", "c5.large"]]) },
    { type: chance.of(["EC2", "SPOT"]), allocationStrategy: "BEST_FIT_PROGRESSIVE" },
  ]);
  return { ...spec, tags: { team: `${chance.whole(1, 3)}` }, computeResources: { ...computeResources, ...change } };
}

/** Some attacks alone, some by the dozen, from before the victims come until after their last change. */
function attackSteps(chance: Chance, end: number): Step[] {
  const steps: Step[] = [];
  for (let at = chance.of([0, 0, 400]); at < end; at += chance.is(0.4) ? chance.whole(0, 20) : chance.whole(20, 900)) {
    const doing = chance.of(attackDoings);
    steps.push({ at, act: { kind: "attack", doing, pick: chance.whole(1, 1_000_000) } });
  }
  if (chance.is(0.2)) {
    steps.push({
      at: chance.whole(600, Math.floor(end / 2)),
      act: { kind: "attack", doing: "rebuildCluster", pick: chance.whole(1, 1_000_000) },
    });
  }
  return steps;
}
