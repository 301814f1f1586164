import { describe, expect, it } from "vitest";
import { accessDenied } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobQueue, withTypes } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld, expectSilence } from "./story.ts";

type Spec = typeof ec2;

const states = (world: World): readonly (string | undefined)[] =>
  world.aws.truth
    .computeEnvironments()
    .filter(({ status }) => status !== "DELETED")
    .map(({ state }) => state);
const message = (world: World, kind: string, name: string): string | undefined =>
  world.condition(kind, name, "Ready")?.message;

async function readyWorld(spec: Spec): Promise<World> {
  const world = await aWorld({ permissions: { roleTagKeys: ["team"] } });
  world.store.setNamespace("team", { annotations: { "awsbatch.dev/allowed-role-tag-keys": "team" } });
  world.apply(computeEnvironment("ce", spec), jobQueue("q1", ["ce"]));
  await world.untilReady();
  return world;
}

/** A queue without a usable environment is Stalled after a while. */
async function untilStalled(world: World): Promise<void> {
  await world.until("the queue is Stalled", () => world.condition("JobQueue", "q1", "Stalled") !== undefined, 1200);
}

describe("state: DISABLED in the spec", () => {
  const heldAt = (step: "Create" | "Repoint"): Spec & object => ({
    ...ec2,
    replacement: { soakSeconds: 0, holdBefore: [step] },
  });

  /** A world in which a replacement waits for the approval of a step, and the user stops everything. */
  async function stopped(step: "Create" | "Repoint"): Promise<World> {
    const held = heldAt(step);
    const world = await readyWorld(held);
    world.apply(computeEnvironment("ce", withTypes(["m5.large"], held)));
    const waits = () => world.condition("BatchComputeEnvironment", "ce", "Ready")?.reason === "AwaitingApproval";
    await world.until("it waits", waits);
    world.apply(computeEnvironment("ce", { ...withTypes(["m5.large"], held), state: "DISABLED" }));
    await world.until("all is stopped", () => states(world).every((state) => state === "DISABLED"), 120);
    await world.until("it waits again", waits);
    return world;
  }

  it.each(["Create", "Repoint"] as const)("stops what serves also while %s waits for approval", async (step) => {
    const world = await stopped(step);
    await world.seconds(60);
    expect(message(world, "BatchComputeEnvironment", "ce")).toContain("team_q1");
    expect(world.condition("JobQueue", "q1", "Ready")).toMatchObject({
      status: "False",
      reason: "NoUsableEnvironment",
    });
    await untilStalled(world);
    await expectSilence(world);
  });

  it.each(["Create", "Repoint"] as const)("is taken back also while %s waits for approval", async (step) => {
    const world = await stopped(step);
    world.apply(computeEnvironment("ce", { ...withTypes(["m5.large"], heldAt(step)), state: "ENABLED" }));
    await world.until("all is started", () => states(world).every((state) => state === "ENABLED"), 120);
    await world.until("the queue is Ready", () => world.condition("JobQueue", "q1", "Ready")?.status === "True");
    expect(world.condition("BatchComputeEnvironment", "ce", "Ready")?.reason).toBe("AwaitingApproval");
    await expectSilence(world);
  });

  it("stays in force when somebody else's queue comes to name a predecessor", async () => {
    const soaking = { ...ec2, replacement: { soakSeconds: 3600 } };
    const after = withTypes(["m5.large"], soaking);
    const world = await readyWorld(soaking);
    const first = world.aws.truth.computeEnvironments()[0]?.computeEnvironmentName ?? "";
    world.apply(computeEnvironment("ce", after));
    await world.untilReady();
    world.apply(computeEnvironment("ce", { ...after, state: "DISABLED" }));
    await world.seconds(120);
    expect(states(world)).toEqual(["ENABLED", "DISABLED"]);
    await world.aws.outside.createJobQueue({
      jobQueueName: "theirs",
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: first }],
    });
    await world.seconds(120);
    expect(states(world)).toEqual(["DISABLED", "DISABLED"]);
    expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")?.reason).toBe("UnmanagedQueue");
    expect(message(world, "BatchComputeEnvironment", "ce")).toContain("theirs");
    await untilStalled(world);
    await expectSilence(world);
  });

  it("together with a change that needs a replacement starts no job on the new environment", async () => {
    const world = await readyWorld(ec2);
    const first = world.aws.truth.computeEnvironments()[0]?.computeEnvironmentName ?? "";
    world.apply(computeEnvironment("ce", { ...withTypes(["m5.large"]), state: "DISABLED" }));
    const orders = (): string => JSON.stringify(world.aws.truth.jobQueues()[0]?.computeEnvironmentOrder);
    const usable = (): boolean =>
      world.aws.truth
        .computeEnvironments()
        .some((one) => one.state === "ENABLED" && orders().includes(one.computeEnvironmentName ?? "?"));
    await world.until("it is stopped", () => !usable(), 60);
    const stop = world.aws.onChange(() => expect(usable()).toBe(false));
    await world.until("it is replaced", () => !orders().includes(first) && states(world).length === 1, 3600);
    stop();
    expect(states(world)).toEqual(["DISABLED"]);
    await untilStalled(world);
    await expectSilence(world);
  });

  it("stops jobs although AWS refuses another change of the same edit", async () => {
    const world = await readyWorld(ec2);
    world.aws.faults.add({
      fault: accessDenied("UpdateComputeEnvironment"),
      on: ({ operation, input }) =>
        operation === "UpdateComputeEnvironment" && JSON.stringify(input).includes("maxvCpus"),
    });
    const resources = { ...ec2.computeResources, maxvCpus: 9 };
    world.apply(computeEnvironment("ce", { ...ec2, computeResources: resources as never, state: "DISABLED" }));
    await world.until("it is stopped", () => states(world).join() === "DISABLED", 60);
  });

  /** Of an environment whose service role is made for it. */
  const withRole = (role: object = {}, more: object = {}): Spec =>
    ({ ...ec2, ...more, iam: { serviceRole: role } }) as never;
  const readBuckets = { policyArns: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] };

  /** Somebody takes all tags off the service role. */
  async function takeTags({ aws }: World): Promise<void> {
    const RoleName = aws.truth.roles().find(({ name }) => name.startsWith("team_ce"))?.name ?? "";
    const { Role } = await aws.outside.iam.getRole({ RoleName });
    await aws.outside.iam.untagRole({ RoleName, TagKeys: (Role?.Tags ?? []).map(({ Key = "" }) => Key) });
  }

  it.each<[string, string, object, (world: World) => Promise<void>]>([
    [
      "IAM refuses to change the role",
      "AccessDenied",
      { tags: { team: "x" } },
      async ({ aws }) => void aws.faults.add({ fault: accessDenied("TagRole", "iam"), on: "TagRole" }),
    ],
    ["the role has lost its tags", "RoleNameTaken", {}, takeTags],
    ["the role may not be as the spec says", "NotAllowed", readBuckets, async () => undefined],
  ])("is not kept from stopping jobs where %s", async (_what, reason, role, happen) => {
    const world = await readyWorld(withRole());
    await happen(world);
    world.apply(computeEnvironment("ce", withRole(role)));
    // A role at rest is read again every half hour.
    await world.seconds(3600);
    world.apply(computeEnvironment("ce", withRole(role, { state: "DISABLED" })));
    await world.until("it is stopped", () => states(world).join() === "DISABLED", 60);
    await world.seconds(60);
    for (const type of ["Ready", "RolesReady"]) {
      expect(world.condition("BatchComputeEnvironment", "ce", type)).toMatchObject({ status: "False", reason });
    }
  });

  it("keeps no role from being put right when AWS refuses it", async () => {
    const world = await readyWorld(withRole());
    world.aws.faults.add({ fault: accessDenied("UpdateComputeEnvironment"), on: "UpdateComputeEnvironment" });
    world.apply(computeEnvironment("ce", withRole({ tags: { team: "x" } }, { state: "DISABLED" })));
    const isTagged = () => world.writes().some((line) => JSON.stringify(line).includes("TagRole"));
    await world.until("the role has its tag", isTagged, 60);
    await world.seconds(900);
    expect(states(world)).toEqual(["ENABLED"]);
    expect(world.condition("BatchComputeEnvironment", "ce", "Stalled")).toMatchObject({ reason: "AccessDenied" });
    expect(world.condition("BatchComputeEnvironment", "ce", "RolesReady")).toMatchObject({ status: "True" });
  });
});
