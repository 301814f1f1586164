import { cleanupFinalizer, locationAnnotation, submissionAnnotation } from "../../src/api/v1alpha1/annotations.ts";
import type { BatchJobSpec, BatchJobStatus } from "../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { jsonEqual } from "../../src/runtime/json-equal.ts";
import type { MetadataPatch } from "../../src/runtime/store.ts";
import type { StoredJob } from "../../src/simulator/stored-job.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../manifests.ts";
import type { World, WorldOptions } from "../world.ts";
import { aWorld } from "./story.ts";

/** What the stories of jobs have in common. */

export const place = [
  computeEnvironment("environment", ec2),
  jobQueue("queue", ["environment"]),
  jobDefinition("definition"),
];
/** Runs for ten minutes. */
export const long = { containerOverrides: { command: ["sleep", "600"] } };
/** Runs for an hour. */
export const hour = { containerOverrides: { command: ["sleep", "3600"] } };
export const day = 24 * 3600;

/** A place to run jobs, before the story. */
export async function aPlace(options: WorldOptions = {}): Promise<World> {
  const world = await aWorld(options);
  world.apply(...place);
  await world.untilReady();
  return world;
}

/** Another operator on the AWS, the clock and mostly the store of `before`, which has stopped. */
export async function followedBy(before: World, options: WorldOptions = {}): Promise<World> {
  await before.stop();
  const { aws, clock, store } = before;
  return await aWorld({ aws, clock, store, ...options });
}

export const statusOf = (world: World, name: string): BatchJobStatus =>
  world.object<BatchJobStatus>("BatchJob", name)?.status ?? {};
export const isTrue = (world: World, name: string, type: string) => (): boolean =>
  world.condition("BatchJob", name, type)?.status === "True";
export const isIn = (world: World, name: string, status: string) => (): boolean =>
  statusOf(world, name).status === status;
export const hasReason = (world: World, name: string, reason: string) => (): boolean =>
  world.condition("BatchJob", name, "Ready")?.reason === reason;
/** The reasons of `Ready` that are written from now on. */
export function reasonsOf(world: World, name: string): readonly string[] {
  const reasons: string[] = [];
  world.operator.runtime.cache(BatchJobKind).onChange(({ before, after }) => {
    if (after?.metadata.name !== name || jsonEqual(before?.status, after.status)) return;
    reasons.push(conditionsOf(after).find(({ type }) => type === "Ready")?.reason ?? "");
  });
  return reasons;
}

export const isGone = (world: World, name: string) => (): boolean => world.object("BatchJob", name) === undefined;
export const jobs = (world: World): readonly StoredJob[] =>
  world.aws.truth.jobs().filter(({ child }) => child === undefined);
export const statusesInAws = (world: World): readonly string[] => jobs(world).map(({ status }) => status);
export const writesOf = (world: World, operation: string): number =>
  world.aws.log.filter((call) => call.operation === operation && call.by === "operator").length;
export const inNamespace = (namespace: string, manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, namespace },
});

/** Applies a job that AWS has, although the answer to its submission was lost and no listing shows it for 20 s. */
export async function acceptedWithoutAnswer(world: World, name: string): Promise<void> {
  world.aws.faults.add({ on: "SubmitJob", fault: { kind: "loseResponse" }, times: 1 });
  world.aws.faults.add({ on: "ListJobs", fault: { kind: "stale", staleMs: 20_000 }, forMs: 20_000 });
  world.apply(batchJob(name, long));
  await world.until("AWS has it", () => jobs(world).length === 1);
}

/** Changes what the operator notes on an object, as a person may. */
export async function patch(world: World, name: string, change: MetadataPatch): Promise<void> {
  const object = world.object("BatchJob", name);
  if (object === undefined) throw new Error(`no BatchJob ${name}`);
  await world.store.patchMetadata(BatchJobKind, object, change, new AbortController().signal);
}

/** What `kubectl replace` does with a manifest that has none of the operator's notes. */
export async function replace(world: World, name: string): Promise<void> {
  const annotations = { [submissionAnnotation]: null, [locationAnnotation]: null };
  await patch(world, name, { removeFinalizer: cleanupFinalizer, annotations });
}

/** Writes the status of an object, as a restore from a backup does. */
export async function setStatus(world: World, name: string, status: BatchJobStatus): Promise<void> {
  const object = world.object("BatchJob", name);
  if (object === undefined) throw new Error(`no BatchJob ${name}`);
  await world.store.applyStatus(BatchJobKind, object, status, new AbortController().signal);
}

export const loseStatus = (world: World, name: string): Promise<void> => setStatus(world, name, {});

/** Until AWS has forgotten every job that has ended. */
export async function forgotten({ aws, seconds }: World): Promise<void> {
  await seconds(9 * day);
  // The simulator forgets when it is given another job.
  await aws.outside.submitJob({ jobName: "other", jobQueue: "team_queue", jobDefinition: "team_definition" });
  await seconds(10);
}

/** A job that ran when the operator stopped; another follows it when AWS has forgotten it. */
export async function withUnknownResult(name: string, spec: Partial<BatchJobSpec> = {}): Promise<World> {
  const world = await aPlace();
  world.apply(batchJob(name, { ...long, ...spec }));
  await world.until("it runs", isIn(world, name, "RUNNING"));
  return await untilUnknown(world, name);
}

/** A job that had ended, and lost its status; another operator follows it when AWS has forgotten it. */
export async function withLostResult(name: string): Promise<World> {
  const world = await aPlace();
  world.apply(batchJob(name));
  await world.until("it is complete", isTrue(world, name, "Complete"));
  await world.stop();
  await loseStatus(world, name);
  return await untilUnknown(world, name);
}

async function untilUnknown(world: World, name: string): Promise<World> {
  await world.stop();
  await forgotten(world);
  const next = await followedBy(world);
  await next.until("it is known to be unknown", hasReason(next, name, "ResultUnknown"));
  return next;
}
