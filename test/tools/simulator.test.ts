import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { sdkBatch } from "../../src/aws/batch-sdk.ts";
import { sdkEc2 } from "../../src/aws/ec2-sdk.ts";
import { runCli } from "../../src/program.ts";
import { sleep, systemClock } from "../../src/runtime/clock.ts";
import { sdkIn } from "../aws/given.ts";
import { containerJob, ec2, queue } from "../simulator/account.ts";
import { temporaryDirectory } from "./local/given.ts";
import { testIo } from "./streams.ts";

afterEach(() => vi.unstubAllEnvs());

const clock = systemClock(1000);

function described(text: string): string {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "simulated-aws.conf"), text);
  return directory;
}

test("the simulator has the network, the jobs and the outcomes of simulated-aws.conf", async () => {
  const directory = described(`
region: eu-west-1
vpcs: [{ id: vpc-1, cidr: 10.0.0.0/16 }]
subnets: [{ id: subnet-1, vpc: vpc-1, zone: eu-west-1a, cidr: 10.0.1.0/24, mapPublicIps: true }]
internetGateways: [{ id: igw-1, vpc: vpc-1 }]
routeTables: [{ id: rtb-1, vpc: vpc-1, main: true, routes: [{ to: 0.0.0.0/0, via: igw-1 }] }]
securityGroups: [{ id: sg-1, vpc: vpc-1 }]
jobs: [{ name: bad, queue: q, definition: jd }]
outcomes: [{ job: bad, attempts: [{ exitCode: 3 }] }]
`);
  const { io, stdout, interrupt } = testIo();
  const running = runCli(["simulator", "--port", "0", "--speed", "100000", "-f", directory], io);
  while (!stdout.text.includes("Ctrl-C")) await sleep(clock, 1000);
  vi.stubEnv("AWS_ENDPOINT_URL", /http:\S+/.exec(stdout.text)?.[0] ?? "");
  const credentials = { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };
  for (const [name, value] of Object.entries(credentials)) vi.stubEnv(name, value);
  const batch = sdkBatch(sdkIn("eu-west-1"));
  const network = sdkEc2(sdkIn("eu-west-1"));
  expect((await network.describeSubnets({})).Subnets?.map(({ SubnetId }) => SubnetId)).toEqual(["subnet-1"]);
  network.close();
  await batch.createComputeEnvironment(ec2("ce"));
  const isValid = async () =>
    (await batch.describeComputeEnvironments({})).computeEnvironments?.[0]?.status === "VALID";
  while (!(await isValid())) await sleep(clock, 1000);
  await batch.registerJobDefinition(containerJob("jd"));
  await batch.createJobQueue(queue("q", "ce"));
  const failed = async () => (await batch.listJobs({ jobQueue: "q", jobStatus: "FAILED" })).jobSummaryList ?? [];
  while ((await failed()).length === 0) await sleep(clock, 1000);
  expect(await failed()).toMatchObject([{ jobName: "bad", container: { exitCode: 3 } }]);
  batch.close();
  interrupt();
  expect(await running).toBe(0);
});

test.each<[string, string, RegExp]>([
  ["a mistake", "vpc: []", /simulated-aws\.conf:1:1: vpc: there is no vpc: did you mean vpcs\?\n$/],
  ["a region that there is not", "region: mars", /^error: simulated-aws\.conf: region: there is no region mars\n$/],
])("the simulator does not start with %s in simulated-aws.conf", async (_case, text, error) => {
  const { io, stderr } = testIo();
  expect(await runCli(["simulator", "--port", "0", "-f", described(text)], io)).toBe(1);
  expect(stderr.text).toMatch(error);
});
