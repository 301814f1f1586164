import type {
  CreateRouteRequest,
  CreateRouteResult,
  DeleteRouteRequest,
  ReplaceRouteRequest,
  Route,
  RouteTable,
} from "@aws-sdk/client-ec2";
import { type Ec2State, ec2Refusal } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";
import { routeOf } from "./records.ts";
import { blockIn, given, routeTableWith } from "./requests.ts";

/** Creates, changes and deletes routes of a table. */
export const routeWrites = {
  createRoute(parts: NetworkParts, input: CreateRouteRequest): CreateRouteResult {
    const table = routeTableWith(parts, given(input.RouteTableId, "routeTableId"));
    const to = destinationIn(parts, input);
    const via = targetIn(parts, input, table);
    if ((table.Routes ?? []).some((route) => destinationOf(route) === to)) {
      throw ec2Refusal("RouteAlreadyExists", `The route identified by ${to} already exists.`);
    }
    putRoutes(parts, table, [...(table.Routes ?? []), routeOf({ to, via })]);
    return { Return: true };
  },

  replaceRoute(parts: NetworkParts, input: ReplaceRouteRequest): void {
    const table = routeTableWith(parts, given(input.RouteTableId, "routeTableId"));
    const to = destinationIn(parts, input);
    requireOwn(table, to, "replace");
    const via = targetIn(parts, input, table);
    putRoutes(parts, table, [...othersThan(table, to), routeOf({ to, via })]);
  },

  deleteRoute(parts: NetworkParts, input: DeleteRouteRequest): void {
    const table = routeTableWith(parts, given(input.RouteTableId, "routeTableId"));
    const to = destinationIn(parts, input);
    requireOwn(table, to, "remove");
    putRoutes(parts, table, othersThan(table, to));
  },
};

/** Routes through a deleted gateway become blackholes. */
export function markBlackholes(state: Ec2State, target: string): void {
  const leadsThere = ({ GatewayId, NatGatewayId }: Route): boolean => GatewayId === target || NatGatewayId === target;
  for (const table of state.routeTables.all()) {
    const routes = table.Routes ?? [];
    if (!routes.some(leadsThere)) continue;
    const Routes = routes.map((route): Route => (leadsThere(route) ? { ...route, State: "blackhole" } : route));
    state.routeTables.put(table.RouteTableId ?? "", { ...table, Routes });
  }
}

type Destination = Pick<
  CreateRouteRequest,
  "DestinationCidrBlock" | "DestinationIpv6CidrBlock" | "DestinationPrefixListId"
>;
type Target = Pick<
  CreateRouteRequest,
  | "GatewayId"
  | "NatGatewayId"
  | "EgressOnlyInternetGatewayId"
  | "TransitGatewayId"
  | "VpcPeeringConnectionId"
  | "NetworkInterfaceId"
  | "InstanceId"
>;

function destinationOf(route: Destination): string | undefined {
  return route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId;
}

function destinationIn({ state }: NetworkParts, input: Destination): string {
  const { DestinationCidrBlock: cidr, DestinationPrefixListId: list } = input;
  if (cidr !== undefined) return blockIn(cidr, "destinationCidrBlock").cidr;
  if (list !== undefined && state.prefixLists.get(list) === undefined) {
    throw ec2Refusal("InvalidPrefixListID.NotFound", `The prefix list ID '${list}' does not exist`);
  }
  return given(destinationOf(input), "destinationCidrBlock");
}

/** The one target, which must exist in the table's VPC. */
function targetIn({ state }: NetworkParts, input: Target, table: RouteTable): string {
  const targets = Object.entries({
    GatewayId: input.GatewayId,
    NatGatewayId: input.NatGatewayId,
    EgressOnlyInternetGatewayId: input.EgressOnlyInternetGatewayId,
    TransitGatewayId: input.TransitGatewayId,
    VpcPeeringConnectionId: input.VpcPeeringConnectionId,
    NetworkInterfaceId: input.NetworkInterfaceId,
    InstanceId: input.InstanceId,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const [[kind, id] = ["", ""], second] = targets;
  if (id === "" || second !== undefined) {
    throw ec2Refusal(
      "MissingParameter",
      "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId or transitGatewayId",
    ); // our words
  }
  const vpcs = vpcsOf(state, kind, id);
  if (vpcs === undefined) throw noSuchTarget(kind, id);
  if (!vpcs.includes(table.VpcId)) {
    const text = `route table ${table.RouteTableId} and network gateway ${id} belong to different networks`;
    throw ec2Refusal("InvalidParameterValue", text);
  }
  return id;
}

/** The VPCs from which a target can be reached; undefined if it does not exist. */
function vpcsOf(state: Ec2State, kind: string, id: string): readonly (string | undefined)[] | undefined {
  switch (kind) {
    case "GatewayId":
      return state.internetGateways.get(id)?.Attachments?.map(({ VpcId }) => VpcId);
    case "EgressOnlyInternetGatewayId":
      return state.egressOnlyGateways.get(id)?.Attachments?.map(({ VpcId }) => VpcId);
    case "NatGatewayId": {
      const gateway = state.natGateways.get(id);
      const exists = gateway?.State === "pending" || gateway?.State === "available";
      return exists ? [gateway.VpcId] : undefined;
    }
    default:
      // The simulator has no targets of other kinds.
      return undefined;
  }
}

const codes: Readonly<Record<string, readonly [code: string, words: string]>> = {
  GatewayId: ["InvalidGatewayID.NotFound", "gateway"],
  NatGatewayId: ["InvalidNatGatewayID.NotFound", "natGateway"],
  EgressOnlyInternetGatewayId: ["InvalidGatewayID.NotFound", "egressOnlyInternetGateway"],
  TransitGatewayId: ["InvalidTransitGatewayID.NotFound", "transitGateway"],
  VpcPeeringConnectionId: ["InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection"],
  NetworkInterfaceId: ["InvalidNetworkInterfaceID.NotFound", "networkInterface"],
  InstanceId: ["InvalidInstanceID.NotFound", "instance"],
};

function noSuchTarget(kind: string, id: string): Error {
  const [code, words] = codes[kind] ?? ["InvalidParameterValue", "target"];
  return ec2Refusal(code, `The ${words} ID '${id}' does not exist`);
}

/** Neither the local route nor that of an endpoint can be changed as a route. */
function requireOwn(table: RouteTable, to: string, verb: "replace" | "remove"): void {
  const route = (table.Routes ?? []).find((one) => destinationOf(one) === to);
  if (route === undefined) {
    const text = `no route with destination-cidr-block ${to} in route table ${table.RouteTableId}`;
    throw ec2Refusal("InvalidRoute.NotFound", text);
  }
  if (route.Origin !== "CreateRoute" || route.GatewayId?.startsWith("vpce-") === true) {
    const what = route.GatewayId === "local" ? "local route" : `route to ${route.GatewayId}`;
    throw ec2Refusal("InvalidParameterValue", `cannot ${verb} ${what} ${to} in route table ${table.RouteTableId}`);
  }
}

function othersThan({ Routes = [] }: RouteTable, to: string): Route[] {
  return Routes.filter((route) => destinationOf(route) !== to);
}

function putRoutes({ state }: NetworkParts, table: RouteTable, Routes: Route[]): void {
  state.routeTables.put(table.RouteTableId ?? "", { ...table, Routes });
}
