/**
 * What Flux does with our objects, by Flux's own code (github.com/fluxcd/pkg/ssa, of its kustomize-controller) on a real
 * API server, with an operator that runs: `npm run test:flux`. A line for each step; exit 1 when one is not as it should
 * be. `npm test` leaves it out: Flux's modules take minutes to build, and change only when somebody changes them.
 */

import { deepStrictEqual, match } from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";
import { startControlPlane } from "../control-plane/control-plane.ts";
import { flux, goProgram } from "../control-plane/go-program.ts";
import { printProgress } from "../control-plane/parts.ts";
import { runOrFail } from "../control-plane/run.ts";
import { OperatorProcess } from "../operator/operator-process.ts";
import { Account } from "../stories/account.ts";
import { install, newIdentity } from "../stories/installed.ts";

type Verb = "apply" | "diff" | "wait" | "prune";

interface Answer {
  /** `Kind/namespace/name` to `created`, `configured`, `unchanged`, `deleted`. */
  readonly changes: Readonly<Record<string, string>>;
  readonly error?: string;
}

const examples = fileURLToPath(new URL("../../../examples", import.meta.url));
const namespace = "batch";
const program = await goProgram(flux, printProgress);
const cluster = await startControlPlane({ controllerManager: true });
const account = new Account({ speed: 30 });
let operator: OperatorProcess | undefined;

/** The objects of an example, in our namespace. */
async function objectsOf(example: string): Promise<string> {
  const directory = join(examples, example);
  const names = (await readdir(directory)).filter((name) => name.endsWith(".yaml"));
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  const objects = texts.flatMap((text) => loadAll(text) as { readonly metadata: object }[]);
  return objects
    .map((object) => JSON.stringify({ ...object, metadata: { ...object.metadata, namespace } }))
    .join("\n---\n");
}

async function ask(verb: Verb, example: string): Promise<Answer> {
  const answer = await runOrFail(program, [cluster.access.kubeconfig, verb], { input: await objectsOf(example) });
  return JSON.parse(answer) as Answer;
}

async function step(what: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (cause) {
    throw new Error(`✘ ${what}`, { cause });
  }
  process.stdout.write(`✔ ${what}\n`);
}

/** How often each action occurs, and no error. */
async function expectActions(verb: Verb, example: string, wanted: Readonly<Record<string, number>>): Promise<void> {
  const { changes, error } = await ask(verb, example);
  deepStrictEqual(error, undefined);
  const counted = Object.groupBy(Object.values(changes), (action) => action);
  deepStrictEqual(Object.fromEntries(Object.entries(counted).map(([key, all]) => [key, all?.length])), wanted);
}

const isReady = (example: string) => expectActions("wait", example, {});
const story = (name: string) => `blue-green-story/${name}`;
const serving = (): readonly string[] => account.queues()[`${namespace}_story`] ?? [];

try {
  await runOrFail(cluster.access.kubectlPath, ["create", "namespace", namespace], {
    environment: { KUBECONFIG: cluster.access.kubeconfig },
  });
  await install(cluster);
  operator = await OperatorProcess.start({
    kubeconfig: (await newIdentity(cluster)).kubeconfig,
    directory: cluster.access.directory,
    awsUrl: (await account.front()).url,
  });
  await operator.untilReady();

  await step("Flux applies the quickstart, and waits until all four objects are Ready", async () => {
    await expectActions("apply", "quickstart", { created: 4 });
    await isReady("quickstart");
  });
  await step("sees no difference once they are, and applies nothing again", async () => {
    await expectActions("diff", "quickstart", { unchanged: 4 });
    await expectActions("apply", "quickstart", { unchanged: 4 });
  });
  await step("applies a replacement, and does not call it done before the queue has been handed over", async () => {
    const first = story("1-first");
    await ask("apply", first);
    await isReady(first);
    const before = serving();
    await expectActions("apply", story("2-instance-type-changed"), { configured: 1 });
    await isReady(story("2-instance-type-changed"));
    deepStrictEqual([before.length, serving().length, before[0] === serving()[0]], [1, 1, false]);
  });
  await step("says at once that a change has failed, and is content when it is corrected", async () => {
    await ask("apply", story("3-impossible"));
    match((await ask("wait", story("3-impossible"))).error ?? "", /BatchComputeEnvironment\/batch\/story.*Failed/s);
    await ask("apply", story("4-corrected"));
    await isReady(story("4-corrected"));
  });
  await step("prunes everything, and is done when AWS is clean", async () => {
    for (const example of ["quickstart", story("1-first")]) {
      const { error } = await ask("prune", example);
      deepStrictEqual(error, undefined);
    }
    deepStrictEqual([account.environments(), account.queues(), account.definitions()], [[], {}, []]);
  });
} finally {
  await operator?.stop();
  await account.close();
  await cluster.stop();
}
