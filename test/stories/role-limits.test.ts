import { describe, expect, it } from "vitest";
import { namespaceKind } from "../../src/kube/resource.ts";
import { accessDenied } from "../../src/simulator/faults.ts";
import { jobDefinition } from "../manifests.ts";
import type { World } from "../world.ts";
import { refusing } from "./refused-kinds.ts";
import { aWorld } from "./story.ts";

const readBuckets = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const asking = { iam: { jobRole: { policyArns: [readBuckets] } } };
const permissions = { policyArns: [readBuckets] };
const allowed = { "awsbatch.dev/allowed-policy-arns": readBuckets };
const boundary = "arn:aws:iam::123456789012:policy/boundary";

const reasonOf = (world: World, type: string): string | undefined =>
  world.condition("JobDefinition", "hello", type)?.reason;

describe("what a namespace may use", () => {
  it("is what its annotation says, and when that is deleted what the flags say: nothing more is made", async () => {
    const world = await aWorld({ knobs: { strictIam: true }, permissions });
    world.store.setNamespace("team", { annotations: allowed });
    world.apply(jobDefinition("hello", asking));
    await world.untilReady(120);
    world.store.setNamespace("team", {});
    await world.until("it is refused", () => reasonOf(world, "Stalled") === "NotAllowed", 2);
    expect(world.condition("JobDefinition", "hello", "Stalled")?.message).toContain("--allowed-policy-arns");
    world.apply(jobDefinition("hello", { ...asking, timeout: { attemptDurationSeconds: 60 } }));
    await world.seconds(120);
    expect(world.aws.truth.jobDefinitions()).toHaveLength(1);
    world.delete("JobDefinition", "hello");
    await world.untilGone();
    expect(world.aws.truth.roles()).toEqual([]);
  });

  it("is more as soon as its annotation says so, and less as soon as that is taken away", async () => {
    const read = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }] };
    const asksInline = { iam: { jobRole: { inlinePolicies: { read: JSON.stringify(read) } } } };
    const world = await aWorld({ permissions: { inlinePolicies: true } });
    world.apply(jobDefinition("hello", asksInline));
    await world.until("it is refused", () => reasonOf(world, "Stalled") === "NotAllowed", 60);
    await world.seconds(300);
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allow-inline-policies": "true" } });
    await world.until("the role is being made", () => world.writes().length > 0, 2);
    await world.untilReady(120);
    const before = world.writes().length;
    world.store.setNamespace("team", { annotations: { "awsbatch.dev/allow-inline-policies": "false" } });
    await world.until("it is refused again", () => reasonOf(world, "Stalled") === "NotAllowed", 2);
    world.apply(jobDefinition("hello", { ...asksInline, timeout: { attemptDurationSeconds: 60 } }));
    await world.seconds(300);
    expect(world.writes().slice(before)).toEqual([]);
  });

  it("is nothing while the namespace cannot be read", async () => {
    let readable = false;
    const world = await aWorld({
      permissions,
      kubernetes: (store) => refusing(store, (kind) => kind === namespaceKind && !readable),
    });
    world.store.setNamespace("team", { annotations: allowed });
    world.apply(jobDefinition("hello", asking));
    await world.until("it waits", () => reasonOf(world, "Reconciling") === "NamespaceUnreadable");
    await world.until("it is Stalled", () => reasonOf(world, "Stalled") === "NamespaceUnreadable");
    expect(world.condition("JobDefinition", "hello", "RolesReady")).toMatchObject({ status: "Unknown" });
    expect([world.writes(), world.aws.truth.roles()]).toEqual([[], []]);
    readable = true;
    await world.untilReady(120);
    expect(world.aws.truth.roles()).toHaveLength(1);
  });

  it("bounds every role by the operator's boundary", async () => {
    const world = await aWorld({ flags: { allowedPolicyArns: [readBuckets], permissionsBoundary: boundary } });
    world.apply(jobDefinition("hello", asking));
    await world.untilReady(120);
    expect(world.aws.truth.roles().map((role) => role.boundary)).toEqual([boundary]);
  });

  it("is reported at once when a policy does not exist, and tried again without hurry", async () => {
    const typo = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnli";
    const permitted = { policyArns: ["arn:aws:iam::aws:policy/*"] };
    const world = await aWorld({ knobs: { strictIam: true }, permissions: permitted });
    const annotations = { "awsbatch.dev/allowed-policy-arns": "arn:aws:iam::aws:policy/*" };
    world.store.setNamespace("team", { annotations });
    world.apply(jobDefinition("hello", { iam: { jobRole: { policyArns: [typo] } } }));
    await world.until("it is Stalled", () => reasonOf(world, "Stalled") === "InvalidRequest", 60);
    expect(world.condition("JobDefinition", "hello", "RolesReady")?.message).toContain(typo);
    const asked = (): number => world.aws.log.filter(({ operation }) => operation === "AttachRolePolicy").length;
    const before = asked();
    await world.seconds(900);
    expect(asked() - before).toBeLessThanOrEqual(3);
    world.apply(jobDefinition("hello"));
    await world.until("the role is gone", () => world.aws.truth.roles().length === 0);
  });

  it("reports the call and the action when IAM refuses, and goes on when it is granted", async () => {
    const world = await aWorld({ permissions });
    world.store.setNamespace("team", { annotations: allowed });
    world.aws.faults.add({ fault: accessDenied("CreateRole", "iam"), on: "CreateRole", forMs: 30_000 });
    world.apply(jobDefinition("hello", asking));
    await world.until("it is reported", () => reasonOf(world, "RolesReady") === "AccessDenied");
    expect(world.condition("JobDefinition", "hello", "RolesReady")?.message).toMatch(
      /iam:CreateRole.*team_hello_job_[0-9a-f]{8}/,
    );
    await world.untilReady(120);
    expect(reasonOf(world, "RolesReady")).toBe("InSync");
  });
});
