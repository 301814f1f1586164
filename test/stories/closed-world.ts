import { labelSelector } from "../../src/kube/label-selector.ts";
import type { ComposedFlags } from "../../src/operator/compose.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";
import { createSimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { computeEnvironment, ec2 } from "../manifests.ts";
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

/** That asks for endpoints; its name is also a label. */
export function environment(name: string, subnets: readonly string[] = ["subnet-closed"], network: object = {}) {
  const manifest = computeEnvironment(name, ec2);
  const spec = manifest["spec"] as { readonly computeResources: object };
  return {
    ...manifest,
    metadata: { ...manifest.metadata, labels: { name } },
    spec: {
      ...spec,
      computeResources: { ...spec.computeResources, subnets, securityGroupIds: ["sg-1"] },
      network: { vpcEndpoints: "Ensure", ...network },
    },
  };
}

/** `ecs available`, … */
export async function endpointsOf({ aws }: World): Promise<readonly string[]> {
  const { VpcEndpoints = [] } = await aws.outside.ec2.describeVpcEndpoints({});
  return VpcEndpoints.map(
    ({ ServiceName = "", State }) => `${ServiceName.split(".").slice(3).join(".")} ${State}`,
  ).toSorted((left, right) => (left < right ? -1 : 1));
}
