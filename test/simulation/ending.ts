import { type KubeObject, keyText } from "../../src/api/object.ts";
import { awsNamesIn, referencesOf } from "../../src/api/references.ts";
import {
  dryRunAnnotation,
  pausedAnnotation,
  reconcileRequestedAtAnnotation,
} from "../../src/api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetworkSpec } from "../../src/api/v1alpha1/batch-network.ts";
import type { JobDefinitionSpec } from "../../src/api/v1alpha1/job-definition.ts";
import type { JobQueueSpec } from "../../src/api/v1alpha1/job-queue.ts";
import {
  BatchJobKind,
  BatchNetworkKind,
  ConsumableResourceKind,
  JobDefinitionKind,
  JobQueueKind,
  kindOf,
  QuotaShareKind,
  SchedulingPolicyKind,
  ServiceEnvironmentKind,
} from "../../src/api/v1alpha1/kinds.ts";
import type { QuotaShareSpec } from "../../src/api/v1alpha1/quota-share.ts";
import type { ServiceEnvironmentSpec } from "../../src/api/v1alpha1/service-environment.ts";
import type { Environment, Queue } from "../../src/aws/batch.ts";
import { operationOf } from "../../src/aws/call-facts.ts";
import { ec2Calls } from "../../src/aws/ec2-calls.ts";
import { awsNameOf } from "../../src/controllers/ownership/naming.ts";
import { ownerIn, type Tags, verifiesTag } from "../../src/controllers/ownership/ownership.ts";
import { directivesOf } from "../../src/controllers/pass/directives.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { CallRecord } from "../../src/simulator/wire.ts";
import { isWrite } from "../transcript.ts";
import { accountOf } from "./account.ts";
import type { Line } from "./account-network.ts";
import { everybody, uselessGroup } from "./account-network.ts";
import { approveAll, giveBack, type Player } from "./carry-out.ts";
import { ageByAws, type Expected, expectedOf, verdictOf, verdictsOf } from "./fresh.ts";
import { settledNetwork } from "./generate/batch-networks.ts";
import { settledEnvironment } from "./generate/environments.ts";
import { queueOrder } from "./generate/others.ts";
import { quotaEnvironment } from "./generate/shares.ts";
import { consumable } from "./jobs/consumables.ts";
import { unfinished } from "./jobs/oracles.ts";
import { driftSeenMs, orderOf } from "./oracles/reading.ts";
import type { Simulation } from "./world.ts";
import { manifestOf } from "./written.ts";

/**
 * How long a world may take from the last fault to rest. An event that no watch showed is made good after 15 minutes
 * at the latest (promise 9); what AWS found INVALID is checked again after 30; a replacement that begins then takes
 * 15 (soak and drain), and one more of them may wait for it.
 */
const convergenceSeconds = 75 * 60;

/** What the operator wrote there is in effect after five minutes, and then reported with the next ten-minute check. */
const networkReportedSeconds = 17 * 60;

/** An hour in which nothing may be written; ten minutes of it in three worlds of four, for it is a third of the work. */
const silenceSeconds = (seed: number): number => (seed % 4 === 0 ? 3600 : 600);
/**
 * AWS may still scale down, and counts change status once a minute; what a tool did to an old revision is shown by the
 * listing of every ten minutes.
 */
const graceSeconds = 660;
/**
 * What no watch showed is listed within so long after the last fault (`oracles/resync.ts`), and then reported: an annotation
 * that was taken away makes no new generation, so that all objects can be as they should before (promise 9).
 */
const listedSeconds = 17 * 60;

/** The longest job, a minute in doubt, and what no watch showed. */
const jobsEndSeconds = 45 * 60;

/** The end of a world of jobs: faults stop, and every job that nobody holds back comes to a result. */
export async function endJobs(world: Simulation): Promise<void> {
  if (world.violations.length > 0) return;
  world.trace.note("end", "faults stop");
  stopFaults(world);
  await giveConsumables(world);
  await world.until(() => unfinished(world).length === 0, jobsEndSeconds);
  const left = unfinished(world);
  if (left.length > 0) world.violate("nothing is lost: every job comes to a result", left.join("; "));
  const writes = (): number =>
    world.aws.log.filter(({ operation, by }) => by === "operator" && /^(Submit|Cancel|Terminate)Job$/.test(operation))
      .length;
  const before = writes();
  await world.seconds(600);
  const more = writes() - before;
  if (more > 0) world.violate("6 silent at rest", `${more} writes about jobs after the last result`);
}

/** Jobs and definitions get enough of what they reference; what is being deleted goes before. */
async function giveConsumables(world: Simulation): Promise<void> {
  const { store } = world;
  const leaves = (): boolean =>
    store.objects(ConsumableResourceKind).some(({ metadata }) => metadata.deletionTimestamp !== undefined);
  await world.until(() => !leaves(), listedSeconds);
  for (const object of [...store.objects(JobDefinitionKind), ...store.objects(BatchJobKind)]) {
    const { namespace } = object.metadata;
    for (const { to, key } of referencesOf(kindOf(object.kind), { namespace, spec: object.spec })) {
      if (to === "ConsumableResource") world.apply(consumable(key.name, 100, key.namespace));
    }
  }
}

/**
 * The end of every other world. Faults stop, tools revert what blocks a desired state, and the last specs of the user are such that
 * every object can become Ready, or its namesake in a fresh account could not either. Then:
 *
 * - promises 4 and 5: within the bound the account equals what a fresh operator makes of the same manifests, with
 *   nothing extra; every delete has ended;
 * - promise 6: for an hour nothing is written on either side, and no event is reported.
 */
export async function endWell(
  world: Simulation,
  player: Player,
  options: { readonly seed: number; readonly silence?: boolean },
): Promise<void> {
  if (world.violations.length > 0) return;
  world.trace.note("end", "faults stop");
  stopFaults(world);
  const faultsEndedAt = world.clock.monotonic();
  world.aws.outside.planJobs({ job: "verify-*", attempts: [{ exitCode: 0, durationMs: 1000 }] });
  // Whoever is frozen goes on, and whoever is dead comes back.
  await world.seconds(10);
  await lastWords(world, player);
  await world.until(() => !world.store.objects().some((object) => isReleased(object, world)), listedSeconds);
  if (world.violations.length > 0) return;
  const expected = await expectedOf(world);
  if (!(await converges(world, expected)) && world.violations.length === 0) {
    // Whom no watch had shown came too late for a name that two claim: who has it is known only now.
    const since = await expectedOf(world);
    if (!isAs(world, since)) {
      world.violate("4, 5 and 9: the end is as if nothing had gone wrong", difference(world, since));
    }
  }
  if (options.silence === false || world.violations.length > 0) return;
  const listed = listedSeconds - (world.clock.monotonic() - faultsEndedAt) / 1000;
  await rest(world, Math.max(graceSeconds, listed, reportedSeconds(world)));
  const left = verificationQueuesLeft(world);
  if (left.length > 0) world.violate("nothing of the operator's own queues remains", left.join(", "));
  await beSilent(world, silenceSeconds(options.seed));
}

/** Of environments that are ours: a person who takes the tags off one makes its queue nobody's as well. */
function verificationQueuesLeft({ aws: { truth } }: Simulation): readonly string[] {
  const ours = truth.computeEnvironments().filter(({ tags }) => ownerIn(tags) !== undefined);
  const names = new Set(ours.map((one) => one.computeEnvironmentName));
  return truth
    .jobQueues()
    .flatMap(({ jobQueueName, status, tags }) =>
      status !== "DELETED" && names.has(tags?.[verifiesTag] ?? "") ? [jobQueueName] : [],
    );
}

function stopFaults(world: Simulation): void {
  const { aws, store, leases, network } = world;
  world.disarm();
  aws.faults.clear();
  store.faults.clear();
  leases.faults.clear();
  network.repeats = 0;
  aws.knobs.stalenessMs = Math.min(aws.knobs.stalenessMs, 3000);
  for (const job of aws.truth.jobs()) {
    // A job of days has run long enough.
    if (job.child === undefined) void aws.outside.terminateJob({ jobId: job.id, reason: "the end" });
  }
  for (const { id: jobId } of aws.truth.serviceJobs()) {
    void aws.outside.terminateServiceJob({ jobId, reason: "the end" });
  }
}

/** Takes back what tools did, and says for every object what can be had. */
async function lastWords(world: Simulation, player: Player): Promise<void> {
  let undos = player.undos;
  for (let tries = 0; tries < 60 && undos.length > 0; tries++) {
    const left = [];
    for (const undo of undos) if (!(await undo())) left.push(undo);
    undos = left;
    if (undos.length > 0) await world.seconds(10);
  }
  for (let tries = 0; tries < 30 && (await removeForeignQueues(world)); tries++) await world.seconds(15);
  await deregisterLeft(world);
  // What tools did is seen by now.
  await world.seconds(driftSeenMs / 1000);
  // Who is held by an annotation waits for a person, and says so, also while it is being deleted.
  for (const object of world.store.objects()) {
    const { annotations = {} } = object.metadata;
    if (pausedAnnotation in annotations || dryRunAnnotation in annotations) world.apply(manifestWithout(object));
  }
  const objects = world.store.objects().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const environments = objects.filter(({ kind }) => kind === "BatchComputeEnvironment");
  const names = environments
    .filter((one) => !claimsTaken(one, environments, world))
    .map(({ metadata }) => metadata.name);
  // What names one that is not the object's own waits for it, and keeps what it has in AWS from going.
  const namesOwned = (of: string): readonly string[] =>
    objects
      .filter((object) => object.kind === of && verdictOf(object) !== "Stalled NotOwned")
      .map(({ metadata }) => metadata.name);
  const services = namesOwned("ServiceEnvironment").filter((name) => name !== quotaEnvironment);
  const queues = objects.filter(({ kind }) => kind === "JobQueue").map(({ metadata }) => metadata.name);
  const consumables = namesOwned("ConsumableResource");
  for (const object of objects) {
    const manifest = manifestWithout(object);
    const { metadata } = manifest;
    if (object.kind === "BatchComputeEnvironment") {
      const given = inNetworkThatIsThere(manifest.spec as BatchComputeEnvironment["spec"], world);
      const spec = settledEnvironment(verifiedInTheEnd(given, objects));
      world.apply({ ...manifest, metadata: withReconcileRequest(manifest, world), spec });
    } else if (object.kind === "BatchNetwork") {
      const spec = settledNetwork(manifest.spec as BatchNetworkSpec);
      world.apply({ ...manifest, metadata: withReconcileRequest(manifest, world), spec });
    } else if (object.kind === "ServiceEnvironment") {
      const spec: ServiceEnvironmentSpec = { ...(manifest.spec as ServiceEnvironmentSpec), state: "ENABLED" };
      world.apply({ ...manifest, metadata, spec });
    } else if (object.kind === "QuotaShare") {
      const spec = manifest.spec as QuotaShareSpec;
      const queue = spec.jobQueueRef?.name ?? (spec.jobQueue ?? "").replace("team_", "");
      if (queues.includes(queue)) world.apply({ ...manifest, metadata });
      else world.delete("QuotaShare", metadata.name);
    } else if (object.kind === "JobQueue" && hasQuota(manifest.spec)) {
      world.apply({ ...manifest, metadata });
    } else if (object.kind === "JobQueue" && services.length > 0 && isOfSageMaker(manifest.spec)) {
      const spec = manifest.spec as JobQueueSpec;
      const named = spec.serviceEnvironmentOrder?.[0]?.serviceEnvironmentRef?.name ?? "";
      const name = services.includes(named) ? named : (services[0] ?? "");
      const serviceEnvironmentOrder = [{ order: 1, serviceEnvironmentRef: { name } }];
      world.apply({ ...manifest, metadata, spec: { ...spec, serviceEnvironmentOrder } });
    } else if (object.kind === "JobQueue" && isOfSageMaker(manifest.spec)) {
      world.delete("JobQueue", metadata.name);
    } else if (object.kind === "JobQueue") {
      const spec = manifest.spec as JobQueueSpec;
      const named = (spec.computeEnvironmentOrder ?? []).map(
        ({ computeEnvironmentRef }) => computeEnvironmentRef?.name ?? "",
      );
      const there = named.filter((name) => names.includes(name));
      // A queue of nothing that is there goes as well.
      if (there.length === 0 && names.length === 0) world.delete("JobQueue", metadata.name);
      else
        world.apply({
          ...manifest,
          metadata,
          spec: { ...spec, computeEnvironmentOrder: queueOrder(there.length > 0 ? there : names.slice(0, 1)) },
        });
    } else if (object.kind === "JobDefinition") {
      const spec = holdingOnly(manifest.spec as JobDefinitionSpec, consumables);
      world.apply({ ...manifest, metadata, spec });
    } else world.apply({ ...manifest, metadata });
  }
}

/** Who refers to a network that is not there, or goes, learns that from status, and names subnets and groups by ID. */
function inNetworkThatIsThere(
  spec: BatchComputeEnvironment["spec"],
  { store }: Simulation,
): BatchComputeEnvironment["spec"] {
  const { networkRef: reference, ...computeResources } = { networkRef: undefined, ...spec.computeResources };
  if (spec.computeResources === undefined || reference === undefined) return spec;
  const { name, namespace = "team" } = reference as { readonly name: string; readonly namespace?: string };
  const network = store.object(BatchNetworkKind, { namespace, name });
  if (network !== undefined && network.metadata.deletionTimestamp === undefined) return spec;
  const byId = { subnets: ["subnet-11111111"], securityGroupIds: ["sg-11111111"] };
  return {
    ...spec,
    computeResources: { ...spec.computeResources, ...computeResources, networkRef: undefined, ...byId },
  };
}

/**
 * What is to be verified in the end is so by a job that can run: its definition is there, and needs no consumable, role or network
 * that others may have taken away.
 */
function verifiedInTheEnd(
  { replacement, ...spec }: BatchComputeEnvironment["spec"],
  objects: readonly KubeObject[],
): BatchComputeEnvironment["spec"] {
  const { verify, ...rest } = replacement ?? {};
  const definition = objects.find(
    (object) =>
      object.kind === "JobDefinition" &&
      object.metadata.name === verify?.jobDefinitionRef.name &&
      verdictOf(object) === "True",
  )?.spec as JobDefinitionSpec | undefined;
  const runs =
    definition !== undefined &&
    definition.consumableResourceProperties === undefined &&
    definition.iam === undefined &&
    definition.jobRoleRef === undefined &&
    spec.computeResources?.networkRef === undefined &&
    !JSON.stringify(spec.computeResources).includes("subnet-3");
  return { ...spec, replacement: runs && verify !== undefined ? { ...rest, verify } : rest };
}

/** A definition names no consumable that is not there or not its object's, and keeps none that is to go. */
function holdingOnly(spec: JobDefinitionSpec, names: readonly string[]): JobDefinitionSpec {
  const { consumableResourceProperties: held, ...rest } = spec;
  const consumableResourceList = (held?.consumableResourceList ?? []).filter(
    ({ consumableResource, consumableResourceRef }) =>
      names.includes(consumableResourceRef?.name ?? (consumableResource ?? "").replace("team_", "")),
  );
  return consumableResourceList.length === 0
    ? rest
    : { ...rest, consumableResourceProperties: { consumableResourceList } };
}

/** Its service environment is its own, and nobody deletes that. */
function hasQuota(spec: unknown): boolean {
  return (spec as JobQueueSpec).serviceEnvironmentOrder?.[0]?.serviceEnvironmentRef?.name === quotaEnvironment;
}

function isOfSageMaker(spec: unknown): boolean {
  return (spec as JobQueueSpec).serviceEnvironmentOrder !== undefined;
}

/**
 * Whether the deletion leaves what AWS has of it: nobody's from then on, so that a fresh account has to have it as well,
 * and another claimant of the name may need a status that it is not adopted (the design's section 4, Retain).
 */
function isReleased(object: KubeObject, { settings }: Simulation): boolean {
  const { deleting, retain } = directivesOf(object, settings);
  return deleting && retain;
}

/** Whether the name belongs to another one: then this is made only when that one has gone, and no queue refers to it. */
function claimsTaken(environment: KubeObject, all: readonly KubeObject[], { aws }: Simulation): boolean {
  const claim = ({ metadata, spec }: KubeObject): string =>
    (spec as BatchComputeEnvironment["spec"]).computeEnvironmentName ?? `${metadata.namespace}_${metadata.name}`;
  const rank = (one: KubeObject): string => `${ageByAws(one, aws)} ${keyText(one.metadata)}`;
  return all.some(
    (other) => other !== environment && claim(other) === claim(environment) && rank(other) < rank(environment),
  );
}

/**
 * What bars the deletion of an environment or a queue says so, and how to end it; a person follows that.
 * @returns whether there are any queues
 */
async function removeForeignQueues({ aws, store, goneUnheld }: Simulation): Promise<boolean> {
  const isNobodys = (kind: string, tags: Tags | undefined): boolean => {
    const owner = ownerIn(tags);
    return owner === undefined || goneUnheld.has(`${kind} ${keyText(owner)}`);
  };
  const isGoing = ({ tags }: Queue): boolean => {
    const owner = ownerIn(tags);
    return owner !== undefined && store.object(JobQueueKind, owner)?.metadata.deletionTimestamp !== undefined;
  };
  const live = aws.truth.jobQueues().filter(({ status }) => status !== "DELETED");
  const foreign = live.filter(({ tags }) => tags?.[verifiesTag] === undefined && isNobodys("JobQueue", tags));
  const emptied = new Set([...foreign, ...live.filter(isGoing)].map(({ jobQueueArn }) => jobQueueArn));
  const shares = aws.truth
    .quotaShares()
    .filter(({ jobQueueArn, tags }) => emptied.has(jobQueueArn) && isNobodys("QuotaShare", tags));
  for (const { quotaShareArn, state, status } of shares) {
    if (status !== "VALID" && status !== "INVALID") continue;
    if (state === "ENABLED") await aws.outside.updateQuotaShare({ quotaShareArn, state: "DISABLED" });
    else await aws.outside.deleteQuotaShare({ quotaShareArn });
  }
  for (const { jobQueueName: jobQueue, jobQueueArn, state, status } of foreign) {
    if (status !== "VALID" && status !== "INVALID") continue;
    if (aws.truth.quotaShares().some((one) => one.jobQueueArn === jobQueueArn)) continue;
    if (state === "ENABLED") await aws.outside.updateJobQueue({ jobQueue, state: "DISABLED" });
    else await aws.outside.deleteJobQueue({ jobQueue });
  }
  return foreign.length > 0;
}

/** What an object left that is not there any more bars another that claims the name, which says how to end it. */
async function deregisterLeft({ aws, store, goneUnheld }: Simulation): Promise<void> {
  for (const { jobDefinitionArn: jobDefinition, status, tags } of aws.truth.jobDefinitions()) {
    const owner = ownerIn(tags);
    const left = owner !== undefined && goneUnheld.has(`JobDefinition ${keyText(owner)}`);
    if (status !== "ACTIVE" || !left || store.object(JobDefinitionKind, owner) !== undefined) continue;
    await aws.outside.deregisterJobDefinition({ jobDefinition });
  }
}

/** A manifest that holds nothing back, and takes what it finds. */
function manifestWithout(object: KubeObject): Manifest {
  const manifest = manifestOf(object);
  const { adoptionPolicy, ...spec } = manifest.spec as { readonly adoptionPolicy?: string };
  const adoption = adoptionPolicy === undefined ? {} : { adoptionPolicy: "IfExists" };
  return { ...manifest, metadata: { ...manifest.metadata, annotations: {} }, spec: { ...spec, ...adoption } };
}

/** What somebody did to groups and endpoints of ours would be seen within two hours; a person requests a reconcile now. */
function withReconcileRequest(manifest: Manifest, { hasNetwork, clock }: Simulation): Manifest["metadata"] {
  if (!hasNetwork) return manifest.metadata;
  return { ...manifest.metadata, annotations: { [reconcileRequestedAtAnnotation]: String(clock.now()) } };
}

async function converges(world: Simulation, expected: Expected): Promise<boolean> {
  for (let passed = 0; passed < convergenceSeconds && world.violations.length === 0; passed += 15) {
    if (isAs(world, expected)) return true;
    await world.seconds(15);
    approveAll(world);
    await giveBack(world);
    await removeForeignQueues(world);
  }
  return isAs(world, expected);
}

/** Who gets the last room of a quota that is too small for all is who comes first. */
const stuckBy = "Stalled QuotaExceeded";

/**
 * A successor needs room that there never is where each object has one environment, none of them is on its way out or
 * INVALID, so that the operator asks AWS to validate it again, and the quota is used up. What is nobody's stays as it is, and so
 * does what is to be deleted while a queue that is Stalled for want of another runs its jobs on it (promise 1).
 */
function hasNoRoom({ aws, store }: Simulation, verdicts: ReadonlyMap<string, string>): boolean {
  const isStalled = ({ tags }: Queue): boolean => {
    const owner = ownerIn(tags);
    return owner !== undefined && verdicts.get(`JobQueue ${keyText(owner)}`)?.startsWith("Stalled") === true;
  };
  const named = new Set(aws.truth.jobQueues().filter(isStalled).flatMap(orderOf));
  const isKept = ({ metadata }: KubeObject): boolean =>
    live.some(({ tags, computeEnvironmentArn: arn }) => {
      const owner = ownerIn(tags);
      return owner !== undefined && keyText(owner) === keyText(metadata) && named.has(arn ?? "");
    });
  const live = aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
  const deleting = store
    .objects()
    .filter((one) => one.metadata.deletionTimestamp !== undefined && one.kind === "BatchComputeEnvironment");
  const changes = (one: Environment): boolean =>
    isMoving(one) || (one.status === "INVALID" && ownerIn(one.tags) !== undefined);
  if (live.some(changes) || !deleting.every(isKept)) return false;
  const owners = live.flatMap(({ tags }) => {
    const owner = ownerIn(tags);
    return owner === undefined ? [] : [keyText(owner)];
  });
  return live.length >= aws.knobs.maxComputeEnvironments && new Set(owners).size === owners.length;
}

function isMoving({ status }: Environment): boolean {
  return status === "CREATING" || status === "UPDATING" || status === "DELETING";
}

function isAs(world: Simulation, expected: Expected): boolean {
  const verdicts = verdictsOf(world);
  const stuck = (all: ReadonlyMap<string, string>): number => [...all.values()].filter((one) => one === stuckBy).length;
  const moves = world.aws.truth.computeEnvironments().some(isMoving);
  if (stuck(expected.verdicts) > 0 && stuck(verdicts) <= stuck(expected.verdicts) && !moves) return true;
  if (stuck(verdicts) > 0 && hasNoRoom(world, verdicts)) return true;
  if (verdicts.size !== expected.verdicts.size) return false;
  if (verdictDifferences(world, expected).length > 0) return false;
  const { extra, missing } = compared(world, expected);
  return extra.length + missing.length === 0;
}

/** The objects that are not what their namesakes in a fresh account are, e.g. `JobQueue team/q`. */
function verdictDifferences(world: Simulation, expected: Expected): readonly string[] {
  const verdicts = verdictsOf(world);
  return [...new Set([...verdicts.keys(), ...expected.verdicts.keys()])].filter((name) => {
    const [verdict, should] = [verdicts.get(name), expected.verdicts.get(name)];
    return verdict !== should && !(verdict === "True" && keepsReference(world, name, expected));
  });
}

/** What an object says that waits for that of a reference. */
const waitsForReference = [
  "WaitingForEnvironment",
  "WaitingForPolicy",
  "WaitingForConsumable",
  "WaitingForQueue",
  "ReferenceNotFound",
].map((reason) => `Stalled ${reason}`);

/**
 * What AWS has keeps what the object of its reference has lost to nobody, and so does what is in it: only a new
 * reference to it waits.
 */
function keepsReference(world: Simulation, name: string, expected: Expected): boolean {
  const { verdicts } = expected;
  if (!waitsForReference.includes(verdicts.get(name) ?? "")) return false;
  const object = world.store.objects().find(({ kind, metadata }) => `${kind} ${keyText(metadata)}` === name);
  if (object === undefined) return false;
  return targetsOf(object, world).some(
    (target) => verdicts.get(target) === "Stalled NotOwned" || keepsReference(world, target, expected),
  );
}

/** The objects to which an object refers, by reference or by their names in AWS, e.g. `JobQueue team/q`. */
function targetsOf({ kind, metadata: { namespace }, spec }: KubeObject, { store }: Simulation): readonly string[] {
  const { references } = kindOf(kind);
  const byName = references.flatMap((reference) => {
    const names = awsNamesIn(reference, spec);
    return store.objects(kindOf(reference.to)).filter((one) => names.includes(awsNameOf(kindOf(reference.to), one)));
  });
  return [
    ...referencesOf({ references }, { namespace, spec }).map(({ to, key }) => `${to} ${keyText(key)}`),
    ...byName.map((one) => `${one.kind} ${keyText(one.metadata)}`),
  ];
}

/**
 * Of an object that cannot become Ready in a fresh account either, AWS may have what it had before, and an object that went
 * before the operator had put its finalizer on it leaves what an earlier one of its name, or a lost cluster, had made.
 * Nothing else may differ.
 */
function compared(world: Simulation, { account, verdicts }: Expected): { extra: string[]; missing: string[] } {
  const lines = accountOf(world.aws, world.store, world.cluster);
  // Which endpoints there are follows from all networks and environments together.
  const all = [...verdicts].every(
    ([name, verdict]) => verdict === "True" || !/^Batch(?:ComputeEnvironment|Network) /.test(name),
  );
  const counts = ({ owner }: Line): boolean => {
    if (owner === everybody) return all && world.goneUnheld.size === 0;
    const verdict = verdicts.get(owner);
    return verdict === undefined ? !world.goneUnheld.has(owner) : verdict === "True";
  };
  const textsOf = (of: readonly Line[]): string[] => of.filter(counts).map(({ text }) => text);
  const [has, should] = [textsOf(lines), textsOf(account)];
  const without = (list: readonly string[], others: readonly string[]): string[] => {
    const rest = [...others];
    return list.filter((text) => {
      const index = rest.indexOf(text);
      if (index >= 0) rest.splice(index, 1);
      return index < 0;
    });
  };
  const stays = lines.filter(({ mayStay = false }) => mayStay).map(({ text }) => text);
  return {
    extra: without(without(has, should), stays),
    missing: without(should, has).filter((text) => text !== uselessGroup),
  };
}

function difference(world: Simulation, expected: Expected): string {
  const { extra, missing } = compared(world, expected);
  const verdicts = verdictsOf(world);
  const parts = [
    ...verdictDifferences(world, expected).map(
      (name) => `${name} is ${verdicts.get(name) ?? "gone"}, should be ${expected.verdicts.get(name) ?? "gone"}`,
    ),
    ...extra.map((line) => `AWS has ${line}`),
    ...missing.map((line) => `AWS lacks ${line}`),
  ];
  return `after ${convergenceSeconds / 60} minutes: ${parts.join("\n   ")}`;
}

function reportedSeconds({ aws, clock, hasNetwork }: Simulation): number {
  const last = aws.log.findLast((call) => call.by === "operator" && isWrite(call));
  if (!hasNetwork || last === undefined) return 0;
  return networkReportedSeconds - (clock.now() - last.at) / 1000;
}

/** So long at least, and until nothing was reported for a while: what is stuck may be reported as Stalled some time later. */
async function rest(world: Simulation, seconds: number): Promise<void> {
  const { clock } = world;
  const beganAt = clock.monotonic();
  let [version, reportedAt] = [versionsOf(world), beganAt];
  const passed = (since: number): number => (clock.monotonic() - since) / 1000;
  const goesOn = (): boolean => passed(reportedAt) < graceSeconds || isRoleMissing(world);
  while (passed(beganAt) < seconds || (goesOn() && passed(beganAt) < seconds + 1900)) {
    await world.seconds(15);
    const current = versionsOf(world);
    if (current !== version) [version, reportedAt] = [current, clock.monotonic()];
  }
}

/** That a tool has removed a role is seen within half an hour, also where its object cannot become Ready. */
function isRoleMissing({ aws, store }: Simulation): boolean {
  const there = new Set(aws.truth.roles().map(({ name }) => name));
  return store.objects().some(({ status }) => {
    const { roles = [] } = (status ?? {}) as { readonly roles?: readonly { readonly name: string }[] };
    return roles.some(({ name }) => !there.has(name));
  });
}

function versionsOf({ store }: Simulation): string {
  return JSON.stringify(store.objects().map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
}

async function beSilent(world: Simulation, seconds: number): Promise<void> {
  const { aws, store } = world;
  const beganAt = world.clock.now();
  const versions = (): string => versionsOf(world);
  const events = (): string => JSON.stringify(store.events().map(({ name, count }) => [name, count]));
  const [version, reported] = [versions(), events()];
  await world.seconds(seconds);
  if (world.violations.length > 0) return;
  const calls = aws.log.filter((call) => call.by === "operator" && call.at > beganAt);
  const written = calls.filter((call) => !/^(Describe|List|Get)/.test(call.operation) && !waitsForRoom(call));
  const silent = "6 at rest it is silent";
  if (written.length > 0)
    world.violate(
      silent,
      `${written.length} AWS writes, the first: ${written[0]?.operation} ${JSON.stringify(written[0]?.input)}`,
    );
  if (versions() !== version) world.violate(silent, `objects were written: ${version} became ${versions()}`);
  if (events() !== reported) world.violate(silent, `events were reported: ${reported} became ${events()}`);
  // Two a minute, one for each 100 job definitions and one for each 100 policies, one read of the jobs of a queue (decision
  // 11), and a listing every ten minutes; the rest is for a process that began.
  // An object that waits for room in a quota reads live before each try.
  const asked = [SchedulingPolicyKind, ServiceEnvironmentKind, ConsumableResourceKind, QuotaShareKind];
  const policies = asked.filter((kind) => store.objects(kind).length > 0).length;
  const most = (seconds / 60) * (4 + policies) + seconds / 600 + 10 + 3 * calls.filter(waitsForRoom).length;
  // IAM and EC2 have budgets of their own.
  const ofEc2 = new Set(Object.keys(ec2Calls).map(operationOf));
  const ofBatch = calls.filter(({ operation }) => !/Role|InstanceProfile/.test(operation) && !ofEc2.has(operation));
  if (ofBatch.length > most)
    world.violate(
      "the AWS call budget is kept",
      `${ofBatch.length} calls in ${seconds / 60} minutes of rest: ${counted(ofBatch.map(({ operation }) => operation))}`,
    );
}

/** Who waits for room in a quota that is used up for good asks for it every five minutes. */
function waitsForRoom({ operation, outcome }: CallRecord): boolean {
  return (
    operation === "CreateComputeEnvironment" &&
    outcome.kind === "refused" &&
    outcome.message.startsWith("Compute environment limit")
  );
}

/** `3 DescribeJobQueues, 1 ListJobs` */
function counted(operations: readonly string[]): string {
  const counts = Map.groupBy(operations, (operation) => operation);
  return [...counts].map(([operation, calls]) => `${calls.length} ${operation}`).join(", ");
}
