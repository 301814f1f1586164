import type { RouteTable, Subnet } from "@aws-sdk/client-ec2";
import { type Block, blockOf } from "../ec2-addresses.ts";
import { noSuchSubnet, noSuchVpc } from "../ec2-reads.ts";
import { ec2Refusal, type StoredVpc } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";

/** Common parts of requests. */

/** @throws Refusal if the request does not contain it */
export function given<T>(value: T | undefined, parameter: string): T {
  if (value === undefined) {
    throw ec2Refusal("MissingParameter", `The request must contain the parameter ${parameter}`);
  }
  return value;
}

/** @throws Refusal for an invalid IPv4 block */
export function blockIn(text: string, parameter: string): Block {
  const block = blockOf(text);
  if (block === undefined) {
    throw ec2Refusal(
      "InvalidParameterValue",
      `Value (${text}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
    );
  }
  return block;
}

export function vpcWith(parts: NetworkParts, id: string): StoredVpc {
  const vpc = parts.state.vpcs.get(id);
  if (vpc === undefined) throw noSuchVpc(id);
  return vpc;
}

export function subnetWith(parts: NetworkParts, id: string): Subnet {
  const subnet = parts.state.subnets.get(id);
  if (subnet === undefined) throw noSuchSubnet(id);
  return subnet;
}

export function routeTableWith(parts: NetworkParts, id: string): RouteTable {
  const table = parts.state.routeTables.get(id);
  if (table === undefined) throw ec2Refusal("InvalidRouteTableID.NotFound", `The routeTable ID '${id}' does not exist`);
  return table;
}

/** @throws Refusal of a deletion, because the resource is still in use */
export function requireUnused(
  kind: "vpc" | "subnet" | "routeTable" | "internetGateway",
  id: string,
  users: number,
): void {
  if (users > 0) throw ec2Refusal("DependencyViolation", `The ${kind} '${id}' has dependencies and cannot be deleted.`);
}
