import { keyText } from "../../../api/object.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { BatchComputeEnvironmentKind } from "../../../api/v1alpha1/kinds.ts";
import type { Environment } from "../../../aws/batch.ts";
import { AwsError } from "../../../aws/errors.ts";
import type { BatchRegion, BatchSnapshot } from "../../../aws/region.ts";
import { claimantOf, ownerText, rivalsOf } from "../../ownership/claims.ts";
import { nameSeen } from "../../ownership/names-seen.ts";
import { annotationsOf } from "../../ownership/namespace-annotations.ts";
import { baseNameOf, memoryKey, prefixOf } from "../../ownership/naming.ts";
import { type Identity, identityOf, isNamedBy, ownershipOf, retiredAtTag } from "../../ownership/ownership.ts";
import { directivesOf } from "../../pass/directives.ts";
import { orUnread } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import { circumstancesIn, roleChangeCountsInMs } from "./causes.ts";
import { jobsOn } from "./draining.ts";
import { type EnvironmentLimit, environmentLimitIn } from "./environment-limit.ts";
import { environmentsIn } from "./environment-quota.ts";
import { nameOf, servingSince } from "./environment-set.ts";
import {
  forgetGone,
  invalidSince,
  type Memory,
  madeBefore,
  marksShown,
  rememberedIn,
  sampledvCpus,
  triedUnder,
} from "./memory.ts";
import { provenFor } from "./ownership.ts";
import { queuesSeen } from "./queues-seen.ts";
import { replacementsElsewhere } from "./replacements-elsewhere.ts";
import { attemptAt, planId } from "./request.ts";
import { failedHere, watchedAmong } from "./rollback.ts";
import { clusterName, type QueueSeen, type Seen } from "./seen.ts";
import { verificationSeen } from "./verification-observe.ts";

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
  const standing = environmentsIn(snapshot);
  // What is without the finalizer creates nothing, and may go without another pass.
  if (directives.finalized && !directives.deleting) memory.counted.set(object.metadata.uid, standing.length);
  else memory.counted.delete(object.metadata.uid);
  const environments = standing.map((environment) => provenFor(environment, identity, baseName));
  const ours = environments.filter(({ tags }) => ownershipOf(tags, identity).kind === "ours");
  forgetGone(memory, object.metadata.uid, region, ours);
  const around = { region, ports, memory: memory.verification, signal };
  const verification = await verificationSeen(object, { ours, planId: id, directives }, around);
  const own = new Set([...verification.queues.values()].map(({ queue }) => queue.jobQueueName));
  const queues = (await queuesSeen(object, snapshot, ports, signal)).filter(
    ({ queue }) => !own.has(queue.jobQueueName),
  );
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
    verification,
    mayBeNamed: new Set(ours.map(nameOf).filter((name) => !snapshot.showsQueuesOf(name))),
    freeName,
    claimsSettled: unsettled.length === 0,
    claimedBy: await claimedBy(object, environments, ports, signal),
    nameSeen: await nameSeen(object, BatchComputeEnvironmentKind, ports, signal),
    environmentLimit: await environmentLimitSeen(identity.namespace, ports, signal),
    replacementsElsewhere: replacementsElsewhere(environments, identity, region, ports),
    jobs: await jobsOn(ours, region, ports.clock, memory, signal),
    targetRuns: await targetRuns(ours, queues, region, signal),
    failedOnTarget: await failedOn(watchedAmong(object.spec, ours, ports.clock.now()), object, queues, region, signal),
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
  const byOwner = Map.groupBy(environments, ({ tags }) => ownerText(tags));
  const hasResource = (one: BatchComputeEnvironment): boolean => {
    const named = byOwner.get(keyText(one.metadata));
    if (named === undefined) return false;
    const identity = identityOf(one, ports.cluster);
    return named.some((environment) => isNamedBy(provenFor(environment, identity, baseNameOf(one)).tags, identity));
  };
  const claimant = await claimantOf(object, staying, { kind, hasResource }, ports, signal);
  return claimant === undefined ? undefined : keyText(claimant.metadata);
}

/** Names of environments that an adoption with a lost answer may still make this object's own. */
function unsettledClaims(
  baseName: string,
  environments: readonly Environment[],
  identity: Identity,
  snapshot: BatchSnapshot,
): readonly string[] {
  const retained = environments.filter(({ tags }) => ownershipOf(tags, identity).kind === "retained").map(nameOf);
  return [...new Set([baseName, ...retained])].filter((name) => !snapshot.isSettled("compute-environment", name));
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
  const first = `${prefixOf(baseName)}-${id}`;
  const name = attempt === 1 ? first : `${first}-${attempt}`;
  return { name, absent: snapshot.isAbsent("compute-environment", name), attempt };
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
  const names = queuesOf(newest, queues);
  try {
    // Any count will do, however old: a job that it shows in the cluster of the target has started there.
    const counted = await region.activeJobs(names, Number.NEGATIVE_INFINITY, signal);
    return counted?.jobs.some((job) => job.status === "RUNNING" && job.cluster === cluster);
  } catch (error) {
    // Jobs that are not counted (yet) only make the soak last its full time.
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** @param watched the environment that has taken over, while jobs that fail on it decide about the way back */
async function failedOn(
  watched: Environment | undefined,
  { spec }: BatchComputeEnvironment,
  queues: readonly QueueSeen[],
  region: BatchRegion,
  signal: AbortSignal,
): Promise<Seen["failedOnTarget"]> {
  if (watched === undefined) return undefined;
  const anyExitCode = spec.replacement?.rollback?.anyFailure === true;
  const asked = { queues: queuesOf(watched, queues), since: servingSince(watched), anyExitCode };
  const failed = await orUnread(region.failedJobs(asked, signal));
  return "kind" in failed ? failed : failedHere(spec, watched, failed);
}

function queuesOf({ computeEnvironmentName: name }: Environment, queues: readonly QueueSeen[]): readonly string[] {
  return queues.filter(({ order }) => order.includes(name)).map(({ queue }) => queue.jobQueueName);
}

async function environmentLimitSeen(
  namespace: string,
  { objects, settings }: Ports,
  signal: AbortSignal,
): Promise<EnvironmentLimit> {
  const read = await annotationsOf(namespace, objects, signal);
  return read.kind === "unread" ? read : environmentLimitIn(settings.maxEnvironmentsPerNamespace, read.annotations);
}
