/** Who runs by endpoints: by those of ours that are there, and by none where one is about to be made. Pure. */

import type { Described } from "./described.ts";
import type { NetworkFacts, RouteTable, SecurityGroup, VpcEndpoint } from "./facts.ts";
import { read } from "./lookups.ts";
import { endpointServiceOf, type Need, needsOf, type Workload } from "./needs.ts";
import { type Trace, traces } from "./preflight.ts";
import { list, sentenceOf } from "./remedies.ts";
import type { Verdict } from "./verdict.ts";

/** An environment with subnets, and what is known of its jobs. */
export interface Inhabitant {
  readonly described: Described;
  readonly workload: Workload;
  /** Whether all that runs there is known; else there may be jobs that need whatever service there is. */
  readonly jobsKnown: boolean;
}

export type IsOurs = (endpoint: VpcEndpoint) => boolean;

/** Short names of services for which there are endpoints of ours. */
export interface Held {
  /** The environment reaches them, and without our endpoints it would not, or only some of their addresses. */
  readonly services: readonly string[];
  /** Of these it could not be read. */
  readonly unread: readonly string[];
}

/**
 * Tells of inhabitants which of our endpoints they run by, of each only once. It goes by the effect: who would lose a
 * service without the endpoint runs by it, whatever it is that keeps it from another way.
 */
export function heldAmong(facts: NetworkFacts, isOurs: IsOurs): (one: Inhabitant) => Held {
  const ours = read("VPC endpoints", facts.endpoints).filter((one) => isOurs(one) && isStanding(one));
  const services = [...new Set(ours.map(({ serviceName }) => shortName(serviceName)))];
  const [bare, whole] = [withoutOurs(facts, isOurs), asMeant(facts, isOurs)];
  const known = new Map<Inhabitant, Held>();
  return (one) => {
    const before = known.get(one);
    if (before !== undefined) return before;
    const needs = needsIn(services, one.workload, !one.jobsKnown);
    const held = needs.length === 0 ? { services: [], unread: [] } : heldBy(needs, one.described, whole, bare);
    known.set(one, held);
    return held;
  };
}

function heldBy(needs: readonly Need[], described: Described, whole: NetworkFacts, bare: NetworkFacts): Held {
  const services = new Set<string>();
  const unread = new Set<string>();
  const without = traces(described, needs, bare);
  for (const { subnetId, need, verdict } of traces(described, needs, whole)) {
    const alone = verdictOf(without, subnetId, need);
    if (alone === undefined || alone.kind === "reachable" || verdict.kind === "unreachable") continue;
    if (isUnread(alone) || isUnread(verdict)) unread.add(need.service);
    else services.add(need.service);
  }
  return { services: [...services], unread: [...unread] };
}

/** An interface endpoint with private DNS that is to be made, or to get more subnets. */
export interface EndpointToBe
  extends Pick<VpcEndpoint, "endpointId" | "vpcId" | "serviceName" | "subnetIds" | "ipAddressType"> {}

/**
 * The services' names lead to the endpoints from everywhere in the VPC: who reaches a service now, and would not reach
 * its endpoint, for a network ACL or the rules of his own groups, would lose it.
 *
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
  const after = withEndpoints(toBe, ingressFrom, facts);
  const found = new Map<string, string>();
  for (const { described, workload } of inhabitants) {
    const needs = needsIn(services, workload, true);
    const before = traces(described, needs, facts);
    for (const { subnetId, need, verdict } of traces(described, needs, after)) {
      const now = verdictOf(before, subnetId, need);
      const serviceName = endpointServiceOf(need.service, facts.region);
      if (now === undefined || found.has(serviceName) || !loses(now, verdict)) continue;
      found.set(serviceName, cutOffText(serviceName, subnetId, verdict));
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

/** e.g. `ecr.api` of `com.amazonaws.eu-west-1.ecr.api`. */
export function shortName(serviceName: string): string {
  return serviceName.split(".").slice(3).join(".");
}

/** It is there, or will be. */
export function isStanding({ state }: VpcEndpoint): boolean {
  return state !== "deleting" && state !== "deleted";
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

/**
 * The facts with our endpoints as they are meant to be: one that is pending once more, for it gets another subnet, serves
 * again in a moment, and a rule that somebody took away comes back.
 */
function asMeant(facts: NetworkFacts, isOurs: IsOurs): NetworkFacts {
  const value = read("VPC endpoints", facts.endpoints).map((one) =>
    isOurs(one) && isStanding(one) ? { ...one, state: "available", securityGroupIds: [toBeGroupId] } : one,
  );
  return { ...facts, endpoints: { kind: "read", value }, securityGroups: withGroup(["0.0.0.0/0", "::/0"], "", facts) };
}

const toBeGroupId = "the endpoints' group";

/** @throws UnreadPart when security groups were not read */
function withGroup(
  ingressFrom: readonly string[],
  vpcId: string,
  { securityGroups }: NetworkFacts,
): NetworkFacts["securityGroups"] {
  const https = { protocol: "tcp", ports: { from: 443, to: 443 }, prefixListIds: [], groupIds: [] };
  const ingress = [{ ...https, cidrs: ingressFrom }];
  const group: SecurityGroup = { groupId: toBeGroupId, groupName: "", vpcId, egress: [], ingress, tags: {} };
  return { kind: "read", value: [...read("security groups", securityGroups), group] };
}

function withEndpoints(
  toBe: readonly EndpointToBe[],
  ingressFrom: readonly string[],
  facts: NetworkFacts,
): NetworkFacts {
  const made = toBe.map((one): VpcEndpoint => {
    return {
      ...one,
      type: "Interface",
      state: "available",
      securityGroupIds: [toBeGroupId],
      routeTableIds: [],
      privateDns: true,
      privateDnsForInboundOnly: false,
      policy: undefined,
      tags: {},
    };
  });
  const ids = new Set(toBe.map(({ endpointId }) => endpointId));
  const others = read("VPC endpoints", facts.endpoints).filter(({ endpointId }) => !ids.has(endpointId));
  return {
    ...facts,
    // Whatever it is now: a person who turns it on must not cut anybody off.
    vpcs: {
      kind: "read",
      value: read("VPCs", facts.vpcs).map((vpc) => ({
        ...vpc,
        dns: { kind: "read", value: { support: true, hostnames: true } },
      })),
    },
    endpoints: { kind: "read", value: [...others, ...made] },
    securityGroups: withGroup(ingressFrom, toBe[0]?.vpcId ?? "", facts),
  };
}

/** @param anyJob jobs of which nothing is known may need each service but ECS, by which instances join */
function needsIn(services: readonly string[], workload: Workload, anyJob: boolean): readonly Need[] {
  const own = needsOf(workload).filter(({ service }) => services.includes(service));
  if (!anyJob) return own;
  const others = services.filter(
    (service) => !/^ecs(?:-|$)/.test(service) && own.every((need) => need.service !== service),
  );
  const because = "jobs that nobody here knows";
  return [...own, ...others.map((service): Need => ({ service, host: service, neededBy: "jobs", because }))];
}

function verdictOf(all: readonly Trace[], subnetId: string, need: Need): Verdict | undefined {
  return all.find((one) => one.subnetId === subnetId && one.need === need)?.verdict;
}

function isUnread(verdict: Verdict): boolean {
  return verdict.kind === "unknown" && (verdict.stop.cause === "NotReadable" || verdict.stop.cause === "NotPermitted");
}
