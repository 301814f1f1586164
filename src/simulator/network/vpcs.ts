import type {
  CreateVpcRequest,
  CreateVpcResult,
  DeleteVpcRequest,
  ModifyVpcAttributeRequest,
} from "@aws-sdk/client-ec2";
import { tagsAtCreation } from "../ec2-groups.ts";
import { ec2Refusal, tagsOf } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";
import {
  aclRecord,
  defaultAclOf,
  defaultGroupOf,
  groupRecord,
  mainTableOf,
  routeTableRecord,
  vpcRecord,
} from "./records.ts";
import { blockIn, given, requireUnused, vpcWith } from "./requests.ts";

/** Creates, changes and deletes VPCs. */
export const vpcWrites = {
  createVpc({ state }: NetworkParts, input: CreateVpcRequest): CreateVpcResult {
    if (input.AmazonProvidedIpv6CidrBlock === true || input.Ipv6CidrBlock !== undefined) {
      throw ec2Refusal("UnsupportedOperation", "The simulator has no IPv6"); // our words
    }
    const block = blockIn(given(input.CidrBlock, "cidrBlock"), "cidrBlock");
    if (block.length < 16 || block.length > 28) {
      throw ec2Refusal("InvalidVpc.Range", `The CIDR '${input.CidrBlock}' is invalid.`);
    }
    const tags = tagsOf(tagsAtCreation(input.TagSpecifications, "vpc"));
    const id = state.newId("vpc");
    // Unlike a default VPC, a created one gives no DNS names to instances.
    const stored = vpcRecord(state.world, { id, cidr: block.cidr, dnsHostnames: false, tags });
    const vpc = { ...stored.vpc, InstanceTenancy: input.InstanceTenancy ?? "default" };
    state.vpcs.put(id, { ...stored, vpc });
    const [table, group, acl] = [mainTableOf(id), defaultGroupOf(id), defaultAclOf(id, [])];
    state.routeTables.put(table.id, routeTableRecord(state.world, table, block.cidr));
    state.groups.put(group.id, groupRecord(state.world, group));
    state.acls.put(acl.id, aclRecord(state.world, acl, true));
    return { Vpc: { ...vpc, State: "pending" } };
  },

  modifyVpcAttribute(parts: NetworkParts, input: ModifyVpcAttributeRequest): void {
    const id = given(input.VpcId, "vpcId");
    const stored = vpcWith(parts, id);
    const { EnableDnsSupport: support, EnableDnsHostnames: hostnames } = input;
    const usage = input.EnableNetworkAddressUsageMetrics;
    if ([support, hostnames, usage].filter((one) => one !== undefined).length !== 1) {
      throw ec2Refusal("InvalidParameterCombination", "Exactly one attribute must be given."); // our words
    }
    parts.state.vpcs.put(id, {
      ...stored,
      dnsSupport: support?.Value ?? stored.dnsSupport,
      dnsHostnames: hostnames?.Value ?? stored.dnsHostnames,
      ...(usage?.Value === undefined ? {} : { addressUsageMetrics: usage.Value }),
    });
  },

  /** Also deletes the resources that came with it. */
  deleteVpc(parts: NetworkParts, input: DeleteVpcRequest): void {
    const id = given(input.VpcId, "vpcId");
    vpcWith(parts, id);
    const { state } = parts;
    const inside = ({ VpcId }: { readonly VpcId?: string | undefined }): boolean => VpcId === id;
    const tables = state.routeTables.all().filter(inside);
    const groups = state.groups.all().filter(inside);
    const acls = state.acls.all().filter(inside);
    const attached = [...state.internetGateways.all(), ...state.egressOnlyGateways.all()];
    const users = [
      ...state.subnets.all().filter(inside),
      ...state.endpoints.all().filter(inside),
      ...state.natGateways.all().filter((one) => inside(one) && one.State !== "deleted" && one.State !== "failed"),
      ...attached.filter(({ Attachments = [] }) => Attachments.some(inside)),
      ...tables.filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main === true)),
      ...groups.filter(({ GroupName }) => GroupName !== "default"),
      ...acls.filter(({ IsDefault }) => IsDefault !== true),
    ];
    requireUnused("vpc", id, users.length);
    for (const { RouteTableId = "" } of tables) state.routeTables.remove(RouteTableId);
    for (const { GroupId = "" } of groups) state.groups.remove(GroupId);
    for (const { NetworkAclId = "" } of acls) state.acls.remove(NetworkAclId);
    state.vpcs.remove(id);
  },
};
