/** Lookups in the facts. An unread part stops the search with the missing permission. */

import type {
  InternetGateway,
  LaunchTemplateVersion,
  NatGateway,
  NetworkAcl,
  NetworkFacts,
  Part,
  PrefixList,
  RouteTable,
  SecurityGroup,
  Subnet,
  Unread,
  Vpc,
  VpcEndpoint,
} from "./facts.ts";
import type { ListCidrs } from "./filters.ts";
import type { LaunchTemplateReference } from "./port.ts";
import { tableOf } from "./routes.ts";
import type { Cause, Stop } from "./verdict.ts";

/** Thrown by a lookup in an unread part; the caller turns it into the verdict `unknown`. */
export class UnreadPart extends Error {
  readonly part: Unread;
  readonly what: string;

  constructor(what: string, part: Unread) {
    super(`${what} could not be read: ${part.message}`);
    this.what = what;
    this.part = part;
  }
}

export interface Lookups {
  readonly region: string;
  subnet(subnetId: string): Subnet | undefined;
  subnetsOf(vpcId: string): readonly Subnet[];
  vpc(vpcId: string): Vpc | undefined;
  dns(vpcId: string): { readonly support: boolean; readonly hostnames: boolean };
  table(subnet: Subnet): RouteTable | undefined;
  /** The gateway with that ID, attached or not. */
  internetGateway(gatewayId: string): InternetGateway | undefined;
  attachedGateway(vpcId: string): InternetGateway | undefined;
  egressOnlyGateway(gatewayId: string): InternetGateway | undefined;
  attachedEgressOnlyGateway(vpcId: string): InternetGateway | undefined;
  natGateway(natGatewayId: string): NatGateway | undefined;
  natGatewaysOf(vpcId: string): readonly NatGateway[];
  endpoint(endpointId: string): VpcEndpoint | undefined;
  endpointsOf(vpcId: string, serviceName: string): readonly VpcEndpoint[];
  groups(groupIds: readonly string[]): readonly SecurityGroup[];
  acl(subnet: Subnet): NetworkAcl | undefined;
  readonly listCidrs: ListCidrs;
  /** The managed list of a service's addresses, by its name or by the route to a gateway endpoint of the service. */
  listOf(serviceName: string): string | undefined;
  /** The CIDRs of AWS's own lists: each belongs to one service, without addresses of other services. */
  managedCidrs(): readonly string[];
}

/** @throws UnreadPart from its functions, for parts that were not read */
export function lookupsOf(facts: NetworkFacts): Lookups {
  const subnets = () => read("subnets", facts.subnets);
  const tables = () => read("route tables", facts.routeTables);
  const nats = () => read("NAT gateways", facts.natGateways);
  const endpoints = () => read("VPC endpoints", facts.endpoints);
  const internet = () => read("internet gateways", facts.internetGateways);
  const egressOnly = () => read("egress-only internet gateways", facts.egressOnlyGateways);
  const lists = () => read("prefix lists", facts.prefixLists);
  const vpc = (vpcId: string) => read("VPCs", facts.vpcs).find((one) => one.vpcId === vpcId);
  /** The lists with routes to gateway endpoints, of one service or of any. */
  const gatewayLists = (serviceName: string | undefined): readonly string[] => {
    const gateways = endpoints().filter(({ type }) => type === "Gateway");
    const ids = gateways
      .filter((one) => one.serviceName === (serviceName ?? one.serviceName))
      .map((one) => one.endpointId);
    const routes = tables().flatMap((table) => table.routes);
    return routes.flatMap(({ destination, target }) =>
      destination.kind === "prefixList" && ids.includes(target.id) ? [destination.id] : [],
    );
  };
  return {
    region: facts.region,
    subnet: (subnetId) => subnets().find((one) => one.subnetId === subnetId),
    subnetsOf: (vpcId) => subnets().filter((one) => one.vpcId === vpcId),
    vpc,
    dns: (vpcId) => {
      const found = vpc(vpcId);
      return found === undefined ? { support: true, hostnames: true } : read(`DNS settings of ${vpcId}`, found.dns);
    },
    table: (subnet) => tableOf(subnet, tables()),
    internetGateway: (id) => internet().find(({ gatewayId }) => gatewayId === id),
    attachedGateway: (vpcId) => internet().find(({ vpcIds }) => vpcIds.includes(vpcId)),
    egressOnlyGateway: (id) => egressOnly().find(({ gatewayId }) => gatewayId === id),
    attachedEgressOnlyGateway: (vpcId) => egressOnly().find(({ vpcIds }) => vpcIds.includes(vpcId)),
    natGateway: (id) => nats().find(({ natGatewayId }) => natGatewayId === id),
    natGatewaysOf: (vpcId) => nats().filter((one) => one.vpcId === vpcId),
    endpoint: (id) => endpoints().find(({ endpointId }) => endpointId === id),
    endpointsOf: (vpcId, serviceName) =>
      endpoints().filter((one) => one.vpcId === vpcId && one.serviceName === serviceName && isPresent(one)),
    groups: (ids) => read("security groups", facts.securityGroups).filter(({ groupId }) => ids.includes(groupId)),
    acl: (subnet) => {
      const acls = read("network ACLs", facts.networkAcls);
      return acls.find(({ subnetIds }) => subnetIds.includes(subnet.subnetId));
    },
    listCidrs: (id) => {
      const found = lists().find(({ prefixListId }) => prefixListId === id);
      if (found !== undefined && "unread" in found) throw new UnreadPart(`prefix list ${id}`, found.unread);
      return found?.cidrs ?? [];
    },
    listOf: (serviceName) => {
      const named = lists().find(({ name }) => name === serviceName);
      return named?.prefixListId ?? gatewayLists(serviceName)[0];
    },
    managedCidrs: () => {
      const ids = gatewayLists(undefined);
      const isManaged = ({ name, prefixListId }: PrefixList): boolean =>
        name?.includes("com.amazonaws.") === true || ids.includes(prefixListId);
      // Only a path with routes or rules that name an unread list depends on it.
      return lists().flatMap((one) => ("unread" in one || !isManaged(one) ? [] : one.cidrs));
    },
  };
}

/** @throws UnreadPart */
export function read<T>(what: string, part: Part<T>): T {
  if (part.kind === "unread") throw new UnreadPart(what, part);
  return part.value;
}

/**
 * The launch template of a reference; undefined if it does not exist. Facts may contain those of others as well.
 *
 * @throws UnreadPart also when EC2 denies reading this one
 */
export function templateIn(
  { launchTemplates }: NetworkFacts,
  { by, reference, version }: LaunchTemplateReference,
): LaunchTemplateVersion | undefined {
  const found = read("launch templates", launchTemplates).find(
    (one) => one.by === by && one.reference === reference && one.requested === version,
  );
  if (found !== undefined && "unread" in found) throw new UnreadPart(`launch template ${reference}`, found.unread);
  return found;
}

/** @param find a lookup that may throw UnreadPart */
export function orUnread<T>(find: () => T): T | UnreadPart {
  try {
    return find();
  } catch (error) {
    if (error instanceof UnreadPart) return error;
    throw error;
  }
}

/** The stop for an unread part. */
export function unreadStop({ what, part }: UnreadPart): Stop<"NotPermitted" | "NotReadable"> {
  const { permission, message } = part;
  const words = message.replace(/[.]$/, "");
  if (permission === undefined) {
    return {
      cause: "NotReadable",
      message: `${what} could not be read: ${words}`,
      objects: [],
      remedies: [],
      wayOut: false,
    };
  }
  return {
    cause: "NotPermitted",
    message: `${what} could not be read, the operator lacks ${permission}: ${words}`,
    objects: [],
    remedies: [{ kind: "grantPermission", permission }],
    wayOut: false,
  };
}

/** Whether a path ends at an unread part, where nothing is proved. */
export function isUnreadCause(cause: Cause): boolean {
  return cause === "NotPermitted" || cause === "NotReadable";
}

/** It will never become available: EC2 keeps it until somebody deletes it. */
export function isBroken({ state }: VpcEndpoint): boolean {
  return /^(?:failed|rejected|expired)$/.test(state);
}

/** Being created or extended, or accepted by its service: it does not serve yet. */
export function isPending({ state }: Pick<VpcEndpoint, "state">): boolean {
  return state === "pending" || state === "pendingacceptance";
}

/** It exists, or will exist. */
export function isPresent({ state }: VpcEndpoint): boolean {
  return state !== "deleting" && state !== "deleted";
}
