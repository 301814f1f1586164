import { describe, expect, it } from "vitest";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue, role } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence, expectStory } from "./story.ts";

const policyArns = ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"];
const aRole = (spec = {}) => role("builders", { policyArns, ...spec });
const emptyAccount = (): Promise<World> => aWorld({ knobs: { strictIam: true } });
const statusOf = (world: World, name = "builders") =>
  world.object("BatchRole", name)?.status as { readonly arn?: string; readonly profileArn?: string } | undefined;
const reconcileNow = (world: World): void =>
  world.annotate("BatchRole", "builders", { "awsbatch.dev/reconcile-requested-at": String(world.clock.now()) });
const reasonOf = (world: World, type: string) => world.condition("BatchRole", "builders", type);

async function worldWithRole(spec = {}): Promise<World> {
  const world = await emptyAccount();
  world.apply(aRole(spec));
  await world.untilReady();
  return world;
}

describe("a BatchRole", () => {
  it("makes a role, keeps it as the spec says, and deletes it", async () => {
    const world = await worldWithRole();
    const [made] = world.aws.truth.roles();
    expect(made).toMatchObject({ arn: statusOf(world)?.arn, attached: policyArns });
    await world.aws.outside.iam.detachRolePolicy({ RoleName: made?.name, PolicyArn: policyArns[0] });
    await world.seconds(10);
    reconcileNow(world);
    await world.seconds(60);
    expect(world.aws.truth.roles()[0]?.attached).toEqual(policyArns);
    await expectSilence(world);
    world.delete("BatchRole", "builders");
    await world.untilGone();
    expect(world.aws.truth.roles()).toEqual([]);
    await expectStory(world, "batch role");
  });

  it("for instances has an instance profile, which goes with it", async () => {
    const world = await worldWithRole({ purpose: "instance", policyArns: [] });
    expect(statusOf(world)?.profileArn).toBe(world.aws.truth.instanceProfiles()[0]?.arn);
    world.delete("BatchRole", "builders");
    await world.untilGone();
    expect([world.aws.truth.roles(), world.aws.truth.instanceProfiles()]).toEqual([[], []]);
  });

  it("does nothing that its namespace may not", async () => {
    const world = await emptyAccount();
    world.apply(aRole({ policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }));
    await world.seconds(60);
    expect(reasonOf(world, "Stalled")?.reason).toBe("NotAllowed");
    expect(world.aws.truth.roles()).toEqual([]);
  });

  it("does not take over a role of one object alone", async () => {
    const world = await emptyAccount();
    world.apply(jobDefinition("builders", { iam: { jobRole: { policyArns } } }));
    await world.untilReady();
    const name = world.aws.truth.roles()[0]?.name ?? "";
    world.apply(aRole({ roleName: name, adoptionPolicy: "IfExists" }));
    await world.seconds(60);
    expect(reasonOf(world, "Stalled")?.reason).toBe("RoleNameTaken");
    expect(world.aws.truth.roles()).toHaveLength(1);
  });

  it("is deleted after what names its ARN in any region, and after the jobs that have it, each of which it names", async () => {
    const world = await worldWithRole();
    const arn = statusOf(world)?.arn ?? "";
    const { instanceRole: _given, ...resources } = ec2.computeResources ?? { type: "EC2", maxvCpus: 0, subnets: [] };
    world.apply(
      computeEnvironment("ce", { ...ec2, computeResources: resources, iam: { serviceRole: {}, instanceRole: {} } }),
      jobQueue("q1", ["ce"]),
      jobDefinition("hello"),
    );
    await world.untilReady();
    const [own] = world.aws.truth.jobDefinitions();
    const { jobDefinitionArn } = await world.aws.outside.registerJobDefinition({
      jobDefinitionName: "team_hello",
      type: "container",
      containerProperties: { ...own?.containerProperties, jobRoleArn: arn },
      tags: own?.tags ?? {},
    } as never);
    world.aws.outside.submitPlannedJob(
      { jobName: "long", jobQueue: "team_q1", jobDefinition: jobDefinitionArn },
      { durationMs: 1_200_000, exitCode: 0 },
    );
    await world.seconds(100);
    world.delete("BatchRole", "builders");
    await world.until("it waits for the revision", () => /job definition team_hello:2/.test(inUse(world)));
    await world.aws.outside.deregisterJobDefinition({ jobDefinition: jobDefinitionArn });
    await world.until("it waits for the job", () => /1 of job definition team_hello:2/.test(inUse(world)));
    await world.until("it is gone", () => world.object("BatchRole", "builders") === undefined, 7200);
    expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED"]);
    expect(world.aws.truth.roles().some((one) => one.arn === arn)).toBe(false);
  });

  it("that is kept by Retain is that of the next object of its name", async () => {
    const world = await worldWithRole({ deletionPolicy: "Retain" });
    world.delete("BatchRole", "builders");
    await world.untilGone();
    const [kept] = world.aws.truth.roles();
    expect(kept?.tags["awsbatch.dev/cluster"]).toBeUndefined();
    world.apply(aRole());
    await world.untilReady();
    expect(world.aws.truth.roles().map((one) => one.arn)).toEqual([kept?.arn]);
    await expectSilence(world);
  });
});

function inUse(world: World): string {
  const found = reasonOf(world, "Reconciling");
  return found?.reason === "RoleInUse" ? found.message : "";
}

const { instanceRole: _profile, ...capacity } = ec2.computeResources ?? { type: "EC2", maxvCpus: 0, subnets: [] };
const referring = (name = "ce", more = {}) =>
  computeEnvironment(name, {
    ...ec2,
    serviceRoleRef: { name: "batch" },
    computeResources: { ...capacity, instanceRoleRef: { name: "workers" } } as never,
    ...more,
  });
const ofEnvironment = [role("batch", { purpose: "service" }), role("workers", { purpose: "instance" })];
const definition = (spec = {}) => jobDefinition("build", { jobRoleRef: { name: "builders" }, ...spec });
const reasonOfObject = (world: World, kind: string, name: string) => world.condition(kind, name, "Ready")?.reason;

describe("an object that refers to a BatchRole", () => {
  it("has the role and the profile in AWS, and goes before them", async () => {
    const world = await emptyAccount();
    world.apply(referring(), jobQueue("q1", ["ce"]), definition(), ...ofEnvironment, aRole());
    await world.untilReady();
    const [environment] = world.aws.truth.computeEnvironments();
    expect([environment?.serviceRole, environment?.computeResources?.instanceRole]).toEqual([
      statusOf(world, "batch")?.arn,
      statusOf(world, "workers")?.profileArn,
    ]);
    expect(world.aws.truth.jobDefinitions()[0]?.containerProperties?.jobRoleArn).toBe(statusOf(world)?.arn);
    await expectSilence(world);
    for (const { kind, metadata } of [...ofEnvironment, aRole()]) world.delete(kind, metadata.name);
    await world.until("the roles wait for those that refer to them", () =>
      /JobDefinition team\/build/.test(inUse(world)),
    );
    world.delete("JobQueue", "q1");
    world.delete("JobDefinition", "build");
    world.delete("BatchComputeEnvironment", "ce");
    await world.untilGone();
    expect([world.aws.truth.roles(), world.aws.truth.instanceProfiles()]).toEqual([[], []]);
    await expectStory(world, "batch roles referred to");
  });

  it("waits until it is there, and makes nothing without it", async () => {
    const world = await emptyAccount();
    world.apply(referring(), definition());
    await world.seconds(120);
    expect(reasonOfObject(world, "BatchComputeEnvironment", "ce")).toBe("WaitingForRole");
    expect(reasonOfObject(world, "JobDefinition", "build")).toBe("WaitingForRole");
    expect([world.aws.truth.computeEnvironments(), world.aws.truth.jobDefinitions()]).toEqual([[], []]);
    world.apply(...ofEnvironment, aRole());
    await world.untilReady();
  });

  it("keeps what AWS has while the role is not as its spec says, and registers no revision with it", async () => {
    const world = await emptyAccount();
    world.apply(definition(), aRole());
    await world.untilReady();
    world.apply(aRole({ policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }));
    await world.seconds(60);
    world.apply(definition({ parameters: { changed: "yes" } }));
    await world.seconds(120);
    expect(reasonOfObject(world, "JobDefinition", "build")).toBe("WaitingForRole");
    expect(world.aws.truth.jobDefinitions()).toHaveLength(1);
    world.apply(aRole());
    await world.untilReady();
    expect(world.aws.truth.jobDefinitions()).toHaveLength(2);
  });

  it("may not use one for another purpose, or of a namespace that does not let it", async () => {
    const world = await emptyAccount();
    const other = aRole();
    world.apply(
      { ...other, metadata: { ...other.metadata, namespace: "platform" } },
      role("batch", { purpose: "service" }),
      jobDefinition("purpose", { jobRoleRef: { name: "batch" } }),
      jobDefinition("namespace", { jobRoleRef: { name: "builders", namespace: "platform" } }),
    );
    await world.seconds(120);
    for (const name of ["purpose", "namespace"]) {
      expect(world.condition("JobDefinition", name, "Stalled")?.reason).toBe("ReferenceNotAllowed");
    }
    expect(world.aws.truth.jobDefinitions()).toEqual([]);
    const shared = aRole({ allowedNamespaces: { from: "All" } });
    world.apply({ ...shared, metadata: { ...shared.metadata, namespace: "platform" } });
    await world.until("it may", () => reasonOfObject(world, "JobDefinition", "namespace") === "Available");
  });

  it("gives its jobs the role only as long as the role's owner lets its namespace use it", async () => {
    const world = await emptyAccount();
    const owned = (allowedNamespaces: object) => {
      const manifest = aRole({ allowedNamespaces });
      return { ...manifest, metadata: { ...manifest.metadata, namespace: "platform" } };
    };
    world.apply(
      owned({ from: "All" }),
      definition({ jobRoleRef: { name: "builders", namespace: "platform" } }),
      ...ofEnvironment,
      referring(),
      jobQueue("queue", ["ce"]),
    );
    await world.untilReady();
    const jobOf = (name: string) => batchJob(name, { jobDefinitionRef: { name: "build" } });
    world.apply(jobOf("first"));
    await world.seconds(60);
    expect(world.aws.truth.jobs()).toHaveLength(1);
    world.apply(owned({ from: "Same" }));
    await world.seconds(30);
    world.apply(jobOf("second"));
    await world.seconds(120);
    expect(world.condition("BatchJob", "second", "Stalled")?.reason).toBe("NotAllowed");
    expect(world.aws.truth.jobs()).toHaveLength(1);
  });
});
