import type { KubeObject } from "../../../../src/api/object.ts";
import { roleAnnotations } from "../../../../src/api/v1alpha1/annotations.ts";
import { kindOf } from "../../../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../../../src/kube/memory-store.ts";
import { batchJob, jobDefinition } from "../../../manifests.ts";
import type { Chance } from "../../generate/chance.ts";
import type { Simulation } from "../../world.ts";
import { manifestOf as written } from "../../written.ts";
import { type Weapon, weapons } from "../doings.ts";
import { attacker, isVictim, victims } from "../tenants.ts";
import { edited, estateNames, estateOf, inNamespace } from "./estate.ts";

const account = "123456789012";
const region = "eu-west-1";
const attackersRole = `arn:aws:iam::${account}:role/${attacker}`;
const submission = "awsbatch.dev/submission";
/** The ID of a job that AWS never made. */
const unknownJob = "00000000-0000-4000-8000-000000000000";

export function isWeapon(doing: string): doing is Weapon {
  return doing === "rewriteNotes" || weapons.some((one) => one === doing);
}

/** @param chance decides every choice, together with what the world has then */
export async function use(world: Simulation, weapon: Weapon, chance: Chance): Promise<void> {
  switch (weapon) {
    case "ringJobs":
      ringJobs(world, chance);
      return;
    case "crowdKind":
      crowdKind(world, chance);
      return;
    case "largeObjects":
      largeObjects(world, chance);
      return;
    case "forgeNotes":
      forgeNotes(world, chance);
      return;
    case "rewriteNotes":
      for (const object of ownObjects(world, "BatchJob")) {
        if (object.metadata.annotations?.[submission] !== undefined) writeNote(world, object, chance);
      }
      return;
    case "forgeStatus":
      forgeStatus(world, chance);
      return;
    case "useOthers":
      useOthers(world, chance);
      return;
    case "dependOnOthers":
      dependOnOthers(world, chance);
      return;
    case "churn":
      await churn(world, chance);
      return;
    case "recreate":
      recreate(world, chance);
      return;
    case "useRole":
      useRole(world, chance);
      return;
    case "limitRoles":
      limitRoles(world, chance);
  }
}

function ownObjects({ store }: Simulation, kind?: string): readonly KubeObject[] {
  return store
    .objects(kind === undefined ? undefined : kindOf(kind))
    .filter(({ metadata }) => metadata.namespace === attacker && metadata.deletionTimestamp === undefined);
}

function victimObjects({ store }: Simulation): readonly KubeObject[] {
  return store.objects().filter(({ metadata }) => isVictim(metadata.namespace));
}

function own(manifest: Manifest): Manifest {
  return inNamespace(manifest, attacker);
}

function job(name: string, spec: object): Manifest {
  return own(
    batchJob(name, {
      jobQueueRef: { name: estateNames.queue },
      jobDefinitionRef: { name: estateNames.definition },
      containerOverrides: { command: ["sleep", "5"] },
      ...spec,
    }),
  );
}

/** Jobs that wait for each other, without a beginning; on queue and definition that exist, or not. */
function ringJobs(world: Simulation, chance: Chance): void {
  const count = chance.of([20, 60, 120]);
  const edges = Math.min(chance.of([1, 5, 20]), count - 1);
  const places = chance.of([{}, { jobQueueRef: { name: "none" }, jobDefinitionRef: { name: "none" } }]);
  const prefix = `ring${chance.whole(1, 2)}`;
  for (let index = 0; index < count; index++) {
    const dependsOn = Array.from({ length: edges }, (_, edge) => ({
      jobRef: { name: `${prefix}-${(index + edge + 1) % count}` },
    }));
    world.apply(job(`${prefix}-${index}`, { ...places, dependsOn }));
  }
}

/**
 * As many objects of a kind as a ResourceQuota lets a namespace have: AWS has a quota of the account for what is made of these,
 * and whoever may use it up stops all others (docs/threat-model.md).
 */
const mostOf: Readonly<Record<string, number>> = { ServiceEnvironment: 30 };

/** Many objects of one kind: valid ones, or such that wait for what does not exist. */
function crowdKind(world: Simulation, chance: Chance): void {
  const estate = estateOf(attacker).filter(({ kind }) => kind !== "BatchComputeEnvironment");
  const model = chance.of([...estate, ...estate.filter(({ kind }) => kind === "ConsumableResource")]);
  const annotations = chance.is(0.2) ? { "awsbatch.dev/paused": "true" } : {};
  const most = mostOf[model.kind] ?? Number.POSITIVE_INFINITY;
  for (let left = Math.min(chance.of([10, 40, 120]), most); left > 0; left--) {
    const { spec } = edited(model, chance);
    const order = [{ order: 1, computeEnvironmentRef: { name: "none" } }];
    const lost = model.metadata.name === estateNames.queue ? { computeEnvironmentOrder: order } : {};
    const metadata = { ...model.metadata, name: `${model.metadata.name}-${left}`, annotations };
    world.apply({ ...model, metadata, spec: { ...(spec as object), ...lost } });
  }
}

/** As large as the schema takes them, and once more as large by annotations. */
function largeObjects(world: Simulation, chance: Chance): void {
  const text = "x".repeat(3000);
  const parameters = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`p${index}`, text]));
  const annotations = chance.is(0.5) ? { note: "y".repeat(200_000) } : {};
  for (let left = chance.of([5, 20]); left > 0; left--) {
    const { metadata, ...manifest } = chance.is(0.5)
      ? own(jobDefinition(`large-d-${left}`, { parameters }))
      : job(`large-j-${left}`, { parameters });
    world.apply({ ...manifest, metadata: { ...metadata, annotations } });
  }
}

/** Jobs for the queue of somebody else, by each form of its name, which say that AWS may have accepted them already. */
function forgeNotes(world: Simulation, chance: Chance): void {
  const victim = chance.of(victims);
  const name = `${victim}_${estateNames.queue}`;
  const queue = chance.of([
    { jobQueueRef: { name: estateNames.queue, namespace: victim } },
    { jobQueue: name },
    { jobQueue: `arn:aws:batch:${region}:${account}:job-queue/${name}` },
    {},
  ]);
  const prefix = `noted${chance.whole(1, 2)}`;
  for (let left = chance.of([5, 30, 60]); left > 0; left--) {
    const { jobQueueRef, ...spec } = job("", {}).spec as { readonly jobQueueRef: object };
    const place = Object.keys(queue).length === 0 ? { jobQueueRef } : queue;
    world.apply(own({ ...job(`${prefix}-${left}`, {}), spec: { ...spec, ...place } }));
  }
  for (const object of ownObjects(world, "BatchJob")) {
    if (object.metadata.name.startsWith(prefix)) writeNote(world, object, chance);
  }
}

function writeNote(world: Simulation, object: KubeObject, chance: Chance): void {
  const { metadata } = object;
  const now = world.clock.now();
  const note = {
    uid: metadata.uid,
    attempt: chance.of([1, 3, 2 ** 53 - 1]),
    at: new Date(chance.of([now, now, now - 60_000, now + 365 * 86_400_000])).toISOString(),
    by: chance.of(["ghost", "a1", "b1"]),
    queue: chance.of([...victims, attacker].map((namespace) => `${namespace}_${estateNames.queue}`)),
  };
  const manifest = written(object);
  const annotations = { ...manifest.metadata.annotations, [submission]: JSON.stringify(note) };
  world.apply({ ...manifest, metadata: { ...manifest.metadata, annotations } });
}

/** In the status of an object of its own: what belongs to another, or a result. */
function forgeStatus(world: Simulation, chance: Chance): void {
  const objects = ownObjects(world);
  const others = victimObjects(world);
  if (objects.length === 0 || others.length === 0) return;
  const submitted = objects.filter(({ kind }) => kind === "BatchJob");
  const object = chance.of(chance.is(0.5) && submitted.length > 0 ? submitted : objects);
  const alike = others.filter(({ kind }) => kind === object.kind);
  const other = chance.of(alike.length > 0 ? alike : others);
  const jobs = world.aws.truth.jobs().filter(({ request }) => request.tags?.["awsbatch.dev/namespace"] !== attacker);
  const given = (other.status ?? {}) as Readonly<Record<string, unknown>>;
  const status = chance.of([
    given,
    { ...(object.status as object), name: given["name"], arn: given["arn"], roles: given["roles"] },
    { ...(object.status as object), jobId: jobs.length > 0 ? chance.of(jobs).id : unknownJob },
    {
      ...(object.status as object),
      jobId: chance.of([unknownJob, `${chance.whole(1, 9)}${unknownJob.slice(1)}`]),
      status: "SUCCEEDED",
    },
    {},
  ]);
  world.forgeStatus(object, Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined)));
  // Whoever follows the job of another ends it with its own.
  if (chance.is(0.5)) world.delete(object.kind, object.metadata.name, attacker);
}

/** A job or a definition with a queue, definition or consumable of somebody else, which is there, away or shared. */
function useOthers(world: Simulation, chance: Chance): void {
  const namespace = chance.of(victims);
  const named = (name: string): string => `${namespace}_${name}`;
  const seats = chance.of([
    { consumableResource: named(estateNames.consumable) },
    { consumableResource: `arn:aws:batch:${region}:${account}:consumable-resource/${named(estateNames.consumable)}` },
    { consumableResourceRef: { name: estateNames.consumable, namespace } },
  ]);
  const held = { consumableResourceList: [{ ...seats, quantity: chance.of([1, 50]) }] };
  const name = `user-${chance.whole(1, 20)}`;
  const definition = `use-${chance.whole(1, 20)}`;
  const byName = { jobDefinitionRef: undefined, jobDefinition: named(estateNames.definition) };
  const manifest = chance.of([
    own(jobDefinition(definition, { consumableResourceProperties: held })),
    job(name, { consumableResourcePropertiesOverride: held, containerOverrides: { command: ["sleep", "900"] } }),
    job(name, { jobDefinitionRef: { name: definition } }),
    job(name, { jobDefinitionRef: { name: estateNames.definition, namespace } }),
    job(name, byName),
    job(name, { ...byName, jobDefinition: `${named(estateNames.definition)}:${chance.whole(1, 3)}` }),
    job(name, { jobQueueRef: { name: estateNames.queue, namespace } }),
    job(name, { jobQueueRef: undefined, jobQueue: named(estateNames.queue) }),
  ]);
  replace(world, manifest);
}

/** A job cannot become another one: the object is deleted first, and its successor comes with the next try. */
function replace(world: Simulation, manifest: Manifest): void {
  const { name } = manifest.metadata;
  if (!world.apply(withoutUndefined(manifest))) world.delete(manifest.kind, name, attacker);
}

function withoutUndefined(manifest: Manifest): Manifest {
  const members = Object.entries(manifest.spec as object).filter(([, value]) => value !== undefined);
  return { ...manifest, spec: Object.fromEntries(members) };
}

/** A job that waits for one of somebody else, by its ID. */
function dependOnOthers(world: Simulation, chance: Chance): void {
  const jobs = world.aws.truth.jobs();
  const jobId = jobs.length === 0 ? unknownJob : chance.of(jobs).id;
  replace(world, job(`spy-${chance.whole(1, 10)}`, { dependsOn: [{ jobId }] }));
}

/** Fifty changes a second for some seconds. */
async function churn(world: Simulation, chance: Chance): Promise<void> {
  const objects = chance.shuffled(ownObjects(world)).slice(0, 50);
  if (objects.length === 0) return;
  for (let turn = 0; turn < 20; turn++) {
    for (let index = 0; index < 10; index++) {
      const { metadata, ...manifest } = written(objects[(turn * 10 + index) % objects.length] as KubeObject);
      world.apply({ ...manifest, metadata: { ...metadata, labels: { turn: `${turn}` } } });
    }
    await world.seconds(0.2);
  }
}

function recreate(world: Simulation, chance: Chance): void {
  const objects = chance.shuffled(ownObjects(world)).slice(0, chance.of([1, 10, 30]));
  for (const { kind, metadata } of objects) world.delete(kind, metadata.name, attacker);
  world.apply(...objects.map(written));
}

/** A definition with a role of which its namespace may lose the right, and jobs of its revision. */
function useRole(world: Simulation, chance: Chance): void {
  const name = "with-role";
  const { containerProperties } = jobDefinition(name).spec as { readonly containerProperties: object };
  const command = ["echo", `${chance.whole(1, 3)}`];
  const properties = { ...containerProperties, command, jobRoleArn: attackersRole };
  world.apply(own(jobDefinition(name, { containerProperties: properties } as never)));
  const definition = chance.of([
    { jobDefinitionRef: { name } },
    { jobDefinitionRef: undefined, jobDefinition: `${attacker}_${name}` },
    { jobDefinitionRef: undefined, jobDefinition: `${attacker}_${name}:1` },
  ]);
  replace(world, job(`roled-${chance.whole(1, 20)}`, definition));
}

function limitRoles(world: Simulation, chance: Chance): void {
  const roles = chance.of(["", "*", "arn:aws:iam::*:role/other"]);
  world.disturb("user", `lets namespace ${attacker} use the roles ${JSON.stringify(roles)}`);
  world.store.setNamespace(attacker, { annotations: { [roleAnnotations.roles]: roles } });
}
