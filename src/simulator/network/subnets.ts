import type {
  CreateSubnetRequest,
  CreateSubnetResult,
  DeleteSubnetRequest,
  ModifySubnetAttributeRequest,
} from "@aws-sdk/client-ec2";
import { type Block, blockOf, holds } from "../ec2-addresses.ts";
import { zonesOf } from "../ec2-catalogue.ts";
import { tagsAtCreation } from "../ec2-groups.ts";
import { ec2Refusal, tagsOf } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";
import { aclAssociation, subnetRecord, zoneId } from "./records.ts";
import { blockIn, given, requireUnused, subnetWith, vpcWith } from "./requests.ts";

/** AWS reserves the first four addresses of a subnet and the last one. */
const addressesOfAws = 5;

/** Creates, changes and deletes subnets. */
export const subnetWrites = {
  createSubnet(parts: NetworkParts, input: CreateSubnetRequest): CreateSubnetResult {
    const { state } = parts;
    const vpc = given(input.VpcId, "vpcId");
    const { cidr: vpcCidr = "" } = { cidr: vpcWith(parts, vpc).vpc.CidrBlock };
    const block = blockIn(given(input.CidrBlock, "cidrBlock"), "cidrBlock");
    const zone = zoneIn(parts, input);
    requireFree(parts, vpc, vpcCidr, block);
    const tags = tagsOf(tagsAtCreation(input.TagSpecifications, "subnet"));
    const id = state.newId("subnet");
    const line = { id, vpc, zone, cidr: block.cidr, freeAddresses: block.size - addressesOfAws, tags };
    const subnet = { ...subnetRecord(state.world, line), DefaultForAz: false, AssignIpv6AddressOnCreation: false };
    state.subnets.put(id, subnet);
    const acl = state.acls.all().find((one) => one.VpcId === vpc && one.IsDefault === true);
    const aclId = acl?.NetworkAclId ?? "";
    const Associations = [...(acl?.Associations ?? []), aclAssociation(aclId, id)];
    if (acl !== undefined) state.acls.put(aclId, { ...acl, Associations });
    return { Subnet: { ...subnet, State: "available" } };
  },

  modifySubnetAttribute(parts: NetworkParts, input: ModifySubnetAttributeRequest): void {
    const { SubnetId, MapPublicIpOnLaunch: mapped, ...others } = input;
    const subnet = subnetWith(parts, given(SubnetId, "subnetId"));
    const [other] = Object.keys(others);
    if (other !== undefined) {
      throw ec2Refusal("UnsupportedOperation", `The simulator does not keep ${other} of a subnet`); // our words
    }
    const MapPublicIpOnLaunch = given(mapped?.Value, "mapPublicIpOnLaunch");
    parts.state.subnets.put(given(SubnetId, "subnetId"), { ...subnet, MapPublicIpOnLaunch });
  },

  /** Also deletes its associations with a route table and a network ACL. */
  deleteSubnet(parts: NetworkParts, input: DeleteSubnetRequest): void {
    const { state } = parts;
    const id = given(input.SubnetId, "subnetId");
    subnetWith(parts, id);
    const gateways = state.natGateways.all().filter(({ SubnetId, State }) => {
      return SubnetId === id && State !== "deleted" && State !== "failed";
    });
    const endpoints = state.endpoints.all().filter(({ SubnetIds = [] }) => SubnetIds.includes(id));
    requireUnused("subnet", id, gateways.length + endpoints.length + (parts.hasInstances(id) ? 1 : 0));
    const others = <T extends { SubnetId?: string | undefined }>(associations: readonly T[] = []): T[] =>
      associations.filter(({ SubnetId }) => SubnetId !== id);
    for (const table of state.routeTables.all()) {
      const Associations = others(table.Associations);
      if (Associations.length !== table.Associations?.length) {
        state.routeTables.put(table.RouteTableId ?? "", { ...table, Associations });
      }
    }
    for (const acl of state.acls.all()) {
      const Associations = others(acl.Associations);
      if (Associations.length !== acl.Associations?.length) {
        state.acls.put(acl.NetworkAclId ?? "", { ...acl, Associations });
      }
    }
    state.subnets.remove(id);
  },
};

function zoneIn({ state }: NetworkParts, input: CreateSubnetRequest): string {
  const zones = zonesOf(state.world.region);
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input;
  const zone = name ?? (id === undefined ? zones[0] : zones.find((one) => zoneId(one) === id)) ?? "";
  if (zones.includes(zone)) return zone;
  const parameter = name === undefined ? "availabilityZoneId" : "availabilityZone";
  const all = zones.join(", ");
  throw ec2Refusal(
    "InvalidParameterValue",
    `Value (${name ?? id}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${all}.`,
  );
}

/** Inside the VPC, without overlap with its other subnets. */
function requireFree({ state }: NetworkParts, vpc: string, vpcCidr: string, block: Block): void {
  const around = blockOf(vpcCidr);
  const fits = block.length >= 16 && block.length <= 28 && around !== undefined && holds(around, block);
  if (!fits) throw ec2Refusal("InvalidSubnet.Range", `The CIDR '${block.cidr}' is invalid.`);
  const rival = state.subnets.all().find((one) => {
    const theirs = blockOf(one.CidrBlock ?? "");
    return one.VpcId === vpc && theirs !== undefined && (holds(theirs, block) || holds(block, theirs));
  });
  if (rival === undefined) return;
  throw ec2Refusal("InvalidSubnet.Conflict", `The CIDR '${block.cidr}' conflicts with another subnet`);
}
