import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FakeApiServer, refusal } from "../../kube/fake-api-server.ts";
import { temporaryDirectory } from "../local/given.ts";
import { kubeconfigTo } from "../run/world.ts";
import { type ServedJobs, serveJobs } from "./served.ts";

let served: ServedJobs;
let kube: FakeApiServer;
let jobId: string;

beforeAll(async () => {
  served = await serveJobs();
  jobId = await served.job(["echo", "hello world"]);
});
afterAll(() => served.close());
beforeEach(async () => {
  kube = await FakeApiServer.start();
});
afterEach(() => kube.stop());

const jobs = "/apis/awsbatch.dev/v1alpha1/namespaces/team/batchjobs";

function object(name: string, status: object = { jobId, region: "us-east-1" }) {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "BatchJob",
    metadata: {
      name,
      namespace: "team",
      uid: `uid-${name}`,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: { jobQueueRef: { name: "main" }, jobDefinitionRef: { name: "hello" } },
    status,
  };
}

const run = (command: string, ...args: readonly string[]) =>
  served.run(command, "--kubeconfig", kubeconfigTo(kube.url), "-n", "team", ...args);

describe("of a BatchJob", () => {
  test("the log is printed", async () => {
    kube.on(`GET ${jobs}/hello`, { json: object("hello") });
    expect(await run("logs", "hello")).toEqual({ exitCode: 0, stdout: "hello world\n", stderr: "" });
  });

  test("the log is printed also after AWS has forgotten the job, from where the status says", async () => {
    const job = served.aws.truth.jobs().find(({ id }) => id === jobId);
    const stream = `jd/default/${job?.place?.taskArn.split("/").at(-1)}`;
    const logs = { group: "/aws/batch/job", stream, url: "https://console" };
    const forgotten = { jobId: "00000000-0000-4000-8000-000000000000", region: "us-east-1", logs };
    kube.on(`GET ${jobs}/hello`, { json: object("hello", forgotten) });
    expect(await run("logs", "hello")).toMatchObject({ exitCode: 0, stdout: "hello world\n" });
  });

  test("the job ends by its spec", async () => {
    kube.on(`GET ${jobs}/hello`, { json: object("hello", { jobId, status: "RUNNING" }) });
    kube.on(`PATCH ${jobs}/hello`, { json: object("hello") });
    expect(await run("cancel", "hello")).toEqual({
      exitCode: 0,
      stdout: "team/hello is asked to end; its object and its result stay\n",
      stderr: "",
    });
    const patch = kube.requests.find(({ method }) => method === "PATCH");
    expect(patch?.body).toMatchObject({ kind: "BatchJob", spec: { cancel: true } });
    expect(patch?.query["fieldManager"]).toBe("aws-batch-operator-cancel");
  });

  test("that has ended nothing is written", async () => {
    kube.on(`GET ${jobs}/hello`, { json: object("hello", { jobId, status: "SUCCEEDED" }) });
    expect(await run("cancel", "hello")).toMatchObject({ stdout: "team/hello has already ended: SUCCEEDED\n" });
    expect(kube.requests.map(({ method }) => method)).not.toContain("PATCH");
    expect(await run("cancel", "hello", "--reason", "mine")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error: --reason is for jobs in AWS/),
    });
  });
});

test("the BatchJobs of a namespace are listed, the newest first, and only those that failed when asked", async () => {
  const failed = { jobId, jobQueue: "team_main", status: "FAILED", createdAt: "2026-01-02T00:00:00Z", exitCode: 3 };
  const items = [
    object("old"),
    object("new", failed),
    { ...object("other"), metadata: { ...object("other").metadata, namespace: "else" } },
  ];
  kube.on("GET /apis/awsbatch.dev/v1alpha1/batchjobs", { json: { metadata: { resourceVersion: "1" }, items } });
  const names = async (...args: readonly string[]) =>
    (JSON.parse((await run("jobs", "-o", "json", ...args)).stdout) as { jobs: { name: string }[] }).jobs.map(
      ({ name }) => name,
    );
  expect(await names()).toEqual(["team/new", "team/old"]);
  expect(await names("--failed")).toEqual(["team/new"]);
  expect(await names("--queue", "main")).toEqual(["team/old"]);
});

describe("submit", () => {
  test("creates a BatchJob for a queue and a definition, and follows its job", async () => {
    kube.on(`PATCH ${jobs}/mine`, { json: object("mine", {}) });
    kube.on(`GET ${jobs}/mine`, { json: object("mine") });
    const args = ["--job-definition", "hello", "--queue", "main", "--name", "mine", "--logs", "--", "echo", "a"];
    const { exitCode, stdout, stderr } = await run("submit", ...args);
    expect([exitCode, stdout]).toEqual([0, "hello world\n"]);
    expect(stderr).toBe("team/mine is applied: the operator submits its job\nhello: SUCCEEDED, exit code 0\n");
    expect(kube.requests.find(({ method }) => method === "PATCH")?.body).toMatchObject({
      spec: { jobQueueRef: { name: "main" }, containerOverrides: { command: ["echo", "a"] } },
    });
  });

  const file = (text: string): string => {
    const path = join(temporaryDirectory(), "job.yaml");
    writeFileSync(path, text);
    return path;
  };
  const head = "apiVersion: awsbatch.dev/v1alpha1\n";
  const spec = "spec: { jobQueueRef: { name: main }, jobDefinitionRef: { name: hello } }\n";
  const manifest = (name: string): string => `${head}kind: BatchJob\nmetadata: { name: ${name} }\n${spec}`;

  test("applies the BatchJob of a file", async () => {
    kube.on(`PATCH ${jobs}/hello`, { json: object("hello", {}) });
    expect(await run("submit", "-f", file(manifest("hello")))).toEqual({
      exitCode: 0,
      stdout: "hello\n",
      stderr: "team/hello is applied: the operator submits its job\n",
    });
  });

  test.each<[string, string, RegExp]>([
    [
      "a mistake",
      manifest("hello").replace("jobQueueRef: { name: main }, ", ""),
      /^error: .*job\.yaml:4:.*a job has one queue/,
    ],
    [
      "two jobs",
      `${manifest("a")}---\n${manifest("b")}`,
      /has 2 BatchJobs: submit takes one; apply several with kubectl\n$/,
    ],
    [
      "another kind",
      `${head}kind: JobQueue\nmetadata: { name: q }\nspec: { priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: a }] }\n`,
      /has a JobQueue: submit takes one BatchJob; apply the others with kubectl\n$/,
    ],
  ])("refuses a file with %s", async (_case, text, message) => {
    const { exitCode, stderr } = await run("submit", "-f", file(text));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
    expect(kube.requests).toEqual([]);
  });
});

test("what the API server refuses, or does not have, is an error", async () => {
  kube.on(`GET ${jobs}/closed`, refusal(403, "Forbidden", "no"));
  expect((await run("logs", "closed")).stderr).toMatch(
    /^error: not allowed to get batchjobs\.awsbatch\.dev in namespace team: no\n$/,
  );
  kube.on(`GET ${jobs}/gone`, refusal(404, "NotFound", "no"));
  expect((await run("cancel", "gone")).stderr).toBe(
    "error: BatchJob team/gone does not exist; kubectl get batchjobs -A lists the existing ones\n",
  );
});
