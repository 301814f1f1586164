/** Which environments depend on endpoints of ours, and which ones a new endpoint would cut off. Pure. */

import { type Described, groupIdsOf, subnetsOf } from "./described.ts";
import type { NetworkFacts, RouteTable, SecurityGroup, VpcEndpoint } from "./facts.ts";
import { isPresent, isUnreadCause, orUnread, read, templateIn, UnreadPart } from "./lookups.ts";
import { endpointServiceOf, needsOf, type ServiceNeed, shortName, type Workload } from "./needs.ts";
import { type Trace, traces } from "./preflight.ts";
import { list, sentenceOf } from "./remedies.ts";
import type { Verdict } from "./verdict.ts";

/**
 * An environment with subnets, and its known jobs. They show what is needed, and never what is not: an older revision
 * may still be submitted, and a definition may not be applied yet.
 */
export interface Inhabitant {
  readonly described: Described;
  readonly workload: Workload;
}

export type IsOurs = (endpoint: VpcEndpoint) => boolean;

/** Short names of services for which there are endpoints of ours. */
export interface Held {
  /** Without our endpoints the environment would not reach these, or only some of their addresses. */
  readonly services: readonly string[];
  /** For these it could not be read. */
  readonly unread: readonly string[];
}

/**
 * Returns for an environment which of our endpoints it may depend on. Environments with the same network share one
 * computation. The effect decides: an environment depends on an endpoint if it has no other path, for whatever reason.
 */
export function heldAmong(facts: NetworkFacts, isOurs: IsOurs): (one: Inhabitant) => Held {
  const ours = read("VPC endpoints", facts.endpoints).filter((one) => isOurs(one) && isPresent(one));
  const services = [...new Set(ours.map(({ serviceName }) => shortName(serviceName)))];
  const bare = withOpenGroup(withoutOurs(facts, isOurs));
  const known = new Map<string, Held>();
  return (one) => {
    const needs = needsIn(services, one);
    const { subnetIds, securityGroupIds, launchTemplates } = one.described.request;
    const what = needs.map(({ service, publicIp }) => [service, publicIp]);
    const key = JSON.stringify([subnetIds, securityGroupIds, launchTemplates, what]);
    const held = known.get(key) ?? heldBy(needs, one.described, bare);
    known.set(key, held);
    return held;
  };
}

function heldBy(needs: readonly ServiceNeed[], described: Described, bare: NetworkFacts): Held {
  const alone = needs.length === 0 ? [] : traces(grouped(described, bare), needs, bare);
  const lacking = alone.filter(({ verdict }) => verdict.kind !== "reachable");
  const servicesOf = (some: readonly Trace[]): readonly string[] => [...new Set(some.map(({ need }) => need.service))];
  return {
    services: servicesOf(lacking.filter(({ verdict }) => !isUnread(verdict))),
    unread: servicesOf(lacking.filter(({ verdict }) => isUnread(verdict))),
  };
}

/** An interface endpoint with private DNS to create, or to extend to more subnets. */
export interface EndpointToBe
  extends Pick<
    VpcEndpoint,
    "endpointId" | "vpcId" | "serviceName" | "subnetIds" | "securityGroupIds" | "ipAddressType"
  > {}

/**
 * The services' names resolve to the endpoints everywhere in the VPC. An environment that reaches a service now, but
 * would not reach its endpoint because of a network ACL or its own groups, would lose the service.
 *
 * @param toBe endpoints in one VPC
 * @param ingressFrom CIDR blocks that the endpoints' group will allow
 * @returns by service name a sentence: which subnet is cut off, why, and what would help
 */
export function cutOffs(
  toBe: readonly EndpointToBe[],
  ingressFrom: readonly string[],
  inhabitants: readonly Inhabitant[],
  facts: NetworkFacts,
): ReadonlyMap<string, string> {
  const services = toBe.map(({ serviceName }) => shortName(serviceName));
  const vpcId = toBe[0]?.vpcId ?? "";
  const before = withOpenGroup(facts);
  const after = withEndpoints(toBe, vpcId, ingressFrom, before);
  const found = new Map<string, string>();
  const traced = new Set<string>();
  for (const one of inhabitants) {
    const described = grouped(withoutRefused(one.described, facts), before);
    const needs = needsIn(services, one);
    const key = JSON.stringify([described.request, needs.map(({ service, publicIp }) => [service, publicIp])]);
    if (traced.has(key) || subnetsOf(described, facts).every((subnet) => subnet.vpcId !== vpcId)) continue;
    traced.add(key);
    const earlier = traces(described, needs, before);
    for (const { subnet, source, need, verdict } of traces(described, needs, after)) {
      const now = earlier.find((other) => other.subnet === subnet && other.source === source && other.need === need);
      const serviceName = endpointServiceOf(need.service, facts.region);
      if (now === undefined || found.has(serviceName) || subnet.vpcId !== vpcId) continue;
      if (loses(now.verdict, verdict)) found.set(serviceName, cutOffText(serviceName, subnet.subnetId, verdict));
    }
  }
  return found;
}

function loses(now: Verdict, then: Verdict): boolean {
  if (now.kind === "unreachable" || then.kind === "reachable") return false;
  return then.kind === "unreachable" || now.kind === "reachable" || isUnread(now) || isUnread(then);
}

function cutOffText(serviceName: string, subnetId: string, verdict: Verdict): string {
  const { message, remedies } = verdict.kind === "reachable" ? { message: "", remedies: [] } : verdict.stop;
  const first = remedies.length === 0 ? "" : `; first ${list(remedies.map(sentenceOf), "or")}`;
  const would = isUnread(verdict) ? "may cut off" : "would cut off";
  return `an endpoint of ${serviceName} ${would} ${subnetId}, which reaches the service now: ${message}${first}`;
}

/** The facts without endpoints of ours. */
export function withoutOurs(facts: NetworkFacts, isOurs: IsOurs): NetworkFacts {
  const { endpoints, routeTables } = facts;
  if (endpoints.kind === "unread") return facts;
  const gone = new Set(endpoints.value.filter(isOurs).map(({ endpointId }) => endpointId));
  if (gone.size === 0) return facts;
  const bare = (table: RouteTable): RouteTable => ({
    ...table,
    routes: table.routes.filter(({ target }) => !gone.has(target.id)),
  });
  return {
    ...facts,
    endpoints: { kind: "read", value: endpoints.value.filter(({ endpointId }) => !gone.has(endpointId)) },
    routeTables: routeTables.kind === "unread" ? routeTables : { kind: "read", value: routeTables.value.map(bare) },
  };
}

const toBeGroupId = "the endpoints' group";
const openGroupId = "an unknown group";

/**
 * An environment with unknown groups (a deleted launch template, a group of another VPC) is traced as if its groups
 * allowed everything, so that only the network itself can block a path.
 */
function grouped(described: Described, facts: NetworkFacts): Described {
  const { securityGroups } = facts;
  if (securityGroups.kind === "unread") return described;
  const groupIds = orUnread(() => groupIdsOf(described, facts));
  if (groupIds instanceof UnreadPart) return described;
  if (securityGroups.value.some(({ groupId }) => groupIds.includes(groupId))) return described;
  return { ...described, request: { ...described.request, securityGroupIds: [openGroupId] } };
}

/**
 * Without launch templates that EC2 denies reading while it shows others: AWS Batch cannot read them either, so nothing
 * runs with them that could be cut off.
 */
function withoutRefused(described: Described, facts: NetworkFacts): Described {
  const { launchTemplates } = described.request;
  if (facts.launchTemplates.kind === "unread") return described;
  const readable = launchTemplates.filter((one) => !(orUnread(() => templateIn(facts, one)) instanceof UnreadPart));
  return { ...described, request: { ...described.request, launchTemplates: readable } };
}

function withOpenGroup(facts: NetworkFacts): NetworkFacts {
  const all = { protocol: "all", ports: undefined, prefixListIds: [], groupIds: [], cidrs: ["0.0.0.0/0", "::/0"] };
  return { ...facts, securityGroups: withGroup(facts, { groupId: openGroupId, egress: [all], ingress: [] }) };
}

function withGroup(
  { securityGroups }: NetworkFacts,
  group: Pick<SecurityGroup, "groupId" | "egress" | "ingress">,
): NetworkFacts["securityGroups"] {
  if (securityGroups.kind === "unread") return securityGroups;
  return { kind: "read", value: [...securityGroups.value, { groupName: "", vpcId: "", tags: {}, ...group }] };
}

function withEndpoints(
  toBe: readonly EndpointToBe[],
  vpcId: string,
  ingressFrom: readonly string[],
  facts: NetworkFacts,
): NetworkFacts {
  const https = { protocol: "tcp", ports: { from: 443, to: 443 }, prefixListIds: [], groupIds: [] };
  const made = toBe.map((one): VpcEndpoint => {
    return {
      ...one,
      type: "Interface",
      state: "available",
      securityGroupIds: [...one.securityGroupIds, toBeGroupId],
      routeTableIds: [],
      privateDns: true,
      privateDnsForInboundOnly: false,
      policy: undefined,
      tags: {},
    };
  });
  const ids = new Set(toBe.map(({ endpointId }) => endpointId));
  const others = read("VPC endpoints", facts.endpoints).filter(({ endpointId }) => !ids.has(endpointId));
  const dns = { kind: "read", value: { support: true, hostnames: true } } as const;
  return {
    ...facts,
    // Whatever the setting is now: turning it on later must not cut anybody off.
    vpcs: { kind: "read", value: read("VPCs", facts.vpcs).map((vpc) => (vpc.vpcId === vpcId ? { ...vpc, dns } : vpc)) },
    endpoints: { kind: "read", value: [...others, ...made] },
    securityGroups: withGroup(facts, {
      groupId: toBeGroupId,
      egress: [],
      ingress: [{ ...https, cidrs: ingressFrom }],
    }),
  };
}

/**
 * Unknown jobs may exist, and may need each service except ECS, which instances use to join. A Fargate task may or may
 * not have a public address.
 */
function needsIn(services: readonly string[], { workload }: Omit<Inhabitant, "described">): readonly ServiceNeed[] {
  const own = needsOf(workload).filter(({ service }) => services.includes(service));
  const addresses = workload.platform === "fargate" ? [{ publicIp: true }, { publicIp: false }] : [{}];
  const others = services
    .filter((service) => !/^ecs(?:-|$)/.test(service))
    .flatMap((service) =>
      addresses.map((address): ServiceNeed => {
        const because = "unknown jobs";
        return { service, host: service, neededBy: "jobs", because, ...address };
      }),
    );
  return [...own, ...others];
}

function isUnread(verdict: Verdict): boolean {
  return verdict.kind === "unknown" && isUnreadCause(verdict.stop.cause);
}
