import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetworkSpec } from "../../src/api/v1alpha1/batch-network.ts";
import { labelSelector } from "../../src/kube/label-selector.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { ComposedFlags } from "../../src/operator/compose.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { batchNetwork, computeEnvironment, ec2 } from "../manifests.ts";
import { threeSubnets } from "../simulator/networks.ts";
import type { World } from "../world.ts";
import { aWorld } from "./story.ts";

export const region = "us-east-1";

/** A world in a VPC with a subnet from which nothing leads out; objects may ask for endpoints of every service. */
export async function closedWorld(...more: readonly AccountNetwork[]): Promise<World> {
  const clock = new VirtualClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region });
  for (const network of [threeSubnets, ...more]) aws.outside.describeNetwork(network);
  return await aWorld({ clock, aws, region, flags: { allowedEndpointServices: ["*"] } });
}

/** Whose operator reconciles the objects with these labels. */
export function shard(selector: string): ComposedFlags {
  return { shardSelector: labelSelector(selector) };
}

/** Of a network: the endpoints that these need. */
export function needing(...needs: NonNullable<NonNullable<BatchNetworkSpec["vpcEndpoints"]>["needs"]>) {
  return { vpcEndpoints: { needs } };
}

/** A network with the endpoints that instances need to join their cluster. Its name is also a label. */
export function networkWithEndpoints(
  name: string,
  subnets: readonly string[] = ["subnet-closed"],
  spec: Partial<BatchNetworkSpec> = {},
): Manifest {
  const manifest = batchNetwork(name, { securityGroupIds: ["sg-1"], vpcEndpoints: { needs: ["ecs"] }, ...spec });
  const metadata = { ...manifest.metadata, labels: { name } };
  return { ...manifest, metadata, spec: { ...(manifest.spec as object), subnets } };
}

/** An environment that takes its subnets and groups from a network. Its name is also a label. */
export function within(network: string, name = network, spec: BatchComputeEnvironmentSpec = ec2): Manifest {
  const { subnets: _subnets, securityGroupIds: _groups, ...resources } = { ...spec.computeResources };
  const computeResources = { ...resources, networkRef: { name: network } };
  const manifest = computeEnvironment(name, { ...spec, computeResources } as BatchComputeEnvironmentSpec);
  return { ...manifest, metadata: { ...manifest.metadata, labels: { name } } };
}

/** An environment that names these subnets, and a group, by ID. */
export function inSubnets(
  name: string,
  subnets: readonly string[] = ["subnet-closed"],
  groups: readonly string[] = ["sg-1"],
): Manifest {
  const computeResources = { ...ec2.computeResources, subnets, securityGroupIds: groups };
  return computeEnvironment(name, { ...ec2, computeResources } as BatchComputeEnvironmentSpec);
}

/** A network with endpoints, and an environment of the same name in it. */
export function networked(
  name: string,
  subnets?: readonly string[],
  network: Partial<BatchNetworkSpec> = {},
): readonly [network: Manifest, environment: Manifest] {
  return [networkWithEndpoints(name, subnets, network), within(name)];
}

/** Deletes a network and the environment of its name. */
export function deleteBoth(world: World, name: string): void {
  world.delete("BatchNetwork", name);
  world.delete("BatchComputeEnvironment", name);
}

/** `ecs available`, … */
export async function endpointsOf({ aws }: World): Promise<readonly string[]> {
  const { VpcEndpoints = [] } = await aws.outside.ec2.describeVpcEndpoints({});
  return VpcEndpoints.map(
    ({ ServiceName = "", State }) => `${ServiceName.split(".").slice(3).join(".")} ${State}`,
  ).toSorted((left, right) => (left < right ? -1 : 1));
}
