/** Fixes of findings: data that a tool can apply, and a sentence for people. Pure. */

import type { PortRange } from "./facts.ts";
import { shortName } from "./needs.ts";

export type Remedy =
  /** Gives instances public addresses and, if missing, the route to an internet gateway. */
  | {
      readonly kind: "publicIps";
      readonly vpcId: string;
      readonly subnetIds: readonly string[];
      /** Tables that still need the default route. */
      readonly routeTableIds: readonly string[];
      /** Attached to the VPC; undefined: create one. */
      readonly gatewayId: string | undefined;
      /** Launch templates that contradict the subnet. */
      readonly launchTemplates: readonly string[];
      /** On Fargate the job definition decides. */
      readonly byJobDefinition: boolean;
    }
  /** Subnets of the VPC that already have what is missing. */
  | { readonly kind: "useSubnets"; readonly subnetIds: readonly string[] }
  | {
      readonly kind: "interfaceEndpoints";
      readonly vpcId: string;
      /** Private DNS of endpoints needs enableDnsHostnames, which is off. */
      readonly enableHostnames: boolean;
      /** Full service names. */
      readonly services: readonly string[];
      readonly subnetIds: readonly string[];
      /** S3 needs only a gateway endpoint, in these tables; empty if S3 is not missing. */
      readonly s3RouteTableIds: readonly string[];
    }
  | {
      readonly kind: "natGateway";
      readonly vpcId: string;
      readonly routeTableIds: readonly string[];
      /** An existing one that works; undefined: create one. */
      readonly natGatewayId: string | undefined;
      /** A subnet of the VPC with a route to an internet gateway, for a new one. */
      readonly publicSubnetId: string | undefined;
    }
  | {
      readonly kind: "ipv6Egress";
      readonly vpcId: string;
      readonly routeTableIds: readonly string[];
      readonly gatewayId: string | undefined;
    }
  | { readonly kind: "assignIpv6"; readonly subnetIds: readonly string[] }
  | { readonly kind: "allowEgress"; readonly groupIds: readonly string[]; readonly to: string }
  | { readonly kind: "allowIngress"; readonly groupIds: readonly string[]; readonly from: string }
  | {
      readonly kind: "allowAcl";
      readonly aclId: string;
      readonly direction: "egress" | "ingress";
      readonly ports: PortRange;
      readonly cidrs: readonly string[];
    }
  | {
      readonly kind: "enableDns";
      readonly vpcId: string;
      readonly attributes: readonly ("enableDnsSupport" | "enableDnsHostnames")[];
    }
  | { readonly kind: "enablePrivateDns"; readonly endpointId: string }
  | { readonly kind: "addEndpointSubnets"; readonly endpointId: string; readonly subnetIds: readonly string[] }
  | { readonly kind: "changeEndpointFamily"; readonly endpointId: string }
  | { readonly kind: "replaceEndpoint"; readonly endpointId: string }
  | { readonly kind: "widenPolicy"; readonly endpointId: string; readonly actions: readonly string[] }
  | { readonly kind: "attachGateway"; readonly gatewayId: string; readonly vpcId: string }
  | { readonly kind: "waitFor"; readonly id: string; readonly state: string }
  | {
      readonly kind: "routeToInternet";
      readonly routeTableId: string;
      readonly gatewayId: string | undefined;
      readonly why: string;
    }
  | { readonly kind: "grantPermission"; readonly permission: string }
  /** A person has to choose; `path` is the field of the manifest. */
  | { readonly kind: "changeSpec"; readonly path: string; readonly ids: readonly string[]; readonly advice: string }
  /** A person has to change an AWS object. */
  | { readonly kind: "changeAws"; readonly ids: readonly string[]; readonly advice: string };

/** The IDs of the resources of a remedy, for the status. */
export function objectsOf(remedy: Remedy): readonly string[] {
  switch (remedy.kind) {
    case "publicIps":
      return defined(...remedy.subnetIds, ...remedy.routeTableIds, remedy.gatewayId, ...remedy.launchTemplates);
    case "interfaceEndpoints":
      return [remedy.vpcId, ...remedy.subnetIds, ...remedy.s3RouteTableIds];
    case "natGateway":
      return defined(remedy.natGatewayId, remedy.publicSubnetId, ...remedy.routeTableIds);
    case "ipv6Egress":
      return defined(remedy.vpcId, remedy.gatewayId, ...remedy.routeTableIds);
    case "assignIpv6":
    case "useSubnets":
      return remedy.subnetIds;
    case "allowEgress":
    case "allowIngress":
      return remedy.groupIds;
    case "allowAcl":
      return [remedy.aclId];
    case "enableDns":
      return [remedy.vpcId];
    case "addEndpointSubnets":
      return [remedy.endpointId, ...remedy.subnetIds];
    case "enablePrivateDns":
    case "changeEndpointFamily":
    case "replaceEndpoint":
    case "widenPolicy":
      return [remedy.endpointId];
    case "attachGateway":
      return [remedy.gatewayId, remedy.vpcId];
    case "waitFor":
      return [remedy.id];
    case "routeToInternet":
      return defined(remedy.routeTableId, remedy.gatewayId);
    case "changeAws":
    case "changeSpec":
      return remedy.ids;
    case "grantPermission":
      return [];
  }
}

/** The name of a remedy in the status, one word. */
export function nameOf({ kind }: Remedy): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** One sentence without a full stop, in the imperative. */
export function sentenceOf(remedy: Remedy): string {
  switch (remedy.kind) {
    case "publicIps":
      return publicIps(remedy);
    case "interfaceEndpoints":
      return interfaceEndpoints(remedy);
    case "natGateway": {
      const made = `create a NAT gateway in ${remedy.publicSubnetId ?? "a subnet with a route to an internet gateway"}`;
      const first = remedy.natGatewayId === undefined ? `${made} and ` : "";
      return `${first}route 0.0.0.0/0 of ${list(remedy.routeTableIds)} to ${remedy.natGatewayId ?? "it"}`;
    }
    case "ipv6Egress": {
      const gateway = remedy.gatewayId ?? "it";
      const first =
        remedy.gatewayId === undefined ? `create an egress-only internet gateway in ${remedy.vpcId} and ` : "";
      return `${first}route ::/0 of ${list(remedy.routeTableIds)} to ${gateway}`;
    }
    case "useSubnets":
      return `use ${list(remedy.subnetIds, "or")} in spec.computeResources.subnets, with a route to an internet gateway and public IPs`;
    case "assignIpv6":
      return `turn on AssignIpv6AddressOnCreation for ${list(remedy.subnetIds)}`;
    case "allowEgress":
      return `let ${list(remedy.groupIds, "or")} send TCP 443 to ${remedy.to}`;
    case "allowIngress":
      return `let ${list(remedy.groupIds, "or")} accept TCP 443 from ${remedy.from}`;
    case "allowAcl": {
      const [way, end] = remedy.direction === "egress" ? ["outbound", "to"] : ["inbound", "from"];
      return `add a rule to ${remedy.aclId}, before those that deny, that allows ${way} TCP ${portsText(remedy.ports)} ${end} ${list(remedy.cidrs)}`;
    }
    case "enableDns":
      return `turn on ${list(remedy.attributes)} for ${remedy.vpcId}`;
    case "enablePrivateDns":
      return `turn on private DNS names for ${remedy.endpointId}`;
    case "addEndpointSubnets":
      return `give ${remedy.endpointId} a network interface in ${list(remedy.subnetIds)}`;
    case "changeEndpointFamily":
      return `set the IP address type of ${remedy.endpointId} to dualstack, in subnets with IPv6`;
    case "replaceEndpoint":
      return `delete ${remedy.endpointId} and create it again`;
    case "widenPolicy":
      return `let the policy of ${remedy.endpointId} allow ${list(remedy.actions)}`;
    case "attachGateway":
      return `attach ${remedy.gatewayId} to ${remedy.vpcId}`;
    case "waitFor":
      return `wait until ${remedy.id} is no longer ${remedy.state}`;
    case "routeToInternet":
      return `route 0.0.0.0/0 of ${remedy.routeTableId} to ${remedy.gatewayId ?? "an internet gateway"}: ${remedy.why}`;
    case "grantPermission":
      return `allow the operator ${remedy.permission}`;
    case "changeSpec":
    case "changeAws":
      return remedy.advice;
  }
}

/** `a`, `a and b`, `a, b and c`; of more than five, the rest is counted. */
export function list(words: readonly string[], last = "and"): string {
  if (words.length > 5) return `${words.slice(0, 4).join(", ")} ${last} ${words.length - 4} more`;
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

export function portsText({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function publicIps(remedy: Extract<Remedy, { kind: "publicIps" }>): string {
  const gateway = remedy.gatewayId ?? "it";
  const steps = [
    ...(remedy.gatewayId === undefined ? [`attach an internet gateway to ${remedy.vpcId}`] : []),
    ...(remedy.routeTableIds.length > 0 ? [`route 0.0.0.0/0 of ${list(remedy.routeTableIds)} to ${gateway}`] : []),
    remedy.byJobDefinition
      ? "set networkConfiguration.assignPublicIp: ENABLED in the job definitions"
      : `assign public IPs: turn on MapPublicIpOnLaunch for ${list(remedy.subnetIds)}`,
    ...(remedy.launchTemplates.length > 0
      ? [`set AssociatePublicIpAddress: true in launch template ${list(remedy.launchTemplates)}`]
      : []),
  ];
  return list(steps);
}

function interfaceEndpoints(remedy: Extract<Remedy, { kind: "interfaceEndpoints" }>): string {
  const made = `create interface endpoints with private DNS in ${list(remedy.subnetIds)} for ${list(remedy.services)}`;
  const gateway = `create a gateway endpoint for S3 in ${list(remedy.s3RouteTableIds)}`;
  const steps = [
    ...(remedy.services.length > 0 ? [made] : []),
    ...(remedy.s3RouteTableIds.length > 0 ? [gateway] : []),
  ];
  return `${list(steps)}, as a BatchNetwork does with ${manifest(remedy)}`;
}

/** The spec of a BatchNetwork that has these endpoints made, as YAML in one line. */
function manifest({ vpcId, subnetIds, services, s3RouteTableIds }: Extract<Remedy, { kind: "interfaceEndpoints" }>) {
  const needed = [...services.map(shortName), ...(s3RouteTableIds.length > 0 ? ["s3"] : [])].join(", ");
  return `spec: {vpcId: ${vpcId}, subnets: [${subnetIds.join(", ")}], vpcEndpoints: {services: [${needed}]}}`;
}

function defined(...ids: readonly (string | undefined)[]): readonly string[] {
  return ids.filter((id) => id !== undefined);
}
