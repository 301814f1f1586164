/**
 * The door of the calls of EC2 that create networks: an operation for each call of VPCs, subnets, route tables, gateways and
 * addresses.
 */

import { addressReads, addressWrites } from "./addresses.ts";
import type { CallOf } from "./handler.ts";
import { interfaceReads } from "./interfaces.ts";
import { internetGatewayWrites } from "./internet-gateways.ts";
import { natGatewayWrites } from "./nat-gateways.ts";
import { routeTableWrites } from "./route-tables.ts";
import { routeWrites } from "./routes.ts";
import { subnetWrites } from "./subnets.ts";
import { vpcWrites } from "./vpcs.ts";
import { zoneReads } from "./zones.ts";

/** Calls of EC2 by which people and their tools read a network; the operator does not use them. */
export const networkReads = { ...addressReads, ...interfaceReads, ...zoneReads };

/** Calls of EC2 by which people and their tools create and delete a network; the operator does not use them. */
export const networkWrites = {
  ...addressWrites,
  ...internetGatewayWrites,
  ...natGatewayWrites,
  ...routeTableWrites,
  ...routeWrites,
  ...subnetWrites,
  ...vpcWrites,
};

type NetworkHandlers = typeof networkReads & typeof networkWrites;

export type NetworkApi = { readonly [Name in keyof NetworkHandlers]: CallOf<NetworkHandlers[Name]> };
