/**
 * What Argo CD does with our objects, by Argo CD's own repo server and application controller on a real API server, with an
 * operator that runs: `npm run test:argocd`. A line for each step; exit 1 when one is not as expected. `npm test` leaves it
 * out: Argo CD takes a quarter of an hour to build the first time (`nice -n 15` lets others work meanwhile).
 */

import { deepStrictEqual } from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { startControlPlane } from "../control-plane/control-plane.ts";
import { printProgress } from "../control-plane/parts.ts";
import { linesOf } from "../control-plane/run.ts";
import { until } from "../control-plane/wait.ts";
import { OperatorProcess } from "../operator/operator-process.ts";
import { Account } from "../stories/account.ts";
import { install, newIdentity } from "../stories/installed.ts";
import { ArgoCd } from "./argo-cd.ts";
import { Repository } from "./repository.ts";

const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));
const example = fileURLToPath(new URL("../../../examples/blue-green-story/1-first", import.meta.url));
const cluster = await startControlPlane({ controllerManager: true });
const account = new Account({ speed: 30 });
const running: { stop(): Promise<unknown> }[] = [];

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: a wrong path fails the step that takes it
  readonly spec: any;
}

type Change = (manifest: Manifest) => Manifest;

/** The manifests of the story's first part in a folder of the repository, each changed. */
async function story(folder: string, change: Change = (manifest) => manifest): Promise<Record<string, string>> {
  const names = (await readdir(example)).filter((name) => name.endsWith(".yaml"));
  const files = names.map(async (name) => {
    const manifest = change(load(await readFile(join(example, name), "utf8")) as Manifest);
    return [`${folder}/${name}`, JSON.stringify(manifest)] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

const environment =
  (spec: object, instanceTypes: readonly string[]): Change =>
  (manifest) =>
    manifest.kind === "BatchComputeEnvironment"
      ? {
          ...manifest,
          spec: { ...manifest.spec, ...spec, computeResources: { ...manifest.spec.computeResources, instanceTypes } },
        }
      : manifest;

/** The environment in wave 0 under this name, and the queue, which references it, in wave 1. */
const inWaves =
  (name: string, change: Change = (manifest) => manifest): Change =>
  (given) => {
    const { kind, metadata, spec } = change(given);
    const wave = kind === "JobQueue" ? "1" : "0";
    const annotations = { "argocd.argoproj.io/sync-wave": wave };
    const order = [{ order: 1, computeEnvironmentRef: { name } }];
    return {
      ...given,
      metadata: { ...metadata, name: kind === "BatchComputeEnvironment" ? name : metadata.name, annotations },
      spec: kind === "JobQueue" ? { ...spec, computeEnvironmentOrder: order } : spec,
    };
  };

/** An Application that follows a folder of the repository. */
function application(
  name: string,
  url: string,
  more: Readonly<{ namespace: string; syncOptions?: readonly string[]; wave?: string }>,
) {
  const { namespace, syncOptions = [], wave } = more;
  const annotations = wave === undefined ? {} : { "argocd.argoproj.io/sync-wave": wave };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name, namespace: "argocd", finalizers: ["resources-finalizer.argocd.argoproj.io"], annotations },
    spec: {
      project: "default",
      destination: { server: "https://kubernetes.default.svc", namespace },
      source: { repoURL: url, targetRevision: "main", path: name },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: ["CreateNamespace=true", ...syncOptions],
        retry: { limit: -1, backoff: { duration: "2s", maxDuration: "10s" } },
      },
    },
  };
}

async function step(what: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (cause) {
    throw new Error(`✘ ${what}`, { cause });
  }
  process.stdout.write(`✔ ${what}\n`);
}

const done = { sync: "Synced", health: "Healthy" } as const;
const isClean = async (): Promise<true | string> => account.isClean || account.recently();

try {
  await install(cluster);
  const operator = await OperatorProcess.start({
    kubeconfig: (await newIdentity(cluster)).kubeconfig,
    directory: cluster.access.directory,
    awsUrl: (await account.front()).url,
  });
  running.push(operator);
  await operator.untilReady();
  const argo = await ArgoCd.start(cluster, printProgress);
  running.push(argo);
  const repository = await Repository.in(join(cluster.access.directory, "repository"));

  const inBatch = (...args: readonly string[]) => cluster.kubectl([...args, "--namespace", "batch"]);
  const instances = () =>
    account.aws.truth.computeEnvironments().map((one) => one.computeResources?.instanceTypes?.[0]);
  const untilInstances = (type: string) =>
    until(async () => (account.isSettled && instances().at(-1) === type) || account.recently(), type);

  await step("syncs the story, and is Healthy without a difference once AWS serves it", async () => {
    await repository.commit(await story("batch"));
    await argo.apply(application("batch", repository.url, { namespace: "batch" }));
    await argo.until("batch", { ...done, phase: "Succeeded" });
    deepStrictEqual([account.environments().length, Object.keys(account.queues())], [1, ["batch_story"]]);
  });

  await step("is Suspended while a change is held, and takes back the change from Git", async () => {
    const held = environment({ replacement: { soakSeconds: 0, holdBefore: ["Create"] } }, ["c5.xlarge"]);
    await repository.commit(await story("batch", held));
    await argo.refresh("batch");
    await argo.until("batch", { health: "Suspended" });
    await repository.revert();
    await argo.refresh("batch");
    await argo.until("batch", done);
    deepStrictEqual(instances(), ["c5.large"]);
  });

  await step("is Suspended while an object is paused, and Healthy after it is resumed", async () => {
    linesOf(await inBatch("annotate", "bce", "story", "awsbatch.dev/paused=true"));
    await repository.commit(await story("batch", environment({ replacement: { soakSeconds: 0 } }, ["m5.large"])));
    await argo.refresh("batch");
    await argo.until("batch", { sync: "Synced", health: "Suspended" });
    deepStrictEqual(instances(), ["c5.large"]);
    linesOf(await inBatch("annotate", "bce", "story", "awsbatch.dev/paused-"));
    await untilInstances("m5.large");
    await argo.until("batch", done);
  });

  await step("takes back a replacement that has begun", async () => {
    await repository.commit(await story("batch", environment({ replacement: { soakSeconds: 60 } }, ["r5.large"])));
    await argo.refresh("batch");
    await until(async () => account.environments().length === 2 || account.recently(), "a successor");
    await repository.revert();
    await argo.refresh("batch");
    await untilInstances("m5.large");
    await argo.until("batch", done);
  });

  await step("deletes everything in AWS with its Application", async () => {
    await argo.delete("batch");
    await argo.untilGone("batch");
    await until(isClean, "AWS to be clean");
  });

  await step(
    "ends a sync when the job of a PostSync hook is complete, and retries one whose job failed with another job",
    async () => {
      const names = ["compute-environment.yaml", "job-queue.yaml", "job-definition.yaml"];
      const read = (path: string) => readFile(join(examples, path), "utf8");
      const place = await Promise.all(
        names.map(async (name) => [`hooks/${name}`, await read(`quickstart/${name}`)] as const),
      );
      const hook = await read("jobs-in-workflows/argo-cd-hook.yaml");
      const jobs = () =>
        account.aws.truth
          .jobs()
          .flatMap(({ request, status }) => (request.jobName?.startsWith("batch_smoke-test_") ? [status] : []));
      await repository.commit({ ...Object.fromEntries(place), "hooks/hook.yaml": hook });
      await argo.apply(application("hooks", repository.url, { namespace: "batch" }));
      await argo.until("hooks", { ...done, phase: "Succeeded" });
      deepStrictEqual(jobs(), ["SUCCEEDED"]);
      // Argo CD compares no hooks, so it is another change that makes it sync.
      const queue = (await read("quickstart/job-queue.yaml")).replace("priority: 1", "priority: 2");
      const failing = hook.replace("[echo, the sync is complete]", '[sh, -c, "exit 3"]');
      await repository.commit({ "hooks/job-queue.yaml": queue, "hooks/hook.yaml": failing });
      await argo.refresh("hooks");
      // The retry of a sync that failed.
      const retried = async () => (jobs()[1] === "FAILED" && jobs().length > 2) || jobs().join();
      await until(retried, "the sync to fail with the job, and its retry to run another one");
      await repository.revert();
      await argo.refresh("hooks");
      await argo.terminate("hooks");
      await argo.until("hooks", { ...done, phase: "Succeeded" });
      await argo.delete("hooks");
      await argo.untilGone("hooks");
      await until(isClean, "AWS to be clean");
    },
  );

  await step("renames an environment in waves, with PruneLast=true", async () => {
    await repository.commit(await story("waves", inWaves("first")));
    const options = { namespace: "batch", syncOptions: ["PruneLast=true"] };
    await argo.apply(application("waves", repository.url, options));
    await argo.until("waves", done);
    await repository.commit(await story("waves", inWaves("second")));
    await argo.refresh("waves");
    const renamed = async () => linesOf(await inBatch("get", "bce", "-o", "name")).join() || "none";
    await until(
      async () => (await renamed()) === "batchcomputeenvironment.awsbatch.dev/second" || (await renamed()),
      "the first environment to be pruned",
    );
    await argo.until("waves", done);
  });

  await step(
    "waits in a wave for a held change, although Git has it taken back, until the operation is terminated",
    async () => {
      const held = environment({ replacement: { holdBefore: ["Create"] } }, ["c5.xlarge"]);
      await repository.commit(await story("waves", (manifest) => inWaves("second", held)(withPriority(manifest))));
      await argo.refresh("waves");
      await argo.until("waves", { health: "Suspended", phase: "Running" });
      await repository.revert();
      await argo.refresh("waves");
      await new Promise((resolve) => setTimeout(resolve, 30_000));
      await argo.until("waves", { health: "Suspended", phase: "Running" });
      await argo.terminate("waves");
      await argo.until("waves", done);
      await argo.delete("waves");
      await argo.untilGone("waves");
      await until(isClean, "AWS to be clean");
    },
  );

  await step(
    "deletes an app of apps in reverse order of its waves: AWS is clean before the operator's goes",
    async () => {
      const child = (name: string, wave?: string) => {
        const more = { namespace: "batch", ...(wave === undefined ? {} : { wave }) };
        return JSON.stringify(application(name, repository.url, more));
      };
      const configuration = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "operator" }, data: { a: "b" } };
      await repository.commit({
        "apps/operator.yaml": child("operator", "-1"),
        "apps/batch.yaml": child("batch"),
        "operator/configuration.yaml": JSON.stringify(configuration),
      });
      await argo.apply(application("apps", repository.url, { namespace: "argocd" }));
      await argo.until("apps", { sync: "Synced" });
      await argo.until("batch", done);
      await argo.delete("apps");
      await argo.untilGone("batch");
      deepStrictEqual(account.isClean, true);
      await argo.untilGone("operator");
      await argo.untilGone("apps");
    },
  );

  await step(
    "keeps our definitions where it tracks by label and takes those of an older installation for its own",
    async () => {
      const definitions = async () =>
        linesOf(await cluster.kubectl(["get", "crd", "-o", "name"])).filter((name) => name.endsWith(".awsbatch.dev"));
      const all = await definitions();
      const label = "app.kubernetes.io/instance=labelled";
      linesOf(await cluster.kubectl(["label", ...all, label]));
      // Shows that it prunes what has the label: these two differ only in the definitions' annotation.
      linesOf(await inBatch("create", "configmap", "labelled"));
      linesOf(await inBatch("label", "configmap", "labelled", label));
      await argo.trackBy("label");
      await repository.commit(await story("labelled"));
      await argo.apply(application("labelled", repository.url, { namespace: "batch" }));
      await argo.until("labelled", { health: "Healthy", phase: "Succeeded" });
      const pruned = async () =>
        linesOf(await inBatch("get", "configmap", "labelled", "--ignore-not-found", "-o", "name")).join("") === "" ||
        "still there";
      await until(pruned, "what has the label of the Application to be pruned");
      const names = all.map((name) => name.replace(/^.*\//, ""));
      deepStrictEqual(await argo.unpruned("labelled", "CustomResourceDefinition"), names.toSorted());
      await argo.delete("labelled");
      await argo.untilGone("labelled");
      await until(isClean, "AWS to be clean");
      deepStrictEqual(await definitions(), all);
    },
  );
} finally {
  for (const one of running.toReversed()) await one.stop();
  await account.close();
  await cluster.stop();
}

/** Changes the queue too, so that something waits for the first wave. */
function withPriority(manifest: Manifest): Manifest {
  return manifest.kind === "JobQueue" ? { ...manifest, spec: { ...manifest.spec, priority: 2 } } : manifest;
}
