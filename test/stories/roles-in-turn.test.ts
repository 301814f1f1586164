/** Roles that change hands: shared, kept by Retain, edited to and fro, or claimed by whoever likes. */

import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { accessDenied } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, role } from "../manifests.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

const { instanceRole: _given, ...resources } = ec2.computeResources ?? { type: "EC2", maxvCpus: 0, subnets: [] };
const readImages = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const writeLogs = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

const emptyAccount = (knobs = {}): Promise<World> => aWorld({ knobs: { strictIam: true, ...knobs } });
const withRoles = (iam: object, other: object = {}) =>
  computeEnvironment("ce", { ...ec2, computeResources: resources, iam, ...other } as never);
const rolesIn = (world: World): ReadonlyMap<string, readonly string[]> =>
  new Map(world.aws.truth.roles().map(({ name, attached }) => [name.replace(/_[0-9a-f]{8}$/, ""), attached]));
const callsOf = (world: World, operation: string): number =>
  world.aws.log.filter((call) => call.operation === operation).length;
const readers = role("readers", { policyArns: [readImages] });
const sharing = { jobRoleRef: { name: "readers" } };

async function running(world: World, definition: string): Promise<void> {
  world.aws.outside.submitPlannedJob(
    { jobName: "long", jobQueue: "team_q1", jobDefinition: definition },
    { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
  );
  await world.until("a job runs", () => world.aws.truth.jobs().some(({ status }) => status === "RUNNING"));
}

describe("a role that changes hands", () => {
  it("gets no other purpose while instances may still run by it", async () => {
    const world = await emptyAccount();
    world.apply(
      role("x", { purpose: "instance" }),
      computeEnvironment("ce", {
        ...ec2,
        computeResources: { ...resources, instanceRoleRef: { name: "x" } } as never,
        iam: { serviceRole: {} },
      }),
      jobQueue("q1", ["ce"]),
      jobDefinition("hello"),
    );
    await world.untilReady();
    await running(world, "team_hello");
    const before = rolesIn(world).get("team_x");
    const { name } = world.object<{ readonly name: string }>("BatchRole", "x")?.status ?? {};
    world.apply(role("y", { purpose: "service", roleName: name, adoptionPolicy: "IfExists" }));
    await world.seconds(600);
    expect(rolesIn(world).get("team_x")).toEqual(before);
    const reported = world.condition("BatchRole", "y", "Stalled");
    expect(reported?.reason).toBe("RoleContentConflict");
    expect(reported?.message).toMatch(/role team_x_\w+ was created as the instance role.*spec\.roleName/);
  });

  it("gets no other purpose after Retain, for what was kept may run by it", async () => {
    const world = await emptyAccount();
    world.apply(role("x", { policyArns: [readImages], deletionPolicy: "Retain" }));
    await world.untilReady();
    world.delete("BatchRole", "x");
    await world.untilGone();
    world.apply(role("x", { purpose: "service" }));
    await world.seconds(600);
    expect(rolesIn(world).get("team_x")).toEqual([readImages]);
    expect(world.condition("BatchRole", "x", "Stalled")?.reason).toBe("RoleContentConflict");
  });

  it("is checked again once IAM surely shows what was written, and so is a reverted edit", async () => {
    const world = await emptyAccount();
    const of = (policyArns: string[]) => jobDefinition("hello", { iam: { jobRole: { policyArns } } });
    world.apply(of([readImages]));
    await world.untilReady();
    await world.seconds(60);
    world.apply(of([]));
    await world.until("it was written", () => rolesIn(world).get("team_hello_job")?.length === 0);
    world.apply(of([readImages]));
    await world.seconds(20);
    expect(rolesIn(world).get("team_hello_job")).toEqual([readImages]);
  });

  it("stays for an object that refers to it no more, as long as a revision names it", async () => {
    const world = await emptyAccount();
    world.apply(readers, jobDefinition("one", sharing), jobDefinition("two", sharing));
    await world.untilReady();
    // Its first revision stays ACTIVE, and names the role.
    world.apply(jobDefinition("one", {}));
    await world.untilReady();
    world.delete("BatchRole", "readers");
    world.delete("JobDefinition", "two");
    await world.until("it is gone", () => world.object("JobDefinition", "two") === undefined);
    await world.seconds(600);
    expect(rolesIn(world).has("team_readers")).toBe(true);
    world.delete("JobDefinition", "one");
    await world.untilGone();
    expect(rolesIn(world).size).toBe(0);
  });

  it("goes though two objects, both alive, stop wishing it at once", async () => {
    const world = await emptyAccount();
    const history = { revisionHistoryLimit: 0, revisionMinAgeSeconds: 0 };
    const both = (spec: object) => [
      jobDefinition("one", { ...spec, ...history }),
      jobDefinition("two", { ...spec, ...history }),
    ];
    world.apply(readers, ...both(sharing));
    await world.untilReady();
    world.apply(...both({}));
    world.delete("BatchRole", "readers");
    await world.until("the role is gone", () => world.object("BatchRole", "readers") === undefined);
    expect(rolesIn(world).size).toBe(0);
  });

  it("stays under what Retain left under another name in AWS", async () => {
    const world = await emptyAccount();
    const iam = { jobRole: { policyArns: [readImages] } };
    world.apply(jobDefinition("hello", { jobDefinitionName: "prod", iam, deletionPolicy: "Retain" }));
    await world.untilReady();
    world.delete("JobDefinition", "hello");
    await world.untilGone();
    await world.seconds(60);
    world.apply(jobDefinition("hello", { jobDefinitionName: "prod2", iam }));
    await world.untilReady();
    world.delete("JobDefinition", "hello");
    await world.untilGone();
    expect(rolesIn(world).has("team_hello_job")).toBe(true);
  });

  it("goes after all when whom Retain names takes it back and is deleted", async () => {
    const world = await emptyAccount();
    world.apply(role("readers", { policyArns: [readImages], deletionPolicy: "Retain" }), jobDefinition("two", sharing));
    await world.untilReady();
    world.delete("BatchRole", "readers");
    world.delete("JobDefinition", "two");
    await world.untilGone();
    expect(rolesIn(world).has("team_readers")).toBe(true);
    await world.seconds(60);
    world.apply(readers, jobDefinition("two", sharing));
    await world.untilReady();
    await world.seconds(60);
    world.delete("BatchRole", "readers");
    world.delete("JobDefinition", "two");
    await world.untilGone();
    expect(rolesIn(world).size).toBe(0);
  });
});

describe("IAM that cannot be read", () => {
  it.each(["GetRole", "ListAttachedRolePolicies"])(
    "costs a deletion a few calls an hour, not the whole budget (%s)",
    async (operation) => {
      const world = await emptyAccount();
      world.apply(jobDefinition("hello", { iam: { jobRole: {} } }));
      await world.untilReady();
      await world.seconds(120);
      world.aws.faults.add({ fault: accessDenied(operation), on: operation, forMs: 3_600_000 });
      world.delete("JobDefinition", "hello");
      await world.seconds(60);
      const before = callsOf(world, operation);
      await world.seconds(600);
      expect(callsOf(world, operation) - before).toBeLessThan(30);
      const reported = world.condition("JobDefinition", "hello", "Stalled");
      expect(reported?.message).toContain(operation);
    },
  );

  it("is reported with its words, and as Stalled, where it is the jobs that cannot be counted", async () => {
    const world = await emptyAccount();
    world.apply(
      withRoles({ serviceRole: {}, instanceRole: {} }),
      jobQueue("q1", ["ce"]),
      jobDefinition("hello", { iam: { jobRole: {} } }),
    );
    await world.untilReady();
    world.aws.faults.add({ fault: accessDenied("ListJobs"), on: "ListJobs", forMs: 3_600_000 });
    world.delete("JobDefinition", "hello");
    await world.seconds(1200);
    const reported = world.condition("JobDefinition", "hello", "Stalled");
    expect(reported?.message).toMatch(/ListJobs.*not authorized.*Allow/);
  });
});

describe("the note of roles on an object", () => {
  it("costs little also where it names thousands, and keeps no object from going", async () => {
    const world = await emptyAccount();
    world.apply(jobDefinition("plain"));
    await world.untilReady();
    const names = Array.from({ length: 3000 }, (_, index) => `team_${index}_0123abcd`);
    world.annotate("JobDefinition", "plain", { "awsbatch.dev/roles": ["a/b", "x".repeat(65), ...names].join(",") });
    await world.seconds(7200);
    expect(callsOf(world, "GetRole")).toBeLessThan(300);
    world.delete("JobDefinition", "plain");
    await world.untilGone();
  });

  it("of 40 objects of a tenant with 100 names each, kept fresh, delays no role of another tenant", async () => {
    const world = await emptyAccount();
    const names = Array.from({ length: 100 }, (_, index) => `mallory_${index}_0123abcd`);
    const tenant = (index: number, requestedAt: number): Manifest => {
      const { metadata, ...manifest } = jobDefinition(`j${index}`);
      const annotations = {
        "awsbatch.dev/roles": names.join(","),
        "awsbatch.dev/reconcile-requested-at": `${requestedAt}`,
      };
      return { ...manifest, metadata: { ...metadata, namespace: "mallory", annotations } };
    };
    const attack = (round: number): void => {
      for (let index = 0; index < 40; index++) world.store.apply(tenant(index, round));
    };
    for (let round = 0; round < 6; round++) {
      attack(round);
      await world.seconds(10);
    }
    world.apply(jobDefinition("hello", { iam: { jobRole: {} } }));
    let seconds = 0;
    while (world.condition("JobDefinition", "hello", "Ready")?.status !== "True" && seconds < 300) {
      attack(100 + seconds);
      await world.seconds(5);
      seconds += 5;
    }
    expect(seconds).toBeLessThanOrEqual(40);
  });

  it("still leads to every role that was made", async () => {
    const world = await emptyAccount();
    world.apply(jobDefinition("hello", { iam: { jobRole: {}, executionRole: {} } }));
    await world.untilReady();
    expect(rolesIn(world).get("team_hello_execution")).toEqual([writeLogs]);
    world.delete("JobDefinition", "hello");
    await world.untilGone();
    expect(rolesIn(world).size).toBe(0);
  });
});
