import { describe, expect, it } from "vitest";
import { kindOf } from "../../src/api/v1alpha1/kinds.ts";
import { decide, fileText } from "../../src/cli/import/decide.ts";
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
 * The accounts of `npm test`, the same on each machine. An account costs a fifth of a second of CPU, most of it in the
 * operator and its rehearsal; `IMPORT_ACCOUNTS=2000` takes more of them.
 */
const accounts = Number(process.env["IMPORT_ACCOUNTS"] ?? 160);
const [firstSeed, perWorld] = [80_000, 20];
const region = "eu-west-1";
const ignoreTagKeys = ["crossplane-*", "managed-by"];

/** An account with what others have made in it, as several accounts would have it. */
async function worldOf(chance: Chance): Promise<World> {
  const clock = new VirtualClock();
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: withSchemaDefaults });
  const knobs = { latencyMs: 0, stalenessMs: 0, maxComputeEnvironments: 1000, maxJobQueues: 1000 };
  const flags = { awsRequestsPerSecond: 10_000, adoptableNames: ["team/*"], ignoreTagKeys };
  const world = await createWorld({ clock, store, region, knobs, flags });
  const all = Array.from({ length: perWorld }, (_, at) => accountCalls(chance, `a${at}`));
  for (const phase of [0, 1, 2, 3]) {
    for (const calls of all) for (const call of calls[phase] ?? []) await call(world.aws.outside);
    await world.seconds(120);
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
    return isReady && computeEnvironmentOrder.every((entry) => onInstances.has(entry.computeEnvironment ?? ""));
  });
  const definition = truth
    .jobDefinitions()
    .find(({ status, platformCapabilities = [] }) => status === "ACTIVE" && !platformCapabilities.includes("FARGATE"));
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

describe("what others have made", () => {
  it.each(Array.from({ length: Math.ceil(accounts / perWorld) }, (_, at) => firstSeed + at))(
    "is imported, adopted by tags alone, retained, and imported again to the same bytes, seed %i",
    { timeout: 300_000 },
    async (seed) => {
      const world = await worldOf(new Chance(seed));
      const { aws, clock, store } = world;
      submit(world);
      const folder = new MemoryFolder();
      const report = await imported({ [region]: aws }, { clock, folder }, { retain: true });
      const more = report.plan?.entries.filter(({ title }) => !title.endsWith("these tags, nothing else"));
      expect({ more, isComplete: isComplete(report) }).toEqual({ more: [], isComplete: true });

      const { manifests, problems } = validateManifests((await folder.load()).documents, crds);
      expect([manifests.length, problems]).toEqual([report.imported.length, []]);
      for (const manifest of manifests) store.apply(manifestOf(manifest));
      await world.seconds(600);
      expect(world.writes().filter((line) => !line.startsWith("TagResource "))).toEqual([]);
      expect(world.writes().length).toBeGreaterThanOrEqual(manifests.length);

      for (const { kind, metadata } of store.objects()) store.delete(kindOf(kind), metadata);
      await world.untilGone();
      expect(await textsOf(world)).toEqual([...folder.files].filter(([file]) => file.endsWith(".yaml")));
      expect(aws.history.filter((change) => change.kind === "job" && change.status === "FAILED")).toEqual([]);
      expect(world.violations).toEqual([]);
      await world.stop();
    },
  );
});

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
