/** What a tenant who may create any object in its own namespace can do to BatchNetworks and BatchRoles of another. */

import { describe, expect, it } from "vitest";
import type { BatchNetworkStatus } from "../../src/api/v1alpha1/batch-network.ts";
import {
  BatchComputeEnvironmentKind,
  BatchNetworkKind,
  BatchRoleKind,
  type OperatorKind,
} from "../../src/api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { accessDenied } from "../../src/simulator/faults.ts";
import { batchNetwork, computeEnvironment, ec2, jobDefinition, role } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, within } from "./closed-world.ts";
import { inNamespace } from "./jobs.ts";
import { aWorld } from "./story.ts";

const mallorys = (manifest: ReturnType<typeof role>) => inNamespace("mallory", manifest);
/** Of any namespace. */
const objectOf = (world: World, kind: string, name: string) =>
  world.store.objects().find((one) => one.kind === kind && one.metadata.name === name);
const isGone = (world: World, kind: string, name: string) => (): boolean => objectOf(world, kind, name) === undefined;
const groupsOf = (world: World, name = "net") =>
  ((objectOf(world, "BatchNetwork", name)?.status ?? {}) as BatchNetworkStatus).securityGroupIds ?? [];
const saysOf = (world: World, kind: string, name: string, type = "Stalled") =>
  conditionsOf((objectOf(world, kind, name) ?? {}) as never).find((one) => one.type === type);

const tagged = { vpc: "vpc-1", name: "workers", tags: { tier: "batch" } };

describe("a security group that a tenant has made with the tags of another", () => {
  it("is not among the groups that the other selects, also when Retain has left it behind", async () => {
    const world = await closedWorld({ securityGroups: [{ id: "sg-workers", ...tagged }] } as never);
    const net = batchNetwork("net", { securityGroupSelector: { tags: { tier: "batch" } } });
    world.apply(net);
    await world.untilReady(900);
    world.apply(
      mallorys(batchNetwork("theirs", { securityGroup: {}, tags: { tier: "batch" }, deletionPolicy: "Retain" })),
    );
    await world.seconds(900);
    expect(groupsOf(world)).toEqual(["sg-workers"]);
    world.store.delete(BatchNetworkKind, { namespace: "mallory", name: "theirs" });
    await world.until("it is gone", isGone(world, "BatchNetwork", "theirs"), 900);
    await world.seconds(900);
    expect(groupsOf(world)).toEqual(["sg-workers"]);
  });
});

describe("a rule of a tenant's group that names the group of another", () => {
  const naming = (groupId: string) =>
    mallorys(batchNetwork("theirs", { securityGroup: { ingress: [{ protocol: "all", peer: groupId }] } as never }));

  it("is refused where resources are limited", async () => {
    const world = await closedWorld();
    world.store.setNamespace("mallory", { annotations: { "awsbatch.dev/allowed-resources": "subnet/*" } });
    world.apply(batchNetwork("net", { securityGroup: {} }));
    await world.untilReady(900);
    const [groupId = ""] = groupsOf(world);
    world.apply(naming(groupId));
    await world.seconds(60);
    expect(saysOf(world, "BatchNetwork", "theirs")).toMatchObject({ reason: "NotAllowed" });
    expect(saysOf(world, "BatchNetwork", "theirs")?.message).toContain(groupId);
    world.delete("BatchNetwork", "net");
    await world.until("it is gone", isGone(world, "BatchNetwork", "net"), 900);
  });
});

describe("a reference of a tenant that may not use what it refers to", () => {
  it("does not hold up the deletion of the role", async () => {
    const world = await aWorld();
    world.apply(role("builders"));
    await world.untilReady();
    world.apply(mallorys(jobDefinition("theirs", { jobRoleRef: { name: "builders", namespace: "team" } } as never)));
    await world.seconds(60);
    world.delete("BatchRole", "builders");
    await world.until("it is gone", isGone(world, "BatchRole", "builders"), 900);
  });

  it("does not hold up the deletion of the network", async () => {
    const world = await closedWorld();
    world.apply(batchNetwork("net", { securityGroup: {} }));
    await world.untilReady(900);
    const { subnets: _subnets, securityGroupIds: _groups, ...resources } = ec2.computeResources ?? {};
    const computeResources = { ...resources, networkRef: { name: "net", namespace: "team" } };
    world.apply(mallorys(computeEnvironment("theirs", { ...ec2, computeResources } as never)));
    await world.seconds(60);
    world.delete("BatchNetwork", "net");
    await world.until("it is gone", isGone(world, "BatchNetwork", "net"), 900);
  });
});

describe("the name that a BatchRole will have", () => {
  it("cannot be taken before by another namespace", async () => {
    const before = await aWorld();
    before.apply(role("builders"));
    await before.untilReady();
    const name = before.aws.truth.roles().find(({ tags }) => tags["awsbatch.dev/name"] === "builders")?.name ?? "";
    expect(name).toContain("team_builders");
    const world = await aWorld();
    world.apply(mallorys(role("theirs", { roleName: name })));
    await world.seconds(60);
    world.apply(role("builders"));
    await world.until(
      "the other is Ready",
      () => saysOf(world, "BatchRole", "builders", "Ready")?.status === "True",
      300,
    );
    expect(saysOf(world, "BatchRole", "theirs")?.status).toBe("True");
  });
});

describe("a status that a tenant has written", () => {
  const admin = "arn:aws:iam::123456789012:role/admin";

  it("gives its definitions no role", async () => {
    const world = await aWorld();
    world.apply(
      mallorys(role("theirs")),
      mallorys(jobDefinition("definition", { jobRoleRef: { name: "theirs" } } as never)),
    );
    await world.untilReady();
    for (let turn = 0; turn < 20; turn++) {
      const object = objectOf(world, "BatchRole", "theirs");
      if (object === undefined) throw new Error("no role");
      const status = { ...(object.status as object), arn: admin };
      await world.store.applyStatus(BatchRoleKind, object as never, status as never, new AbortController().signal);
      world.apply(
        mallorys(
          jobDefinition("definition", { jobRoleRef: { name: "theirs" }, parameters: { turn: String(turn) } } as never),
        ),
      );
      await world.seconds(1);
    }
    await world.seconds(120);
    const roles = world.aws.truth.jobDefinitions().map((one) => one.containerProperties?.jobRoleArn);
    expect(roles.filter((one) => one === admin)).toEqual([]);
  });

  it("gives its environments no group and no subnet that its namespace may not use", async () => {
    const world = await closedWorld();
    const allowed = { "awsbatch.dev/allowed-resources": "subnet/subnet-closed,instance-profile/*" };
    world.store.setNamespace("mallory", { annotations: allowed });
    world.apply(batchNetwork("net", { securityGroup: {} }), mallorys(batchNetwork("theirs", { securityGroup: {} })));
    await world.untilReady(900);
    const [groupId = ""] = groupsOf(world);
    world.apply(mallorys(within("theirs", "first")));
    await world.untilReady(900);
    const forged = { subnets: ["subnet-nat"], securityGroupIds: [groupId] };
    const forge = async (kind: OperatorKind, name: string, status: object): Promise<void> => {
      const object = objectOf(world, kind.kind, name);
      if (object === undefined) throw new Error(`no ${name}`);
      const whole = { ...(object.status as object), ...status };
      await world.store.applyStatus(kind, object, whole as never, new AbortController().signal);
    };
    for (let turn = 0; turn < 20; turn++) {
      await forge(BatchNetworkKind, "theirs", forged);
      await forge(BatchComputeEnvironmentKind, "first", { network: { taken: forged } });
      world.apply(mallorys(within("theirs", `ce${turn}`)));
      await world.seconds(1);
    }
    await world.seconds(300);
    const used = world.aws.truth
      .computeEnvironments()
      .flatMap(({ computeResources: one }) => [...(one?.subnets ?? []), ...(one?.securityGroupIds ?? [])]);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((id) => id === groupId || id === "subnet-nat")).toEqual([]);
  });

  it("is not believed while EC2 cannot be read: nothing is created by it", async () => {
    const world = await closedWorld();
    world.store.setNamespace("mallory", {
      annotations: { "awsbatch.dev/allowed-resources": "subnet/*,instance-profile/*" },
    });
    world.apply(mallorys(batchNetwork("theirs", { securityGroup: {} })));
    await world.untilReady(900);
    const lift = world.aws.faults.add({
      on: "DescribeSecurityGroups",
      fault: accessDenied("DescribeSecurityGroups"),
    });
    world.apply(mallorys(within("theirs", "ce")));
    await world.seconds(120);
    expect(saysOf(world, "BatchComputeEnvironment", "ce", "Ready")?.reason).toBe("AccessDenied");
    expect(world.aws.truth.computeEnvironments()).toEqual([]);
    lift();
    await world.untilReady(900);
  });
});

describe("environments of a tenant", () => {
  const elsewhere = (index: number): Manifest => {
    const computeResources = {
      ...ec2.computeResources,
      subnets: ["subnet-elsewhere"],
      securityGroupIds: [`sg-elsewhere-${index}`],
      launchTemplate: { launchTemplateName: `template-${index}` },
    };
    return mallorys(computeEnvironment(`theirs-${index}`, { ...ec2, computeResources } as never));
  };
  /** Operations of the calls since the one with this number. */
  const readsSince = ({ aws }: World, at: number): readonly string[] =>
    aws.log.slice(at).map(({ operation }) => operation);

  it("in another VPC cost the network of another no call for their launch templates", async () => {
    const vpc = { id: "vpc-2", cidr: "10.2.0.0/16" };
    const world = await closedWorld({
      vpcs: [vpc],
      subnets: [{ id: "subnet-elsewhere", vpc: "vpc-2", cidr: "10.2.0.0/24", zone: "us-east-1a" }],
    } as never);
    world.apply(...Array.from({ length: 10 }, (_, index) => elsewhere(index)));
    await world.until("they are in AWS", () => world.aws.truth.computeEnvironments().length === 10, 900);
    await world.seconds(300);
    world.apply(batchNetwork("net"));
    const since = world.aws.log.length;
    await world.until("it is Ready", () => saysOf(world, "BatchNetwork", "net", "Ready")?.status === "True", 30);
    expect(readsSince(world, since)).not.toContain("DescribeLaunchTemplateVersions");
  });

  it("in its VPC cost it none when it is edited", async () => {
    const world = await closedWorld();
    const here = (index: number): Manifest => {
      const theirs = elsewhere(index);
      const spec = theirs.spec as { readonly computeResources: object };
      const computeResources = { ...spec.computeResources, subnets: ["subnet-nat"], securityGroupIds: ["sg-1"] };
      return { ...theirs, spec: { ...spec, computeResources } };
    };
    world.apply(...Array.from({ length: 10 }, (_, index) => here(index)), batchNetwork("net"));
    await world.until("they are in AWS", () => world.aws.truth.computeEnvironments().length === 10, 900);
    await world.seconds(700);
    world.apply(batchNetwork("net", { securityGroupIds: ["sg-1"] }));
    const since = world.aws.log.length;
    const isObserved = () =>
      (objectOf(world, "BatchNetwork", "net")?.status as BatchNetworkStatus | undefined)?.observedGeneration === 2;
    await world.until(
      "it is Ready",
      () => isObserved() && saysOf(world, "BatchNetwork", "net", "Ready")?.status === "True",
      30,
    );
    expect(readsSince(world, since)).not.toContain("DescribeLaunchTemplateVersions");
  });
});
