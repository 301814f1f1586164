import { expect, test } from "vitest";
import { prefixOf } from "../../../conformance/names/renaming.ts";
import { cleanRun, conform } from "../../../conformance/run/conform.ts";
import { createServiceRole, fargate, queue } from "../../simulator/account.ts";
import { contents, killedAfter, request, type Simulated, simulated } from "../simulated.ts";

const prefix = prefixOf({ id: "abc123" });

/** A run that was killed when its stage and some copies were there. */
async function killed({ ports, ended }: Simulated): Promise<void> {
  const account = killedAfter(ports.account, 110);
  await ended(conform(request({ only: "queue" }), { ...ports, account }));
}

test("a second run says what an earlier one has left, and how to remove it", async () => {
  const world = await simulated();
  const { aws, ports, ended, printed } = world;
  await killed(world);
  printed.length = 0;
  const left = contents(aws);
  await ended(conform(request({ id: "def456" }), { ...ports, confirm: async () => false }));
  const [page = ""] = printed;
  expect(page).toMatch(/The run abc123 has left \d+ resources, or still runs\. To remove them:\n {2}clean abc123\n/);
  expect(contents(aws)).toEqual(left);
});

test("a second run leaves alone what an earlier one has left", async () => {
  const world = await simulated();
  const { aws, ports, ended } = world;
  await killed(world);
  const left = contents(aws);
  expect(await ended(conform(request({ id: "def456", only: "scheduling" }), ports))).toBe(0);
  expect(contents(aws)).toEqual(left);
});

test("--clean leaves an environment whose tag somebody removed, and the roles that it may use", async () => {
  const world = await simulated();
  const { aws, ports, ended, printed } = world;
  await killed(world);
  const environment = aws.truth.computeEnvironments().find((one) => one.computeEnvironmentName === `${prefix}ec2`);
  await aws.outside.untagResource({
    resourceArn: environment?.computeEnvironmentArn ?? "",
    tagKeys: ["aws-batch-conformance"],
  });
  printed.length = 0;
  expect(await ended(cleanRun("abc123", ports))).toBe(1);
  expect(contents(aws)).toEqual([
    `environment ${prefix}ec2`,
    `policy ${prefix}run`,
    `role ${prefix}ecsInstanceRole`,
    `profile ${prefix}ecsInstanceRole`,
  ]);
  expect(printed.join("\n")).toContain(
    `ComputeEnvironment ${prefix}ec2 has a name of the run and not its tag: it stays as it is.`,
  );
  expect(printed.join("\n")).toContain(
    `Role ${prefix}ecsInstanceRole is still there. It can go once what uses it is gone.`,
  );
});

test("--clean leaves what a queue of others uses, in AWS's words, and does not try for half an hour", async () => {
  const world = await simulated();
  const { aws, ports, ended, printed } = world;
  await killed(world);
  await aws.outside.createJobQueue(queue("theirs", `${prefix}ec2`));
  printed.length = 0;
  const start = ports.time.now();
  expect(await ended(cleanRun("abc123", ports))).toBe(1);
  expect(ports.time.now() - start).toBeLessThan(10 * 60_000);
  expect(contents(aws)).toContain(`environment ${prefix}ec2`);
  expect(contents(aws)).toContain("queue theirs");
  expect(printed.join("\n")).toContain(
    `ComputeEnvironment ${prefix}ec2 is still there. ` +
      "DeleteComputeEnvironment: ClientException: Cannot delete, found existing JobQueue relationship",
  );
  expect(printed.join("\n")).toContain("To go on:\n  clean abc123\n");
});

test("names of the run that somebody else had before stay as they were", async () => {
  const { aws, ports, ended, printed } = await simulated();
  await aws.outside.createComputeEnvironment(fargate(`${prefix}ec2`));
  await createServiceRole({ aws } as never, `${prefix}theirs`);
  await aws.outside.createSchedulingPolicy({ name: `${prefix}fair`, tags: { "aws-batch-conformance": "def456" } });
  const before = contents(aws);
  expect(await ended(conform(request({ only: "CreateJobQueue" }), ports))).toBe(1);
  expect(contents(aws)).toEqual(before);
  const said = printed.join("\n");
  expect(said).toContain(
    "the stage lacks compute-environment/ec2: CreateComputeEnvironment: ClientException: Object already exists",
  );
  expect(said).toContain(`ComputeEnvironment ${prefix}ec2 has a name of the run and not its tag: it stays as it is.`);
  expect(said).toContain(`SchedulingPolicy ${prefix}fair has a name of the run and not its tag: it stays as it is.`);
});

test("an account with 49 environments of others keeps them, and has room for a run of one", async () => {
  const { aws, ports, ended } = await simulated();
  for (let at = 0; at < 49; at++) await aws.outside.createComputeEnvironment(fargate(`theirs-${at}`));
  const before = contents(aws);
  const one = request({ only: "DeleteJobQueue: while ENABLED" });
  await ended(conform(one, { ...ports, account: killedAfter(ports.account, 60) }));
  expect(contents(aws)).toContain(`environment ${prefix}ec2`);
  expect(await ended(cleanRun("abc123", ports))).toBe(0);
  expect(contents(aws)).toEqual(before);
});
