import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { sdkBatch } from "../../src/aws/batch-sdk.ts";
import { type Environment, OutputFailed } from "../../src/operator/io.ts";
import { programFor, runCli } from "../../src/program.ts";
import { sleep, systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { type ServedBatch, serveBatch } from "../../src/simulator/http.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { sdkIn } from "../aws/given.ts";
import { type FakeApiServer, refusal, type SeenRequest } from "../kube/fake-api-server.ts";
import { emptyCluster, kubeconfigTo } from "../operator/run/world.ts";
import { containerJob, ec2, queue } from "../simulator/account.ts";
import { definition, environment, quickstart } from "../tools/local/given.ts";
import { ownedDefinition } from "../tools/plan/owned-definition.ts";
import { testIo } from "../tools/streams.ts";

// A thousand times faster than the world.
const clock = systemClock(1000);
const directory = mkdtempSync(join(tmpdir(), "exit-codes-"));
let aws: SimulatedAws;
let served: ServedBatch;

beforeAll(async () => {
  aws = createSimulatedAws({ clock, random: seededRandom(1), knobs: { latencyMs: 0, stalenessMs: 0 } });
  served = await serveBatch(aws, { port: 0 });
  await aws.outside.createComputeEnvironment(ec2("ce-1"));
  await until(() => aws.truth.computeEnvironments()[0]?.status === "VALID");
  // Not in the order of their names.
  await aws.outside.createJobQueue(queue("well", "ce-1"));
  await aws.outside.createJobQueue(queue("stopped", "ce-1"));
  await until(() => aws.truth.jobQueues().every(({ status }) => status === "VALID"));
  await aws.outside.updateComputeEnvironment({ computeEnvironment: "ce-1", state: "ENABLED" });
});
afterAll(async () => {
  await served.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  vi.stubEnv("AWS_ENDPOINT_URL", served.url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "simulated");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "simulated");
});

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 10_000 && !done(); tries++) await sleep(clock, 1000);
  expect(done()).toBe(true);
}

/** A directory with these files, gone after all tests. */
function manifests(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(directory, "manifests-"));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(made, file), text);
  return made;
}

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line, and interrupts it as soon as its output matches. */
async function ran(args: readonly string[], env: Environment = {}, interruptAt?: RegExp): Promise<Ran> {
  const { io, stdout, stderr, interrupt } = testIo(env);
  const running = runCli(args, io);
  let ended = false;
  const noted = running.finally(() => {
    ended = true;
  });
  if (interruptAt !== undefined) {
    while (!ended && !interruptAt.test(stdout.text + stderr.text)) await sleep(clock, 1000);
    interrupt();
  }
  return { exitCode: await noted, stdout: stdout.text, stderr: stderr.text };
}

const plural = "jobdefinitions";
const group = "/apis/awsbatch.dev/v1alpha1";
const selfTest = `${group}/namespaces/team/${plural}/aws-batch-operator-self-test`;

/** A cluster with a job definition that has our finalizer, as an operator of before has left it. */
async function clusterWithObject(): Promise<FakeApiServer> {
  const server = await emptyCluster();
  const object = {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "JobDefinition",
    metadata: {
      name: "held",
      namespace: "team",
      uid: "uid-held",
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      finalizers: ["awsbatch.dev/cleanup"],
    },
    spec: { type: "container" },
  };
  const path = `${group}/${plural}`;
  server.on(`GET ${path}`, ({ query }) =>
    query["watch"] === undefined
      ? { json: { metadata: { resourceVersion: "1" }, items: [object] } }
      : { open: () => undefined },
  );
  server.on(`PATCH ${group}/namespaces/team/${plural}/held`, { json: object });
  server.on(`PATCH ${group}/namespaces/team/${plural}/held/status`, { json: object });
  return server;
}

/** A cluster that takes the object of the self-test, and shows this status of it. */
async function clusterWithSelfTest(status: object | undefined): Promise<FakeApiServer> {
  const server = await emptyCluster();
  const stored = ({ body }: SeenRequest) => ({
    json: { ...body, metadata: { ...body.metadata, uid: "u", resourceVersion: "1", generation: 1 } },
  });
  server.on(`PATCH ${selfTest}`, stored);
  server.on(`GET ${selfTest}`, {
    json: {
      metadata: { name: "aws-batch-operator-self-test", namespace: "team", resourceVersion: "2", generation: 1 },
      spec: {},
      status,
    },
  });
  server.on(`DELETE ${selfTest}`, { json: { kind: "Status", status: "Success" } });
  return server;
}

const withCluster = async (server: Promise<FakeApiServer>, ...args: readonly string[]): Promise<readonly string[]> => [
  ...args,
  "--kubeconfig",
  kubeconfigTo((await server).url),
];

interface Row {
  readonly code: number;
  readonly when: string;
  readonly args: () => readonly string[] | Promise<readonly string[]>;
  readonly interruptAt?: RegExp;
  /** What is said, and on which stream. */
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}

const fast = ["--simulate", "--speed", "200"];
const running = [
  "--metrics-address",
  "127.0.0.1:0",
  "--health-address",
  "127.0.0.1:0",
  "--lease-namespace",
  "operators",
];
const rows: Readonly<Record<string, readonly Row[]>> = {
  run: [
    {
      code: 0,
      when: "it is asked to stop",
      args: () => withCluster(emptyCluster(), "run", ...running),
      interruptAt: /this replica leads/,
      stderr: /"stopped"/,
    },
    { code: 1, when: "a flag is wrong", args: () => ["run", "--metrics-address", "nowhere"], stderr: /^error: / },
    {
      code: 2,
      when: "the CRDs are missing",
      args: () => {
        const bare = emptyCluster().then((server) => {
          server.on(`GET ${group}`, { status: 404, text: "404 page not found" });
          return server;
        });
        return withCluster(bare, "run", ...running);
      },
      stderr: /^error: the cluster does not serve /,
    },
  ],
  local: [
    {
      code: 0,
      when: "all is ready",
      args: () => ["local", "-f", manifests(quickstart), ...fast, "--until", "ready"],
      stdout: /All 3 objects are ready/,
    },
    {
      code: 0,
      when: "it is interrupted",
      args: () => ["local", "-f", manifests(quickstart), ...fast],
      interruptAt: /general/,
      stdout: /Stopped after .* start again to go on/,
    },
    {
      code: 1,
      when: "an object is stalled",
      args: () => {
        const account = "vpcs: [{ id: vpc-1, cidr: 10.0.0.0/16 }]\nsubnets: []\n";
        return [
          "local",
          "-f",
          manifests({ ...quickstart, "simulated-aws.conf": account }),
          ...fast,
          "--until",
          "ready",
        ];
      },
      stdout: /Stalled: BatchComputeEnvironment\/general/,
    },
    {
      code: 1,
      when: "a manifest is invalid",
      args: () => ["local", "-f", manifests({ "a.yaml": environment("BOGUS") }), ...fast],
      stderr: /invalid: 1 error in 1 file/,
    },
    {
      code: 3,
      when: "the time is over",
      args: () => ["local", "-f", manifests(quickstart), "--simulate", "--until", "ready", "--timeout", "1ms"],
      stdout: /The time is over: 3 of 3 objects not ready/,
    },
  ],
  ui: [
    {
      code: 0,
      when: "it is interrupted",
      args: () => withCluster(emptyCluster(), "ui", "--no-aws"),
      interruptAt: /^open http:/,
      stdout: /^open http:\/\/127\.0\.0\.1:/,
    },
    { code: 1, when: "a flag is wrong", args: () => ["ui", "--port", "x"], stderr: /^error: / },
    {
      code: 1,
      when: "a manifest is invalid",
      args: () => ["ui", "-f", manifests({ "a.yaml": environment("BOGUS") }), "--simulate"],
      stderr: /invalid: 1 error in 1 file/,
    },
    {
      code: 2,
      when: "the cluster cannot be read",
      args: () => {
        const closed = emptyCluster().then((server) => {
          server.on(`GET ${group}/${plural}`, refusal(403, "Forbidden", "no"));
          return server;
        });
        return withCluster(closed, "ui", "--no-aws");
      },
      stderr: /^error: /,
    },
  ],
  validate: [
    {
      code: 0,
      when: "all is valid",
      args: () => ["validate", "-f", manifests(quickstart)],
      stdout: /definition\.yaml:11:36: warning: .*PASSWORD is probably a secret.*\nvalid: 3 objects/,
    },
    {
      code: 1,
      when: "something is invalid",
      args: () => ["validate", "-f", manifests({ "a.yaml": environment("BOGUS") })],
      stdout: /invalid: 1 error in 1 file/,
    },
  ],
  plan: [
    {
      code: 0,
      when: "nothing is to be done",
      args: () => ["plan", "-f", manifests({}), "--no-cluster", "--allow-empty"],
      stdout: /^no objects; no running job is ended\n\nwarning: there is no object of awsbatch\.dev/,
    },
    {
      code: 1,
      when: "a manifest is invalid",
      args: () => ["plan", "-f", manifests({ "a.yaml": environment("BOGUS") })],
      stderr: /invalid: 1 error in 1 file/,
    },
    {
      code: 1,
      when: "the account is not allowed",
      args: () => ["plan", "-f", manifests(quickstart), "--allowed-account-ids", "999999999999"],
      stderr:
        /^error: the credentials belong to account 123456789012, which is not in --allowed-account-ids 999999999999\n$/,
    },
    {
      code: 2,
      when: "something is to be made",
      args: () => ["plan", "-f", manifests(quickstart), "--allowed-account-ids", "999999999999,123456789012"],
      stdout: /^3 creations; no running job is ended\n/,
    },
    {
      code: 3,
      when: "something is deleted",
      args: async () => {
        await aws.outside.registerJobDefinition(ownedDefinition("ours", { name: "leaving", uid: "c" }));
        return ["plan", "-f", manifests({ "d.yaml": definition() }), "--cluster-name", "leaving"];
      },
      stdout: /^1 deletion, 1 creation; no running job is ended\n/,
    },
    {
      code: 4,
      when: "an object is blocked",
      args: async () => {
        const { tags: _tags, ...foreign } = ownedDefinition("foreign", { name: "", uid: "" });
        await aws.outside.registerJobDefinition(foreign);
        const named = definition().replace("spec:\n", "spec:\n  jobDefinitionName: foreign\n");
        return ["plan", "-f", manifests({ "d.yaml": named })];
      },
      stdout: /^1 blocked; no running job is ended\n[\s\S]* blocked: NotAdopted: /,
    },
  ],
  import: [
    {
      code: 0,
      when: "all is imported, and only tags differ",
      args: () => ["import", "-n", "team", "-f", manifests({}), "--names", "well"],
      stdout: /\nplan: 1 adoption, nothing else\n$/,
      stderr: /^read \d+ records in 4 pages of us-east-1\n$/,
    },
    { code: 1, when: "a flag is missing", args: () => ["import", "-n", "team"], stderr: /^error: -f DIR is missing/ },
    {
      code: 4,
      when: "a value was not written",
      args: async () => {
        const { tags: _tags, ...plain } = ownedDefinition("secretive", { name: "", uid: "" });
        const environment = [{ name: "PASSWORD", value: "hunter22" }];
        const containerProperties = { ...plain.containerProperties, environment };
        await aws.outside.registerJobDefinition({ ...plain, containerProperties });
        return ["import", "-n", "team", "-f", manifests({}), "--names", "secretive"];
      },
      stdout: /\nplan: 1 blocked; no running job is ended\n/,
      stderr: /is probably a secret and was not written\n$/,
    },
  ],
  submit: [
    {
      code: 0,
      when: "the job was submitted",
      args: async () => {
        await aws.outside.registerJobDefinition(containerJob("jd"));
        return ["submit", "--job-definition", "jd", "--queue", "well"];
      },
      stdout: /^[0-9a-f-]{36}\n$/,
      stderr: /^jd is submitted to well: [0-9a-f-]{36}\n$/,
    },
    { code: 1, when: "no queue is given", args: () => ["submit"], stderr: /^error: give --job-definition NAME and/ },
  ],
  retry: [
    {
      code: 0,
      when: "the new job is there",
      args: async () => {
        const server = await emptyCluster();
        const message = "exit code 1";
        const failed = {
          apiVersion: "awsbatch.dev/v1alpha1",
          kind: "BatchJob",
          metadata: { name: "failed", namespace: "team", uid: "u", resourceVersion: "1", generation: 1 },
          spec: { jobQueueRef: { name: "main" }, jobDefinitionRef: { name: "hello" } },
          status: { jobId: "j", conditions: [{ type: "Failed", status: "True", reason: "JobFailed", message }] },
        };
        const path = `${group}/namespaces/team/batchjobs`;
        server.on(`GET ${path}/failed`, { json: failed });
        server.on(`POST ${path}`, { json: { ...failed, status: {} } });
        return ["retry", "-n", "team", "failed", "--name", "again", "--kubeconfig", kubeconfigTo(server.url)];
      },
      stdout: /^failed\n$/,
      stderr: /^team\/failed is created: the operator submits its job\n$/,
    },
    { code: 1, when: "no job is given", args: () => ["retry"], stderr: /^error: give NAME, a BatchJob/ },
  ],
  jobs: [
    { code: 0, when: "the jobs were listed", args: () => ["jobs"], stdout: /^(?:NAME|No jobs)/ },
    { code: 1, when: "there is no such queue", args: () => ["jobs", "--queue", "nope"], stderr: /^error: there is no/ },
  ],
  logs: [
    {
      code: 0,
      when: "the log was read",
      args: async () => {
        await aws.outside.registerJobDefinition(containerJob("jd"));
        const course = { durationMs: 1_000, log: ["hello world"] };
        const request = { jobName: "read", jobQueue: "well", jobDefinition: "jd" };
        const { jobId = "" } = aws.outside.submitPlannedJob(request, course);
        const isDone = () => aws.truth.jobs().some(({ id, status }) => id === jobId && status === "SUCCEEDED");
        await until(isDone);
        await sleep(clock, 10_000);
        return ["logs", jobId];
      },
      stdout: /^hello world\n$/,
    },
    {
      code: 1,
      when: "there is no such job",
      args: () => ["logs", "no", "--queue", "well"],
      stderr: /^error: queue well/,
    },
  ],
  cancel: [
    {
      code: 0,
      when: "AWS accepted the request",
      args: async () => {
        await aws.outside.registerJobDefinition(containerJob("jd"));
        const request = { jobName: "ended", jobQueue: "well", jobDefinition: "jd" };
        const { jobId = "" } = aws.outside.submitPlannedJob(request, { durationMs: Number.POSITIVE_INFINITY });
        return ["cancel", jobId];
      },
      stdout: /^ended \([0-9a-f-]{36}\) is asked to end\n$/,
    },
    { code: 1, when: "no job is given", args: () => ["cancel"], stderr: /^error: give NAME/ },
  ],
  diagnose: [
    {
      code: 0,
      when: "the queue is healthy",
      args: () => ["diagnose", "--queue", "well", "--no-network"],
      stdout: /^well is healthy/,
    },
    {
      code: 1,
      when: "something has to be fixed",
      args: async () => {
        await aws.outside.updateJobQueue({ jobQueue: "stopped", state: "DISABLED" });
        await until(() => aws.truth.jobQueues().every(({ status }) => status === "VALID"));
        return ["diagnose", "--queue", "stopped", "--no-network"];
      },
      stdout: /^stopped: no jobs are waiting, but there are problems/,
    },
    {
      code: 2,
      when: "there is no such queue",
      args: () => ["diagnose", "--queue", "nope", "--no-network"],
      stderr: /^error: AWS has no job queue nope in account 123456789012, region us-east-1: it has stopped, well\n$/,
    },
    {
      code: 2,
      when: "the object cannot be read",
      args: () => {
        const closed = emptyCluster().then((server) => {
          server.on(`GET ${group}/namespaces/team/jobqueues/main`, refusal(403, "Forbidden", "no"));
          return server;
        });
        return withCluster(closed, "diagnose", "-n", "team", "main");
      },
      stderr: /^error: not allowed to get jobqueues\.awsbatch\.dev in namespace team: no\n$/,
    },
  ],
  release: [
    {
      code: 0,
      when: "nothing is left to release",
      args: () => withCluster(emptyCluster(), "release", "--all"),
      stdout: /^0 objects released/,
    },
    {
      code: 1,
      when: "it is not said which objects",
      args: () => ["release"],
      stderr: /^error: give either --all/,
    },
    {
      code: 1,
      when: "it is said twice which objects",
      args: () => ["release", "--all", "-n", "team"],
      stderr: /^error: give either --all/,
    },
    {
      code: 1,
      when: "the API server refuses",
      args: () => {
        const closed = emptyCluster().then((server) => {
          server.on(`GET ${group}/${plural}`, refusal(403, "Forbidden", "no"));
          return server;
        });
        return withCluster(closed, "release", "--all");
      },
      stderr: /^error: not allowed to list jobdefinitions/,
    },
    {
      code: 3,
      when: "an object is held when the time is over",
      args: () => withCluster(clusterWithObject(), "release", "--all", "--timeout", "1ms"),
      stdout:
        /^0 objects released; .*\n1 object could not be released:\n {2}JobDefinition team\/held: AWS was not read in time\n/,
    },
  ],
  "iam-policy": [
    {
      code: 0,
      when: "it prints a policy",
      args: () => ["iam-policy"],
      stdout: /^\{\n {2}"Version": "2012-10-17"/,
      stderr: /^note: /,
    },
    { code: 1, when: "a flag is wrong", args: () => ["iam-policy", "--features", "everything"], stderr: /^error: / },
  ],
  simulator: [
    {
      code: 0,
      when: "it is interrupted",
      args: () => ["simulator", "--port", "0"],
      interruptAt: /Ctrl-C/,
      stdout:
        /^A simulated AWS Batch \(account 123456789012, us-east-1\) is at http:\/\/127\.0\.0\.1:\d+\nTo use it: {2}export AWS_ENDPOINT_URL=/,
    },
    {
      code: 1,
      when: "it cannot listen",
      args: () => ["simulator", "--port", new URL(served.url).port],
      stderr: /^error: cannot listen on 127\.0\.0\.1:\d+: .*choose another --port, or 0 for any free port\n$/,
    },
    {
      code: 1,
      when: "the directory describes no account",
      args: () => ["simulator", "--port", "0", "-f", "examples/quickstart"],
      stderr: /^error: examples\/quickstart has no simulated-aws\.conf\n$/,
    },
  ],
  "self-test": [
    {
      code: 0,
      when: "the operator planned",
      args: () => {
        const plan = { action: "Register", reason: "NewObject" };
        return withCluster(clusterWithSelfTest({ observedGeneration: 1, plan }), "self-test", "-n", "team");
      },
      stdout: /^The operator planned team\/aws-batch-operator-self-test: Register, NewObject\n$/,
    },
    {
      code: 1,
      when: "the object is refused",
      args: () => {
        const closed = emptyCluster().then((server) => {
          server.on(`PATCH ${selfTest}`, refusal(403, "Forbidden", "no"));
          return server;
        });
        return withCluster(closed, "self-test", "-n", "team");
      },
      stderr: /^error: not allowed to patch jobdefinitions/,
    },
    {
      code: 3,
      when: "there is no plan in time",
      args: () => withCluster(clusterWithSelfTest(undefined), "self-test", "-n", "team", "--timeout", "1ms"),
      stderr: /^error: no plan of team\/aws-batch-operator-self-test within 0\.001 s/,
    },
  ],
  "uninstall-check": [
    {
      code: 0,
      when: "no object is left",
      args: () => withCluster(emptyCluster(), "uninstall-check"),
      stdout: /^No objects are left/,
    },
    {
      code: 1,
      when: "an object is left",
      args: () => withCluster(clusterWithObject(), "uninstall-check"),
      stderr: /^error: 1 object is left:\n {2}JobDefinition team\/held\n/,
    },
  ],
};

const cases = Object.entries(rows).flatMap(([command, all]) =>
  all.map((row): [string, number, string, Row] => [command, row.code, row.when, row]),
);

describe("a command line", () => {
  test.each(cases)("%s ends with %i when %s", async (_command, code, _when, row) => {
    const { stdout, stderr, exitCode } = await ran(await row.args(), {}, row.interruptAt);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: code,
      stdout: row.stdout === undefined ? "" : expect.stringMatching(row.stdout),
      stderr: row.stderr === undefined ? "" : expect.stringMatching(row.stderr),
    });
  });

  test("of each command, and each exit code that its help reports, is among these", async () => {
    const program = await programFor([], testIo().io, () => async () => undefined);
    expect(program.commands.map((command) => command.name())).toEqual(Object.keys(rows));
    for (const command of program.commands) {
      const { io, stdout } = testIo();
      await runCli([command.name(), "--help"], io);
      const [, reported = "0 when it did; 1 when not"] = /\nExit code: ([\s\S]*)/.exec(stdout.text) ?? [];
      const codes = [...reported.replaceAll("else 1", "; 1").matchAll(/(?:^|; |;\n)(\d) ?/g)].map(([, code]) =>
        Number(code),
      );
      const reached = rows[command.name()]?.map(({ code }) => code);
      expect(new Set(reached), command.name()).toEqual(new Set(codes));
    }
  });
});

test.each<[string, () => readonly string[] | Promise<readonly string[]>]>([
  ["plan", () => ["plan", "-f", manifests(quickstart)]],
  ["submit", () => ["submit", "--job-definition", "jd", "--queue", "well"]],
  ["jobs", () => ["jobs"]],
  ["logs", () => ["logs", "read", "--queue", "well"]],
  ["cancel", () => ["cancel", "read", "--queue", "well"]],
  ["diagnose", () => ["diagnose", "--queue", "well", "--no-network"]],
  ["release", () => withCluster(emptyCluster(), "release", "--all")],
  ["self-test", () => withCluster(clusterWithSelfTest(undefined), "self-test", "-n", "team")],
  ["uninstall-check", () => withCluster(emptyCluster(), "uninstall-check")],
])("%s says that it was interrupted, and ends with 1, for its answer is not known", async (_command, args) => {
  const { io, stdout, stderr, interrupt } = testIo();
  interrupt();
  const exitCode = await runCli(await args(), io);
  expect({ exitCode, stdout: stdout.text, stderr: stderr.text }).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "interrupted\n",
  });
});

test("submit that waits says when it is interrupted that jobs go on", async () => {
  const { io, stderr, interrupt } = testIo();
  interrupt();
  expect(await runCli(["submit", "--job-definition", "jd", "--queue", "well", "--wait"], io)).toBe(1);
  expect(stderr.text).toBe(
    "What is submitted goes on without this command: logs --follow shows a job again, cancel ends it\ninterrupted\n",
  );
});

test("an output that nobody reads any more ends a command with 1, and not as an interruption by the person", async () => {
  const { io, stdout, stderr } = testIo();
  const interrupted = AbortSignal.abort(new OutputFailed(new Error("EPIPE: broken pipe, write")));
  const exitCode = await runCli(["jobs"], { ...io, interrupted });
  expect({ exitCode, stdout: stdout.text, stderr: stderr.text }).toEqual({ exitCode: 1, stdout: "", stderr: "" });
});

test("release -n asks for the objects of those namespaces alone", async () => {
  const server = await emptyCluster();
  const namespaces = ["team-a", "team-b"];
  const paths = namespaces.flatMap((namespace) =>
    kinds.map((kind) => `${group}/namespaces/${namespace}/${kind.plural}`),
  );
  for (const path of paths) server.on(`GET ${path}`, { json: { metadata: { resourceVersion: "1" }, items: [] } });
  const args = ["release", "-n", "team-a,team-b", "--kubeconfig", kubeconfigTo(server.url)];
  expect(await ran(args)).toMatchObject({ exitCode: 0, stderr: "" });
  const asked = server.requests.map(({ path }) => path).filter((path) => path.startsWith(group));
  expect(asked.toSorted()).toEqual(paths.toSorted());
});

test("the simulator's time passes as fast as requested", async () => {
  const { io, stdout, interrupt } = testIo();
  const running = runCli(["simulator", "--port", "0", "--speed", "100000", "--region", "eu-west-1"], io);
  while (!stdout.text.includes("Ctrl-C")) await sleep(clock, 1000);
  expect(stdout.text).toMatch(/^A simulated AWS Batch \(account 123456789012, eu-west-1, 100000× speed\) is at /);
  vi.stubEnv("AWS_ENDPOINT_URL", /http:\S+/.exec(stdout.text)?.[0] ?? "");
  const batch = sdkBatch(sdkIn("eu-west-1"));
  // At the pace of AWS an environment on EC2 takes longer than a test may.
  await batch.createComputeEnvironment(ec2("ce"));
  const valid = async () => (await batch.describeComputeEnvironments({})).computeEnvironments?.[0]?.status === "VALID";
  while (!(await valid())) await sleep(clock, 1000);
  batch.close();
  interrupt();
  expect(await running).toBe(0);
});

describe("the cluster of a command", () => {
  const lines: Readonly<Record<string, readonly string[]>> = {
    run: ["run", ...running],
    ui: ["ui", "--no-aws"],
    plan: ["plan"],
    submit: ["submit", "-n", "team", "--job-definition", "hello", "--queue", "main"],
    retry: ["retry", "-n", "team", "hello"],
    jobs: ["jobs", "-n", "team"],
    logs: ["logs", "-n", "team", "hello"],
    cancel: ["cancel", "-n", "team", "hello"],
    diagnose: ["diagnose", "-n", "team", "main"],
    release: ["release", "--all"],
    "self-test": ["self-test", "-n", "team", "--timeout", "1ms"],
    "uninstall-check": ["uninstall-check"],
  };
  /** A cluster in which nothing is, and where nothing may be done. */
  const closed = async (): Promise<FakeApiServer> => {
    const server = await emptyCluster();
    for (const { plural: name } of kinds) server.on(`GET ${group}/${name}`, refusal(403, "Forbidden", "no"));
    server.on("GET /version", refusal(403, "Forbidden", "no"));
    server.on(`PATCH ${selfTest}`, refusal(403, "Forbidden", "no"));
    return server;
  };

  test("is known for every command that has the flag", async () => {
    const program = await programFor([], testIo().io, () => async () => undefined);
    const having = program.commands.filter(({ options }) => options.some(({ long }) => long === "--kubeconfig"));
    expect(having.map((command) => command.name())).toEqual(Object.keys(lines));
  });

  test.each(Object.entries(lines))(
    "%s is that of the flag, then of its variable, then of KUBECONFIG",
    async (name, line) => {
      const asked = async (given: readonly ("flag" | "variable" | "kubectl")[]): Promise<readonly string[]> => {
        const servers = { flag: await closed(), variable: await closed(), kubectl: await closed() };
        const config = (who: keyof typeof servers): string | undefined =>
          given.includes(who) ? kubeconfigTo(servers[who].url) : undefined;
        const flag = config("flag");
        await ran(
          [
            ...line,
            ...(name === "plan" ? ["-f", manifests(quickstart)] : []),
            ...(flag === undefined ? [] : ["--kubeconfig", flag]),
          ],
          {
            AWS_BATCH_OPERATOR_KUBECONFIG: config("variable"),
            KUBECONFIG: config("kubectl"),
          },
        );
        return Object.entries(servers).flatMap(([who, { requests }]) => (requests.length > 0 ? [who] : []));
      };
      expect(await asked(["flag", "variable", "kubectl"])).toEqual(["flag"]);
      expect(await asked(["variable", "kubectl"])).toEqual(["variable"]);
      // A plan without the flag is one without a cluster.
      expect(await asked(["kubectl"])).toEqual(name === "plan" ? [] : ["kubectl"]);
    },
  );
});
