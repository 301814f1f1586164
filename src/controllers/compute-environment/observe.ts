import { type Condition, type Kind, keyText, type ObjectKey } from "../../api/object.ts";
import { dryRunAnnotation, pausedAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import type { JobQueue } from "../../api/v1alpha1/job-queue.ts";
import { BatchComputeEnvironmentKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import type { Environment } from "../../aws/batch.ts";
import { AwsError } from "../../aws/errors.ts";
import type { BatchRegion, BatchSnapshot } from "../../aws/region.ts";
import type { Clock } from "../../runtime/clock.ts";
import { StoreError } from "../../runtime/store.ts";
import { accessTo } from "../access.ts";
import { awaitingApproval } from "../approval.ts";
import { type Circumstances, haveChanged } from "../circumstances.ts";
import { claimantOf, rivalsOf } from "../claims.ts";
import { conditionsOf } from "../conditions.ts";
import { directivesOf } from "../directives.ts";
import { markSettledMs, vCpusMaxAgeMs } from "../intervals.ts";
import { nameSeen } from "../names-seen.ts";
import { annotationsOf } from "../namespace-annotations.ts";
import { baseNameOf, memoryKey, queueNameOf } from "../naming.ts";
import type { NetworkMemories } from "../network/observe.ts";
import {
  type Identity,
  identityOf,
  isNamedBy,
  ownerIn,
  ownershipOf,
  retiredAtTag,
  servingSinceTag,
} from "../ownership.ts";
import type { Ports } from "../ports.ts";
import { environmentName, orderOf } from "../queue-order.ts";
import { filledObject } from "../roles/part.ts";
import { placed } from "../security-group/fill.ts";
import { circumstancesIn, type RoleCauses, roleChangeCountsInMs, roleWritten } from "./causes.ts";
import { queuePaused } from "./checks.ts";
import { forgetCounts, type JobMemory, jobsOn, newJobMemory } from "./draining.ts";
import { type EnvironmentLimit, environmentLimitIn } from "./environment-limit.ts";
import { newestFirst, servingSince } from "./environment-set.ts";
import { provenFor } from "./ownership.ts";
import { queueLeaving } from "./replacement.ts";
import { attemptAt, planId } from "./request.ts";
import { environmentRoleUser } from "./roles.ts";
import { clusterName, type QueueObject, type QueueSeen, type RolloutKnown, type Seen } from "./seen.ts";

/** When something was asked of AWS (wall ms), and what it was asked under. */
export interface Tried {
  readonly at: number;
  readonly under: Circumstances;
}

/**
 * What this process remembers between passes, by region and environment (`memoryKey`): ages, and which jobs were counted
 * last. A restart begins again without them.
 */
export interface Memory extends JobMemory {
  /** The mark of retirement that this process has written, or tried to write, last. */
  readonly marksWritten: Map<string, string>;
  /**
   * The mark of retirement, which shows only when it was planned, and since when this process observes it, monotonic ms;
   * undefined where it had already settled.
   */
  readonly marksShown: Map<string, { readonly mark: string; readonly since: number | undefined }>;
  /** When its deletion was last asked for. */
  readonly deleteTried: Map<string, Tried>;
  /** The vCPUs that were last shown, and when that was. */
  readonly shownvCpus: Map<string, { readonly count: number; readonly at: number }>;
  /** Since when it has been INVALID without a change, or when AWS was last asked to check it again. */
  readonly invalidSince: Map<string, Tried>;
  /** The circumstances when it was first observed: for one that this process created, those of its creation. */
  readonly foundUnder: Map<string, Circumstances>;
  readonly roleCauses: RoleCauses;
  /** Environments that AWS reported as INVALID once more, since they were VALID or a role was fixed. */
  readonly askedAgain: Set<string>;
  /** The last rollout that was requested; none where it is unknown whether AWS accepted it. */
  readonly rollouts: Map<string, RolloutKnown>;
  /** By the uid of an object: the keys of its environments in the maps above. */
  readonly names: Map<string, ReadonlySet<string>>;
  /** What was observed of the network of each object, and when to check again. */
  readonly networks: NetworkMemories;
}

export function newMemory(): Memory {
  return {
    ...newJobMemory(),
    marksWritten: new Map(),
    marksShown: new Map(),
    deleteTried: new Map(),
    shownvCpus: new Map(),
    invalidSince: new Map(),
    foundUnder: new Map(),
    roleCauses: new Map(),
    askedAgain: new Set(),
    rollouts: new Map(),
    names: new Map(),
    networks: new Map(),
  };
}

/** By name, what is remembered of the environments of one region. */
function rememberedIn<T>(region: BatchRegion, memory: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const prefix = memoryKey(region, "");
  const here = [...memory].filter(([key]) => key.startsWith(prefix));
  return new Map(here.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** Forgets the environments of an object that no longer exist. */
function forgetGone(memory: Memory, uid: string, region: BatchRegion, ours: readonly Environment[]): void {
  const keys = new Set(ours.map(({ computeEnvironmentName }) => memoryKey(region, computeEnvironmentName)));
  const { marksWritten, marksShown, deleteTried, terminatedAt, shownvCpus, invalidSince, rollouts } = memory;
  const ages = [marksWritten, marksShown, deleteTried, terminatedAt, shownvCpus, invalidSince, rollouts];
  for (const key of memory.names.get(uid) ?? []) {
    if (keys.has(key)) continue;
    for (const known of ages) known.delete(key);
    forgetCounts(memory, key);
    memory.askedAgain.delete(key);
    memory.foundUnder.delete(key);
  }
  if (keys.size === 0) memory.roleCauses.delete(uid);
  if (keys.size === 0) memory.names.delete(uid);
  else memory.names.set(uid, keys);
}

/** Everything but the network, which is EC2's, and what the pass itself knows of refusals. */
export type Observed = Omit<Seen, "network" | "refusals">;

/** What AWS Batch and Kubernetes say. */
export async function observe(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  ports: Ports,
  memory: Memory,
  signal: AbortSignal,
): Promise<Observed> {
  const snapshot = region.snapshot();
  const identity = identityOf(object, ports.cluster);
  const directives = directivesOf(object, ports.settings);
  const baseName = baseNameOf(object);
  const id = planId(object.spec, identity);
  const environments = [...snapshot.environments.values()]
    .filter(({ status }) => status !== "DELETED")
    .map((environment) => provenFor(environment, identity, baseName));
  const ours = environments.filter(({ tags }) => ownershipOf(tags, identity).kind === "ours");
  forgetGone(memory, object.metadata.uid, region, ours);
  const queues = await queuesSeen(object, snapshot, ports, signal);
  const under = circumstancesIn(memory.roleCauses, object, ports.clock);
  const freeName = firstFreeName(baseName, id, environments, snapshot);
  if (!freeName.absent && (directives.deleting || !ours.some(({ status }) => status === "VALID"))) {
    region.expectAbsence("compute-environment", freeName.name);
  }
  const unsettled = unsettledClaims(baseName, environments, identity, snapshot);
  if (directives.deleting && ours.length === 0) {
    for (const name of unsettled) region.expectAbsence("compute-environment", name);
  }
  return {
    identity,
    directives,
    settings: ports.settings,
    baseName,
    planId: id,
    environments,
    queues,
    mayBeNamed: new Set(ours.map(nameOf).filter((name) => !snapshot.showsQueuesOf(name))),
    freeName,
    claimsSettled: unsettled.length === 0,
    claimedBy: await claimedBy(object, environments, ports, signal),
    nameSeen: await nameSeen(object, BatchComputeEnvironmentKind, ports, signal),
    environmentLimit: await environmentLimitSeen(identity.namespace, ports, signal),
    replacementsElsewhere: replacementsElsewhere(environments, identity, region, ports),
    jobs: await jobsOn(ours, region, ports.clock, memory, signal),
    targetRuns: await targetRuns(ours, queues, region, signal),
    markShownForMs: marksShown(ours, region, ports, memory),
    deleteTriedAt: triedUnder(under, rememberedIn(region, memory.deleteTried)),
    desiredvCpus: sampledvCpus(ours, region, memory, ports.clock.now()),
    invalidSince: invalidSince(ours, region, under, ports, memory),
    madeBefore: madeBefore(ours, region, under, memory),
    roleChangeCountsInMs: roleChangeCountsInMs(memory.roleCauses, object, ports.clock),
    askedAgain: new Set(ours.map(nameOf).filter((name) => memory.askedAgain.has(memoryKey(region, name)))),
    rollouts: rememberedIn(region, memory.rollouts),
    settled: new Set(ours.map(nameOf).filter((name) => snapshot.isSettled("compute-environment", name))),
  };
}

/**
 * The object that has the base name, as `namespace/name`, if it is another one. One that is being deleted gives way: AWS's
 * own names differ all the same, and two objects could wait for each other through a queue that is to go over from one to
 * the other.
 */
async function claimedBy(
  object: BatchComputeEnvironment,
  environments: readonly Environment[],
  ports: Ports,
  signal: AbortSignal,
): Promise<string | undefined> {
  const kind = BatchComputeEnvironmentKind;
  const rivals = rivalsOf(object, kind, ports);
  const staying = rivals.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const hasResource = (one: BatchComputeEnvironment): boolean => {
    const identity = identityOf(one, ports.cluster);
    return environments.some((environment) =>
      isNamedBy(provenFor(environment, identity, baseNameOf(one)).tags, identity),
    );
  };
  const claimant = await claimantOf(object, staying, { kind, hasResource }, ports, signal);
  return claimant === undefined ? undefined : keyText(claimant.metadata);
}

function nameOf({ computeEnvironmentName }: Environment): string {
  return computeEnvironmentName;
}

/** Names to which a write that makes them this object's own may still be on its way. */
function unsettledClaims(
  baseName: string,
  environments: readonly Environment[],
  identity: Identity,
  snapshot: BatchSnapshot,
): readonly string[] {
  const retained = environments.filter(({ tags }) => ownershipOf(tags, identity).kind === "retained").map(nameOf);
  return [...new Set([baseName, ...retained])].filter((name) => !snapshot.isSettled("compute-environment", name));
}

/** AWS's scaler changes them at any time; the status shows a change at most once a minute, or it would never rest. */
function sampledvCpus(
  ours: readonly Environment[],
  region: BatchRegion,
  memory: Memory,
  now: number,
): ReadonlyMap<string, number> {
  for (const environment of ours) {
    const key = memoryKey(region, environment.computeEnvironmentName);
    const shown = memory.shownvCpus.get(key);
    const count = environment.computeResources?.desiredvCpus;
    if (count === undefined) memory.shownvCpus.delete(key);
    else if (shown === undefined || now - shown.at >= vCpusMaxAgeMs) memory.shownvCpus.set(key, { count, at: now });
  }
  return new Map([...rememberedIn(region, memory.shownvCpus)].map(([name, { count }]) => [name, count]));
}

/** For how long each mark has been seen that may not have settled when it was seen first. */
function marksShown(
  ours: readonly Environment[],
  region: BatchRegion,
  { clock }: Ports,
  { marksWritten, marksShown: shown }: Memory,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { computeEnvironmentName: name, tags } of ours) {
    const key = memoryKey(region, name);
    const mark = tags?.[retiredAtTag];
    if (mark === undefined) {
      shown.delete(key);
      continue;
    }
    if (shown.get(key)?.mark !== mark) {
      const settled = marksWritten.get(key) !== mark && clock.now() - Date.parse(mark) >= markSettledMs;
      shown.set(key, { mark, since: settled ? undefined : clock.monotonic() });
    }
    const since = shown.get(key)?.since;
    if (since !== undefined) found.set(name, clock.monotonic() - since);
  }
  return found;
}

/** When each was asked for, without what was asked for under other circumstances: that may be asked for again. */
function triedUnder(under: Circumstances, tried: ReadonlyMap<string, Tried>): ReadonlyMap<string, number> {
  const current = [...tried].filter(([, one]) => !haveChanged(one.under, under));
  return new Map(current.map(([name, { at }]) => [name, at]));
}

/** Environments that were first seen under other circumstances. */
function madeBefore(
  ours: readonly Environment[],
  region: BatchRegion,
  under: Circumstances,
  { foundUnder }: Memory,
): ReadonlySet<string> {
  const before = ours.map(nameOf).filter((name) => {
    const key = memoryKey(region, name);
    const found = foundUnder.get(key) ?? under;
    foundUnder.set(key, found);
    return haveChanged(found, under);
  });
  return new Set(before);
}

function invalidSince(
  ours: readonly Environment[],
  region: BatchRegion,
  under: Circumstances,
  ports: Ports,
  memory: Memory,
): ReadonlyMap<string, number> {
  for (const { computeEnvironmentName, status } of ours) {
    const key = memoryKey(region, computeEnvironmentName);
    if (status === "VALID") memory.askedAgain.delete(key);
    if (status !== "INVALID") memory.invalidSince.delete(key);
    else if (!memory.invalidSince.has(key)) memory.invalidSince.set(key, { at: ports.clock.now(), under });
  }
  const since = [...rememberedIn(region, memory.invalidSince)];
  return new Map(since.map(([name, one]) => [name, haveChanged(one.under, under) ? Number.NEGATIVE_INFINITY : one.at]));
}

/** Every queue of the region with what is known of its object. */
async function queuesSeen(
  environment: BatchComputeEnvironment,
  snapshot: BatchSnapshot,
  ports: Ports,
  signal: AbortSignal,
): Promise<QueueSeen[]> {
  const live = [...snapshot.queues.values()].filter(({ status }) => status !== "DELETED");
  return await Promise.all(
    live.map(async (queue) => {
      const owner = ownerIn(queue.tags);
      const ours =
        owner !== undefined && owner.cluster === ports.cluster.name && owner.clusterUid === ports.cluster.uid;
      const key = ours ? { namespace: owner.namespace, name: owner.name } : undefined;
      const found =
        key === undefined ? undefined : (ports.objects.get(JobQueueKind as Kind, key) as JobQueue | undefined);
      if (found === undefined || queueNameOf(found) !== queue.jobQueueName) {
        return { queue, order: orderOf(queue), owner: key, object: undefined };
      }
      const mayUse = await mayUseIt(environment, found.metadata.namespace, ports, signal);
      return { queue, order: orderOf(queue), owner: key, object: queueObject(found, mayUse, ports) };
    }),
  );
}

/** What cannot be read forbids nothing here: queues that use the environment are waited for. */
async function mayUseIt(
  environment: BatchComputeEnvironment,
  namespace: string,
  { objects }: Ports,
  signal: AbortSignal,
): Promise<boolean> {
  const selects =
    environment.spec.allowedNamespaces?.from === "Selector" && environment.metadata.namespace !== namespace;
  if (!selects) return accessTo(environment, namespace, undefined).kind === "allowed";
  try {
    return accessTo(environment, namespace, (await objects.namespace(namespace, signal))?.labels).kind === "allowed";
  } catch (error) {
    if (error instanceof StoreError) return true;
    throw error;
  }
}

function queueObject(object: JobQueue, mayUse: boolean, ports: Ports): QueueObject {
  const stalled = conditionsOf(object).find(({ type, status }) => type === "Stalled" && status === "True");
  const { paused, dryRun } = directivesOf(object, ports.settings);
  return {
    heldBy: paused ? pausedAnnotation : dryRun ? dryRunAnnotation : undefined,
    deleting: object.metadata.deletionTimestamp !== undefined,
    mayUse,
    literalNames: (object.spec.computeEnvironmentOrder ?? []).flatMap(({ computeEnvironment }) =>
      computeEnvironment === undefined ? [] : [environmentName(computeEnvironment)],
    ),
    jobQueueType: object.spec.jobQueueType,
    stalled: stalled === undefined ? undefined : `${stalled.reason}: ${stalled.message}`,
  };
}

/** One after the highest existing attempt, so that attempts can be counted by their names. */
function firstFreeName(
  baseName: string,
  id: string,
  environments: readonly Environment[],
  snapshot: BatchSnapshot,
): Seen["freeName"] {
  const attempts = environments.map(({ computeEnvironmentName: name }) => attemptAt(id, baseName, name));
  const attempt = Math.max(0, ...attempts) + 1;
  const name = attempt === 1 ? `${baseName}-${id}` : `${baseName}-${id}-${attempt}`;
  return { name, absent: snapshot.isAbsent("compute-environment", name), attempt };
}

/** Objects of this cluster with a successor for their present plan that does not serve yet, and will before long. */
function replacementsElsewhere(
  environments: readonly Environment[],
  identity: Identity,
  region: BatchRegion,
  ports: Ports,
): number {
  const existing = new Map<string, { readonly key: ObjectKey; readonly several: Environment[] }>();
  for (const environment of environments) {
    const owner = ownerIn(environment.tags);
    if (owner?.cluster !== identity.cluster.name) continue;
    if (owner.namespace === identity.namespace && owner.name === identity.name) continue;
    if (environment.status === "DELETING" || environment.tags?.[retiredAtTag] !== undefined) continue;
    const text = keyText(owner);
    const { several } = existing.get(text) ?? { several: [] };
    existing.set(text, { key: owner, several: [...several, environment] });
  }
  return [...existing.values()].filter(({ key, several }) => {
    const [newest] = several.toSorted(newestFirst);
    if (newest === undefined || several.length === 1) return false;
    const comes = newest.status !== "INVALID" && newest.tags?.[servingSinceTag] === undefined;
    return comes && goesOn(key, newest.computeEnvironmentName, region, ports);
  }).length;
}

/**
 * Whether a replacement continues towards this successor. One that waits for a person or for jobs, for days perhaps, must
 * not keep all others waiting, nor one that waits for its turn: its newest was created for an earlier plan. Of objects
 * that this process does not watch it cannot know.
 */
function goesOn(key: ObjectKey, successor: string, region: BatchRegion, ports: Ports): boolean {
  const { objects, settings, cluster } = ports;
  if (!objects.watches(key.namespace)) return true;
  const object = objects.get(BatchComputeEnvironmentKind, key) as BatchComputeEnvironment | undefined;
  if (object === undefined) return false;
  const { paused, dryRun, deleting } = directivesOf(object, settings);
  if (paused || dryRun || deleting || conditionsOf(object).some(mayLast)) return false;
  const { spec } = filledObject(placed(object), environmentRoleUser, region, cluster);
  return attemptAt(planId(spec, identityOf(object, cluster)), baseNameOf(object), successor) > 0;
}

const lasting: ReadonlySet<string> = new Set([awaitingApproval, queuePaused, queueLeaving]);

function mayLast({ type, status, reason }: Condition): boolean {
  return (type === "Stalled" && status === "True") || lasting.has(reason);
}

/** Whether a job runs on the environment that has taken over; read only while a predecessor is kept ready. */
async function targetRuns(
  ours: readonly Environment[],
  queues: readonly QueueSeen[],
  region: BatchRegion,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const existing = ours.filter(({ tags, status }) => tags?.[retiredAtTag] === undefined && status === "VALID");
  const [newest] = existing.toSorted((left, right) => (servingSince(left) < servingSince(right) ? 1 : -1));
  if (newest === undefined || !Number.isFinite(servingSince(newest)) || existing.length < 2) return undefined;
  const cluster = clusterName(newest);
  if (cluster === undefined) return undefined;
  const serving = queues.filter(({ order }) => order.includes(newest.computeEnvironmentName));
  const names = serving.map(({ queue }) => queue.jobQueueName);
  try {
    // Of whenever the count is: a job that it shows in the cluster of the target has begun there.
    const counted = await region.activeJobs(names, Number.NEGATIVE_INFINITY, signal);
    return counted?.jobs.some((job) => job.status === "RUNNING" && job.cluster === cluster);
  } catch (error) {
    // Jobs that are not counted (yet) only make the soak last its full time.
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** Discards what AWS said of the environments of an object before one of their roles was written. */
export function roleFixed(memory: Memory, object: BatchComputeEnvironment, clock: Clock): void {
  roleWritten(memory.roleCauses, object, clock);
  for (const key of memory.names.get(object.metadata.uid) ?? []) memory.askedAgain.delete(key);
}

async function environmentLimitSeen(
  namespace: string,
  { objects, settings }: Ports,
  signal: AbortSignal,
): Promise<EnvironmentLimit> {
  const read = await annotationsOf(namespace, objects, signal);
  return read.kind === "unread" ? read : environmentLimitIn(settings.maxEnvironmentsPerNamespace, read.annotations);
}
