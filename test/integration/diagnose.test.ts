import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runCli } from "../../src/program.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { ServedBatch } from "../../src/simulator/http.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { ec2, queue } from "../simulator/account.ts";
import { serveChecked } from "../simulator/checked-server.ts";
import { KeptOutput, testIo } from "../tools/streams.ts";
import { until } from "./control-plane/wait.ts";

/** The command with the real clients of Batch, EC2 and IAM, against the simulator by HTTP. */

const clock = systemClock(1000);
let aws: SimulatedAws;
let served: ServedBatch;

beforeAll(async () => {
  aws = createSimulatedAws({ clock, random: seededRandom(1), knobs: { latencyMs: 0, stalenessMs: 0 } });
  served = await serveChecked(aws, { port: 0 });
  vi.stubEnv("AWS_ENDPOINT_URL", served.url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "simulated");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "simulated");
  await withInstanceRole("ecsInstanceRole");
  await aws.outside.createComputeEnvironment(ec2("ce-1"));
  await until(() => aws.truth.computeEnvironments()[0]?.status === "VALID" || "not yet", "the environment");
  await aws.outside.createJobQueue(queue("q", "ce-1"));
  await until(() => aws.truth.jobQueues()[0]?.status === "VALID" || "not yet", "the queue");
});

afterAll(async () => {
  await served.close();
  vi.unstubAllEnvs();
});

/** An instance profile that lets instances join. */
async function withInstanceRole(name: string): Promise<void> {
  const principal = { Service: "ec2.amazonaws.com" };
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
  };
  await aws.iam.createRole({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
  const PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";
  await aws.iam.attachRolePolicy({ RoleName: name, PolicyArn });
  await aws.iam.createInstanceProfile({ InstanceProfileName: name });
  await aws.iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
}

async function command(...args: readonly string[]) {
  const { io, stdout, stderr } = testIo({}, new KeptOutput());
  const exitCode = await runCli(["diagnose", ...args], io);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

it("draws the way from the subnet to AWS, where it ends, and leaves EC2 alone on request", async () => {
  const { exitCode, stdout } = await command("--queue", "q");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/network of ce-1\n {2}subnet-1 .* to ecs-agent, ecs-telemetry and ecs\n[\s\S]*→ reached/);
  aws.outside.describeNetwork({
    vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16", dnsSupport: true, dnsHostnames: true }],
    subnets: [{ id: "subnet-1", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.0.0/24" }],
    routeTables: [{ id: "rtb-1", vpc: "vpc-1", main: true }],
    securityGroups: [{ id: "sg-1", vpc: "vpc-1" }],
  });
  const broken = await command("--queue", "q");
  expect(broken.exitCode).toBe(1);
  expect(broken.stdout).toMatch(/✗ ends here, NoRoute/);
  const from = aws.log.length;
  expect(await command("--queue", "q", "--no-network")).toMatchObject({ exitCode: 0 });
  expect(aws.log.slice(from).filter(({ operation }) => /Subnets|RouteTables/.test(operation))).toEqual([]);
});
