import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { kindOf } from "../../../src/api/v1alpha1/kinds.ts";
import { ownerTags } from "../../../src/controllers/ownership/ownership.ts";
import { MemoryStore } from "../../../src/kube/memory-store.ts";
import type { OperatorFlags } from "../../../src/operator/flags.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { StoreError, type StoreErrorReason } from "../../../src/runtime/store.ts";
import { manifestOf, withSchemaDefaults } from "../../../src/tools/manifests.ts";
import { asApplied, checkedByCluster, type ReadCluster } from "../../../src/tools/plan/cluster.ts";
import { planOf } from "../../../src/tools/plan.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { definition, environment, MemorySource, queue, quickstart } from "../local/given.ts";
import { ownedDefinition } from "./owned-definition.ts";

type Files = Readonly<Record<string, string>>;

const { signal } = new AbortController();

async function manifestsOf(files: Files) {
  const { manifests, problems } = await new MemorySource(files).read();
  expect(problems).toEqual([]);
  return manifests;
}

/** A cluster to which the files were applied. @param refuses how it answers a dry run */
async function clusterWith(files: Files, refuses?: StoreErrorReason) {
  let uids = 0;
  const clock = new VirtualClock();
  const memory = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: withSchemaDefaults });
  for (const manifest of await manifestsOf(files)) memory.apply(manifestOf(manifest));
  const dryRuns: string[] = [];
  const cluster: ReadCluster = {
    uid: "uid-of-kube-system",
    objects: memory.objects(),
    namespace: async () => undefined,
    store: {
      async apply(kind, manifest, options) {
        expect(options).toEqual({ dryRun: true, force: true });
        expect(kind).toBe(kindOf(manifest.kind));
        dryRuns.push(`${manifest.kind} ${manifest.metadata.namespace}/${manifest.metadata.name}`);
        if (refuses !== undefined) throw new StoreError(refuses, "the server's words");
        return memory.objects()[0] ?? Promise.reject(new Error("the cluster is empty"));
      },
    },
  };
  return { cluster, dryRuns, clock };
}

async function planned(files: Files, { cluster, clock }: Awaited<ReturnType<typeof clusterWith>>) {
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  const aws = cloud.world("us-east-1");
  aws.knobs.latencyMs = 0;
  const manifests = await manifestsOf(files);
  const plan = (flags: OperatorFlags = {}) =>
    planOf(manifests, {
      flags: { awsRequestsPerSecond: 1000, ...flags },
      cloud,
      clusterName: "default",
      remembered: undefined,
      cluster,
      signal,
      clock,
    });
  return { plan, aws };
}

test("a cluster's other objects stay, and are what manifests may refer to", async () => {
  const world = await clusterWith(quickstart);
  const { plan, aws } = await planned({ "definition.yaml": definition() }, world);
  const first = await plan();
  expect(first.entries.map(({ kind, name, action }) => `${action} ${kind} ${name}`)).toEqual([
    "create JobDefinition hello",
  ]);
  expect(first.warnings).toEqual([]);
  await aws.batch.registerJobDefinition(ownedDefinition("left", { name: "default", uid: "uid-of-kube-system" }));
  await world.clock.advance(10_000);
  const second = await plan();
  expect(second.entries.map(({ action }) => action)).toEqual(["create"]);
  expect(second.warnings).toEqual([
    "JobDefinition left:1 in AWS bears the tags of this cluster, but the cluster has no object for it",
  ]);
});

test.each([
  ["for which a person had to act before, is not among them", "ReferenceNotFound", []],
  ["that it keeps from going on, is", "Pending", ["nothing is done"]],
])("an object without a manifest, %s", async (_what, reason, titles) => {
  const world = await clusterWith(quickstart);
  const condition = { type: "Ready", status: "False" as const, reason, message: "m", observedGeneration: 1 };
  const job = {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchJob",
    metadata: { ...world.cluster.objects[0]?.metadata, name: "old", namespace: "default", uid: "uid-of-old" },
    spec: { jobQueueRef: { name: "high" }, jobDefinitionRef: { name: "nowhere" } },
    status: { conditions: [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }] },
  } as KubeObject;
  const cluster = { ...world.cluster, objects: [...world.cluster.objects, job] };
  const { plan } = await planned(quickstart, { ...world, cluster });
  const { entries } = await plan();
  expect(entries.filter(({ kind }) => kind === "BatchJob").map(({ title }) => title)).toEqual(titles);
});

test("what the manifest changes is checked against the object in the cluster, by the rules about changes", async () => {
  const { cluster, dryRuns } = await clusterWith(quickstart);
  const moved = environment().replace("spec:\n", "spec:\n  region: eu-west-1\n");
  const manifests = await manifestsOf({ ...quickstart, "environment.yaml": moved });
  const checked = await checkedByCluster(manifests, cluster, signal);
  expect(checked.problems).toMatchObject([
    { object: "BatchComputeEnvironment default/general", message: expect.stringContaining("region cannot be changed") },
  ]);
  expect(dryRuns).toEqual([]);
});

test.each([
  ["that the cluster has is not taken back by a manifest without it", "", true, []],
  ["is not taken back by a manifest that says so", "  cancel: false\n", false, ["spec.cancel"]],
])("a cancellation %s", async (_what, more, cancel, refused) => {
  const job = (extra: string) => `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata: {name: nightly}
spec:
  jobQueueRef: {name: high}
  jobDefinitionRef: {name: hello}
${extra}`;
  const { cluster } = await clusterWith({ ...quickstart, "job.yaml": job("  cancel: true\n") });
  const manifests = asApplied(await manifestsOf({ ...quickstart, "job.yaml": job(more) }), cluster);
  const specs = manifests.flatMap(({ object }) => (object.kind === "BatchJob" ? [object.spec] : []));
  expect(specs).toMatchObject([{ cancel }]);
  const { problems } = await checkedByCluster(manifests, cluster, signal);
  expect(problems.map(({ field }) => field)).toEqual(refused);
});

test("the API server is asked by a dry run of each manifest", async () => {
  const { cluster, dryRuns } = await clusterWith(quickstart);
  const manifests = await manifestsOf(quickstart);
  expect(await checkedByCluster(manifests, cluster, signal)).toEqual({ problems: [], warnings: [] });
  expect(dryRuns.toSorted()).toEqual([
    "BatchComputeEnvironment default/general",
    "JobDefinition default/hello",
    "JobQueue default/high",
  ]);
});

test.each<[StoreErrorReason, readonly string[], readonly string[]]>([
  ["Invalid", ["the server's words", "the server's words", "the server's words"], []],
  ["NotFound", [], ["the server's words"]],
  ["Forbidden", [], ["whether the API server takes the manifests is unknown: the server's words"]],
])("when it answers %s", async (reason, problems, warnings) => {
  const { cluster } = await clusterWith(quickstart, reason);
  const checked = await checkedByCluster(await manifestsOf(quickstart), cluster, signal);
  expect(checked.problems.map(({ message }) => message)).toEqual(problems);
  expect(checked.warnings).toEqual(warnings);
});

test("an API server that cannot answer ends the plan", async () => {
  const { cluster } = await clusterWith(quickstart, "Unavailable");
  const checking = checkedByCluster(
    await manifestsOf({ "queue.yaml": queue(), "e.yaml": environment() }),
    cluster,
    signal,
  );
  await expect(checking).rejects.toMatchObject({ name: "CommandError", exitCode: 1, message: "the server's words" });
});

test("a plan under another name of the cluster says what the operator does: it refuses, or writes tags", async () => {
  const files = { "environment.yaml": environment() };
  const world = await clusterWith(files);
  const { plan, aws } = await planned(files, world);
  const owner = {
    cluster: { name: "blue", uid: "uid-of-kube-system" },
    namespace: "default",
    name: "general",
    uid: "u",
  };
  await aws.outside.createComputeEnvironment({
    computeEnvironmentName: "default_general",
    type: "MANAGED",
    computeResources: {
      type: "FARGATE",
      maxvCpus: 16,
      subnets: ["subnet-11111111"],
      securityGroupIds: ["sg-11111111"],
    },
    tags: { ...ownerTags(owner), "awsbatch.dev/serving-since": "2026-01-01T00:00:00Z" },
  });
  await world.clock.advance(60_000);
  await expect(plan()).rejects.toThrow(
    /bears the cluster name blue: default_general.* Run it with --cluster-name=blue;/,
  );
  const [entry, ...others] = (await plan({ renameClusterFrom: "blue" })).entries;
  expect(others).toEqual([]);
  expect(entry?.steps.filter(({ kind }) => kind === "write")).toEqual([
    expect.objectContaining({ operation: "TagResource", subject: "default_general" }),
  ]);
});
