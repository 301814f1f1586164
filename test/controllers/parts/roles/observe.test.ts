import { expect, it } from "vitest";
import { rolesAnnotation } from "../../../../src/api/v1alpha1/annotations.ts";
import { BatchComputeEnvironmentKind } from "../../../../src/api/v1alpha1/kinds.ts";
import { isRoleOfNamespace, roleName } from "../../../../src/controllers/parts/roles/names.ts";
import { observeRoles } from "../../../../src/controllers/parts/roles/observe.ts";
import { newRolesMemory } from "../../../../src/controllers/parts/roles/with-roles.ts";
import { defaultSettings, type Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { iamWorld } from "../../../aws/iam-world.ts";
import { ec2, object } from "../../kinds/compute-environment/given.ts";
import { objectsOf } from "../../region.ts";
import { identity, place } from "./given.ts";

const user = { kind: BatchComputeEnvironmentKind, named: () => [], awsName: () => "team_ce" };

/** The names that are read of a long note; used names come last. */
async function claimsOf(noted: readonly string[], used: readonly string[]): Promise<readonly string[]> {
  const whole = object();
  const noting = { ...whole, metadata: { ...whole.metadata, annotations: { [rolesAnnotation]: noted.join(",") } } };
  const iam = { role: async () => undefined, profile: async () => undefined };
  const ports = {
    clock: new VirtualClock(),
    objects: objectsOf([noting]),
    regions: { iam: async () => iam },
    cluster: identity.cluster,
    settings: { ...defaultSettings, region: "eu-west-1" },
  } as unknown as Ports;
  const inAws = { user, stranded: [], used, doubted: false };
  const { signal } = new AbortController();
  const here = { ...place, region: "eu-west-1" };
  return (await observeRoles(noting, here, inAws, { ports, memory: newRolesMemory() }, signal)).claims;
}

const names = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `team_${prefix}${index}_0123abcd`);

it("reads every noted role that a resource in AWS references, however many revisions have one each", async () => {
  const used = names(300, "r");
  expect(await claimsOf(used, used)).toEqual(used);
});

it("reads ten of the others, because a tenant may note thousands and use up IAM's budget", async () => {
  const used = names(2, "r");
  const claims = await claimsOf([...names(3000, "x"), ...used], used);
  expect(claims).toHaveLength(12);
  expect(claims.slice(-2)).toEqual(used);
});

it("reads no role that a tenant notes and that the operator does not create for its namespace", async () => {
  const own = names(1, "r");
  const others = ["prod_hello_job_0123abcd", "administrator", "team", "team_r_0123abc", "tea_m_0123abcd"];
  expect(await claimsOf([...others, ...own], [])).toEqual(own);
});

it("reads a noted role of a namespace whose name is longer than what a role's name has room for", async () => {
  const namespace = "n".repeat(63);
  const role = roleName("default", namespace, { kind: "shared", name: "x" });
  expect(isRoleOfNamespace(namespace, role)).toBe(true);
  expect(isRoleOfNamespace("m".repeat(63), role)).toBe(false);
});

it("reads each role once in a pass, also where it observes again before a write that cannot be undone", async () => {
  const world = iamWorld();
  const whole = object({ ...ec2, iam: { serviceRole: {}, instanceRole: {} } });
  const ports = {
    clock: world.clock,
    objects: { ...objectsOf([whole]), namespaceAnnotations: async () => ({}) },
    regions: { iam: async () => world.iam },
    cluster: identity.cluster,
    settings: { ...defaultSettings, region: "eu-west-1" },
  } as unknown as Ports;
  const memory = newRolesMemory();
  const callsOf = async (sinceMs?: number): Promise<number> => {
    const before = world.calls();
    if (sinceMs !== undefined) memory.readAfter.set(whole.metadata.uid, sinceMs);
    const inAws = { user, stranded: ["arn:aws:iam::123456789012:role/old"], used: [], doubted: false };
    await observeRoles(whole, { ...place, region: "eu-west-1" }, inAws, { ports, memory }, world.reading().signal);
    return world.calls() - before;
  };
  const beganAtMs = world.clock.monotonic();
  // Two roles, their profiles, and the role that was lost.
  expect(await callsOf()).toBe(5);
  await world.clock.advance(1000);
  expect(await callsOf(beganAtMs)).toBe(0);
  // The next pass trusts nothing that was read before it.
  expect(await callsOf(world.clock.monotonic())).toBe(5);
});
