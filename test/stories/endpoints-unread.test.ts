/** Effects of what EC2 does not show for one object on the endpoints of the others, and on itself. */

import { describe, expect, it } from "vitest";
import type { Condition } from "../../src/api/object.ts";
import { BatchComputeEnvironmentKind } from "../../src/api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2 } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, environment } from "./closed-world.ts";

const agent = ["ecs", "ecs-agent", "ecs-telemetry"].map((service) => `${service} available`);

/** An environment of namespace `other`; its resources are of the spec's own, or these. */
function elsewhere(name: string, resources: object): Manifest {
  const { spec, ...manifest } = environment(name);
  const computeResources = { ...spec.computeResources, ...resources };
  return { ...manifest, metadata: { name, namespace: "other" }, spec: { ...spec, computeResources } } as Manifest;
}

/** A condition of an object of either namespace. */
function reported({ store }: World, name: string, type: string): Condition | undefined {
  const objects = ["team", "other"].map((namespace) => store.object(BatchComputeEnvironmentKind, { namespace, name }));
  return objects.flatMap((object) => (object ? conditionsOf(object) : [])).find((condition) => condition.type === type);
}
const isReady = (world: World, name: string) => (): boolean => reported(world, name, "Ready")?.status === "True";

describe("a launch template that EC2 does not show", () => {
  const odd = elsewhere("odd", {
    securityGroupIds: undefined,
    launchTemplate: { launchTemplateName: "odd", version: "99999999999999999999" },
  });

  /** @returns ends the refusals */
  function refuse({ aws }: World): () => void {
    return aws.faults.add({
      fault: {
        kind: "refuse",
        exception: "InvalidParameterValue",
        message: "Invalid launch template version.",
        httpStatusCode: 400,
      },
      on: ({ operation, input }) =>
        operation === "DescribeLaunchTemplateVersions" && JSON.stringify(input).includes("odd"),
    });
  }

  it.each([
    ["writes for all", 60],
    ["is Stalled", 900],
  ])("keeps no environment of others from being made while its own object %s", async (_how, seconds) => {
    const world = await closedWorld();
    refuse(world);
    world.apply(odd);
    await world.seconds(seconds);
    world.apply(environment("mine"));
    await world.until("mine is Ready", isReady(world, "mine"), 900);
    expect(await endpointsOf(world)).toEqual(agent);
  });

  it("blocks its own environment, and that is reported with EC2's words, until EC2 shows it", async () => {
    const world = await closedWorld({
      launchTemplates: [{ id: "lt-1", name: "odd", versions: [{ securityGroups: ["sg-1"] }] }],
    });
    const allow = refuse(world);
    world.apply(environment("mine"), elsewhere("odd", { launchTemplate: { launchTemplateName: "odd" } }));
    await world.seconds(900);
    expect(reported(world, "odd", "EndpointsReady")).toMatchObject({
      status: "Unknown",
      reason: "NotReadable",
      message: expect.stringContaining("Invalid launch template version"),
    });
    expect(reported(world, "odd", "Stalled")?.reason).toBe("NotReadable");
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
    allow();
    await world.until("it is Ready", isReady(world, "odd"), 900);
  });

  it("keeps no object of others from being deleted, and the endpoints go with the last", async () => {
    const world = await closedWorld();
    world.apply(environment("mine"));
    await world.untilReady(900);
    refuse(world);
    world.apply(odd);
    await world.seconds(600);
    world.delete("BatchComputeEnvironment", "mine");
    await world.until("it is gone", () => world.object("BatchComputeEnvironment", "mine") === undefined, 900);
    expect(await endpointsOf(world)).toEqual(agent);
    world.store.delete(BatchComputeEnvironmentKind, { namespace: "other", name: "odd" });
    await world.untilGone(900);
    expect(await endpointsOf(world)).toEqual([]);
  });
});

describe("the DNS settings of a VPC, which EC2 does not show", () => {
  const denied: Fault = {
    kind: "refuse",
    exception: "UnauthorizedOperation",
    message: "You are not authorized to perform this operation.",
    httpStatusCode: 403,
  };
  const invalid: Fault = { kind: "refuse", exception: "InvalidParameterValue", message: "odd", httpStatusCode: 400 };

  /** Two VPCs; in the second one lies what asks for no endpoints, and its network is checked all the same. */
  async function twoVpcs(fault: Fault, ...vpcIds: readonly string[]): Promise<World> {
    const world = await closedWorld({
      vpcs: [{ id: "vpc-2", cidr: "10.9.0.0/16" }],
      subnets: [{ id: "subnet-theirs", vpc: "vpc-2", zone: "us-east-1a", cidr: "10.9.0.0/24" }],
      securityGroups: [{ id: "sg-theirs", vpc: "vpc-2" }],
    });
    world.aws.faults.add({
      fault,
      on: ({ operation, input }) =>
        operation === "DescribeVpcAttribute" && vpcIds.includes((input as { VpcId?: string }).VpcId ?? ""),
    });
    const { computeResources, ...spec } = ec2;
    if (computeResources === undefined) throw new Error("the manifest has compute resources");
    const there = { ...computeResources, subnets: ["subnet-theirs"], securityGroupIds: ["sg-theirs"] };
    const { metadata: _team, ...manifest } = computeEnvironment("theirs", { ...spec, computeResources: there });
    world.apply({ ...manifest, metadata: { name: "theirs", namespace: "other" } } as Manifest);
    return world;
  }

  it.each([
    ["denied", denied],
    ["invalid", invalid],
  ])("keep nobody in other VPCs from being made: %s", async (_kind, fault) => {
    const world = await twoVpcs(fault, "vpc-2");
    await world.seconds(600);
    world.apply(environment("mine"));
    await world.until("mine is Ready", isReady(world, "mine"), 900);
    expect(await endpointsOf(world)).toEqual(agent);
    expect(reported(world, "theirs", "NetworkReady")?.message).toContain("vpc-2");
  });

  it("keep only those in it waiting, with the permission that is missing", async () => {
    const world = await twoVpcs(denied, "vpc-2");
    const both = { subnets: ["subnet-theirs"], securityGroupIds: ["sg-theirs"] };
    world.apply(elsewhere("asking", both), environment("mine"));
    await world.until("mine is Ready", isReady(world, "mine"), 900);
    await world.seconds(600);
    expect(reported(world, "asking", "Stalled")).toMatchObject({
      reason: "AccessDenied",
      message: expect.stringMatching(
        /^DNS settings of vpc-2 .* Allow ec2:DescribeVpcAttribute to the operator's IAM role$/,
      ),
    });
  });

  it("of all VPCs keep everybody waiting, each with the permission that is missing", async () => {
    const world = await twoVpcs(denied, "vpc-1", "vpc-2");
    const both = { subnets: ["subnet-theirs"], securityGroupIds: ["sg-theirs"] };
    world.apply(elsewhere("asking", both), environment("mine"));
    await world.seconds(900);
    for (const name of ["asking", "mine"]) {
      expect(reported(world, name, "Stalled")?.message).toContain("Allow ec2:DescribeVpcAttribute");
    }
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
  });
});
