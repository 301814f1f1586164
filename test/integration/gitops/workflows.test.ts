import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import type { BatchJob } from "../../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../../src/api/v1alpha1/kinds.ts";
import { recordedResult } from "../../../src/controllers/kinds/batch-job/result.ts";
import { readDirectory } from "../../../src/tools/manifests.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { exampleNamed, workflowsDirectory } from "../../examples/examples.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../../manifests.ts";
import { createWorld } from "../../world.ts";
import { judge, type Verdict, workflowStep } from "./judges.ts";

const queue = { jobQueueRef: { name: "q" }, jobDefinitionRef: { name: "jd" } };
const job = (name: string, command: readonly string[], spec: Parameters<typeof batchJob>[1] = {}) =>
  batchJob(name, { ...queue, containerOverrides: { command: [...command] }, ...spec });
const needs = (name: string) => ({ dependsOn: [{ jobRef: { name } }] });

test("a step of the example for Argo Workflows ends exactly when the operator shows the result of its job, and as it", async () => {
  const world = await createWorld();
  const seen: BatchJob[] = [];
  world.operator.runtime.cache(BatchJobKind).onChange(({ after }) => {
    if (after !== undefined) seen.push(structuredClone(after) as BatchJob);
  });
  world.apply(computeEnvironment("ce", ec2), jobQueue("q", ["ce"]), jobDefinition("jd"));
  await world.untilReady();
  world.apply(
    job("succeeds", ["echo", "hello"]),
    job("fails", ["sh", "-c", "exit 3"], { retryStrategy: { attempts: 2 } }),
    job("array", ["echo", "hello"], { arrayProperties: { size: 3 } }),
    job("follows", ["echo", "hello"], needs("succeeds")),
    job("depends-on-a-failure", ["echo", "hello"], needs("fails")),
    job("runs", ["sleep", "100000"]),
    job("is-cancelled", ["sleep", "100000"]),
    job("is-suspended", ["echo", "hello"], { suspend: true }),
    job("is-cancelled-before", ["echo", "hello"], { suspend: true, cancel: true }),
    job("has-no-queue", ["echo", "hello"], { jobQueueRef: { name: "missing" } }),
  );
  await world.seconds(120);
  world.apply(job("is-cancelled", ["sleep", "100000"], { cancel: true }));
  await world.seconds(900);
  world.apply(job("depends-on-what-failed-long-ago", ["echo", "hello"], needs("fails")));
  await world.seconds(60);
  await world.stop();

  const verdicts = await judge(seen as readonly KubeObject[]);
  const said = seen.map((one, index) => [one.metadata.name, (verdicts[index] as Verdict).workflow]);
  const truth = seen.map((one) => {
    const result = recordedResult(one);
    return [one.metadata.name, result === undefined ? "waiting" : result.kind === "complete" ? "succeeded" : "failed"];
  });
  expect(said).toEqual(truth);
  expect(Object.fromEntries(said)).toEqual({
    succeeds: "succeeded",
    fails: "failed",
    array: "succeeded",
    follows: "succeeded",
    "depends-on-a-failure": "failed",
    runs: "waiting",
    "is-cancelled": "failed",
    "is-suspended": "waiting",
    "is-cancelled-before": "failed",
    "has-no-queue": "waiting",
    "depends-on-what-failed-long-ago": "failed",
  });
});

describe("the BatchJobs of the examples for other tools are valid next to the quickstart", () => {
  const withName = (manifest: string): string =>
    manifest.replace(/generateName: .*/, "name: train-1").replaceAll(/\{\{.*?\}\}/g, "x");
  const read = (file: string): string => readFileSync(join(workflowsDirectory, file), "utf8");

  test.each([
    ["of Argo Workflows", () => withName(workflowStep().manifest)],
    ["of Argo CD", () => read("argo-cd-hook.yaml")],
    ["of Helm, as a hook", () => withName(read("helm/templates/smoke-test.yaml"))],
    ["of Helm, for each revision", () => withName(read("helm/templates/migrate.yaml"))],
  ])("%s", async (_tool, text) => {
    const added = documentsOf("added.yaml", text());
    const { problems, manifests } = await readDirectory(
      exampleNamed("quickstart").directory,
      new AbortController().signal,
      { ...added, files: ["added.yaml"] },
    );
    expect(problems).toEqual([]);
    expect(manifests).toHaveLength(5);
  });
});
