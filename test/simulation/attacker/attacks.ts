import type { KubeObject } from "../../../src/api/object.ts";
import { namespaceTag, nameTag, retainedFromTag } from "../../../src/controllers/ownership/ownership.ts";
import { networkManifest } from "../generate/batch-networks.ts";
import { Chance } from "../generate/chance.ts";
import { instanceRole } from "../generate/environments.ts";
import type { Simulation } from "../world.ts";
import { manifestOf as written } from "../written.ts";
import { isWeapon, use } from "./armed/weapons.ts";
import type { AttackDoing } from "./doings.ts";
import { makeForeignEndpoints, writeTags } from "./tag-writer.ts";
import {
  attacker,
  defaultNameOf,
  legacyDefinition,
  manifestOf,
  nameFields,
  roleOf,
  sharedRole,
  type VictimKind,
  victimKinds,
  victimNames,
  victimNetwork,
  victims,
} from "./tenants.ts";

/** @param pick decides every choice, together with what the world has then */
export async function attack(world: Simulation, doing: AttackDoing, pick: number): Promise<void> {
  const chance = new Chance(pick);
  if (isWeapon(doing)) return use(world, doing, chance);
  const own = world.store.objects().filter(({ metadata }) => metadata.namespace === attacker);
  const one = own.length === 0 ? undefined : chance.of(own);
  switch (doing) {
    case "claimName":
      claimName(world, chance);
      return;
    case "useEnvironment":
      useEnvironment(world, chance);
      return;
    case "annotate":
      if (one !== undefined) world.apply(withAnnotations(one, annotations(world, chance)));
      return;
    case "forgeTags":
      apply(world, chance, chance.of(victimKinds), { tags: forgedTags(chance) });
      return;
    case "shareRole":
      shareRole(world, chance);
      return;
    case "crowd":
      for (let left = chance.whole(3, 12); left > 0; left--) apply(world, chance, "BatchComputeEnvironment", {});
      return;
    case "edit":
      if (one !== undefined) world.apply(editOf(one, chance));
      return;
    case "delete":
      if (one !== undefined) world.delete(one.kind, one.metadata.name, attacker);
      return;
    case "requestEndpoints":
      requestEndpoints(world, chance);
      return;
    case "nameRegion":
      apply(world, chance, chance.of(victimKinds), { region: chance.of(["us-west-2", "aa-zz-1", "eu-west-1"]) });
      return;
    case "claimHeld":
      claimName(world, chance, chance.of([{ "awsbatch.dev/paused": "true" }, { "awsbatch.dev/dry-run": "true" }]));
      return;
    case "writeTags":
      await writeTags(world, chance);
      return;
    case "foreignEndpoints":
      await makeForeignEndpoints(world);
      return;
    case "rebuildCluster":
      await rebuild(world);
  }
}

/** An object of a name that belongs, or may come to belong, to somebody else. */
function claimName(world: Simulation, chance: Chance, held?: Readonly<Record<string, string>>): void {
  const kind = chance.of(victimKinds);
  const name = chance.of([
    ...victims.map((namespace) => defaultNameOf(namespace, kind)),
    ...victims.map((namespace) => `${namespace}_main`),
    ...namesInAws(world, kind),
    legacyDefinition,
  ]);
  const policies = {
    ...(chance.is(0.4) ? { adoptionPolicy: chance.of(["IfExists", "IfMatching"]) } : {}),
    ...(chance.is(0.3) ? { deletionPolicy: "Retain" } : {}),
  };
  apply(world, chance, kind, { [nameFields[kind]]: name, ...policies }, held);
}

/** A role of a victim: by a reference to its BatchRole, by a BatchRole of the same name in IAM, or only by a name that resembles it. */
function shareRole(world: Simulation, chance: Chance): void {
  const how = chance.of(["refer", "claim", "resemble"] as const);
  const made = world.aws.truth.roles().find(({ tags }) => victims.some((one) => one === tags[namespaceTag]));
  if (how === "claim" && made !== undefined) {
    world.apply(roleOf(attacker, "claimed", { roleName: made.name, adoptionPolicy: "IfExists" }));
  }
  if (how === "resemble") world.apply(roleOf(attacker, sharedRole));
  const names = {
    refer: { name: sharedRole, namespace: victims[0] },
    claim: { name: "claimed" },
    resemble: { name: sharedRole },
  };
  apply(world, chance, "JobDefinition", { jobRoleRef: names[how] });
}

/**
 * A network in the VPC of the others, with one more service now and then, or without any, and an environment in it; or in the
 * network of a victim: whatever it does, the others need their endpoints.
 */
function requestEndpoints(world: Simulation, chance: Chance): void {
  const name = `net-${chance.whole(1, 3)}`;
  const vpcEndpoints = chance.of([
    { needs: ["ecs" as const] },
    { services: ["s3"] },
    { services: ["ecs", "logs", "ssm"] },
  ]);
  const network = {
    subnets: [chance.of(["subnet-33333333", "subnet-44444444", "subnet-11111111"])],
    ...(chance.is(0.4) ? { securityGroup: {} } : { securityGroupIds: ["sg-11111111"] }),
    ...(chance.is(0.7) ? { vpcEndpoints } : {}),
    ...(chance.is(0.2) ? { deletionPolicy: "Retain" as const } : {}),
  };
  const { metadata, ...manifest } = networkManifest({ name, namespace: attacker }, network);
  const notes = chance.is(0.3) ? { annotations: annotations(world, chance) } : {};
  world.apply({ ...manifest, metadata: { ...metadata, ...notes } });
  const { computeResources, ...spec } = plainSpec("BatchComputeEnvironment", chance) as {
    computeResources: Readonly<Record<string, unknown>>;
  };
  const { subnets: _subnets, securityGroupIds: _groups, ...resources } = computeResources;
  const theirs = { name: victimNetwork, namespace: chance.of(victims) };
  const networkRef = chance.is(0.7) ? { name } : theirs;
  apply(world, chance, "BatchComputeEnvironment", { ...spec, computeResources: { ...resources, networkRef } });
}

/** A queue on an environment of somebody else, by the name or ARN in AWS, or by reference. */
function useEnvironment(world: Simulation, chance: Chance): void {
  const others = world.aws.truth.computeEnvironments().filter(({ tags }) => tags?.[namespaceTag] !== attacker);
  const entries = [
    ...others.flatMap(({ computeEnvironmentArn: arn, computeEnvironmentName: name }) => [arn ?? "", name ?? ""]),
    ...victims.map((namespace) => ({ name: victimNames.BatchComputeEnvironment, namespace })),
  ].filter((entry) => entry !== "");
  const entry = chance.of(entries);
  const first = typeof entry === "string" ? { computeEnvironment: entry } : { computeEnvironmentRef: entry };
  const second = chance.is(0.4) ? [{ order: 2, computeEnvironmentRef: { name: "own-1" } }] : [];
  apply(world, chance, "JobQueue", { computeEnvironmentOrder: [{ order: 1, ...first }, ...second] });
}

function apply(
  world: Simulation,
  chance: Chance,
  kind: VictimKind,
  spec: object,
  held?: Readonly<Record<string, string>>,
): void {
  const name = `own-${chance.whole(1, 12)}`;
  const notes = held ?? (chance.is(0.3) ? annotations(world, chance) : undefined);
  world.apply(manifestOf(attacker, kind, name, { ...plainSpec(kind, chance), ...spec }, notes));
}

function plainSpec(kind: VictimKind, chance: Chance): object {
  if (kind === "JobQueue") {
    const name = `own-${chance.whole(1, 3)}`;
    return { priority: chance.whole(1, 9), computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name } }] };
  }
  if (kind === "JobDefinition") {
    return {
      type: "container",
      containerProperties: {
        image: "public.ecr.aws/docker/library/busybox:1",
        command: ["id"],
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "2048" },
        ],
      },
    };
  }
  return {
    type: "MANAGED",
    replacement: { soakSeconds: 0 },
    ...(chance.is(0.2) ? { state: "DISABLED" } : {}),
    ...(chance.is(0.2) ? { iam: { serviceRole: {} } } : {}),
    computeResources: {
      type: "EC2",
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
      minvCpus: 0,
      maxvCpus: chance.of([8, 4096]),
      instanceTypes: [chance.of(["c5.large", "m5.large"])],
      subnets: ["subnet-11111111"],
      securityGroupIds: ["sg-11111111"],
      instanceRole,
    },
  };
}

/** Values that the operator writes itself, or that change what it does. */
function annotations(world: Simulation, chance: Chance): Readonly<Record<string, string>> {
  const roles = world.aws.truth.roles().map(({ name }) => name);
  const all: readonly Readonly<Record<string, string>>[] = [
    { paused: "true" },
    { "dry-run": "true" },
    { abandon: "true" },
    { approve: `${chance.whole(1, 99)}/Delete` },
    { location: chance.of(["123456789012/us-east-1", "999999999999/eu-west-1"]) },
    { roles: chance.shuffled(roles).slice(0, 20).join(",") },
    { endpoints: "vpc-11111111" },
    { "security-group": "vpc-11111111" },
    { "reconcile-requested-at": `${chance.whole(1, 1_000_000)}` },
    {},
  ];
  const chosen = { ...chance.of(all), ...(chance.is(0.3) ? chance.of(all) : {}) };
  return Object.fromEntries(Object.entries(chosen).map(([name, value]) => [`awsbatch.dev/${name}`, value]));
}

/** The operator's own tags; the schema is expected to refuse them in each spelling. */
function forgedTags(chance: Chance): object {
  const namespace = chance.of(victims);
  return chance.of([
    { [namespaceTag]: namespace, [nameTag]: "ce" },
    { [retainedFromTag]: `default/${namespace}/q` },
    { [namespaceTag.toUpperCase()]: namespace },
  ]);
}

function withAnnotations(object: KubeObject, given: Readonly<Record<string, string>>): ReturnType<typeof written> {
  const manifest = written(object);
  return { ...manifest, metadata: { ...manifest.metadata, annotations: given } };
}

function editOf(object: KubeObject, chance: Chance): ReturnType<typeof written> {
  const manifest = written(object);
  if (object.kind === "BatchNetwork")
    return { ...manifest, spec: { ...(object.spec as object), vpcEndpoints: undefined } };
  const spec = plainSpec(object.kind as VictimKind, chance);
  return { ...manifest, spec: { ...(object.spec as object), ...spec } };
}

/** From Git, the attacker's namespace two minutes before the others. */
async function rebuild(world: Simulation): Promise<void> {
  const objects = world.store.objects().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const isOwn = ({ metadata }: KubeObject): boolean => metadata.namespace === attacker;
  world.loseCluster();
  await world.seconds(10);
  world.apply(...objects.filter(isOwn).map(written));
  await world.seconds(120);
  world.apply(...objects.filter((object) => !isOwn(object)).map(written));
}

function namesInAws({ aws }: Simulation, kind: VictimKind): readonly string[] {
  const { truth } = aws;
  const names = {
    BatchComputeEnvironment: () => truth.computeEnvironments().map((one) => one.computeEnvironmentName),
    JobQueue: () => truth.jobQueues().map((one) => one.jobQueueName),
    JobDefinition: () => truth.jobDefinitions().map((one) => one.jobDefinitionName),
  };
  return [...new Set(names[kind]().filter((name) => name !== undefined))];
}
