/** Who runs by endpoints: by those of ours that are there, and by none where one is about to be made. Pure. */

import { type Described, groupIdsOf, subnetsOf } from "./described.ts";
import type { NetworkFacts, RouteTable, SecurityGroup, VpcEndpoint } from "./facts.ts";
import { isStanding, isUnreadCause, orUnread, read, templateIn, UnreadPart } from "./lookups.ts";
import { endpointServiceOf, type Need, needsOf, type Workload } from "./needs.ts";
import { type Trace, traces } from "./preflight.ts";
import { list, sentenceOf } from "./remedies.ts";
import type { Verdict } from "./verdict.ts";

/**
 * An environment with subnets, and what is known of its jobs. That tells what they need, and never what they do not: an
 * older revision may still be submitted, and a definition may not be applied yet.
 */
export interface Inhabitant {
  readonly described: Described;
  readonly workload: Workload;
}

export type IsOurs = (endpoint: VpcEndpoint) => boolean;

/** Short names of services for which there are endpoints of ours. */
export interface Held {
  /** Without our endpoints the environment would not reach them, or only some of their addresses. */
  readonly services: readonly string[];
  /** Of these it could not be read. */
  readonly unread: readonly string[];
}

/**
 * Tells of inhabitants which of our endpoints they may run by, of each only once, and of all with the same network only
 * once. It goes by the effect: who has no other way to a service, whatever it is that bars it.
 */
export function heldAmong(facts: NetworkFacts, isOurs: IsOurs): (one: Inhabitant) => Held {
  const ours = read("VPC endpoints", facts.endpoints).filter((one) => isOurs(one) && isStanding(one));
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

function heldBy(needs: readonly Need[], described: Described, bare: NetworkFacts): Held {
  const alone = needs.length === 0 ? [] : traces(grouped(described, bare), needs, bare);
  const lacking = alone.filter(({ verdict }) => verdict.kind !== "reachable");
  const servicesOf = (some: readonly Trace[]): readonly string[] => [...new Set(some.map(({ need }) => need.service))];
  return {
    services: servicesOf(lacking.filter(({ verdict }) => !isUnread(verdict))),
    unread: servicesOf(lacking.filter(({ verdict }) => isUnread(verdict))),
  };
}

/** An interface endpoint with private DNS that is to be made, or to get more subnets. */
export interface EndpointToBe
  extends Pick<
    VpcEndpoint,
    "endpointId" | "vpcId" | "serviceName" | "subnetIds" | "securityGroupIds" | "ipAddressType"
  > {}

/**
 * The services' names lead to the endpoints from everywhere in the VPC: who reaches a service now, and would not reach
 * its endpoint, for a network ACL or the rules of his own groups, would lose it.
 *
 * @param toBe in one VPC
 * @param ingressFrom CIDR blocks that the endpoints' group will let in
 * @returns by service name: who is cut off, why, and what would help, as a sentence
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

/** Whose own rules let out to the VPC alone needs no other way, but cannot be advised one either. */
const ownRules: ReadonlySet<string> = new Set(["EgressClosed", "AclDeniesOutbound", "AclDeniesReturn"]);

/**
 * Short names of services that an environment would reach in a VPC by endpoints, and by nothing else, for its own groups
 * or network ACLs bar every way out of the VPC.
 *
 * @param bare the facts without endpoints of ours
 */
export function helpedByEndpoints(
  { described, workload }: Inhabitant,
  vpcId: string,
  bare: NetworkFacts,
): readonly string[] {
  const needs = needsOf(workload).filter(({ service }) => service !== "registry" && service !== "s3");
  const barred = traces(described, needs, bare).filter(
    ({ subnet, verdict }) =>
      subnet.vpcId === vpcId && verdict.kind === "unreachable" && ownRules.has(verdict.stop.cause),
  );
  if (barred.length === 0) return [];
  const cidrs = read("VPCs", bare.vpcs).find((vpc) => vpc.vpcId === vpcId)?.cidrs ?? [];
  const subnetIds = [...new Set(barred.map(({ subnet }) => subnet.subnetId))];
  const toBe = [...new Set(barred.map(({ need }) => need.service))].map((service): EndpointToBe => {
    const serviceName = endpointServiceOf(service, bare.region);
    const endpointId = `the endpoint of ${serviceName}`;
    return { endpointId, vpcId, serviceName, subnetIds, securityGroupIds: [], ipAddressType: "dualstack" };
  });
  const after = traces(described, needs, withEndpoints(toBe, vpcId, cidrs, bare));
  const helped = barred.filter(({ subnet, source, need }) =>
    after.some(
      (one) => one.subnet === subnet && one.source === source && one.need === need && one.verdict.kind === "reachable",
    ),
  );
  return [...new Set(helped.map(({ need }) => need.service))];
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

/** e.g. `ecr.api` of `com.amazonaws.eu-west-1.ecr.api`, in China of `cn.com.amazonaws.cn-north-1.ecr.api`. */
export function shortName(serviceName: string): string {
  return serviceName.replace(/^(?:cn\.)?com\.amazonaws\.[^.]+\./, "");
}

/** The facts as they would be without endpoints of ours. */
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
const openGroupId = "a group that is not known";

/**
 * Whose groups nobody can tell (a launch template that is gone, a group of another VPC) is traced as if they let out
 * everything: what bars a way is then the network itself.
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
 * Without launch templates that EC2 refuses to tell of while it tells of others: AWS Batch is refused them as well, so
 * nothing runs by them that could be cut off.
 */
function withoutRefused(described: Described, facts: NetworkFacts): Described {
  const { launchTemplates } = described.request;
  if (facts.launchTemplates.kind === "unread") return described;
  const told = launchTemplates.filter((one) => !(orUnread(() => templateIn(facts, one)) instanceof UnreadPart));
  return { ...described, request: { ...described.request, launchTemplates: told } };
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
    // Whatever it is now: a person who turns it on must not cut anybody off.
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
 * Jobs of which nothing is known may be there, and need each service but ECS, by which instances join; and a task of
 * Fargate has a public address or has none.
 */
function needsIn(services: readonly string[], { workload }: Omit<Inhabitant, "described">): readonly Need[] {
  const own = needsOf(workload).filter(({ service }) => services.includes(service));
  const addresses = workload.platform === "fargate" ? [{ publicIp: true }, { publicIp: false }] : [{}];
  const others = services
    .filter((service) => !/^ecs(?:-|$)/.test(service))
    .flatMap((service) =>
      addresses.map((address): Need => {
        const because = "jobs that nobody here knows";
        return { service, host: service, neededBy: "jobs", because, ...address };
      }),
    );
  return [...own, ...others];
}

function isUnread(verdict: Verdict): boolean {
  return verdict.kind === "unknown" && isUnreadCause(verdict.stop.cause);
}
