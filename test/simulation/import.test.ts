import { describe, expect, it } from "vitest";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import { decide, fileText } from "../../src/cli/import/decide.ts";
import { importedKinds } from "../../src/cli/import/kinds.ts";
import { isComplete } from "../../src/cli/import/report.ts";
import { crds, manifestOf, withSchemaDefaults } from "../../src/cli/manifests.ts";
import { readBatch } from "../../src/cli/plan/copy/batch.ts";
import { validateManifests } from "../../src/cli/validation/validate.ts";
import { MemoryStore } from "../../src/kube/memory-store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { imported, MemoryFolder } from "../cli/import/given.ts";
import { account, containerJob, fargate, queue } from "../simulator/account.ts";
import { createWorld, type World } from "../world.ts";
import { accountCalls } from "./generate/accounts.ts";
import { Chance } from "./generate/chance.ts";

/**
 * The accounts of `npm test`, the same on each machine. Most of them are small, for an import reads, compares and writes
 * each resource by itself: what several of them add, such as references and names that collide, one account in forty has.
 */
const accounts = 2000;
const [firstSeed, perTest, largeEvery] = [80_000, 100, 40];
const region = "eu-west-1";
const ignoreTagKeys = ["crossplane-*", "managed-by"];
const seeds = Array.from({ length: accounts }, (_, at) => firstSeed + at);

function callsOf(seed: number): ReturnType<typeof accountCalls> {
  return accountCalls(new Chance(seed), seed % largeEvery === 0 ? "large" : "small");
}

/** An account with what others have made in it, and an operator. */
async function worldOf(seed: number): Promise<World> {
  const clock = new VirtualClock();
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: withSchemaDefaults });
  const knobs = { latencyMs: 0, stalenessMs: 0 };
  const flags = { awsRequestsPerSecond: 10_000, adoptableNames: ["team/*"], ignoreTagKeys };
  const world = await createWorld({ clock, store, region, knobs, flags });
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
  const choice = { namespace: "team", names: ["*"], retain: true, clusterName: "default", ignoreTagKeys, crds };
  const { objects } = decide([{ name: region, records }], { ...choice, known: new Map() });
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

  const { manifests, problems } = validateManifests((await folder.load()).documents, crds);
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

describe("what others have made", () => {
  it.each(seeds.filter((_seed, at) => at % perTest === 0))(
    `is imported, adopted by tags alone, retained, and imported again to the same bytes, ${perTest} seeds from %i`,
    { timeout: 300_000 },
    async (first) => {
      for (const seed of seeds.filter((one) => one >= first && one < first + perTest)) await moved(seed);
    },
  );

  it("is of each kind with each member that the generator knows, in small accounts too", async () => {
    for (const size of ["small", "large"] as const) {
      const ofSize = seeds.filter((seed) => (seed % largeEvery === 0) === (size === "large"));
      const counts = await countsIn(ofSize);
      expect(counts).toMatchSnapshot(size);
      const calls = Object.keys(counts).filter((call) => /^(?:create|register)/.test(call));
      const missing = importedKinds.filter(
        ({ kind }) => !calls.some((call) => call.endsWith(` ${kind.awsName.field}`)),
      );
      expect([size, missing.map(({ kind }) => kind.kind)]).toEqual([size, []]);
    }
  });
});

/** How often each operation is called, and each member given to it. */
async function countsIn(some: readonly number[]): Promise<Readonly<Record<string, number>>> {
  const counts = new Map<string, number>();
  const count = (text: string): void => void counts.set(text, (counts.get(text) ?? 0) + 1);
  const outside = new Proxy({} as World["aws"]["outside"], {
    get: (_target, operation) => async (input: object) => {
      count(String(operation));
      for (const path of new Set(membersOf(input))) count(`${String(operation)} ${path}`);
    },
  });
  for (const seed of some) for (const call of callsOf(seed).flat()) await call(outside);
  return Object.fromEntries([...counts].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** The paths of all values that are there; of choices in words with the word. */
function membersOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => membersOf(item, `${path}[]`));
  if (typeof value !== "object" || value === null) {
    const isChoice = typeof value === "string" && /^[A-Z][A-Z_0-9]+$/.test(value) && !path.endsWith("Name");
    return value === undefined ? [] : [isChoice ? `${path} ${value}` : path];
  }
  return Object.entries(value).flatMap(([key, member]) => membersOf(member, path === "" ? key : `${path}.${key}`));
}

it("1,000 job definitions cost at most 15 calls and one for each 100", { timeout: 300_000 }, async () => {
  const { aws, clock } = account();
  for (let at = 0; at < 1000; at++) await aws.outside.registerJobDefinition(containerJob(`d-${at}`));
  await aws.outside.createComputeEnvironment(fargate("ce"));
  await clock.advance(60_000);
  await aws.outside.createJobQueue(queue("q", "ce"));
  await clock.advance(60_000);
  const before = aws.log.length;
  const report = await imported({ "us-east-1": aws }, { clock, folder: new MemoryFolder() });
  expect([report.imported.length, isComplete(report)]).toEqual([1002, true]);
  expect(aws.log.length - before).toBeLessThanOrEqual(15 + 10);
});
