import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { ownerTags } from "../../src/controllers/ownership/ownership.ts";
import { runCli } from "../../src/program.ts";
import { account, accountWithQueue, containerJob, trustOf } from "../simulator/account.ts";
import { stackList, stackResources, template, terraformState } from "./import/states.ts";
import { temporaryDirectory } from "./local/given.ts";
import { serveRegions } from "./plan/two-regions.ts";
import { withCredentials } from "./plan/whole-command.ts";
import { KeptOutput, testIo } from "./streams.ts";

withCredentials();

async function ran(args: readonly string[], terminal = false) {
  const { io, stdout, stderr } = testIo();
  const shown = terminal ? new KeptOutput({ isTerminal: true }) : stderr;
  const exitCode = await runCli(["import", ...args], { ...io, stderr: shown });
  return { exitCode, stdout: stdout.text, stderr: shown.text };
}

async function accountInTwoRegions() {
  const { aws } = await accountWithQueue();
  await aws.outside.registerJobDefinition(containerJob("Job_A", { tags: { "managed-by": "terraform" } }));
  const abroad = account();
  await abroad.aws.outside.registerJobDefinition(containerJob("away"));
  vi.stubEnv("AWS_ENDPOINT_URL", await serveRegions({ "us-east-1": aws, "eu-west-1": abroad.aws }));
  onTestFinished(() => void vi.unstubAllEnvs());
  return aws;
}

const fast = ["--aws-requests-per-second", "1000"];

test("the command writes a directory that plan has nothing to say about, and reports in three forms", async () => {
  await accountInTwoRegions();
  const directory = temporaryDirectory();
  const regions = ["--region", "us-east-1,eu-west-1"];
  const args = ["-n", "team", "-f", directory, ...regions, ...fast];
  const { exitCode, stdout, stderr } = await ran(args);
  expect(
    stdout.replaceAll(directory, "DIR"),
  ).toBe(`imported 4 objects of AWS account 123456789012 into namespace team: 4 files written

renamed:
  JobDefinition Job_A in us-east-1 is job-a: Kubernetes allows only lower case letters, digits and -

2 of 2 values of environments, commands, parameters and options are in the manifests: check them before you commit, for which are secrets is a guess by names and forms

the operator's policy needs (aws-batch-operator iam-policy --features):
  adopt

the operator needs:
  --adoptable-names 'team/Job_A,team/away,team/ce-1,team/q'
  --allowed-regions 'eu-west-1,us-east-1'
  --ignore-tag-keys managed-by

the chart and the plain manifests allow no role: there the operator also needs in flags.allowedRoleArns or --allowed-role-arns:
  arn:aws:iam::123456789012:instance-profile/ecsInstanceRole

plan: 4 adoptions, nothing else
`);
  expect(exitCode).toBe(0);
  expect(stderr).toBe("read 3 records in 4 pages of us-east-1\nread 1 record in 4 pages of eu-west-1\n");
  expect(readFileSync(join(directory, "eu-west-1", "jobdefinition-away.yaml"), "utf8")).toContain("region: eu-west-1");

  const json = await ran([...args, "-o", "json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    complete: true,
    imported: Array.from({ length: 4 }, () => expect.objectContaining({ change: "unchanged" })),
    plan: { summary: "4 adoptions, nothing else", blocked: false },
  });
  const markdown = await ran([...args, "-o", "markdown", "--dry-run"]);
  expect(markdown.stdout.replaceAll(directory, "DIR")).toMatchSnapshot();

  const allowed = [
    "--allowed-regions",
    "eu-west-1",
    "--adoptable-names",
    "team/Job_A,team/away,team/ce-1,team/q",
    "--ignore-tag-keys",
    "managed-by",
  ];
  const { io, stdout: planned } = testIo();
  expect(await runCli(["plan", "-f", directory, ...allowed, ...fast], io)).toBe(2);
  expect(planned.text).toMatch(/^4 adoptions; no running job is ended\n/);
});

test("the command lists on stderr what is probably a secret, and shows what keeps the object from being adopted", async () => {
  const { aws } = account();
  const { containerProperties } = containerJob("d");
  const environment = [{ name: "API_KEY", value: "abcdef" }];
  await aws.outside.registerJobDefinition(
    containerJob("d", { containerProperties: { ...containerProperties, environment } }),
  );
  vi.stubEnv("AWS_ENDPOINT_URL", await serveRegions({ "us-east-1": aws }));
  const directory = temporaryDirectory();
  const { exitCode, stdout, stderr } = await ran(["-n", "team", "-f", directory, "--retain", ...fast], true);
  expect(exitCode).toBe(4);
  expect(stderr).toMatch(
    /us-east-1\n.*jobdefinition-d\.yaml:\d+: .*environment\[0\]\.value is probably a secret and was not written\n$/,
  );
  expect(stdout + stderr).not.toContain("abcdef");
  expect(stdout).toMatch(/plan: 1 blocked; no running job is ended[\s\S]*NotAdopted: /);
});

test("the command imports what another tool manages, and says how that tool gives it up", async () => {
  const aws = await accountInTwoRegions();
  await aws.outside.registerJobDefinition(containerJob("d"));
  const directory = temporaryDirectory();
  const state = join(directory, "state.json");
  writeFileSync(state, terraformState(6));
  const manifests = join(directory, "manifests");
  const { exitCode, stdout } = await ran(["--terraform", state, "-n", "team", "-f", manifests, ...fast]);
  expect(stdout).toBe(`imported 3 objects of AWS account 123456789012 into namespace team: 3 files written

1 of 1 value of environments, commands, parameters and options is in the manifests: check them before you commit, for which are secrets is a guess by names and forms

the operator's policy needs (aws-batch-operator iam-policy --features):
  adopt

the operator needs:
  --adoptable-names 'team/ce-1,team/d,team/q'

the chart and the plain manifests allow no role: there the operator also needs in flags.allowedRoleArns or --allowed-role-arns:
  arn:aws:iam::123456789012:instance-profile/ecsInstanceRole

stays with Terraform:
  aws_iam_role.batch

before the manifests are applied, in Terraform:
  in Terraform 1.7 or later, replace the resources by terraform/removed.tf, and apply: nothing is destroyed
  to go back after aws-batch-operator release, restore the resources, and apply with terraform/import.tf

plan: 3 adoptions, nothing else
`);
  expect(exitCode).toBe(0);
  expect(readFileSync(join(manifests, "terraform", "removed.tf"), "utf8")).toContain("aws_batch_job_queue.main");

  const { io, stdout: said } = testIo({}, undefined, stackResources());
  const file = join(directory, "template, of s.json");
  const own = { Workers: ["ComputeEnvironment", {}], Main: ["JobQueue", {}], Failed: ["JobQueue", {}] } as const;
  writeFileSync(file, template({ ...own, Crunch: ["JobDefinition", {}] }));
  const args = ["-n", "team", "-f", join(directory, "stack"), "-o", "markdown", ...fast];
  expect(await runCli(["import", "--cloudformation", "-", "--cloudformation", file, ...args], io)).toBe(0);
  expect(said.text).toMatch(/\*\*Before the manifests are applied, in CloudFormation\*\*\n\n- s: give these resources/);
  expect(said.text).toContain("- JobQueue q in us-east-1 is s-main: its template gives it no name\n");
});

test("the command shows what it does not know of the stacks", async () => {
  await accountInTwoRegions();
  const list = stackList("s", [["Nested", "AWS::CloudFormation::Stack", "n"]]);
  for (const [format, title] of [
    ["text", "about the stacks:\n  "],
    ["markdown", "**About the stacks**\n\n- "],
  ] as const) {
    const { io, stdout } = testIo({}, undefined, list);
    const args = ["--cloudformation", "-", "-n", "team", "-f", temporaryDirectory(), "-o", format, ...fast];
    await runCli(["import", ...args, "--region", "us-east-1"], io);
    expect(stdout.text).toContain(`${title}s/Nested is a nested stack`);
  }
});

test("the command lists the roles that the operator makes, and those that stay", async () => {
  const { aws, clock } = account();
  const { containerProperties } = containerJob("d");
  await aws.outside.iam.createRole({
    RoleName: "crunch",
    AssumeRolePolicyDocument: trustOf("ecs-tasks.amazonaws.com"),
    Tags: [{ Key: "team", Value: "a" }],
  });
  for (const name of ["crunch", "gone"]) {
    const jobRoleArn = `arn:aws:iam::123456789012:role/${name}`;
    const properties = { containerProperties: { ...containerProperties, jobRoleArn } };
    await aws.outside.registerJobDefinition(containerJob(name, properties));
  }
  await clock.advance(60_000);
  vi.stubEnv("AWS_ENDPOINT_URL", await serveRegions({ "us-east-1": aws }));
  const args = ["-n", "team", "-f", temporaryDirectory(), "--roles", "manage", ...fast];
  const { exitCode, stdout } = await ran(args);
  expect(exitCode).toBe(4);
  expect(stdout).toContain(`
the operator makes roles of its own in place of:
  arn:aws:iam::123456789012:role/crunch: jobRoleRef of JobDefinition crunch; nothing in AWS Batch names it afterwards

roles that stay as they are:
  arn:aws:iam::123456789012:role/gone, jobRole of JobDefinition gone: IAM has no such role

the operator's policy needs (aws-batch-operator iam-policy --features):
  adopt,iam

the operator needs:
  --adoptable-names 'team/crunch,team/gone'
  --allowed-role-tag-keys team

the chart and the plain manifests allow no role: there the operator also needs in flags.allowedRoleArns or --allowed-role-arns:
  arn:aws:iam::123456789012:role/gone

plan: 1 new revision, 1 creation, 1 adoption; no running job is ended
`);
  expect((await ran(args)).stdout).toContain("0 files written, 3 unchanged");
  expect((await ran([...args, "-o", "markdown"])).stdout).toContain(
    "**The operator makes roles of its own in place of**",
  );
});

test("the command refuses a state of another account, and names what AWS does not have", async () => {
  await accountInTwoRegions();
  const run = async (text: string) => {
    const { io, stdout, stderr } = testIo({}, undefined, text);
    const args = ["--terraform", "-", "-n", "team", "-f", temporaryDirectory(), ...fast];
    return { exitCode: await runCli(["import", ...args], io), said: stdout.text + stderr.text };
  };
  expect(await run(terraformState(6).replaceAll("123456789012", "999999999999"))).toEqual({
    exitCode: 1,
    said: "error: aws_batch_compute_environment.workers is in account 999999999999, and the credentials belong to account 123456789012: use those of 999999999999\n",
  });
  const missing = await run(terraformState(6));
  expect(missing.said).toContain(
    "JobDefinition d in us-east-1: AWS has no such resource in the regions that were read\n",
  );
  expect(missing.exitCode).toBe(4);
});

test("the command skips and lists what is in another account, and imports the rest", async () => {
  const aws = await accountInTwoRegions();
  await aws.outside.registerJobDefinition(containerJob("d"));
  const text = terraformState(6).replaceAll("123456789012:job-definition", "999999999999:job-definition");
  const { io, stdout } = testIo({}, undefined, text);
  const args = ["--terraform", "-", "-n", "team", "-f", temporaryDirectory(), ...fast];
  expect(await runCli(["import", ...args], io)).toBe(4);
  expect(stdout.text).toMatch(/^imported 2 objects/);
  expect(stdout.text).toMatch(
    /skipped:\n {2}JobDefinition d in us-east-1: aws_batch_job_definition\.\S+ is in account 999999999999: import it with the credentials of that account\n/,
  );
});

test("what is adopted already is handed over too, and a list of nothing else is not an error", async () => {
  const aws = await accountInTwoRegions();
  await aws.outside.registerJobDefinition(containerJob("d"));
  const arns = [
    ...aws.truth.computeEnvironments().map((one) => one.computeEnvironmentArn),
    ...aws.truth.jobQueues().map((one) => one.jobQueueArn),
    ...aws.truth.jobDefinitions().map((one) => one.jobDefinitionArn),
  ];
  const owner = { cluster: { name: "default", uid: "c" }, namespace: "team", name: "adopted", uid: "u" };
  for (const resourceArn of arns) await aws.outside.tagResource({ resourceArn, tags: ownerTags(owner) });
  const directory = temporaryDirectory();
  const { io, stdout } = testIo({}, undefined, terraformState(6));
  const args = ["--terraform", "-", "-n", "team", "-f", directory, ...fast];
  expect(await runCli(["import", ...args], io)).toBe(0);
  expect(stdout.text).toContain("belongs to default/team/adopted already");
  expect(readFileSync(join(directory, "terraform", "removed.tf"), "utf8")).toContain("aws_batch_job_queue.main");

  const again = testIo();
  expect(await runCli(["import", "-n", "team", "-f", temporaryDirectory(), ...fast], again.io)).toBe(1);
  expect(again.stdout.text).toMatch(/^imported 0 objects/);
  expect(again.stderr.text).toContain("error: there is nothing to import: the report says why\n");
});

test.each([
  [
    ["--names", "prd-*,x"],
    "AWS account 123456789012 has nothing to import in us-east-1 that matches --names 'prd-*,x': check --names, --region and the credentials",
  ],
  [
    ["--region", "eu-west-9"],
    "AWS account 123456789012 has nothing to import in eu-west-9: check --region and the credentials",
  ],
  [
    ["--terraform", "-", "--names", "prd"],
    "Terraform lists nothing that can be imported that matches --names prd: check --names, that the list is of the right workspace and directory",
  ],
  [
    ["--cloudformation", "-"],
    "CloudFormation lists nothing that can be imported: check that the list is of the right stacks",
  ],
])("the command with %j says that it found nothing, and writes nothing", async (args, message) => {
  const { aws } = await accountWithQueue();
  const none = account();
  vi.stubEnv("AWS_ENDPOINT_URL", await serveRegions({ "us-east-1": aws, "eu-west-9": none.aws }));
  onTestFinished(() => void vi.unstubAllEnvs());
  const directory = temporaryDirectory();
  const given = args.includes("--terraform") ? terraformState(6) : JSON.stringify({ StackResources: [] });
  const { io, stdout, stderr } = testIo({}, undefined, given);
  expect(await runCli(["import", "-n", "team", "-f", directory, ...args, ...fast], io)).toBe(1);
  expect(stdout.text).toBe("");
  expect(stderr.text).toContain(`error: ${message}\n`);
  expect(readdirSync(directory)).toEqual([]);
});

test("the command reads a list with a byte order mark, and refuses UTF-16", async () => {
  await accountInTwoRegions();
  const directory = temporaryDirectory();
  const file = join(directory, "state.json");
  const args = ["--terraform", file, "-n", "team", "-f", join(directory, "out"), ...fast];
  writeFileSync(file, `\ufeff${terraformState(6)}`);
  expect((await ran(args)).stdout).toContain("AWS has no such resource in the regions that were read");
  writeFileSync(file, `\ufeff${terraformState(6)}`, "utf16le");
  expect(await ran(args)).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `error: ${file} is not UTF-8 text: save it as UTF-8\n`,
  });
});

test.each([
  [["-f", "x", "-n", "x", "--from-aws", "--terraform", "y"], "error: --from-aws and --terraform exclude each other\n"],
  [["-f", "x", "-n", "x", "--terraform", "/nowhere/y"], /^error: \/nowhere\/y cannot be read: ENOENT/],
  [
    ["-f", "x", "-n", "x", "--cloudformation", "-", "--cloudformation", "-"],
    "error: --cloudformation - is there twice, and standard input can be read once: give files\n",
  ],
])("the command refuses %j, too", async (args, stderr) => {
  expect((await ran(args)).stderr).toMatch(stderr);
});

test.each([
  [["-f", "x"], "error: -n NAMESPACE is missing: give the namespace of the objects\n"],
  [["-n", "x"], "error: -f DIR is missing: give the directory for the manifests\n"],
  [
    ["-n", "Team", "-f", "x"],
    "error: option '-n, --namespace <name>' argument 'Team' is invalid. \"Team\" is not the name of a namespace.\n",
  ],
])("the command refuses %j", async (args, stderr) => {
  expect(await ran(args)).toEqual({ exitCode: 1, stdout: "", stderr });
});

test("a file in place of the directory is an error that says so, before AWS is read", async () => {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  expect(await ran(["-n", "team", "-f", file])).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `error: ${file} is a file: give the directory of the manifests\n`,
  });
});
