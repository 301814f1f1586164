import type { AccountNetwork } from "../../src/simulator/ec2-network.ts";

/** A VPC with a public subnet, a private one behind a NAT gateway, and one without any way out. */
export const threeSubnets: AccountNetwork = {
  vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
  subnets: [
    { id: "subnet-public", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.0.0/24", mapPublicIps: true },
    { id: "subnet-nat", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.1.0/24" },
    { id: "subnet-closed", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.2.0/24" },
    { id: "subnet-closed-b", vpc: "vpc-1", zone: "us-east-1b", cidr: "10.0.3.0/24" },
  ],
  internetGateways: [{ id: "igw-1", vpc: "vpc-1" }],
  natGateways: [{ id: "nat-1", subnet: "subnet-public" }],
  routeTables: [
    { id: "rtb-main", vpc: "vpc-1", main: true },
    { id: "rtb-public", vpc: "vpc-1", subnets: ["subnet-public"], routes: [{ to: "0.0.0.0/0", via: "igw-1" }] },
    { id: "rtb-nat", vpc: "vpc-1", subnets: ["subnet-nat"], routes: [{ to: "0.0.0.0/0", via: "nat-1" }] },
  ],
  securityGroups: [{ id: "sg-1", vpc: "vpc-1" }],
};

/** The interface endpoints that the ECS agent needs, in the subnet without a way out. */
export function agentEndpoints(
  change: Partial<NonNullable<AccountNetwork["vpcEndpoints"]>[number]> = {},
): AccountNetwork {
  return {
    securityGroups: [
      { id: "sg-1", vpc: "vpc-1" },
      { id: "sg-endpoints", vpc: "vpc-1", ingress: [{ protocol: "tcp", ports: 443, peer: "sg-1" }] },
    ],
    vpcEndpoints: ["ecs", "ecs-agent", "ecs-telemetry"].map((service, at) => ({
      id: `vpce-${at}`,
      vpc: "vpc-1",
      service,
      subnets: ["subnet-closed"],
      securityGroups: ["sg-endpoints"],
      ...change,
    })),
  };
}
