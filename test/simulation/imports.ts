import { describe, expect, it } from "vitest";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import { MemoryStore } from "../../src/kube/memory-store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { decide, fileText } from "../../src/tools/import/decide.ts";
import { foundIn } from "../../src/tools/import/found.ts";
import { isComplete } from "../../src/tools/import/report.ts";
import { crds, manifestOf, withSchemaDefaults } from "../../src/tools/manifests.ts";
import { readBatch } from "../../src/tools/plan/copy/batch.ts";
import { validateManifests, wholeDirectory } from "../../src/tools/validation/validate.ts";
import { imported, MemoryFolder } from "../tools/import/given.ts";
import { createWorld, type World } from "../world.ts";
import { accountCalls } from "./generate/accounts.ts";
import { Chance } from "./generate/chance.ts";
import { serviceRoles } from "./generate/environments.ts";

/**
 * The accounts of tests, the same on each machine: the first thousand of `npm test`, the others of the slow tests. Most of
 * them are small, for an import reads, compares and writes each resource by itself: what several of them add, such as
 * references and names that collide, one account in forty has.
 */
const accounts = 2000;
const [firstSeed, perTest, largeEvery] = [80_000, 100, 40];
const region = "eu-west-1";
const ignoreTagKeys = ["crossplane-*", "managed-by"];
export const seeds = Array.from({ length: accounts }, (_, at) => firstSeed + at);
const half = accounts / 2;
export const seedsOfNpmTest = seeds.slice(0, half);
export const otherSeeds = seeds.slice(half);

export function isLarge(seed: number): boolean {
  return seed % largeEvery === 0;
}

export function callsOf(seed: number): ReturnType<typeof accountCalls> {
  return accountCalls(new Chance(seed), isLarge(seed) ? "large" : "small");
}

/** An account with what others have made in it, and an operator. */
async function worldOf(seed: number): Promise<World> {
  const clock = new VirtualClock();
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: withSchemaDefaults });
  const knobs = { latencyMs: 0, stalenessMs: 0 };
  const flags = { awsRequestsPerSecond: 10_000, adoptableNames: ["team/*"], ignoreTagKeys };
  const world = await createWorld({ clock, store, region, knobs, flags });
  world.aws.outside.describeRoles(serviceRoles);
  for (const phase of callsOf(seed)) {
    for (const call of phase) await call(world.aws.outside);
    if (phase.length > 0) await world.seconds(60);
  }
  return world;
}

/** Submits a job to a queue of instances, which runs while its environment and definition are adopted. */
function submit({ aws }: World): void {
  const { truth } = aws;
  const onInstances = new Set(
    truth
      .computeEnvironments()
      .flatMap(({ computeEnvironmentArn, computeResources }) =>
        computeResources?.type === "EC2" ? [computeEnvironmentArn] : [],
      ),
  );
  const queue = truth.jobQueues().find(({ state, status, schedulingPolicyArn, computeEnvironmentOrder = [] }) => {
    const isReady = state === "ENABLED" && status === "VALID" && schedulingPolicyArn === undefined;
    const hasInstances = computeEnvironmentOrder.length > 0;
    return (
      isReady &&
      hasInstances &&
      computeEnvironmentOrder.every((entry) => onInstances.has(entry.computeEnvironment ?? ""))
    );
  });
  const definition = truth
    .jobDefinitions()
    .find(
      ({ status, platformCapabilities = [], containerProperties }) =>
        status === "ACTIVE" && containerProperties !== undefined && !platformCapabilities.includes("FARGATE"),
    );
  if (queue === undefined || definition === undefined) return;
  const request = { jobName: "job", jobQueue: queue.jobQueueName, jobDefinition: definition.jobDefinitionArn };
  aws.outside.submitPlannedJob(request, { durationMs: 1_200_000, exitCode: 0 });
}

async function textsOf({ aws }: World): Promise<readonly (readonly [string, string])[]> {
  const records = await readBatch(aws.batch, { ...aws, partition: "aws" }, new AbortController().signal);
  const choice = {
    namespace: "team",
    names: ["*"],
    retain: true,
    keptValues: [],
    clusterName: "default",
    clusterPrefix: "",
    ignoreTagKeys,
    crds,
  };
  const { objects } = decide(foundIn({ name: region, records }), { ...choice, region, known: new Map() });
  return objects.map((object) => [object.file, fileText(object)]);
}

/** Imports, adopts, retains and imports again: the property. */
async function moved(seed: number): Promise<void> {
  const world = await worldOf(seed);
  const { aws, clock, store } = world;
  submit(world);
  const folder = new MemoryFolder();
  const report = await imported({ [region]: aws }, { clock, folder }, { retain: true });
  const more = report.plan?.entries.filter(({ title }) => !title.endsWith("these tags, nothing else"));
  expect({ seed, more, isComplete: isComplete(report) }).toEqual({ seed, more: [], isComplete: true });

  const { manifests, problems } = validateManifests((await folder.load()).documents, crds, wholeDirectory);
  expect([seed, manifests.length, problems]).toEqual([seed, report.imported.length, []]);
  for (const manifest of manifests) store.apply(manifestOf(manifest));
  await world.seconds(120);
  expect([seed, world.writes().filter((line) => !line.startsWith("TagResource "))]).toEqual([seed, []]);
  expect(world.writes().length).toBeGreaterThanOrEqual(manifests.length);

  for (const { kind, metadata } of store.objects()) store.delete(kindOf(kind), metadata);
  await world.untilGone();
  const files = [...folder.files].filter(([file]) => file.endsWith(".yaml"));
  expect([seed, await textsOf(world)]).toEqual([seed, files]);
  const failed = aws.history.filter((change) => change.kind === "job" && change.status === "FAILED");
  expect([seed, failed, world.violations, world.denials]).toEqual([seed, [], [], []]);
  await world.stop();
}

/** Tests the property in the accounts of these seeds. */
export function movesAccounts(some: readonly number[]): void {
  describe("what others have made", () => {
    it.each(some.filter((_seed, at) => at % perTest === 0))(
      `is imported, adopted by tags alone, retained, and imported again to the same bytes, ${perTest} seeds from %i`,
      { timeout: 300_000 },
      async (first) => {
        for (const seed of some.filter((one) => one >= first && one < first + perTest)) await moved(seed);
      },
    );
  });
}
