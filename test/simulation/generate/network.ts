import type { AccountNetwork } from "../../../src/simulator/ec2-network.ts";
import { type Act, networkDoings, type Step } from "../story.ts";
import type { Chance } from "./chance.ts";

/** Subnets from which nothing leads out. */
export const closedSubnets: readonly string[] = ["subnet-33333333", "subnet-44444444"];

/** A VPC with two subnets behind a NAT gateway and two closed ones; tags that selectors name are on some of it. */
export const accountNetwork: AccountNetwork = {
  vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
  subnets: [
    { id: "subnet-99999999", vpc: "vpc-1", zone: "eu-west-1a", cidr: "10.0.0.0/24", mapPublicIps: true },
    { id: "subnet-11111111", vpc: "vpc-1", zone: "eu-west-1a", cidr: "10.0.1.0/24", tags: { tier: "batch" } },
    { id: "subnet-22222222", vpc: "vpc-1", zone: "eu-west-1b", cidr: "10.0.2.0/24" },
    { id: "subnet-33333333", vpc: "vpc-1", zone: "eu-west-1a", cidr: "10.0.3.0/24" },
    { id: "subnet-44444444", vpc: "vpc-1", zone: "eu-west-1b", cidr: "10.0.4.0/24" },
  ],
  internetGateways: [{ id: "igw-1", vpc: "vpc-1" }],
  natGateways: [{ id: "nat-1", subnet: "subnet-99999999" }],
  routeTables: [
    { id: "rtb-main", vpc: "vpc-1", main: true },
    { id: "rtb-public", vpc: "vpc-1", subnets: ["subnet-99999999"], routes: [{ to: "0.0.0.0/0", via: "igw-1" }] },
    {
      id: "rtb-nat",
      vpc: "vpc-1",
      subnets: ["subnet-11111111", "subnet-22222222"],
      routes: [{ to: "0.0.0.0/0", via: "nat-1" }],
    },
  ],
  securityGroups: [
    { id: "sg-11111111", vpc: "vpc-1", tags: { team: "batch" } },
    { id: "sg-22222222", vpc: "vpc-1" },
  ],
};

const ec2Writes = [
  "CreateVpcEndpoint",
  "ModifyVpcEndpoint",
  "DeleteVpcEndpoints",
  "CreateSecurityGroup",
  "DeleteSecurityGroup",
  "AuthorizeSecurityGroupIngress",
  "AuthorizeSecurityGroupEgress",
  "RevokeSecurityGroupIngress",
  "RevokeSecurityGroupEgress",
  "CreateTags",
  "DeleteTags",
];
const ec2Reads = ["DescribeSubnets", "DescribeVpcEndpoints", "DescribeSecurityGroups", "DescribeRouteTables"];

/** What others do in the network, and what goes wrong with EC2. */
export function networkSteps(chance: Chance, until: number): Step[] {
  const at = (act: Act): Step => ({ at: chance.number() * until, act });
  return [
    ...Array.from({ length: chance.whole(0, 4) }, () =>
      at({ kind: "tool", doing: chance.of(networkDoings), pick: chance.whole(0, 100) }),
    ),
    ...Array.from({ length: chance.whole(0, 4) }, () =>
      at({
        kind: "awsFault",
        fault: chance.of(["throttle", "serverFailure", "denied", "loseRequest", "loseResponse", "delayResponse"]),
        on: [chance.of(chance.is(0.7) ? ec2Writes : ec2Reads)],
        after: chance.skewed(3),
        times: chance.whole(1, 3),
        forMs: undefined,
        ms: chance.whole(1, 15) * 1000,
      }),
    ),
    ...Array.from({ length: chance.whole(0, 3) }, () =>
      at({ kind: "kill", replica: "leader", after: chance.skewed(4), what: `aws ${chance.of(ec2Writes)}` }),
    ),
  ];
}
