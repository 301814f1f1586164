import type { Route, RouteTarget } from "../../src/network/facts.ts";
import type { Remedy } from "../../src/network/remedies.ts";
import { read } from "./facts.ts";
import {
  added,
  anywhere,
  type Case,
  changed,
  endpoint,
  entry,
  group,
  region,
  removed,
  rule,
  s3Gateway,
  s3List,
  s3Route,
  vpcId,
  withRequest,
} from "./networks.ts";

/** Carries a remedy out as a person with the AWS console would. */
export function apply(given: Case, remedy: Remedy): Case {
  switch (remedy.kind) {
    case "publicIps": {
      const gatewayId = remedy.gatewayId ?? "igw-new";
      let next =
        remedy.gatewayId === undefined ? added(given, "internetGateways", { gatewayId, vpcIds: [vpcId] }) : given;
      next = route(next, remedy.routeTableIds, "0.0.0.0/0", { kind: "internetGateway", id: gatewayId });
      if (remedy.byJobDefinition) {
        const jobs = next.workload.jobs.map((job) => ({ ...job, publicIp: true }));
        return { ...next, workload: { ...next.workload, jobs } };
      }
      next = changed(next, "launchTemplates", isOne(remedy.launchTemplates, "reference"), (template) =>
        "unread" in template
          ? template
          : { ...template, networkInterfaces: template.networkInterfaces.map((one) => ({ ...one, publicIp: true })) },
      );
      return changed(next, "subnets", isOne(remedy.subnetIds, "subnetId"), (one) => ({ ...one, mapPublicIp: true }));
    }
    case "useSubnets":
      return withRequest(given, { subnetIds: remedy.subnetIds });
    case "interfaceEndpoints": {
      let next = remedy.enableHostnames ? dns(given, { hostnames: true }) : given;
      const { groups, groupId } = { groups: [group("sg-new", { ingress: [anywhere] })], groupId: "sg-new" };
      next = added(next, "securityGroups", ...groups);
      for (const serviceName of remedy.services) {
        const service = serviceName.split(`${region}.`)[1] ?? "";
        const made = { endpointId: `vpce-new-${service}`, subnetIds: remedy.subnetIds, securityGroupIds: [groupId] };
        next = added(next, "endpoints", endpoint(service, made));
      }
      if (remedy.s3RouteTableIds.length === 0) return next;
      next = added(next, "endpoints", { ...s3Gateway, endpointId: "vpce-new-s3" });
      next = added(
        removed(next, "prefixLists", ({ prefixListId }) => prefixListId === "pl-s3"),
        "prefixLists",
        s3List,
      );
      const target: RouteTarget = { kind: "vpcEndpoint", id: "vpce-new-s3" };
      return replaceRoutes(next, remedy.s3RouteTableIds, { ...s3Route, target });
    }
    case "natGateway": {
      if (remedy.natGatewayId !== undefined) {
        return route(given, remedy.routeTableIds, "0.0.0.0/0", { kind: "natGateway", id: remedy.natGatewayId });
      }
      if (remedy.publicSubnetId === undefined) throw new Error("a public subnet has to be made first");
      const made = {
        natGatewayId: "nat-new",
        vpcId,
        subnetId: remedy.publicSubnetId,
        state: "available",
        connectivity: "public",
        privateIps: [],
      } as const;
      const next = added(given, "natGateways", made);
      return route(next, remedy.routeTableIds, "0.0.0.0/0", { kind: "natGateway", id: "nat-new" });
    }
    case "ipv6Egress": {
      const gatewayId = remedy.gatewayId ?? "eigw-new";
      const made = { gatewayId, vpcIds: [vpcId] };
      const next = remedy.gatewayId === undefined ? added(given, "egressOnlyGateways", made) : given;
      return route(next, remedy.routeTableIds, "::/0", { kind: "egressOnlyGateway", id: gatewayId });
    }
    case "assignIpv6":
      return changed(given, "subnets", isOne(remedy.subnetIds, "subnetId"), (one) => ({ ...one, assignIpv6: true }));
    case "allowEgress":
    case "allowIngress": {
      const side = remedy.kind === "allowEgress" ? "egress" : "ingress";
      const other = remedy.kind === "allowEgress" ? remedy.to : remedy.from;
      const more = other.startsWith("sg-") ? rule({ groupIds: [other] }) : rule({ cidrs: [other] });
      const [first] = remedy.groupIds;
      return changed(
        given,
        "securityGroups",
        ({ groupId }) => groupId === first,
        (one) => ({ ...one, [side]: [...one[side], more] }),
      );
    }
    case "allowAcl": {
      const { aclId, direction, ports } = remedy;
      const more = remedy.cidrs.map((cidr, index) =>
        entry({ number: index + 1, egress: direction === "egress", protocol: "tcp", ports, cidr }),
      );
      return changed(
        given,
        "networkAcls",
        (acl) => acl.aclId === aclId,
        (acl) => ({ ...acl, entries: [...acl.entries, ...more] }),
      );
    }
    case "enableDns":
      return dns(given, {
        ...(remedy.attributes.includes("enableDnsSupport") ? { support: true } : {}),
        ...(remedy.attributes.includes("enableDnsHostnames") ? { hostnames: true } : {}),
      });
    case "enablePrivateDns":
      return ofEndpoint(given, remedy.endpointId, { privateDns: true });
    case "addEndpointSubnets":
      return ofEndpoint(given, remedy.endpointId, { subnetIds: remedy.subnetIds });
    case "changeEndpointFamily":
      return ofEndpoint(given, remedy.endpointId, { ipAddressType: "dualstack" });
    case "replaceEndpoint":
      return ofEndpoint(given, remedy.endpointId, { state: "available" });
    case "widenPolicy":
      return ofEndpoint(given, remedy.endpointId, { policy: undefined });
    case "attachGateway": {
      const isIt = ({ gatewayId }: { readonly gatewayId: string }): boolean => gatewayId === remedy.gatewayId;
      const next = changed(given, "internetGateways", isIt, (one) => ({ ...one, vpcIds: [remedy.vpcId] }));
      const fixed = changed(next, "egressOnlyGateways", isIt, (one) => ({ ...one, vpcIds: [remedy.vpcId] }));
      return changed(
        fixed,
        "routeTables",
        () => true,
        (table) => ({
          ...table,
          routes: table.routes.map((one) =>
            one.target.id === remedy.gatewayId ? { ...one, state: "active" as const } : one,
          ),
        }),
      );
    }
    case "waitFor": {
      const next = ofEndpoint(given, remedy.id, { state: "available" });
      const later = changed(next, "natGateways", isOne([remedy.id], "natGatewayId"), (nat) => ({
        ...nat,
        state: "available",
      }));
      return changed(later, "subnets", isOne([remedy.id], "subnetId"), (one) => ({ ...one, state: "available" }));
    }
    case "routeToInternet":
      return route(given, [remedy.routeTableId], "0.0.0.0/0", {
        kind: "internetGateway",
        id: remedy.gatewayId ?? "igw-new",
      });
    case "grantPermission":
    case "changeSpec":
    case "changeAws":
      throw new Error(`only a person can do this: ${remedy.kind}`);
  }
}

function isOne<Key extends string>(ids: readonly string[], key: Key): (item: Readonly<Record<Key, string>>) => boolean {
  return (item) => ids.includes(item[key]);
}

function ofEndpoint(given: Case, id: string, part: Partial<ReturnType<typeof endpoint>>): Case {
  return changed(given, "endpoints", isOne([id], "endpointId"), (one) => ({ ...one, ...part }));
}

function dns(given: Case, part: { readonly support?: boolean; readonly hostnames?: boolean }): Case {
  return changed(
    given,
    "vpcs",
    () => true,
    (vpc) => (vpc.dns.kind === "read" ? { ...vpc, dns: read({ ...vpc.dns.value, ...part }) } : vpc),
  );
}

function route(given: Case, tableIds: readonly string[], cidr: string, target: RouteTarget): Case {
  return replaceRoutes(given, tableIds, { destination: { kind: "cidr", cidr }, target, state: "active" });
}

function replaceRoutes(given: Case, tableIds: readonly string[], made: Route): Case {
  const same = (one: Route): boolean => JSON.stringify(one.destination) === JSON.stringify(made.destination);
  return changed(given, "routeTables", isOne(tableIds, "routeTableId"), (table) => ({
    ...table,
    routes: [...table.routes.filter((one) => !same(one)), made],
  }));
}
