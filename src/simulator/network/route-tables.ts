import type {
  AssociateRouteTableRequest,
  AssociateRouteTableResult,
  CreateRouteTableRequest,
  CreateRouteTableResult,
  DeleteRouteTableRequest,
  DisassociateRouteTableRequest,
  ReplaceRouteTableAssociationRequest,
  ReplaceRouteTableAssociationResult,
  RouteTable,
  RouteTableAssociation,
} from "@aws-sdk/client-ec2";
import { tagsAtCreation } from "../ec2-groups.ts";
import { ec2Refusal, tagsOf } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";
import { routeTableRecord } from "./records.ts";
import { given, requireUnused, routeTableWith, subnetWith, vpcWith } from "./requests.ts";

/** Creates, associates and deletes route tables. */
export const routeTableWrites = {
  createRouteTable(parts: NetworkParts, input: CreateRouteTableRequest): CreateRouteTableResult {
    const { state } = parts;
    const vpc = given(input.VpcId, "vpcId");
    const { CidrBlock: cidr } = vpcWith(parts, vpc).vpc;
    const tags = tagsOf(tagsAtCreation(input.TagSpecifications, "route-table"));
    const id = state.newId("rtb");
    const table = routeTableRecord(state.world, { id, vpc, tags }, cidr);
    state.routeTables.put(id, table);
    return { RouteTable: table };
  },

  associateRouteTable(parts: NetworkParts, input: AssociateRouteTableRequest): AssociateRouteTableResult {
    if (input.GatewayId !== undefined) {
      throw ec2Refusal("UnsupportedOperation", "The simulator associates route tables with subnets only"); // our words
    }
    const table = routeTableWith(parts, given(input.RouteTableId, "routeTableId"));
    const subnet = given(input.SubnetId, "subnetId");
    requireSameVpc(parts, table, subnet);
    const before = associations(parts).find(({ association }) => association.SubnetId === subnet);
    if (before !== undefined && before.table.RouteTableId !== table.RouteTableId) {
      throw ec2Refusal(
        "Resource.AlreadyAssociated",
        `the specified association for route table ${table.RouteTableId} conflicts with an existing association`,
      );
    }
    const id =
      before?.association.RouteTableAssociationId ?? associate(parts, table, { SubnetId: subnet, Main: false });
    return { AssociationId: id, AssociationState: { State: "associated" } };
  },

  /** It can also move the main association: then the other table is the main one. */
  replaceRouteTableAssociation(
    parts: NetworkParts,
    input: ReplaceRouteTableAssociationRequest,
  ): ReplaceRouteTableAssociationResult {
    const { table: from, association } = associationWith(parts, given(input.AssociationId, "associationId"));
    const to = routeTableWith(parts, given(input.RouteTableId, "routeTableId"));
    if (from.VpcId !== to.VpcId) throw differentNetworks(to, from.RouteTableId ?? "");
    const { SubnetId, Main = false } = association;
    remove(parts, from, association);
    const into = routeTableWith(parts, to.RouteTableId ?? "");
    const id = associate(parts, into, { Main, ...(SubnetId === undefined ? {} : { SubnetId }) });
    return { NewAssociationId: id, AssociationState: { State: "associated" } };
  },

  disassociateRouteTable(parts: NetworkParts, input: DisassociateRouteTableRequest): void {
    const id = given(input.AssociationId, "associationId");
    const { table, association } = associationWith(parts, id);
    if (association.Main === true) {
      throw ec2Refusal("InvalidParameterValue", `cannot disassociate the main route table association ${id}`);
    }
    remove(parts, table, association);
  },

  deleteRouteTable(parts: NetworkParts, input: DeleteRouteTableRequest): void {
    const id = given(input.RouteTableId, "routeTableId");
    const { Associations = [] } = routeTableWith(parts, id);
    const endpoints = parts.state.endpoints.all().filter(({ RouteTableIds = [] }) => RouteTableIds.includes(id));
    requireUnused("routeTable", id, Associations.length + endpoints.length);
    parts.state.routeTables.remove(id);
  },
};

interface TableAssociation {
  readonly table: RouteTable;
  readonly association: RouteTableAssociation;
}

function associations({ state }: NetworkParts): TableAssociation[] {
  return state.routeTables
    .all()
    .flatMap((table) => (table.Associations ?? []).map((association) => ({ table, association })));
}

function associationWith(parts: NetworkParts, id: string): TableAssociation {
  const found = associations(parts).find(({ association }) => association.RouteTableAssociationId === id);
  if (found === undefined) {
    throw ec2Refusal("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
  }
  return found;
}

function associate(
  { state }: NetworkParts,
  table: RouteTable,
  rest: { readonly Main: boolean; readonly SubnetId?: string },
) {
  const RouteTableAssociationId = state.newId("rtbassoc");
  const RouteTableId = table.RouteTableId ?? "";
  const association: RouteTableAssociation = {
    RouteTableAssociationId,
    RouteTableId,
    AssociationState: { State: "associated" },
    ...rest,
  };
  state.routeTables.put(RouteTableId, { ...table, Associations: [...(table.Associations ?? []), association] });
  return RouteTableAssociationId;
}

function remove(
  { state }: NetworkParts,
  table: RouteTable,
  { RouteTableAssociationId: id }: RouteTableAssociation,
): void {
  const Associations = (table.Associations ?? []).filter((one) => one.RouteTableAssociationId !== id);
  state.routeTables.put(table.RouteTableId ?? "", { ...table, Associations });
}

function requireSameVpc(parts: NetworkParts, table: RouteTable, subnet: string): void {
  if (subnetWith(parts, subnet).VpcId !== table.VpcId) throw differentNetworks(table, `subnet ${subnet}`);
}

function differentNetworks({ RouteTableId: id }: RouteTable, other: string): Error {
  return ec2Refusal("InvalidParameterValue", `route table ${id} and ${other} belong to different networks`);
}
