/**
 * The path from a subnet to a service: every hop in the order in which packets take it, and where it ends. It is
 * computed for all destinations that the service may have at once, as sets of addresses (`flow.ts`). Pure.
 */

import { verdictOf } from "./flow.ts";
import { type Lookups, UnreadPart, unreadStop } from "./lookups.ts";
import { endpointServiceOf, type ServiceNeed } from "./needs.ts";
import { type Source, subnetHop } from "./source.ts";
import * as stops from "./stops.ts";
import { toEndpoint } from "./to-endpoint.ts";
import { toInternet } from "./to-internet.ts";
import type { Verdict } from "./verdict.ts";

/** Whether every connection from the subnet gets through to the service. */
export function trace(source: Source, need: ServiceNeed, lookups: Lookups): Verdict {
  try {
    return traced({ ...source, publicIp: need.publicIp ?? source.publicIp }, need, lookups);
  } catch (error) {
    if (!(error instanceof UnreadPart)) throw error;
    return { kind: "unknown", hops: [subnetHop(source.subnet)], stop: unreadStop(error) };
  }
}

function traced(source: Source, need: ServiceNeed, lookups: Lookups): Verdict {
  const { vpcId } = source.subnet;
  const dns = lookups.dns(vpcId);
  if (!dns.support) return { kind: "unreachable", hops: [subnetHop(source.subnet)], stop: stops.dnsSupportOff(vpcId) };
  const isAws = need.service !== "registry";
  const offered = isAws ? lookups.endpointsOf(vpcId, endpointServiceOf(need.service, lookups.region)) : [];
  const inside = offered.filter(
    ({ type, privateDnsForInboundOnly }) => type === "Interface" && !privateDnsForInboundOnly,
  );
  // Names resolve to such an endpoint for the whole VPC, whatever other path there is.
  const resolved = inside.find(({ privateDns, state }) => privateDns && dns.hostnames && state === "available");
  if (resolved !== undefined) return toEndpoint(source, need, resolved, lookups);
  const verdict = verdictOf(toInternet(source, need, lookups));
  const [near] = inside;
  if (verdict.kind !== "unreachable" || !verdict.stop.wayOut || near === undefined) return verdict;
  const works = near.state === "available";
  return { ...verdict, stop: works ? stops.privateDnsOff(near, dns.hostnames) : stops.endpointNotAvailable(near) };
}
