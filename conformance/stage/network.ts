import { type Account, answerOf } from "../account/account.ts";
import type { Ask } from "../rest.ts";

export interface Network {
  readonly subnet: string;
  readonly securityGroup: string;
}

/**
 * The subnet and the security group that all environments name: as given, otherwise the first subnet of the default VPC, and
 * the default group of the subnet's VPC.
 *
 * @throws Error that says what to give
 */
export async function networkFor({ ec2 }: Account, given: Partial<Network>): Promise<Network> {
  const filters = given.subnet === undefined ? [{ Name: "default-for-az", Values: ["true"] }] : [];
  const asked = { ...(given.subnet === undefined ? {} : { SubnetIds: [given.subnet] }), Filters: filters };
  const { Subnets = [] } = await answerOf<{ Subnets?: { SubnetId?: string; VpcId?: string }[] }>(
    ec2,
    "DescribeSubnets",
    asked,
  );
  const { SubnetId: subnet, VpcId: vpc } =
    Subnets.toSorted((one, other) => compare(one.SubnetId, other.SubnetId))[0] ?? {};
  if (subnet === undefined || vpc === undefined) {
    throw new Error("the region has no default VPC with subnets: name a subnet with --subnet, or give --make-network");
  }
  if (given.securityGroup !== undefined) return { subnet, securityGroup: given.securityGroup };
  const group = await defaultGroupOf(vpc, ec2);
  if (group === undefined) {
    throw new Error(`the VPC of ${subnet} has no security group named default: name one with --security-group`);
  }
  return { subnet, securityGroup: group };
}

/** The ID of the group that AWS has made with a VPC. @throws Error with EC2's words */
export async function defaultGroupOf(vpc: string, ec2: Ask): Promise<string | undefined> {
  const { SecurityGroups = [] } = await answerOf<{ SecurityGroups?: { GroupId?: string }[] }>(
    ec2,
    "DescribeSecurityGroups",
    {
      Filters: [
        { Name: "vpc-id", Values: [vpc] },
        { Name: "group-name", Values: ["default"] },
      ],
    },
  );
  return SecurityGroups[0]?.GroupId;
}

function compare(one = "", other = ""): number {
  return one < other ? -1 : Number(one > other);
}
