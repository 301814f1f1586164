import { describe, expect, it } from "vitest";
import { NotSent } from "../../src/aws/calls.ts";
import { AwsError } from "../../src/aws/errors.ts";
import type { IamApi } from "../../src/aws/iam.ts";
import { readProfile, readRole } from "../../src/aws/iam-reads.ts";
import { accessDenied, iamFaults, serverFailure } from "../../src/simulator/faults.ts";
import { trustOf } from "../simulator/account.ts";
import { foreignRole, iamWorld } from "./iam-world.ts";

const trust = trustOf("batch.amazonaws.com");
const minute = 60_000;

describe("IamAccount", () => {
  it("reads a role with all its parts, documents decoded", async () => {
    const world = iamWorld();
    await foreignRole(world, "role", "/team/");
    expect(await world.iam.role("role", world.reading())).toEqual({
      name: "role",
      arn: "arn:aws:iam::123456789012:role/team/role",
      path: "/team/",
      trust: trustOf("ec2.amazonaws.com"),
      attachedPolicyArns: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
      inlinePolicies: { inline: '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}' },
      permissionsBoundaryArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      tags: { team: "blue" },
      profileNames: ["role"],
    });
    expect(await world.iam.profile("role", world.reading())).toEqual({
      name: "role",
      arn: "arn:aws:iam::123456789012:instance-profile/team/role",
      path: "/team/",
      roleNames: ["role"],
      tags: {},
    });
    expect([await world.iam.role("none", world.reading()), await world.iam.profile("none", world.reading())]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("does not take an answer without the role or the profile for its absence", async () => {
    const silent = { getRole: async () => ({}), getInstanceProfile: async () => ({}) } as unknown as IamApi;
    const incomplete = { kind: "unknown", exception: "IncompleteAnswer" };
    await expect(readRole(silent, "role", new AbortController().signal)).rejects.toMatchObject(incomplete);
    await expect(readProfile(silent, "role", new AbortController().signal)).rejects.toMatchObject(incomplete);
  });

  it("forgets what it read before if it cannot be read any more", async () => {
    const world = iamWorld();
    await foreignRole(world, "role");
    await world.iam.role("role", world.reading());
    world.aws.faults.add({ on: "GetRole", fault: accessDenied("GetRole"), times: 2 });
    await expect(world.iam.role("role", world.reading())).rejects.toBeInstanceOf(AwsError);
    await expect(world.iam.role("role", world.reading(minute))).rejects.toBeInstanceOf(AwsError);
    expect((await world.iam.role("role", world.reading(minute)))?.name).toBe("role");
  });

  it("reads every page of every list", async () => {
    const world = iamWorld({ pageSize: 1 });
    await foreignRole(world, "a", "/x/");
    const PolicyArn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
    await world.aws.outside.iam.attachRolePolicy({ RoleName: "a", PolicyArn });
    const PolicyDocument = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
    await world.aws.outside.iam.putRolePolicy({ RoleName: "a", PolicyName: "more", PolicyDocument });
    await world.aws.outside.iam.createInstanceProfile({ InstanceProfileName: "second" });
    await world.aws.outside.iam.addRoleToInstanceProfile({ InstanceProfileName: "second", RoleName: "a" });
    const role = await world.iam.role("a", world.reading());
    expect(role?.attachedPolicyArns).toHaveLength(2);
    expect(Object.keys(role?.inlinePolicies ?? {})).toEqual(["inline", "more"]);
    expect(role?.profileNames).toEqual(["a", "second"]);
  });

  it("asks AWS once for what may be old, whoever asks, and again for what may not", async () => {
    const world = iamWorld({ latencyMs: 20 });
    await foreignRole(world, "role");
    const both = Promise.all([1, 2].map(() => world.iam.role("role", world.reading(minute))));
    await world.clock.advance(1000);
    await both;
    const first = world.calls();
    expect(first).toBe(5);
    await world.iam.role("role", world.reading(minute));
    expect(world.calls()).toBe(first);
    const now = world.iam.role("role", world.reading(0));
    await world.clock.advance(1000);
    await now;
    expect(world.calls()).toBe(2 * first);
    await world.clock.advance(minute);
    const old = world.iam.role("role", world.reading(minute));
    await world.clock.advance(1000);
    await old;
    expect(world.calls()).toBe(3 * first);
  });

  it("takes for live what was asked for since the time that the caller names, and nothing older", async () => {
    const world = iamWorld({ latencyMs: 20 });
    await foreignRole(world, "role");
    const read = async (sinceMs?: number): Promise<number> => {
      const before = world.calls();
      const answer = world.iam.role("role", { ...world.reading(0), sinceMs });
      await world.clock.advance(1000);
      await answer;
      return world.calls() - before;
    };
    const beganAt = world.clock.monotonic();
    expect(await read(beganAt)).toBe(5);
    expect(await read(beganAt)).toBe(0);
    expect(await read(beganAt + 1)).toBe(5);
    expect(await read()).toBe(5);
  });

  it("at rest costs at most one reading of each role in the time that it may be old", async () => {
    const world = iamWorld();
    for (const name of ["a", "b", "c"]) await foreignRole(world, name, "/x/");
    for (let second = 0; second < 3600; second += 30) {
      for (const name of ["a", "b", "c"]) {
        await world.iam.role(name, world.reading(15 * minute));
        await world.iam.profile(name, world.reading(15 * minute));
      }
      await world.clock.advance(30_000);
    }
    // 3 roles of 5 calls, 3 profiles of 1: 4 times in the hour.
    expect(world.calls()).toBe(4 * (3 * 5 + 3));
  });

  it("forgets what was written, and its profiles", async () => {
    const world = iamWorld();
    const { iam, reading } = world;
    await foreignRole(world, "role", "/x/");
    const seen = async () => ({
      role: (await iam.role("role", reading(minute)))?.profileNames,
      profile: (await iam.profile("role", reading(minute)))?.roleNames,
    });
    expect(await seen()).toEqual({ role: ["role"], profile: ["role"] });
    await iam.api.removeRoleFromInstanceProfile({ InstanceProfileName: "role", RoleName: "role" });
    expect(await seen()).toEqual({ role: [], profile: [] });
    await iam.api.deleteInstanceProfile({ InstanceProfileName: "role" });
    expect(await seen()).toEqual({ role: [], profile: undefined });
    // Somebody else's write is seen when the answer has become too old.
    await world.aws.outside.iam.createInstanceProfile({ InstanceProfileName: "role", Path: "/x/" });
    expect(await seen()).toMatchObject({ profile: undefined });
    iam.wrote("role");
    expect(await seen()).toMatchObject({ profile: [] });
  });

  it("keeps nothing that was read while a write was under way, nor for long just after it", async () => {
    const world = iamWorld({ latencyMs: 20, stalenessMs: 3000 });
    const { iam, reading, clock, aws } = world;
    await foreignRole(world, "role");
    await clock.advance(10_000);
    aws.faults.add({ on: "GetRole", fault: { kind: "stale", staleMs: 3000 }, forMs: 5000 });
    const write = iam.api.tagRole({ RoleName: "role", Tags: [{ Key: "new", Value: "tag" }] });
    const during = iam.role("role", reading(minute));
    await clock.advance(200);
    await write;
    expect((await during)?.tags).toEqual({ team: "blue" });
    const after = iam.role("role", reading(minute));
    await clock.advance(200);
    // AWS answers from before the write, though it was asked after it.
    expect((await after)?.tags).toEqual({ team: "blue" });
    await clock.advance(6000);
    const later = iam.role("role", reading(minute));
    await clock.advance(200);
    expect((await later)?.tags).toEqual({ team: "blue", new: "tag" });
  });

  it("keeps what it read of a role although roles of others are written all the time", async () => {
    const world = iamWorld({ latencyMs: 20 });
    const { iam, reading, clock } = world;
    for (const name of ["role", "other"]) await foreignRole(world, name, "/x/");
    const churn = async (): Promise<void> => {
      for (let times = 0; times < 600; times++) {
        await iam.api.tagRole({ RoleName: "other", Tags: [{ Key: "turn", Value: String(times) }] });
      }
    };
    void churn();
    const reads = (): number => world.aws.log.filter(({ operation }) => operation === "GetRole").length;
    for (let times = 0; times < 5; times++) {
      const answer = iam.role("role", reading(minute));
      await clock.advance(2000);
      expect((await answer)?.name).toBe("role");
    }
    expect(reads()).toBe(1);
  });

  it("makes the calls of a reader for its namespace", async () => {
    const world = iamWorld({}, undefined, 1);
    await foreignRole(world, "role", "/x/");
    const [mallory, team] = [world.iam.onBehalfOf("mallory"), world.iam.onBehalfOf("team")];
    for (let at = 0; at < 50; at++) void mallory.role(`role-${at}`, world.reading());
    await world.clock.advance(1000);
    const answer = team.profile("role", world.reading());
    await world.clock.advance(2000);
    expect((await answer)?.name).toBe("role");
  });

  it("forgets also when the answer to a write was lost", async () => {
    const world = iamWorld();
    const { iam, reading } = world;
    await iam.role("role", reading(minute));
    world.aws.faults.add({ on: "CreateRole", fault: { kind: "loseResponse" }, times: 1 });
    await expect(iam.api.createRole({ RoleName: "role", AssumeRolePolicyDocument: trust })).rejects.toMatchObject({
      kind: "unavailable",
    });
    expect((await iam.role("role", reading(minute)))?.name).toBe("role");
  });

  it("leaves out what goes while it is read, and throws what cannot be read", async () => {
    const world = iamWorld();
    const { iam, reading, aws } = world;
    await foreignRole(world, "role", "/x/");
    aws.faults.add({ on: "GetRolePolicy", fault: iamFaults.noSuchRole("role"), times: 1 });
    expect((await iam.role("role", reading()))?.inlinePolicies).toEqual({});
    // A part of it is gone first, and then GetRole does not show it any more.
    aws.faults.add({ on: "ListAttachedRolePolicies", fault: iamFaults.noSuchRole("role"), times: 1 });
    aws.faults.add({ on: "GetRole", fault: iamFaults.noSuchRole("role"), times: 1, after: 1 });
    expect(await iam.role("role", reading())).toBeUndefined();
    aws.faults.clear();
    aws.faults.add({ on: "ListInstanceProfilesForRole", fault: accessDenied("ListInstanceProfilesForRole", "iam") });
    const denied = await iam.role("role", reading()).catch((error: unknown) => error);
    expect(denied).toBeInstanceOf(AwsError);
    expect(denied).toMatchObject({ kind: "denied", operation: "iam:ListInstanceProfilesForRole" });
    aws.faults.clear();
    await world.clock.advance(minute);
    aws.faults.add({ on: "GetRole", fault: serverFailure, times: 1 });
    await expect(iam.role("role", reading(minute))).rejects.toMatchObject({ kind: "unavailable" });
    expect((await iam.role("role", reading(minute)))?.name).toBe("role");
  });

  it("does not fail one reader because another gave up", async () => {
    const world = iamWorld({ latencyMs: 20 });
    await foreignRole(world, "role");
    const impatient = new AbortController();
    const first = world.iam.role("role", { signal: impatient.signal, maxAgeMs: minute });
    const second = world.iam.role("role", world.reading(minute));
    const given = expect(first).rejects.toMatchObject({ message: expect.stringContaining("enough") });
    impatient.abort(new Error("enough"));
    await world.clock.advance(1000);
    await given;
    expect((await second)?.name).toBe("role");
  });

  it("sends no write without the lease", async () => {
    const world = iamWorld({}, () => {
      throw new Error("this replica does not hold the lease");
    });
    await expect(world.iam.api.deleteRole({ RoleName: "role" })).rejects.toBeInstanceOf(NotSent);
    await world.iam.role("role", world.reading());
    expect(world.aws.log.map(({ operation }) => operation)).toEqual(["GetRole"]);
    expect(world.reports).toMatchObject([
      { operation: "iam:DeleteRole", kind: "write", outcome: "notSent" },
      { operation: "iam:GetRole", kind: "read", outcome: "notFound" },
    ]);
  });
});
