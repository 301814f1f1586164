import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/program.ts";
import { lockState } from "../../../src/tools/local/lock.ts";
import { stateFile } from "../../../src/tools/local/state.ts";
import { temporaryDirectory } from "../local/given.ts";
import { testIo } from "../streams.ts";

async function run(...args: readonly string[]) {
  const { io, stdout, stderr } = testIo();
  const exitCode = await runCli(args, io);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

const head = "apiVersion: awsbatch.dev/v1alpha1\n";
const place = `${head}kind: BatchComputeEnvironment
metadata: {name: ce}
spec: {type: MANAGED, computeResources: {type: FARGATE, maxvCpus: 16, subnets: [subnet-1], securityGroupIds: [sg-1]}}
---
${head}kind: JobQueue
metadata: {name: main}
spec: {priority: 1, computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {name: ce}}]}
---
${head}kind: JobDefinition
metadata: {name: hello}
spec:
  type: container
  platformCapabilities: [FARGATE]
  containerProperties:
    image: alpine
    executionRoleArn: arn:aws:iam::123456789012:role/ecsTaskExecutionRole
    resourceRequirements: [{type: VCPU, value: "0.25"}, {type: MEMORY, value: "512"}]
`;
const jobs = `# two jobs
${head}kind: BatchJob
metadata: {name: first}
spec: {jobQueueRef: {name: main}, jobDefinitionRef: {name: hello}} # in braces
---
${head}kind: BatchJob
metadata:
  name: second
spec:
  jobQueueRef:
    name: main # the queue of the day
  jobDefinitionRef:
    name: hello
  # never more than once
  cancel: false
# the end
`;

function directoryWith(files: Readonly<Record<string, string>> = {}): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries({ "place.yaml": place, ...files })) {
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

describe("submit on a directory", () => {
  const job = ["--job-definition", "hello", "--queue", "main"];

  test("writes the region of the queue, because a job is in the region of its queue", async () => {
    const away = (name: string) =>
      place.replaceAll(/spec: *\{|spec:\n/g, (spec) =>
        spec.endsWith("{") ? `${spec}region: ${name}, ` : `${spec}  region: ${name}\n`,
      );
    const directory = directoryWith({ "place.yaml": away("eu-west-1") });
    expect((await run("submit", "-f", directory, ...job, "--name", "mine")).exitCode).toBe(0);
    expect(readFileSync(join(directory, "mine.yaml"), "utf8")).toMatch(/\n {2}region: eu-west-1\n$/);
    const plain = directoryWith();
    await run("submit", "-f", plain, ...job, "--name", "mine", "--region", "eu-west-2");
    expect(readFileSync(join(plain, "mine.yaml"), "utf8")).toMatch(/\n {2}region: eu-west-2\n$/);
  });

  test("writes the manifest of the job, and says who submits it", async () => {
    const directory = directoryWith();
    const file = join(directory, "mine.yaml");
    expect(await run("submit", "-f", directory, ...job, "--name", "mine", "--", "echo", "hello world")).toEqual({
      exitCode: 0,
      stdout: "mine\n",
      stderr: `default/mine is in ${file}: local -f ${directory} submits its job when you start it\n`,
    });
    expect(readFileSync(file, "utf8")).toBe(
      `${head}kind: BatchJob
metadata:
  name: mine
spec:
  jobQueueRef:
    name: main
  jobDefinitionRef:
    name: hello
  containerOverrides:
    command:
      - echo
      - hello world
`,
    );
    expect((await run("submit", "-f", directory, ...job, "--cluster-name", "mine")).stderr).toContain(
      `: local -f ${directory} --cluster-name mine submits its job when you start it\n`,
    );
    lockState(stateFile(directory, "any", false));
    const { stdout, stderr } = await run("submit", "-f", directory, ...job, "-o", "json", "--name", "other");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      type: "written",
      name: "other",
      namespace: "default",
      file: join(directory, "other.yaml"),
    });
    expect((await run("submit", "-f", directory, ...job)).stderr).toMatch(/: local submits its job\n$/);
  });

  test("warns of a job that AWS refuses, because its definition is for another platform than the queue", async () => {
    const container = `image: alpine, resourceRequirements: [{type: VCPU, value: "1"}, {type: MEMORY, value: "512"}]`;
    const onEc2 = `${head}kind: JobDefinition
metadata: {name: on-ec2}
spec: {type: container, containerProperties: {${container}}}
`;
    const directory = directoryWith({ "on-ec2.yaml": onEc2 });
    const { exitCode, stderr } = await run("submit", "-f", directory, "--job-definition", "on-ec2", "--queue", "main");
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      "JobDefinition default/on-ec2 is for EC2, but JobQueue default/main has environments of Fargate, so AWS refuses the job",
    );
    expect(stderr.split("\n")).toHaveLength(3);
  });

  test("writes nothing that would make the directory invalid, and reports all mistakes with their places", async () => {
    const directory = directoryWith({ "jobs.yaml": jobs.replace("cancel: false", "cancelled: false") });
    const { exitCode, stderr } = await run(
      "submit",
      "-f",
      directory,
      "--job-definition",
      "hell",
      "--queue",
      "main",
      "--name",
      "a",
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${join(directory, "jobs.yaml")}:17:3: BatchJob default/second: spec.cancelled: `);
    expect(stderr).toMatch(/a\.yaml:9:5: BatchJob default\/a: spec\.jobDefinitionRef\.name: .*did you mean hello\?/);
    expect(() => readFileSync(join(directory, "a.yaml"))).toThrow("ENOENT");
  });

  test("replaces no file", async () => {
    const directory = directoryWith({ "mine.yaml": "" });
    const { stderr } = await run("submit", "-f", directory, ...job, "--name", "mine");
    expect(stderr).toBe(`error: ${join(directory, "mine.yaml")} is there: choose another --name\n`);
  });

  test.each([
    ["a link", (file: string, outside: string) => symlinkSync(join(outside, "new"), file), /broken link|is a link, /],
    ["a FIFO", (file: string) => execFileSync("mkfifo", [file]), /is not a regular file|neither a file/],
    ["a directory", (file: string) => mkdirSync(file), /mine\.yaml is a directory where a file should be: move it\n$/],
  ])("writes nothing where there is %s", async (_case, put, message) => {
    const directory = directoryWith();
    const outside = temporaryDirectory();
    put(join(directory, "mine.yaml"), outside);
    const { exitCode, stderr } = await run("submit", "-f", directory, ...job, "--name", "mine");
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(readdirSync(outside)).toEqual([]);
  });

  test("does not wait for a FIFO in the place of a lock or a state", async () => {
    const directory = directoryWith();
    mkdirSync(join(directory, ".aws-batch-operator"));
    const [lock, state] = ["simulated.local.state.lock", "simulated.local.state"].map((file) =>
      join(directory, ".aws-batch-operator", file),
    ) as [string, string];
    execFileSync("mkfifo", [lock, state]);
    const refused = (path: string) => ({
      exitCode: 1,
      stdout: "",
      stderr: `error: ${path} is neither a file nor a directory: remove it\n`,
    });
    expect(await run("submit", "-f", directory, ...job)).toEqual(refused(lock));
    expect(await run("submit", "-f", directory, ...job, "--wait")).toEqual(refused(state));
    expect(readdirSync(directory)).toEqual([".aws-batch-operator", "place.yaml"]);
  });

  test("waits only where something goes on", async () => {
    const directory = directoryWith();
    const { exitCode, stderr } = await run("submit", "-f", directory, ...job, "--name", "mine", "--wait");
    expect([exitCode, stderr]).toEqual([
      1,
      `error: ${directory} has no simulated account yet: local -f ${directory} --simulate makes one\n`,
    ]);
    expect(() => readFileSync(join(directory, "mine.yaml"))).toThrow("ENOENT");
  });

  test.each<[string, (directory: string) => readonly string[], RegExp]>([
    ["a file", (directory) => ["-f", join(directory, "place.yaml")], /place\.yaml is a file: give the directory/],
    ["two directories", (directory) => ["-f", directory, "-f", "."], /give one directory/],
    [
      "a cluster too",
      (directory) => ["-f", directory, "--kubeconfig", "x"],
      /-f DIR and --kubeconfig exclude each other/,
    ],
  ])("refuses %s", async (_case, where, message) => {
    const { exitCode, stderr } = await run("submit", ...where(directoryWith()), ...job);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});

describe("cancel on a directory", () => {
  test("changes one line of the manifest, and says who ends the job", async () => {
    const directory = directoryWith();
    mkdirSync(join(directory, "more"));
    const file = join(directory, "more", "jobs.yml");
    writeFileSync(file, jobs);
    expect(await run("cancel", "-f", directory, "second")).toEqual({
      exitCode: 0,
      stdout: `default/second now has cancel: true in ${file}: local -f ${directory} ends its job when you start it\n`,
      stderr: "",
    });
    expect(readFileSync(file, "utf8")).toBe(jobs.replace("cancel: false", "cancel: true"));
    const under = ["--cluster-name", "mine"];
    expect((await run("cancel", "-f", directory, "default/second", ...under)).stdout).toContain(
      `: local -f ${directory} --cluster-name mine ends its job when you start it\n`,
    );
    lockState(stateFile(directory, "any", false));
    expect((await run("cancel", "-f", directory, "default/second")).stdout).toBe(
      `default/second already has cancel: true in ${file}: local ends its job\n`,
    );
    const { stdout } = await run("cancel", "-f", directory, "second", "-o", "json");
    expect(JSON.parse(stdout)).toEqual({ jobName: "default/second", requested: false });
  });

  test("changes no manifest through a link", async () => {
    const directory = directoryWith({ "jobs.yaml": jobs });
    mkdirSync(join(directory, ".data"));
    const outside = join(directory, ".data", "jobs.yaml");
    renameSync(join(directory, "jobs.yaml"), outside);
    symlinkSync(outside, join(directory, "jobs.yaml"));
    const { exitCode, stderr } = await run("cancel", "-f", directory, "second");
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`${join(directory, "jobs.yaml")} is a link, `)]);
    expect(readFileSync(outside, "utf8")).toBe(jobs);
  });

  test("writes a spec in braces again, with its comment", async () => {
    const directory = directoryWith({ "jobs.yaml": jobs });
    expect(await run("cancel", "-f", directory, "first")).toMatchObject({ exitCode: 0 });
    const text = readFileSync(join(directory, "jobs.yaml"), "utf8");
    expect(text).toContain("# in braces\nspec:\n  jobQueueRef:\n    name: main\n");
    expect(text).toContain("  cancel: true\n---\n");
    expect(text.slice(text.indexOf("---"))).toBe(jobs.slice(jobs.indexOf("---")));
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      "a job that is not there",
      ["third"],
      /^error: .* has no BatchJob default\/third: correct the name, or give its namespace with -n\n$/,
    ],
    [
      "a job of another namespace",
      ["first", "-n", "team"],
      /^error: .* has no BatchJob team\/first: correct the name, /,
    ],
    [
      "a name with two slashes",
      ["default/first/x"],
      /^error: .* has no BatchJob default\/first\/x: correct the name, /,
    ],
    ["JSON", ["json"], /^error: .*job\.json is JSON, .*: add cancel: true to its spec yourself\n$/],
    ["a reason", ["first", "--reason", "mine"], /^error: --reason is for jobs in AWS/],
  ])("refuses %s", async (_case, args, message) => {
    const json = { apiVersion: "awsbatch.dev/v1alpha1", kind: "BatchJob", metadata: { name: "json" } };
    const spec = { jobQueueRef: { name: "main" }, jobDefinitionRef: { name: "hello" } };
    const directory = directoryWith({ "jobs.yaml": jobs, "job.json": JSON.stringify({ ...json, spec }, null, 2) });
    const { exitCode, stderr } = await run("cancel", "-f", directory, ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
    expect(readFileSync(join(directory, "jobs.yaml"), "utf8")).toBe(jobs);
  });

  test("changes nothing in an invalid directory, of which local takes nothing", async () => {
    const directory = directoryWith({ "jobs.yaml": jobs, "bad.yaml": `${head}kind: JobQueue\nmetadata: {name: q}\n` });
    const { exitCode, stderr } = await run("cancel", "-f", directory, "first");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${join(directory, "bad.yaml")}:1:1: JobQueue default/q: spec: `);
  });

  test("refuses a path that has no manifests of its own", async () => {
    expect((await run("cancel", "-f", "nowhere", "a")).stderr).toBe("error: directory nowhere does not exist\n");
  });
});
