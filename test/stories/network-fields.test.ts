/** Environments that an earlier version let select subnets, and make groups and endpoints, themselves: from that version to BatchNetworks. */

import { describe, expect, it } from "vitest";
import { gatewayPolicy } from "../../src/controllers/parts/endpoints/ownership.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";
import { batchNetwork, computeEnvironment, ec2, jobQueue } from "../manifests.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf } from "./closed-world.ts";
import { expectSilence } from "./story.ts";

const cluster = { name: "default", uid: "cluster-1" };
const clusterTags = { "awsbatch.dev/cluster": "default", "awsbatch.dev/cluster-uid": "cluster-1" };
const groupTags = {
  ...clusterTags,
  Name: "aws-batch-operator/default/team/ce",
  "awsbatch.dev/namespace": "team",
  "awsbatch.dev/name": "ce",
  "awsbatch.dev/purpose": "instances",
};
const endpointTags = (Name: string) => ({ ...clusterTags, Name, "awsbatch.dev/purpose": "vpc-endpoints" });

const everywhere = ["0.0.0.0/0", "::/0"].map((peer) => ({ protocol: "tcp", ports: 443, peer }));

/** What the earlier version made: a group for `team/ce`, and endpoints for all environments of the cluster in the VPC. */
function made(services: readonly string[] = ["ecs", "ecs-agent", "ecs-telemetry"]): AccountNetwork {
  return {
    subnets: [
      { id: "subnet-batch", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.9.0/24", tags: { tier: "batch" } },
      { id: "subnet-batch-b", vpc: "vpc-1", zone: "us-east-1b", cidr: "10.0.10.0/24", tags: { tier: "batch" } },
    ],
    securityGroups: [
      {
        id: "sg-ce",
        vpc: "vpc-1",
        name: "aws-batch-operator/default/team/ce",
        egress: everywhere,
        ingress: [{ protocol: "-1", peer: "sg-ce" }],
        tags: groupTags,
      },
      {
        id: "sg-ends",
        vpc: "vpc-1",
        name: "aws-batch-operator-default-endpoints",
        ingress: [{ protocol: "tcp", ports: 443, peer: "10.0.0.0/16" }],
        tags: endpointTags("aws-batch-operator-default-endpoints"),
      },
    ],
    vpcEndpoints: [
      ...services.map((service) => ({
        id: `vpce-${service}`,
        vpc: "vpc-1",
        service,
        subnets: ["subnet-batch", "subnet-batch-b"],
        securityGroups: ["sg-ends"],
        tags: endpointTags(`aws-batch-operator ${service}`),
      })),
      {
        id: "vpce-s3",
        vpc: "vpc-1",
        service: "s3",
        type: "Gateway" as const,
        routeTables: ["rtb-main"],
        policy: gatewayPolicy({ cluster }),
        tags: endpointTags("aws-batch-operator s3"),
      },
    ],
  };
}

const { subnets: _subnets, securityGroupIds: _groups, ...resources } = ec2.computeResources ?? {};

/** In the form of the earlier version. */
function inOldForm(network: object, placed: object): Manifest {
  return computeEnvironment("ce", { ...ec2, network, computeResources: { ...resources, ...placed } } as never);
}

/** The same, in its network. */
const after = computeEnvironment("ce", {
  ...ec2,
  computeResources: { ...resources, networkRef: { name: "ce" } },
} as never);

const rules = { ingress: [{ protocol: "all" as const, peer: "self" }] };

/** Writes to EC2 and AWS Batch from an entry of the log on, each once. */
const writesSince = (world: World, from: number): readonly string[] => {
  const operations = world.aws.log.slice(from).map(({ operation }) => operation);
  return [...new Set(operations.filter((one) => !/^(?:Get|List|Describe|Simulate)/.test(one)))].toSorted();
};
const onlyTags = (operations: readonly string[]) =>
  operations.length > 0 && operations.every((one) => one.endsWith("Tags"));
const placesOf = ({ aws }: World) =>
  aws.truth.computeEnvironments().map(({ computeEnvironmentName, computeResources }) => ({
    name: computeEnvironmentName,
    subnets: computeResources?.subnets?.toSorted(),
    groups: computeResources?.securityGroupIds,
  }));
async function tagsOf({ aws }: World, id: string): Promise<Readonly<Record<string, string | undefined>>> {
  const { SecurityGroups = [] } = await aws.outside.ec2.describeSecurityGroups({});
  const { VpcEndpoints = [] } = await aws.outside.ec2.describeVpcEndpoints({});
  const tags = [
    ...SecurityGroups.filter(({ GroupId }) => GroupId === id),
    ...VpcEndpoints.filter(({ VpcEndpointId }) => VpcEndpointId === id),
  ].flatMap(({ Tags = [] }) => Tags);
  return Object.fromEntries(tags.map(({ Key = "", Value }) => [Key.replace("awsbatch.dev/", ""), Value]));
}
async function groupIdsOf({ aws }: World): Promise<readonly string[]> {
  const { SecurityGroups = [] } = await aws.outside.ec2.describeSecurityGroups({});
  return SecurityGroups.map(({ GroupId = "" }) => GroupId).toSorted();
}

/** That environments of the earlier version run in, with a queue. */
async function upgraded(environment: Manifest, network = made()): Promise<World> {
  const world = await closedWorld(network);
  world.apply(environment, jobQueue("q1", ["ce"]));
  await world.untilReady(900);
  await world.seconds(600);
  return world;
}

/** @returns what was written for it */
async function moved(world: World, ...networks: readonly Manifest[]): Promise<readonly string[]> {
  const [places, from] = [placesOf(world), world.aws.log.length];
  world.apply(...networks);
  await world.until(
    "the networks are Ready",
    () => networks.every(({ metadata }) => world.condition("BatchNetwork", metadata.name, "Ready")?.status === "True"),
    900,
  );
  world.apply(after);
  await world.untilReady(900);
  await world.seconds(1800);
  expect(placesOf(world)).toEqual(places);
  expect(world.condition("JobQueue", "q1", "Ready")?.status).toBe("True");
  expect(world.violations).toEqual([]);
  return writesSince(world, from);
}

describe("a BatchNetwork in place of fields of an environment", () => {
  it("takes the group of the environment of its name over with nothing but tags, and deletes it with itself", async () => {
    const group = { securityGroup: { create: true, ...rules } };
    const world = await upgraded(inOldForm(group, { subnets: ["subnet-batch"] }));
    const network = batchNetwork("ce", { subnets: ["subnet-batch"], securityGroup: rules });
    expect(await moved(world, network)).toSatisfy(onlyTags);
    expect(await tagsOf(world, "sg-ce")).toMatchObject({ purpose: "network", namespace: "team", name: "ce" });
    await expectSilence(world);
    for (const kind of ["JobQueue", "BatchComputeEnvironment", "BatchNetwork"])
      world.delete(kind, kind === "JobQueue" ? "q1" : "ce");
    await world.untilGone();
    expect(await groupIdsOf(world)).not.toContain("sg-ce");
  });

  it("takes the endpoints of the cluster and their group over with nothing but tags, and deletes them with itself", async () => {
    const world = await upgraded(
      inOldForm(
        { vpcEndpoints: "Ensure" },
        { subnets: ["subnet-batch", "subnet-batch-b"], securityGroupIds: ["sg-1"] },
      ),
    );
    const network = batchNetwork("ce", {
      subnets: ["subnet-batch", "subnet-batch-b"],
      securityGroupIds: ["sg-1"],
      vpcEndpoints: { needs: ["ecs", "s3"] },
    });
    expect(await moved(world, network)).toSatisfy(onlyTags);
    for (const id of ["sg-ends", "vpce-ecs", "vpce-s3"]) {
      expect(await tagsOf(world, id)).toMatchObject({ purpose: "vpc-endpoints", namespace: "team", name: "ce" });
    }
    const { endpoints = [] } = (world.object("BatchNetwork", "ce")?.status ?? {}) as {
      readonly endpoints?: readonly { readonly owner?: string }[];
    };
    expect(endpoints.map(({ owner }) => owner)).toEqual(["team/ce", "team/ce", "team/ce", "team/ce"]);
    await expectSilence(world);
    for (const kind of ["JobQueue", "BatchComputeEnvironment", "BatchNetwork"])
      world.delete(kind, kind === "JobQueue" ? "q1" : "ce");
    await world.untilGone(1800);
    expect(await endpointsOf(world)).toEqual([]);
    expect(await groupIdsOf(world)).not.toContain("sg-ends");
  });

  it("selects the subnets and groups that the environment had selected, and nothing is replaced", async () => {
    const selected = {
      subnetSelector: { vpcId: "vpc-1", tags: { tier: "batch" } },
      securityGroupSelector: { vpcId: "vpc-1", tags: { name: "*", purpose: "*" } },
    };
    const network = made();
    const groups = [{ id: "sg-1", vpc: "vpc-1", tags: { name: "workers", purpose: "batch" } }];
    const world = await upgraded(inOldForm({}, selected), {
      ...network,
      securityGroups: [...(network.securityGroups ?? []), ...groups],
    });
    expect(placesOf(world)).toMatchObject([{ subnets: ["subnet-batch", "subnet-batch-b"], groups: ["sg-1"] }]);
    const same = batchNetwork("ce", {
      subnetSelector: { tags: { tier: "batch" } },
      securityGroupSelector: { tags: { name: "*", purpose: "*" } },
    });
    expect(await moved(world, same)).toEqual([]);
  });

  it("keeps an endpoint that it does not ask for while another network of the VPC asks for it", async () => {
    const world = await upgraded(
      inOldForm({ vpcEndpoints: "Ensure" }, { subnets: ["subnet-batch"], securityGroupIds: ["sg-1"] }),
      made(["ecs", "ecs-agent", "ecs-telemetry", "kms"]),
    );
    const subnets = { subnets: ["subnet-batch"], securityGroupIds: ["sg-1"] };
    const networks = [
      batchNetwork("ce", { ...subnets, vpcEndpoints: { needs: ["ecs", "s3"] } }),
      batchNetwork("jobs", { ...subnets, vpcEndpoints: { services: ["kms"] } }),
    ];
    expect(await moved(world, ...networks)).toSatisfy(onlyTags);
    expect(await endpointsOf(world)).toContain("kms available");
    const owner = (await tagsOf(world, "vpce-kms"))["name"] ?? "";
    world.delete("BatchNetwork", "jobs");
    await world.until("it is gone", () => world.object("BatchNetwork", "jobs") === undefined, 1800);
    expect(owner).toMatch(/^(?:ce|jobs)$/);
  });

  it("that asks for no group and no endpoints leaves those of others as they are", async () => {
    const group = { securityGroup: { create: true, ...rules }, vpcEndpoints: "Ensure" };
    const world = await upgraded(inOldForm(group, { subnets: ["subnet-batch"] }));
    const from = world.aws.log.length;
    world.apply(batchNetwork("ce", { subnets: ["subnet-batch"], securityGroupIds: ["sg-1"] }));
    world.apply(batchNetwork("other", { subnets: ["subnet-batch"], securityGroup: {} }));
    await world.seconds(1800);
    world.delete("BatchNetwork", "ce");
    await world.until("it is gone", () => world.object("BatchNetwork", "ce") === undefined, 1800);
    expect(await tagsOf(world, "sg-ce")).toMatchObject({ purpose: "instances" });
    expect(await endpointsOf(world)).toHaveLength(4);
    expect(writesSince(world, from)).not.toContain("DeleteVpcEndpoints");
    expect(writesSince(world, from)).not.toContain("DeleteSecurityGroup");
  });
});
