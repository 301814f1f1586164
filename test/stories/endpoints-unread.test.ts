/** Effects of what EC2 does not show of one environment, or of one VPC, on the endpoints of networks. */

import { describe, expect, it } from "vitest";
import type { Condition, Kind } from "../../src/api/object.ts";
import { BatchComputeEnvironmentKind, BatchNetworkKind } from "../../src/api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import { computeEnvironment, ec2 } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, deleteBoth, endpointsOf, networked, networkWithEndpoints } from "./closed-world.ts";

const agent = ["ecs", "ecs-agent", "ecs-telemetry"].map((service) => `${service} available`);

/** An environment of namespace `other` that refers to no network. */
function odd(resources: object): Manifest {
  const computeResources = { ...ec2.computeResources, subnets: ["subnet-closed"], ...resources };
  const { metadata, ...manifest } = computeEnvironment("odd", { ...ec2, computeResources } as never);
  return { ...manifest, metadata: { ...metadata, namespace: "other" } };
}

/** A condition of an object of either namespace. */
function reported({ store }: World, name: string, type: string, of: Kind = BatchNetworkKind): Condition | undefined {
  const objects = ["team", "other"].map((namespace) => store.object(of, { namespace, name }));
  return objects.flatMap((object) => (object ? conditionsOf(object) : [])).find((condition) => condition.type === type);
}
const isReady = (world: World, name: string) => (): boolean =>
  reported(world, name, "Ready", BatchComputeEnvironmentKind)?.status === "True";

describe("a launch template that EC2 does not show", () => {
  const launchTemplates = [{ id: "lt-1", name: "odd", versions: [{ securityGroups: ["sg-1"] }] }];
  const withTemplate = odd({ securityGroupIds: undefined, launchTemplate: { launchTemplateName: "odd" } });

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

  it.each([60, 900])("keeps no network of others from being made %d s later", async (seconds) => {
    const world = await closedWorld({ launchTemplates });
    refuse(world);
    world.apply(withTemplate);
    await world.seconds(seconds);
    world.apply(...networked("mine"));
    await world.until("mine is Ready", isReady(world, "mine"), 900);
    expect(await endpointsOf(world)).toEqual(agent);
  });

  it("keeps the endpoints by which its environment may run, and that is reported, until EC2 shows it", async () => {
    const world = await closedWorld({ launchTemplates });
    world.apply(...networked("mine"), withTemplate);
    await world.untilReady(900);
    const allow = refuse(world);
    await world.seconds(3600);
    deleteBoth(world, "mine");
    await world.seconds(1300);
    expect(await endpointsOf(world)).toEqual(agent);
    allow();
    await world.until("it is gone", () => world.object("BatchNetwork", "mine") === undefined, 1800);
    expect(await endpointsOf(world)).toEqual(agent);
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
  const theirs = { vpcId: "vpc-2", securityGroupIds: ["sg-theirs"] };

  /** Two VPCs; in the second one lies an environment whose network is checked. */
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
    world.apply(odd({ subnets: ["subnet-theirs"], securityGroupIds: ["sg-theirs"] }));
    return world;
  }

  it.each([
    ["denied", denied],
    ["invalid", invalid],
  ])("keep nobody in other VPCs from being made: %s", async (_kind, fault) => {
    const world = await twoVpcs(fault, "vpc-2");
    await world.seconds(600);
    world.apply(...networked("mine"));
    await world.until("mine is Ready", isReady(world, "mine"), 900);
    expect(await endpointsOf(world)).toEqual(agent);
    expect(reported(world, "odd", "NetworkReady", BatchComputeEnvironmentKind)?.message).toContain("vpc-2");
  });

  it("keep no network in it from being made: EC2 refuses what they do not allow", async () => {
    const world = await twoVpcs(denied, "vpc-2");
    world.apply(networkWithEndpoints("asking", ["subnet-theirs"], theirs));
    await world.until("it is Ready", () => reported(world, "asking", "Ready")?.status === "True", 900);
    expect(await endpointsOf(world)).toEqual(agent);
  });
});
