import { expect, it } from "vitest";
import { isComplete, type Report } from "../../src/tools/import/report.ts";
import { crds, manifestOf } from "../../src/tools/manifests.ts";
import { validateManifests, wholeDirectory } from "../../src/tools/validation/validate.ts";
import { containerJob, ec2, queue, trustOf } from "../simulator/account.ts";
import { imported, MemoryFolder } from "../tools/import/given.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

/** An import with `--roles manage`: what the plan shows happens, while a job runs, and nothing happens to the other roles. */

const iamArn = "arn:aws:iam::123456789012";
const instancePolicy = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";
const document = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*" }],
});

async function made(): Promise<World> {
  const world = await aWorld({
    flags: { adoptableNames: ["team/*"], allowInlinePolicies: true },
    permissions: { inlinePolicies: true },
    knobs: { latencyMs: 0, stalenessMs: 0 },
  });
  const { outside } = world.aws;
  const { iam } = outside;
  await iam.createRole({ RoleName: "nodes", AssumeRolePolicyDocument: trustOf("ec2.amazonaws.com") });
  await iam.attachRolePolicy({ RoleName: "nodes", PolicyArn: instancePolicy });
  await iam.createInstanceProfile({ InstanceProfileName: "nodes" });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: "nodes", RoleName: "nodes" });
  await iam.createRole({ RoleName: "crunch", AssumeRolePolicyDocument: trustOf("ecs-tasks.amazonaws.com") });
  await iam.putRolePolicy({ RoleName: "crunch", PolicyName: "read", PolicyDocument: document });
  await iam.createRole({ RoleName: "web", AssumeRolePolicyDocument: trustOf("lambda.amazonaws.com") });
  await world.seconds(60);
  await outside.createComputeEnvironment(ec2("workers", { instanceRole: `${iamArn}:instance-profile/nodes` }));
  await world.seconds(60);
  await outside.createJobQueue(queue("main", "workers"));
  for (const [name, role] of [
    ["one", "crunch"],
    ["two", "crunch"],
    ["three", "web"],
  ] as const) {
    const { containerProperties } = containerJob(name);
    const properties = { ...containerProperties, jobRoleArn: `${iamArn}:role/${role}` };
    await outside.registerJobDefinition(containerJob(name, { containerProperties: properties }));
  }
  await world.seconds(30);
  outside.submitPlannedJob(
    { jobName: "job", jobQueue: "main", jobDefinition: "one" },
    { durationMs: 1_200_000, exitCode: 0 },
  );
  await world.seconds(120);
  return world;
}

const steps = ({ plan }: Report): readonly string[] =>
  (plan?.entries ?? []).map(({ name, title, steps: all }) => {
    const writes = all.flatMap((step) => (step.kind === "write" ? [step.operation] : []));
    return `${name} ${title}: ${[...new Set(writes)].join(", ")}`;
  });

it("gives the operator roles of its own as the plan shows, and leaves the others and the jobs alone", async () => {
  const world = await made();
  const { aws, clock, store } = world;
  const before = aws.truth.roles().filter(({ path }) => path === "/");
  const folder = new MemoryFolder();
  const report = await imported({ "eu-west-1": aws }, { clock, folder }, { roles: "manage" });
  expect(report.roles).toMatchInlineSnapshot(`
    {
      "kept": [
        {
          "of": [
            "jobRole of JobDefinition three",
          ],
          "role": "arn:aws:iam::123456789012:role/web",
          "why": "its trust policy is not that of a role for ecs-tasks.amazonaws.com alone",
        },
      ],
      "replaced": [
        {
          "by": [
            "computeResources.instanceRoleRef of BatchComputeEnvironment workers",
          ],
          "role": "arn:aws:iam::123456789012:instance-profile/nodes",
          "stillUsedBy": [],
        },
        {
          "by": [
            "jobRoleRef of JobDefinition one",
            "jobRoleRef of JobDefinition two",
          ],
          "role": "arn:aws:iam::123456789012:role/crunch",
          "stillUsedBy": [],
        },
      ],
    }
  `);
  expect(report.operatorFlags).toEqual([
    "--adoptable-names 'team/main,team/one,team/three,team/two,team/workers'",
    "--allow-inline-policies",
  ]);
  expect(steps(report)).toMatchInlineSnapshot(`
    [
      "workers workers is replaced by a new environment: TagResource",
      "main adopts main: these tags, nothing else: TagResource",
      "one is registered as one, above one:1: RegisterJobDefinition",
      "three adopts three:1: these tags, nothing else: TagResource",
      "two is registered as two, above two:1: RegisterJobDefinition",
      "nodes is created as team_nodes_29023682: CreateRole, AttachRolePolicy, CreateInstanceProfile, AddRoleToInstanceProfile",
      "crunch is created as team_crunch_1169628c: CreateRole, PutRolePolicy",
    ]
  `);
  expect(isComplete(report)).toBe(false);

  const { manifests, problems } = validateManifests((await folder.load()).documents, crds, wholeDirectory);
  expect(problems).toEqual([]);
  for (const manifest of manifests) store.apply(manifestOf(manifest));
  await world.until("the replacement waits for approval", () => approvalIn(world) !== undefined);
  world.annotate("BatchComputeEnvironment", "workers", { "awsbatch.dev/approve": approvalIn(world) ?? "" });
  await world.until("the first environment is gone", () => !isThere(world, "workers"), 3600);
  expect([world.violations, world.denials]).toEqual([[], []]);
  expect(aws.truth.roles().filter(({ path }) => path === "/")).toEqual(before);
  const own = aws.truth.roles().filter(({ path }) => path.startsWith("/aws-batch-operator/"));
  expect(own.map(({ name, attached, inline }) => [name.replace(/_[0-9a-f]{8}$/, ""), attached, inline])).toEqual([
    ["team_nodes", [instancePolicy], {}],
    ["team_crunch", [], { read: document }],
  ]);
  const ended = aws.history.filter(({ kind, status }) => kind === "job" && /SUCCEEDED|FAILED/.test(status));
  expect(ended.map(({ status }) => status)).toEqual(["SUCCEEDED"]);
});

/** Of the replacement of an environment that was adopted. */
function approvalIn(world: World): string | undefined {
  const found = world.object<{ plan?: { approval?: string } }>("BatchComputeEnvironment", "workers");
  return found?.status?.plan?.approval;
}

function isThere({ aws }: World, name: string): boolean {
  return aws.truth
    .computeEnvironments()
    .some(({ computeEnvironmentName, status }) => computeEnvironmentName === name && status !== "DELETED");
}
