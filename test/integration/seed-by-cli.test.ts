import { beforeAll, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { contents } from "../conformance/simulated.ts";
import { trustOf } from "../simulator/account.ts";
import { serveChecked } from "../simulator/checked-server.ts";
import { motoPython } from "./control-plane/moto.ts";
import { runOrFail } from "./control-plane/run.ts";
import { until } from "./control-plane/wait.ts";
import { awsEnvironment } from "./operator/operator-process.ts";

let python = "";

beforeAll(async () => {
  python = await motoPython();
});

/** The requests of the usual Terraform sample, which is `examples/seed`, by AWS's own command line. */
test("the AWS CLI makes the stack of examples/seed, and takes it apart", async () => {
  const aws = createSimulatedAws({ clock: systemClock(60), random: seededRandom(1), knobs: { strictIam: true } });
  const before = contents(aws);
  const { url, close } = await serveChecked(aws, { port: 0 });
  onTestFinished(close);
  const environment = { ...awsEnvironment(url), AWS_DEFAULT_REGION: "us-east-1" };
  const cli = async (...args: readonly string[]): Promise<unknown> => {
    const said = await runOrFail(python, ["-m", "awscli", ...args, "--output", "json"], { environment });
    return said.trim() === "" ? undefined : (JSON.parse(said) as unknown);
  };
  const awsPolicy = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
  const roles = [
    ["seed-batch", "batch", awsPolicy("service-role/AWSBatchServiceRole")],
    ["seed-instance", "ec2", awsPolicy("service-role/AmazonEC2ContainerServiceforEC2Role")],
    ["seed-job", "ecs-tasks", awsPolicy("AmazonEC2ContainerRegistryReadOnly")],
  ] as const;
  const arnOf = (kind: string, name: string): string => `arn:aws:iam::${aws.account}:${kind}/${name}`;
  for (const [name, service, policy] of roles) {
    const trust = ["--assume-role-policy-document", trustOf(`${service}.amazonaws.com`)];
    await cli("iam", "create-role", "--role-name", name, ...trust);
    await cli("iam", "attach-role-policy", "--role-name", name, "--policy-arn", policy);
  }
  const profile = ["--instance-profile-name", "seed-instance"];
  await cli("iam", "create-instance-profile", ...profile);
  await cli("iam", "add-role-to-instance-profile", ...profile, "--role-name", "seed-instance");
  const resources = {
    type: "EC2",
    allocationStrategy: "BEST_FIT",
    instanceTypes: ["c4.large"],
    minvCpus: 0,
    maxvCpus: 256,
    instanceRole: arnOf("instance-profile", "seed-instance"),
    subnets: ["subnet-0a1b2c3d4e5f60718"],
    securityGroupIds: ["sg-0c3d4e5f607182a3b"],
  };
  const container = {
    image: "public.ecr.aws/docker/library/alpine:3",
    command: ["echo", "hello world"],
    jobRoleArn: arnOf("role", "seed-job"),
    resourceRequirements: [
      { type: "VCPU", value: "1" },
      { type: "MEMORY", value: "1024" },
    ],
  };
  const statusOf = async (operation: string, member: string): Promise<unknown> =>
    cli("batch", operation, "--query", `${member}[0].[state,status]`);
  const settled = (operation: string, member: string, expected: unknown): Promise<unknown> =>
    until(
      async () => {
        const now = JSON.stringify(await statusOf(operation, member));
        return now === JSON.stringify(expected) || now;
      },
      `${member} that are ${JSON.stringify(expected)}`,
    );

  const role = ["--service-role", arnOf("role", "seed-batch")];
  const named = ["--compute-environment-name", "seed", "--type", "MANAGED"];
  await cli("batch", "create-compute-environment", ...named, ...role, "--compute-resources", JSON.stringify(resources));
  await settled("describe-compute-environments", "computeEnvironments", ["ENABLED", "VALID"]);
  const order = ["--compute-environment-order", JSON.stringify([{ order: 1, computeEnvironment: "seed" }])];
  await cli("batch", "create-job-queue", "--job-queue-name", "seed", "--state", "ENABLED", "--priority", "1", ...order);
  await settled("describe-job-queues", "jobQueues", ["ENABLED", "VALID"]);
  const definition = ["--job-definition-name", "seed", "--type", "container"];
  await cli("batch", "register-job-definition", ...definition, "--container-properties", JSON.stringify(container));
  const [made] = aws.truth.computeEnvironments();
  expect(made).toMatchObject({ serviceRole: arnOf("role", "seed-batch"), computeResources: resources });
  const job = ["--job-name", "hello", "--job-queue", "seed", "--job-definition", "seed"];
  await cli("batch", "submit-job", ...job);
  await until(() => aws.truth.jobs()[0]?.status === "SUCCEEDED" || "its job goes on", "hello world");

  const ce = ["--compute-environment", "seed"];
  const jq = ["--job-queue", "seed"];
  await cli("batch", "update-compute-environment", ...ce, "--state", "DISABLED");
  await settled("describe-compute-environments", "computeEnvironments", ["DISABLED", "VALID"]);
  await expect(cli("batch", "delete-compute-environment", ...ce)).rejects.toThrow(
    "Cannot delete, found existing JobQueue relationship",
  );
  await cli("batch", "update-job-queue", ...jq, "--state", "DISABLED");
  await settled("describe-job-queues", "jobQueues", ["DISABLED", "VALID"]);
  await cli("batch", "delete-job-queue", ...jq);
  await until(() => aws.truth.jobQueues().every(({ status }) => status === "DELETED") || "it goes", "its end");
  await cli("batch", "delete-compute-environment", ...ce);
  await until(
    () => aws.truth.computeEnvironments().every(({ status }) => status === "DELETED") || "it goes",
    "its end",
  );
  await cli("batch", "deregister-job-definition", "--job-definition", "seed:1");
  await cli("iam", "remove-role-from-instance-profile", ...profile, "--role-name", "seed-instance");
  await cli("iam", "delete-instance-profile", ...profile);
  for (const [name, , policy] of roles) {
    await cli("iam", "detach-role-policy", "--role-name", name, "--policy-arn", policy);
    await cli("iam", "delete-role", "--role-name", name);
  }
  expect(contents(aws)).toEqual(before);
});
