/** What is wrong with the things that an environment refers to, whatever its paths. Pure. */

import { changeSpec, type Defect, type Described, defect, groupIdsOf, subnetsOf } from "./described.ts";
import type { NetworkFacts, Subnet } from "./facts.ts";
import { imageStops, offeringStops, placementStops, templateStops } from "./launch.ts";
import { read, UnreadPart, unreadStop } from "./lookups.ts";
import { profileStops } from "./profile.ts";
import { list, type Remedy } from "./remedies.ts";

/** All defects; an unread part results in one defect that says so. */
export function defectsOf(described: Described, facts: NetworkFacts): readonly Defect[] {
  const checks = [subnetDefects, groupDefects, offeringStops, templateStops, profileStops, imageStops, placementStops];
  return checks.flatMap((check) => {
    try {
      return check(described, facts);
    } catch (error) {
      if (!(error instanceof UnreadPart)) throw error;
      return [{ stop: unreadStop(error), subnetIds: [] }];
    }
  });
}

const subnetsPath = "spec.computeResources.subnets";
const groupsPath = "spec.computeResources.securityGroupIds";

function subnetDefects(described: Described, facts: NetworkFacts): readonly Defect[] {
  const subnets = subnetsOf(described, facts);
  const ids = new Set(subnets.map(({ subnetId }) => subnetId));
  const missing = described.request.subnetIds.filter((id) => !ids.has(id));
  const vpcs = [...new Set(subnets.map(({ vpcId }) => vpcId))];
  const several = `the subnets are in several VPCs: ${vpcs.map((vpc) => inVpc(vpc, subnets)).join("; ")}`;
  const choose = changeSpec(subnetsPath, vpcs, `use subnets of only one VPC in ${subnetsPath}`);
  return [
    ...missing.map((id) =>
      defect(
        "SubnetMissing",
        `${id} does not exist in this account and region`,
        [id],
        [changeSpec(subnetsPath, [id], `remove ${id} from ${subnetsPath}`)],
        [id],
      ),
    ),
    ...(vpcs.length > 1 ? [defect("SeveralVpcs", several, vpcs, [choose])] : []),
    ...subnets.flatMap((subnet) => stateDefects(subnet)),
  ];
}

function stateDefects({ subnetId, state, cidr, freeAddresses }: Subnet): readonly Defect[] {
  if (state !== "available") {
    const wait: Remedy = { kind: "waitFor", id: subnetId, state };
    return [defect("SubnetNotAvailable", `${subnetId} is ${state}`, [subnetId], [wait], [subnetId])];
  }
  if (cidr === undefined || freeAddresses > 0) return [];
  const advice = `release addresses of ${subnetId} (unused network interfaces), or add a larger subnet to ${subnetsPath}`;
  const remedies = [changeSpec(subnetsPath, [subnetId], advice)];
  return [defect("NoFreeAddresses", `${subnetId} has no free address`, [subnetId], remedies, [subnetId])];
}

function inVpc(vpc: string, subnets: readonly Subnet[]): string {
  return `${list(subnets.filter(({ vpcId }) => vpcId === vpc).map(({ subnetId }) => subnetId))} in ${vpc}`;
}

function groupDefects(described: Described, facts: NetworkFacts): readonly Defect[] {
  const groupIds = groupIdsOf(described, facts);
  if (groupIds.length === 0) {
    const advice = `set a security group in ${groupsPath}`;
    return [
      defect(
        "NoSecurityGroup",
        "neither the spec nor the launch template has a security group",
        [],
        [changeSpec(groupsPath, [], advice)],
      ),
    ];
  }
  const groups = read("security groups", facts.securityGroups).filter(({ groupId }) => groupIds.includes(groupId));
  const missing = groupIds.filter((id) => !groups.some(({ groupId }) => groupId === id));
  const vpcs = new Set(subnetsOf(described, facts).map(({ vpcId }) => vpcId));
  const foreign = vpcs.size === 0 ? [] : groups.filter(({ vpcId }) => !vpcs.has(vpcId));
  return [
    ...missing.map((id) =>
      defect(
        "SecurityGroupMissing",
        `${id} does not exist in this account and region`,
        [id],
        [changeSpec(groupsPath, [id], `remove ${id} from ${groupsPath}`)],
      ),
    ),
    ...foreign.map(({ groupId, vpcId }) =>
      defect(
        "SecurityGroupOfOtherVpc",
        `${groupId} is in ${vpcId}, the subnets are in ${list([...vpcs])}`,
        [groupId],
        [changeSpec(groupsPath, [groupId], `use a group of ${list([...vpcs])} instead of ${groupId} in ${groupsPath}`)],
      ),
    ),
  ];
}
