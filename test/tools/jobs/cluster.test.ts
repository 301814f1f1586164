import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FakeApiServer, refusal } from "../../kube/fake-api-server.ts";
import { kubeconfigTo } from "../../operator/run/world.ts";
import { temporaryDirectory } from "../local/given.ts";
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
    const elsewhere = ["--kubeconfig", kubeconfigTo(kube.url), "-n", "other", "team/hello"];
    expect(await served.run("logs", ...elsewhere)).toMatchObject({ exitCode: 0, stdout: "hello world\n" });
  });

  test("no log is searched in another account than the one where the operator has it", async () => {
    const conditions = [{ type: "Complete", status: "True", reason: "Any", message: "well", observedGeneration: 1 }];
    const elsewhere = { jobId, region: "us-east-1", accountId: "210987654321", conditions };
    kube.on(`GET ${jobs}/hello`, { json: object("hello", elsewhere) });
    const refused =
      "BatchJob team/hello is in account 210987654321, and the credentials belong to account 123456789012: use credentials of 210987654321, e.g. by AWS_PROFILE\n";
    expect(await run("logs", "hello")).toEqual({ exitCode: 1, stdout: "", stderr: `error: ${refused}` });
    kube.on(`POST ${jobs}`, { json: object("hello", {}) });
    kube.on(`GET ${jobs}`, { json: { metadata: { resourceVersion: "1" }, items: [object("hello", elsewhere)] } });
    const { stderr } = await run("submit", "--job-definition", "hello", "--queue", "main", "--logs", "--name", "hello");
    expect(stderr).toContain(`team/hello: no log: ${refused}`);
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

describe("submit warns of a job whose definition is for another platform than the queue", () => {
  const base = "/apis/awsbatch.dev/v1alpha1/namespaces/team";
  const of = (kind: string, name: string, spec: object) => ({ json: { ...object(name, {}), kind, spec } });
  const withObjects = () => {
    kube.on(
      `GET ${base}/jobqueues/main`,
      of("JobQueue", "main", { computeEnvironmentOrder: [{ computeEnvironmentRef: { name: "ce" } }] }),
    );
    kube.on(
      `GET ${base}/batchcomputeenvironments/ce`,
      of("BatchComputeEnvironment", "ce", { computeResources: { type: "FARGATE" } }),
    );
    kube.on(`GET ${base}/jobdefinitions/hello`, of("JobDefinition", "hello", { containerProperties: {} }));
    kube.on(`POST ${jobs}`, { json: object("mine", {}) });
  };
  const submitted = () => run("submit", "--job-definition", "hello", "--queue", "main", "--name", "mine");

  test("as the objects of the cluster say", async () => {
    withObjects();
    const { exitCode, stderr } = await submitted();
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      "warning: BatchJob team/mine: spec.jobDefinitionRef.name: JobDefinition team/hello is for EC2, but JobQueue team/main has environments of Fargate, so AWS refuses the job",
    );
  });

  test("and says nothing to who may not read them", async () => {
    withObjects();
    kube.on(`GET ${base}/jobqueues/main`, refusal(403, "Forbidden", "no"));
    const { exitCode, stderr } = await submitted();
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("warning")]);
  });
});

test("a queue of which no BatchJob is listed has to be a JobQueue", async () => {
  const listed = (items: readonly object[]) => ({ json: { metadata: { resourceVersion: "1" }, items } });
  const main = { ...object("main", {}), kind: "JobQueue" };
  kube.on(`GET ${jobs}`, listed([]));
  kube.on(`GET ${jobs.replace("batchjobs", "jobqueues")}`, listed([main]));
  expect(await run("jobs", "--queue", "main")).toMatchObject({
    exitCode: 0,
    stdout: "No BatchJobs in namespace team.\n",
  });
  expect(await run("jobs", "--queue", "nope")).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "error: namespace team has no JobQueue nope, and no BatchJob in a queue of that name: it has main\n",
  });
});

test("the BatchJobs of a namespace are listed, the newest first, and only those that failed when asked", async () => {
  const failed = { jobId, jobQueue: "team_main", status: "FAILED", createdAt: "2026-01-02T00:00:00Z", exitCode: 3 };
  const newer = object("new", failed);
  const items = [
    object("old"),
    { ...newer, metadata: { ...newer.metadata, creationTimestamp: "2026-01-01T00:01:00Z" } },
    { ...object("other"), metadata: { ...object("other").metadata, namespace: "else" } },
  ];
  const listed = (of: readonly object[]) => ({ json: { metadata: { resourceVersion: "1" }, items: of } });
  kube.on("GET /apis/awsbatch.dev/v1alpha1/batchjobs", listed(items));
  kube.on(`GET ${jobs}`, listed(items.slice(0, 2)));
  const names = async (...args: readonly string[]) =>
    (JSON.parse((await run("jobs", "-o", "json", ...args)).stdout) as { jobs: { name: string }[] }).jobs.map(
      ({ name }) => name,
    );
  expect(await names()).toEqual(["team/new", "team/old"]);
  expect(await names("--failed")).toEqual(["team/new"]);
  expect(await names("--queue", "main")).toEqual(["team/new", "team/old"]);
  expect(await names("--queue", "team_main")).toEqual(["team/new"]);
  const { stdout } = await served.run("jobs", "--kubeconfig", kubeconfigTo(kube.url));
  expect(stdout).toContain("else/other");
});

describe("submit", () => {
  const listed = (...items: readonly object[]) => ({ json: { metadata: { resourceVersion: "1" }, items } });
  const condition = (type: string, message: string) => ({
    conditions: [{ type, status: "True", reason: "Any", message, observedGeneration: 1 }],
  });
  const complete = { status: "SUCCEEDED", region: "us-east-1", exitCode: 0, ...condition("Complete", "well") };
  /** Of what was sent and stored. */
  const applied = (): readonly string[] =>
    kube.requests
      .filter(({ method, query }) => method === "PATCH" && query["dryRun"] === undefined)
      .map(({ body }) => (body as { metadata: { name: string } }).metadata.name);

  test("creates a BatchJob for a queue and a definition, and follows its job", async () => {
    kube.on(`POST ${jobs}`, { json: object("mine", {}) });
    const running = object("mine", { jobId, region: "us-east-1", status: "RUNNING" });
    kube.on(`GET ${jobs}`, listed(running), listed(object("mine", { ...complete, jobId })));
    const args = ["--job-definition", "hello", "--queue", "main", "--name", "mine", "--logs", "--", "echo", "a"];
    const { exitCode, stdout, stderr } = await run("submit", ...args);
    expect([exitCode, stdout]).toEqual([0, "hello world\n"]);
    expect(stderr).toBe(
      "team/mine is created: the operator submits its job\nteam/mine: RUNNING\nteam/mine: SUCCEEDED, exit code 0\n",
    );
    expect(kube.requests.find(({ method }) => method === "POST")?.body).toMatchObject({
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
  const manifest = (name: string): string =>
    `${head}kind: BatchJob\nmetadata: { name: ${name}, labels: { of: test } }\n${spec}`;

  test("applies the BatchJobs of several files, with their labels, after a dry run of all", async () => {
    for (const name of ["a", "b", "c"]) kube.on(`PATCH ${jobs}/${name}`, { json: object(name, {}) });
    expect(await run("submit", "-f", file(`${manifest("a")}---\n${manifest("b")}`), "-f", file(manifest("c")))).toEqual(
      {
        exitCode: 0,
        stdout: "a\nb\nc\n",
        stderr: ["a", "b", "c"].map((name) => `team/${name} is applied: the operator submits its job\n`).join(""),
      },
    );
    expect(applied()).toEqual(["a", "b", "c"]);
    expect(kube.requests.slice(0, 3).map(({ query }) => query["dryRun"])).toEqual(["All", "All", "All"]);
    expect(kube.requests.at(-1)?.body).toMatchObject({ metadata: { labels: { of: "test" } } });
  });

  test("follows several to their ends, each line under its name, and fails if one does", async () => {
    for (const name of ["a", "b"]) kube.on(`PATCH ${jobs}/${name}`, { json: object(name, {}) });
    const ends = [object("a", { ...complete, jobId }), object("b", condition("Failed", "a failed"))];
    kube.on(`GET ${jobs}`, listed(...ends));
    const jobsInFile = file(`${manifest("a")}---\n${manifest("b")}`);
    const { exitCode, stdout, stderr } = await run("submit", "-f", jobsInFile, "--logs");
    expect([exitCode, stdout]).toEqual([1, "team/a: hello world\n"]);
    expect(stderr.split("\n").slice(2)).toEqual([
      "team/a: SUCCEEDED, exit code 0",
      "team/b: FAILED: a failed",
      "1 of 2 jobs succeeded",
      "",
    ]);
    const asJson = await run("submit", "-f", jobsInFile, "--wait", "-o", "json");
    const lines = asJson.stdout.split("\n").filter((line) => line !== "");
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { type: "applied", namespace: "team", name: "a" },
      { type: "applied", namespace: "team", name: "b" },
      {
        type: "ended",
        namespace: "team",
        name: "a",
        end: "succeeded",
        jobId,
        status: "SUCCEEDED",
        exitCode: 0,
        message: "SUCCEEDED, exit code 0",
      },
      { type: "ended", namespace: "team", name: "b", end: "failed", status: "FAILED", message: "FAILED: a failed" },
    ]);
  });

  test("says of a job that has ended that it is not run again", async () => {
    kube.on(`PATCH ${jobs}/a`, { json: object("a", complete) });
    const { stderr } = await run("submit", "-f", file(manifest("a")));
    expect(stderr).toBe(
      "team/a has already ended: SUCCEEDED, exit code 0. An object is one job: for another one choose another name\n",
    );
  });

  const nightly = ["--job-definition", "hello", "--queue", "main", "--name", "nightly"];
  const inUse = refusal(409, "AlreadyExists", "it exists");
  const running = { jobId: "job-1", region: "us-east-1", status: "RUNNING" };
  const writes = () =>
    kube.requests.filter(({ method }) => method !== "GET").map(({ method, query }) => [method, query["fieldManager"]]);

  test.each<[string, object, string]>([
    ["has ended", complete, "SUCCEEDED, exit code 0"],
    ["has failed", condition("Failed", "JobFailed"), "FAILED: JobFailed"],
    ["runs", running, "RUNNING"],
    ["was not submitted yet", {}, "waits for an operator"],
    ["is stalled", { observedGeneration: 1, ...condition("Stalled", "no queue") }, "Any: no queue"],
  ])("of a name whose job %s is an error, and prints no log of that job", async (_how, status, text) => {
    kube.on(`POST ${jobs}`, inUse);
    kube.on(`GET ${jobs}/nightly`, { json: object("nightly", status) });
    for (const flags of [[], ["--wait"], ["--logs"], ["-o", "json"]]) {
      expect(await run("submit", ...nightly, ...flags)).toEqual({
        exitCode: 1,
        stdout: "",
        stderr: `error: BatchJob team/nightly is there already (${text}), so no job is submitted: give another --name, or --rerun to end and delete that one first\n`,
      });
    }
    expect(new Set(writes().map(([method]) => method))).toEqual(new Set(["POST"]));
  });

  const deletions = () => kube.requests.filter(({ method }) => method === "DELETE").map(({ body }) => body as object);

  test("with --rerun deletes an object whose job has ended, and creates it again", async () => {
    kube.on(`GET ${jobs}/nightly`, { json: object("nightly", complete) }, refusal(404, "NotFound", "no"));
    kube.on(`DELETE ${jobs}/nightly`, { json: object("nightly", complete) });
    kube.on(`POST ${jobs}`, { json: object("nightly", {}) });
    const { exitCode, stdout, stderr } = await run("submit", ...nightly, "--rerun");
    expect([exitCode, stdout]).toEqual([0, "nightly\n"]);
    expect(stderr).toBe(
      "team/nightly is being deleted, to be created again\nteam/nightly is created: the operator submits its job\n",
    );
    expect(deletions()).toMatchObject([{ preconditions: { uid: "uid-nightly" } }]);
    expect(writes().map(([method]) => method)).toEqual(["DELETE", "POST"]);
  });

  test("with --rerun cancels a job that runs, and deletes its object only after its end", async () => {
    kube.on(`GET ${jobs}/nightly`, { json: object("nightly", running) }, refusal(404, "NotFound", "no"));
    kube.on(`PATCH ${jobs}/nightly`, { json: object("nightly", running) });
    kube.on(`GET ${jobs}`, listed(object("nightly", running)), listed(object("nightly", condition("Failed", "over"))));
    kube.on(`DELETE ${jobs}/nightly`, { json: object("nightly", {}) });
    kube.on(`POST ${jobs}`, { json: object("nightly", {}) });
    expect((await run("submit", ...nightly, "--rerun")).exitCode).toBe(0);
    expect(writes()).toEqual([
      ["PATCH", "aws-batch-operator-cancel"],
      ["DELETE", undefined],
      ["POST", "aws-batch-operator-submit"],
    ]);
    expect(kube.requests.find(({ method }) => method === "PATCH")?.body).toMatchObject({ spec: { cancel: true } });
    expect(kube.requests.filter(({ method, path }) => method === "GET" && path === jobs)).toHaveLength(2);
  });

  test("with --rerun deletes nothing if the end of the job is unknown, and creates where there is no object", async () => {
    kube.on(`GET ${jobs}/nightly`, { json: object("nightly", running) });
    kube.on(`PATCH ${jobs}/nightly`, { json: object("nightly", running) });
    const unknown = { ...running, observedGeneration: 1, ...condition("Stalled", "AWS has forgotten it") };
    kube.on(`GET ${jobs}`, listed(object("nightly", unknown)));
    const { exitCode, stderr } = await run("submit", ...nightly, "--rerun");
    expect([exitCode, deletions()]).toEqual([1, []]);
    expect(stderr).toContain("has ended is unknown (Any: AWS has forgotten it)");
    kube.on(`GET ${jobs}/other`, refusal(404, "NotFound", "no"));
    kube.on(`POST ${jobs}`, { json: object("other", {}) });
    expect((await run("submit", ...nightly, "--name", "other", "--rerun")).exitCode).toBe(0);
    expect(deletions()).toEqual([]);
  });

  test("takes --rerun only for a BatchJob of a name that the command line describes", async () => {
    const message = /^error: --rerun is for a BatchJob of a cluster that the command line describes/;
    expect((await run("submit", "--job-definition", "hello", "--queue", "main", "--rerun")).stderr).toMatch(message);
    expect((await run("submit", "-f", file(manifest("a")), "--rerun")).stderr).toMatch(message);
    expect((await served.run("submit", ...nightly, "--rerun")).stderr).toMatch(message);
    expect((await served.run("submit", "-f", temporaryDirectory(), ...nightly, "--rerun")).stderr).toMatch(message);
    expect(kube.requests).toEqual([]);
  });

  test.each<[string, object, string]>([
    [
      "runs",
      object("a", running),
      "is there already: RUNNING. An object is one job, and its job is submitted only once",
    ],
    [
      "waits",
      object("a", {
        observedGeneration: 1,
        conditions: [{ type: "Ready", status: "False", reason: "Suspended", message: "held" }],
      }),
      "is there already, and not submitted yet: Suspended: held",
    ],
    [
      "is cancelled",
      { ...object("a", {}), spec: { cancel: true } },
      "is applied with cancel: true: no job is submitted",
    ],
  ])("never says of an object whose job %s that a job is submitted", async (_how, seen, text) => {
    kube.on(`PATCH ${jobs}/a`, { json: seen });
    expect(await run("submit", "-f", file(manifest("a")))).toEqual({
      exitCode: 0,
      stdout: "a\n",
      stderr: `team/a ${text}\n`,
    });
  });

  test.each<[string, object | undefined, readonly string[], string | undefined]>([
    ["that of its queue", { region: "eu-west-1" }, [], "eu-west-1"],
    ["the operator's, as its queue is", {}, [], undefined],
    ["the operator's where the queue cannot be read", undefined, [], undefined],
    ["the one of the command line", { region: "eu-west-1" }, ["--region", "eu-west-2"], "eu-west-2"],
  ])("describes a job in a region: %s", async (_which, queue, flags, region) => {
    const main = "GET /apis/awsbatch.dev/v1alpha1/namespaces/team/jobqueues/main";
    if (queue === undefined) kube.on(main, refusal(403, "Forbidden", "you may not"));
    else kube.on(main, { json: { ...object("main", {}), kind: "JobQueue", spec: queue } });
    kube.on(`POST ${jobs}`, { json: object("nightly", {}) });
    expect((await run("submit", ...nightly, ...flags)).exitCode).toBe(0);
    const created = kube.requests.find(({ method }) => method === "POST")?.body as { spec: { region?: string } };
    expect(created.spec.region).toBe(region);
  });

  test("applies nothing if one of the objects is being deleted", async () => {
    const deleting = object("b", complete);
    const metadata = { ...deleting.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
    kube.on(`PATCH ${jobs}/a`, { json: object("a", {}) });
    kube.on(`PATCH ${jobs}/b`, { json: { ...deleting, metadata } });
    const { exitCode, stderr } = await run("submit", "-f", file(`${manifest("a")}---\n${manifest("b")}`));
    expect([exitCode, applied()]).toEqual([1, []]);
    expect(stderr).toContain("BatchJob team/b: is being deleted, so its job is not submitted");
  });

  test("says of a suspended job that nobody submits it yet", async () => {
    const held = { ...object("a", {}), spec: { ...object("a").spec, suspend: true } };
    kube.on(`PATCH ${jobs}/a`, { json: held });
    const { stderr } = await run("submit", "-f", file(manifest("a")));
    expect(stderr).toBe("team/a is applied and suspended: set spec.suspend to false to submit its job\n");
  });

  test("says which log it cannot read, and goes on to the end", async () => {
    const unknown = { ...complete, jobId: await served.job(["true"], "SUCCEEDED", { arrayProperties: { size: 2 } }) };
    kube.on(`PATCH ${jobs}/a`, { json: object("a", {}) });
    kube.on(`GET ${jobs}`, listed(object("a", unknown)));
    const { exitCode, stderr } = await run("submit", "-f", file(manifest("a")), "--logs");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "team/a: no log: team/a is an array of 2: give the child by --index, from 0 to 1, or --failed",
    );
    expect(stderr).toContain("team/a: SUCCEEDED, exit code 0\n");
  });

  test("creates nothing if the API server refuses one of several, and shows where it is", async () => {
    kube.on(`PATCH ${jobs}/a`, { json: object("a", {}) });
    kube.on(`PATCH ${jobs}/b`, refusal(422, "Invalid", "b is not to be"));
    const path = file(`${manifest("a")}---\n${manifest("b")}`);
    const { exitCode, stdout, stderr } = await run("submit", "-f", path);
    expect([exitCode, stdout, applied()]).toEqual([1, "", []]);
    expect(stderr).toBe(
      `${path}:6:1: BatchJob team/b: cannot patch batchjobs.awsbatch.dev "team/b": b is not to be\ninvalid: 1 error in 1 file\n`,
    );
  });

  test("shows every mistake of all files, and asks the API server nothing", async () => {
    const wrong = manifest("a").replace("jobQueueRef: { name: main }, ", "");
    const queue = `${head}kind: JobQueue\nmetadata: { name: q }\nspec: { priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: a }] }\n`;
    const paths = [file(wrong), file(`${manifest("b")}---\n${queue}`)];
    const { exitCode, stderr } = await run("submit", ...paths.flatMap((path) => ["-f", path]));
    expect(exitCode).toBe(1);
    const [first, second, ...rest] = stderr.split("\n");
    expect(first).toMatch(/job\.yaml:4:1: BatchJob team\/a: spec: .*a job has one queue/);
    expect(second).toBe(`${paths[1]}:6:1: JobQueue team/q: submit takes BatchJobs only: apply the others with kubectl`);
    expect(rest).toEqual(["invalid: 2 errors in 2 files", ""]);
    expect(kube.requests).toEqual([]);
  });

  test("refuses the description of a job together with manifests", async () => {
    const { stderr } = await run("submit", "-f", file(manifest("a")), "--", "echo");
    expect(stderr).toMatch(/^error: --queue, --name, a command, and all that changes a job describe one job/);
  });
});

test("what the API server refuses, or does not have, is an error", async () => {
  kube.on(`GET ${jobs}/closed`, refusal(403, "Forbidden", "no"));
  expect((await run("logs", "closed")).stderr).toMatch(
    /^error: not allowed to get batchjobs\.awsbatch\.dev in namespace team: no\n$/,
  );
  kube.on(`GET ${jobs}/gone`, refusal(404, "NotFound", "no"));
  expect((await run("cancel", "gone")).stderr).toMatch(
    /^error: BatchJob team\/gone does not exist; kubectl get batchjobs -A --kubeconfig \S+ lists the existing ones\n$/,
  );
});

describe("retry", () => {
  const ended = (type: "Complete" | "Failed", reason: string) => [
    { type, status: "True", reason, message: "m", lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 },
  ];
  const failed = {
    jobId: "1b7ed9d5-9f4f-4f5c-8c5d-0b0f6f8f9a3e",
    status: "FAILED",
    array: { size: 50, counts: [{ status: "FAILED", count: 3 }], failedIndices: "3,17-18" },
    conditions: ended("Failed", "JobFailed"),
  };
  const body = () => kube.requests.find(({ method }) => method === "POST")?.body as { spec: object } | undefined;

  test("creates a BatchJob of the children that failed, and says its name", async () => {
    kube.on(`GET ${jobs}/array`, { json: object("array", failed) });
    kube.on(`POST ${jobs}`, { status: 201, json: object("again", {}) });
    const args = ["--failed-only", "--indices-in", "ARRAY_INDICES", "--name", "again"];
    expect(await run("retry", "array", ...args)).toMatchObject({ exitCode: 0, stdout: "again\n" });
    expect(body()?.spec).toEqual({
      jobQueueRef: { name: "main" },
      jobDefinitionRef: { name: "hello" },
      arrayProperties: { size: 3 },
      containerOverrides: { environment: [{ name: "ARRAY_INDICES", value: "3,17,18" }] },
    });
  });

  test.each<[string, object, readonly string[], RegExp]>([
    ["that still runs", { jobId: "j", status: "RUNNING" }, [], /has not ended: cancel it first, or wait/],
    ["that has succeeded", { jobId: "j", conditions: ended("Complete", "Succeeded") }, [], /has succeeded: there is/],
    ["that was never submitted", { conditions: ended("Failed", "DependencyFailed") }, [], /was never submitted \(m\)/],
    ["that is not an array", { ...failed, array: undefined }, ["--failed-only"], /is not an array: leave out/],
    ["whose container may read no indices", failed, ["--failed-only"], /nothing says that the container/],
    [
      "whose list is cut",
      { ...failed, array: { ...failed.array, failedIndices: "3,…" } },
      ["--failed-only", "--indices-in", "A"],
      /does not list all 3 children that failed/,
    ],
  ])("refuses a job %s", async (_what, status, args, message) => {
    kube.on(`GET ${jobs}/job`, { json: object("job", status) });
    const { exitCode, stderr } = await run("retry", "job", ...args);
    expect([exitCode, body()]).toEqual([1, undefined]);
    expect(stderr).toMatch(message);
  });
});

test("the children of an array that failed are in the list, by their indices", async () => {
  const array = {
    size: 50,
    counts: [
      { status: "FAILED", count: 1 },
      { status: "SUCCEEDED", count: 49 },
    ],
    failedIndices: "17",
  };
  const items = [
    object("array", { jobId, jobQueue: "q", status: "FAILED", array, statusReason: "Array Child Job failed" }),
  ];
  kube.on(`GET ${jobs}`, { json: { metadata: { resourceVersion: "1" }, items } });
  const { stdout } = await run("jobs");
  expect(stdout).toContain("FAILED 49/50, 1 failed");
  expect(stdout).toContain("failed children: 17; Array Child Job failed");
});
