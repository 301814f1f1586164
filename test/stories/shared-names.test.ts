/** Objects that an earlier version let share a role by `spec.iam.<purpose>.name`, from that version to BatchRoles. */

import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue, role } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

const policyArns = ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"];
const { instanceRole: _profile, ...capacity } = ec2.computeResources ?? { type: "EC2", maxvCpus: 0, subnets: [] };

const batchRoles = [
  role("batch", { purpose: "service" }),
  role("workers", { purpose: "instance" }),
  role("builders", { policyArns }),
];
const referring: readonly Manifest[] = [
  computeEnvironment("ce", {
    ...ec2,
    serviceRoleRef: { name: "batch" },
    computeResources: { ...capacity, instanceRoleRef: { name: "workers" } } as never,
  }),
  jobDefinition("build", { jobRoleRef: { name: "builders" } }),
  jobDefinition("test", { jobRoleRef: { name: "builders" } }),
];
const builders = { iam: { jobRole: { name: "builders", policyArns } } };
const sharing: readonly Manifest[] = [
  computeEnvironment("ce", {
    ...ec2,
    computeResources: capacity as never,
    iam: { serviceRole: { name: "batch" }, instanceRole: { name: "workers" } },
  }),
  jobDefinition("build", builders),
  jobDefinition("test", builders),
];

const rolesIn = (world: World) => world.aws.truth.roles().map(({ name, tags, attached }) => ({ name, tags, attached }));
const writesSince = (world: World, from: number): readonly string[] => {
  const operations = world.aws.log.slice(from).map(({ operation }) => operation);
  return [...new Set(operations.filter((one) => !/^(?:Get|List|Describe|Simulate)/.test(one)))].toSorted();
};
const reasonOf = (world: World, { kind, metadata }: Manifest, type: string) =>
  world.condition(kind, metadata.name, type)?.reason;

/** What the earlier version leaves behind: roles with the tags of a namespace, and objects that have noted them. */
async function upgraded(): Promise<World> {
  const world = await aWorld({ knobs: { strictIam: true } });
  world.apply(...batchRoles, ...referring, jobQueue("q1", ["ce"]));
  await world.untilReady();
  world.apply(...sharing);
  for (const { kind, metadata } of batchRoles) {
    world.annotate(kind, metadata.name, { "awsbatch.dev/abandon": "true" });
    world.delete(kind, metadata.name);
  }
  await world.until("no BatchRole is left", () => world.object("BatchRole", "builders") === undefined);
  for (const { name } of rolesIn(world)) {
    const TagKeys = ["awsbatch.dev/name", "awsbatch.dev/uid"];
    await world.aws.outside.iam.untagRole({ RoleName: name, TagKeys });
    if (name.startsWith("team_workers_")) {
      await world.aws.outside.iam.untagInstanceProfile({ InstanceProfileName: name, TagKeys });
    }
  }
  for (const { kind, metadata } of sharing) {
    const noted = rolesIn(world).filter(({ name }) => name.startsWith("team_builders_") === (kind === "JobDefinition"));
    world.annotate(kind, metadata.name, { "awsbatch.dev/roles": noted.map(({ name }) => name).join(",") });
  }
  await world.seconds(60);
  return world;
}

describe("an object that shares a role by a name", () => {
  it("keeps what AWS has, its queue serves on, and it says what to apply: nothing is written, also when its spec changes", async () => {
    const world = await upgraded();
    expect(world.condition("JobQueue", "q1", "Ready")?.status).toBe("True");
    const [before, from] = [rolesIn(world), world.aws.log.length];
    world.apply(jobDefinition("build", { ...builders, parameters: { changed: "yes" } }));
    await world.seconds(7200);
    expect(rolesIn(world)).toEqual(before);
    expect(writesSince(world, from)).toEqual([]);
    expect(world.condition("JobQueue", "q1", "Ready")?.status).toBe("True");
    for (const one of sharing) {
      expect(reasonOf(world, one, "Stalled")).toBe("RoleSharedByName");
    }
    const { message } = world.condition("JobDefinition", "test", "Stalled") ?? {};
    expect(message).toMatch(
      /Apply a BatchRole builders that says .*role team_builders_\w+ over.*spec\.jobRoleRef in place/,
    );
    expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")?.message).toContain("spec.serviceRoleRef");
  });

  it("is deleted without the role, which the others and its jobs need", async () => {
    const world = await upgraded();
    const before = rolesIn(world);
    world.delete("JobDefinition", "build");
    world.delete("JobDefinition", "test");
    await world.until("both are gone", () => ["build", "test"].every((name) => !world.object("JobDefinition", name)));
    expect(rolesIn(world)).toEqual(before);
  });

  it("is taken over by BatchRoles and references with no write but tags of the roles, and each role goes with its BatchRole", async () => {
    const world = await upgraded();
    const [names, from] = [rolesIn(world).map(({ name }) => name), world.aws.log.length];
    world.apply(...batchRoles);
    await world.until("the roles are taken over", () =>
      batchRoles.every((one) => reasonOf(world, one, "Ready") === "Available"),
    );
    world.apply(...referring);
    await world.untilReady();
    await world.seconds(1800);
    expect(writesSince(world, from)).toEqual(["TagInstanceProfile", "TagRole"]);
    expect(rolesIn(world).map(({ name }) => name)).toEqual(names);
    await expectSilence(world);
    for (const { kind, metadata } of [...batchRoles, ...referring]) world.delete(kind, metadata.name);
    world.delete("JobQueue", "q1");
    await world.untilGone();
    expect([world.aws.truth.roles(), world.aws.truth.instanceProfiles()]).toEqual([[], []]);
  });

  it("is not taken over by an object with a role of its own, nor by a BatchRole of another namespace", async () => {
    const world = await upgraded();
    const before = rolesIn(world);
    const [name = ""] = before.flatMap((one) => (one.name.startsWith("team_builders_") ? [one.name] : []));
    const foreign = role("builders", { policyArns: [], roleName: name });
    world.apply({ ...foreign, metadata: { ...foreign.metadata, namespace: "mallory" } });
    world.apply(jobDefinition("builders", { iam: { jobRole: {} } }));
    await world.seconds(600);
    expect(rolesIn(world).filter((one) => before.some((role) => role.name === one.name))).toEqual(before);
  });

  it("has jobs that are submitted wait for the BatchRole, and then run", async () => {
    const world = await upgraded();
    world.apply(batchJob("later", { jobDefinitionRef: { name: "test" }, jobQueueRef: { name: "q1" } }));
    await world.seconds(300);
    expect(world.aws.truth.jobs()).toEqual([]);
    world.apply(...batchRoles);
    await world.until("the job is submitted", () => world.aws.truth.jobs().length === 1);
  });
});

describe("a shared name that Kubernetes does not take", () => {
  it("has its role taken over by a BatchRole with the name in IAM as roleName", async () => {
    const world = await aWorld({ knobs: { strictIam: true } });
    const shared = jobDefinition("build", { iam: { jobRole: { name: "Batch_Jobs", policyArns } } });
    world.apply(shared);
    await world.seconds(60);
    const { message = "" } = world.condition("JobDefinition", "build", "Stalled") ?? {};
    const [, name = "", inIam = ""] =
      /Apply a BatchRole (batch-jobs-\w+) with roleName: (team_Batch_Jobs_\w+)/.exec(message) ?? [];
    expect([name, inIam]).not.toContain("");
    await world.aws.outside.iam.createRole({
      RoleName: inIam,
      Path: "/aws-batch-operator/default/job/",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "ecs-tasks.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
          },
        ],
      }),
      Tags: Object.entries({ cluster: "default", "cluster-uid": "cluster-1", namespace: "team", role: "job" })
        .concat([["shared-role", "Batch_Jobs"]])
        .map(([key, Value]) => ({ Key: `awsbatch.dev/${key}`, Value })),
    });
    for (const PolicyArn of policyArns) await world.aws.outside.iam.attachRolePolicy({ RoleName: inIam, PolicyArn });
    await world.seconds(60);
    const from = world.aws.log.length;
    world.apply(role(name, { roleName: inIam, policyArns }), jobDefinition("build", { jobRoleRef: { name } }));
    await world.untilReady();
    expect(writesSince(world, from)).toEqual(["RegisterJobDefinition", "TagRole"]);
    expect(world.aws.truth.jobDefinitions()[0]?.containerProperties?.jobRoleArn).toContain(`/job/${inIam}`);
    await expectSilence(world);
  });
});
