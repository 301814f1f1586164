import { describe, expect, it } from "vitest";
import { computeEnvironment, ec2, jobDefinition, jobQueue, role } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const { instanceRole: _given, ...resources } = ec2.computeResources ?? { type: "EC2", maxvCpus: 0, subnets: [] };
const withRoles = { ...ec2, computeResources: resources, iam: { serviceRole: {}, instanceRole: {} } };
const readImages = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";

/** An account in which nothing exists but what is made. */
const emptyAccount = (knobs = {}): Promise<World> => aWorld({ knobs: { strictIam: true, ...knobs } });

async function fullWorld(): Promise<World> {
  const world = await emptyAccount();
  world.apply(
    computeEnvironment("ce", withRoles),
    jobQueue("q1", ["ce"]),
    jobDefinition("hello", { iam: { jobRole: { policyArns: [readImages] } } }),
  );
  await world.untilReady();
  return world;
}

const rolesOf = (world: World): readonly string[] => world.aws.truth.roles().map(({ name }) => name);
const nothingLeft = (world: World): void => {
  const live = world.aws.truth.computeEnvironments().filter(({ status }) => status !== "DELETED");
  expect([live, world.aws.truth.roles(), world.aws.truth.instanceProfiles()]).toEqual([[], [], []]);
};
const arnOf = (world: World, purpose: string): string => {
  const found = world.aws.truth.roles().find(({ name }) => name.startsWith(`team_ce_${purpose}_`));
  if (found === undefined) throw new Error(`no ${purpose} role`);
  return found.arn;
};
const reconcileNow = (world: World, kind: string, name: string): void =>
  world.annotate(kind, name, { "awsbatch.dev/reconcile-requested-at": String(world.clock.now()) });

describe("roles", () => {
  it("are made before what uses them, in an account in which nothing exists", async () => {
    const world = await fullWorld();
    expect(world.aws.truth.computeEnvironments()[0]).toMatchObject({
      status: "VALID",
      serviceRole: arnOf(world, "service"),
      computeResources: { instanceRole: arnOf(world, "instance").replace(":role/", ":instance-profile/") },
    });
    expect(world.aws.truth.jobDefinitions()[0]?.containerProperties?.jobRoleArn).toContain("team_hello_job_");
    expect(world.condition("BatchComputeEnvironment", "ce", "RolesReady")?.status).toBe("True");
    await expectStory(world, "roles made");
    await expectSilence(world);
  });

  it("are put back as they were when somebody changes them", async () => {
    const world = await fullWorld();
    const name = arnOf(world, "service").split("/").at(-1) ?? "";
    world.note("user", "attaches the administrator's policy to the service role, and detaches its own");
    await world.aws.outside.iam.attachRolePolicy({ RoleName: name, PolicyArn: administrator });
    const own = "arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole";
    await world.aws.outside.iam.detachRolePolicy({ RoleName: name, PolicyArn: own });
    await world.seconds(10);
    reconcileNow(world, "BatchComputeEnvironment", "ce");
    await world.seconds(60);
    const [role] = world.aws.truth.roles().filter((one) => one.name === name);
    expect(role?.attached).toEqual([own]);
    await expectStory(world, "roles put back");
  });

  it("go after what used them, and leave the account empty", async () => {
    const world = await fullWorld();
    for (const [kind, name] of [
      ["JobDefinition", "hello"],
      ["JobQueue", "q1"],
      ["BatchComputeEnvironment", "ce"],
    ] as const) {
      world.delete(kind, name);
    }
    await world.untilGone();
    nothingLeft(world);
    await expectStory(world, "roles deleted");
  });

  it("go also when the object is deleted before IAM shows what was made", async () => {
    const world = await emptyAccount();
    world.apply(computeEnvironment("ce", { ...withRoles, iam: { instanceRole: {} } }));
    await world.until("the profile holds the role", () =>
      world.aws.truth.instanceProfiles().some(({ role }) => role !== undefined),
    );
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone();
    nothingLeft(world);
    await expectSilence(world);
  });

  it("outlive the jobs that were submitted before their definition was deleted", async () => {
    const world = await fullWorld();
    world.aws.outside.submitPlannedJob(
      { jobName: "long", jobQueue: "team_q1", jobDefinition: "team_hello" },
      { durationMs: 600_000, exitCode: 0 },
    );
    await world.seconds(100);
    world.delete("JobDefinition", "hello");
    await world.until(
      "it waits for the job",
      () => world.condition("JobDefinition", "hello", "Reconciling")?.reason === "RoleInUse",
    );
    expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["RUNNING"]);
    await world.until("it is gone", () => world.object("JobDefinition", "hello") === undefined);
    expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED"]);
    expect(rolesOf(world).filter((name) => name.startsWith("team_hello_"))).toEqual([]);
  });

  it("that are no longer requested are deleted after the environment that used them", async () => {
    const world = await fullWorld();
    const [service, instance] = [arnOf(world, "service"), arnOf(world, "instance")];
    world.apply(computeEnvironment("ce", { ...withRoles, iam: { instanceRole: {} } }));
    await world.until("only the role of the instances is left", () =>
      world.aws.truth.roles().every(({ arn }) => arn !== service),
    );
    expect(world.aws.truth.roles().map(({ arn }) => arn)).toContain(instance);
    await world.untilReady();
    await expectStory(world, "role no longer requested");
  });

  it("stay with what deletionPolicy Retain leaves, and are taken up again with it", async () => {
    const world = await fullWorld();
    const before = rolesOf(world);
    world.apply(computeEnvironment("ce", { ...withRoles, deletionPolicy: "Retain" }));
    world.delete("BatchComputeEnvironment", "ce");
    await world.until("the object is gone", () => world.object("BatchComputeEnvironment", "ce") === undefined);
    expect(rolesOf(world)).toEqual(before);
    world.apply(computeEnvironment("ce", withRoles));
    await world.untilReady();
    expect(rolesOf(world)).toEqual(before);
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
  });
});

describe("a role that objects share", () => {
  const sharing = { jobRoleRef: { name: "readers" } };

  async function sharedWorld(): Promise<World> {
    const world = await emptyAccount();
    world.apply(role("readers", { policyArns: [readImages] }), jobDefinition("one", sharing));
    await world.untilReady();
    world.apply(jobDefinition("two", sharing));
    await world.untilReady();
    return world;
  }

  it("is one role, and goes with its object, after the last of them", async () => {
    const world = await sharedWorld();
    expect(rolesOf(world)).toEqual([expect.stringMatching(/^team_readers_[0-9a-f]{8}$/)]);
    world.delete("JobDefinition", "one");
    world.delete("BatchRole", "readers");
    await world.until("one is gone", () => world.object("JobDefinition", "one") === undefined);
    await world.seconds(120);
    expect(rolesOf(world)).toHaveLength(1);
    world.delete("JobDefinition", "two");
    await world.untilGone();
    nothingLeft(world);
  });

  it("goes once when all are deleted at one instant", async () => {
    const world = await sharedWorld();
    for (const name of ["one", "two"]) world.delete("JobDefinition", name);
    world.delete("BatchRole", "readers");
    await world.untilGone();
    nothingLeft(world);
    expect(world.writes().filter((write) => write.startsWith("DeleteRole "))).toHaveLength(1);
  });
});

describe("a service role that is taken away by hand in the middle of a deletion", () => {
  const untilDeleting = (world: World): Promise<void> =>
    world.until("the environment is being deleted", () =>
      world.aws.truth.computeEnvironments().some(({ status }) => status === "DELETING"),
    );

  it("is made again, used, and removed: the account ends empty", async () => {
    const world = await fullWorld();
    for (const [kind, name] of [
      ["JobDefinition", "hello"],
      ["JobQueue", "q1"],
      ["BatchComputeEnvironment", "ce"],
    ] as const) {
      world.delete(kind, name);
    }
    await untilDeleting(world);
    world.note("user", "takes the service role away");
    world.aws.outside.removeRole(arnOf(world, "service"));
    await world.untilGone();
    nothingLeft(world);
    await expectStory(world, "role repaired in a deletion");
  });

  it("is made again for another owner only when the spec lets it", async () => {
    const role = "arn:aws:iam::123456789012:role/teams/batch-service";
    const world = await aWorld({ permissions: { repairRoleArns: [role] } });
    world.aws.outside.describeRoles([role]);
    world.apply(computeEnvironment("ce", { ...ec2, serviceRole: role }));
    await world.untilReady();
    world.delete("BatchComputeEnvironment", "ce");
    await untilDeleting(world);
    world.note("user", "takes the service role away");
    world.aws.outside.removeRole(role);
    await world.until(
      "the object is Stalled",
      () => world.condition("BatchComputeEnvironment", "ce", "Stalled") !== undefined,
    );
    expect(world.condition("BatchComputeEnvironment", "ce", "RolesReady")).toMatchObject({
      reason: "ServiceRoleMissing",
      message: expect.stringContaining("repairMissingServiceRole: true"),
    });
    world.apply(computeEnvironment("ce", { ...ec2, serviceRole: role, iam: { repairMissingServiceRole: true } }));
    await world.untilGone();
    nothingLeft(world);
    await expectStory(world, "foreign role repaired in a deletion");
  });
});
