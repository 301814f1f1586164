/** What security groups and network ACLs allow, as sets of addresses. Pure. */

import { type AddressSet, addressesOf, difference, intersection, noAddresses, union } from "./addresses.ts";
import type { AclEntry, GroupRule, NetworkAcl, PortRange, SecurityGroup } from "./facts.ts";

export const httpsPort = 443;

/** Ports from which Linux opens connections: the default of `net.ipv4.ip_local_port_range`. */
export const instancePorts: PortRange = { from: 32_768, to: 60_999 };
/** Ports from which a NAT gateway opens connections. */
export const natPorts: PortRange = { from: 1024, to: 65_535 };

/** The remote end of a connection, as security groups distinguish it. */
export interface Peer {
  readonly addresses: AddressSet;
  /** Security groups of the remote end, if it is in the VPC. */
  readonly groupIds: readonly string[];
  /** The managed prefix list with exactly these addresses. */
  readonly prefixListId: string | undefined;
}

/** The CIDRs of a prefix list; none when there is no such list. */
export type ListCidrs = (prefixListId: string) => readonly string[];

/**
 * The addresses of `peer` to or from which these groups let HTTPS through: groups allow and never deny, and those of
 * one network interface add up.
 */
export function throughGroups(
  groups: readonly SecurityGroup[],
  direction: "egress" | "ingress",
  peer: Peer,
  listCidrs: ListCidrs,
): AddressSet {
  const rules = groups.flatMap((group) => group[direction]).filter(isForHttps);
  return rules.reduce<AddressSet>((sum, rule) => union(sum, allowedBy(rule, peer, listCidrs)), noAddresses);
}

function allowedBy(rule: GroupRule, peer: Peer, listCidrs: ListCidrs): AddressSet {
  const byGroup = rule.groupIds.some((id) => peer.groupIds.includes(id));
  const byList = peer.prefixListId !== undefined && rule.prefixListIds.includes(peer.prefixListId);
  if (byGroup || byList) return peer.addresses;
  return intersection(peer.addresses, addressesOf([...rule.cidrs, ...rule.prefixListIds.flatMap(listCidrs)]));
}

function isForHttps({ protocol, ports }: GroupRule): boolean {
  return isTcp(protocol) && (protocol === "all" || includes(ports, httpsPort));
}

function isTcp(protocol: string): boolean {
  return protocol === "all" || protocol === "tcp";
}

function includes(ports: PortRange | undefined, port: number): boolean {
  return ports === undefined || (ports.from <= port && port <= ports.to);
}

/**
 * The addresses to (`egress`) or from which an ACL lets TCP through on every port of `ports`: entries count in the
 * order of their numbers, the first that matches decides, and what none matches is denied.
 */
export function throughAcl(
  acl: NetworkAcl,
  direction: "egress" | "ingress",
  addresses: AddressSet,
  ports: PortRange,
): AddressSet {
  const entries = acl.entries
    .filter((entry) => entry.egress === (direction === "egress") && isTcp(entry.protocol))
    .toSorted((left, right) => left.number - right.number);
  return samplePorts(entries, ports).reduce<AddressSet>(
    (through, port) => intersection(through, allowedOnPort(entries, addresses, port)),
    addresses,
  );
}

function allowedOnPort(entries: readonly AclEntry[], addresses: AddressSet, port: number): AddressSet {
  let undecided = addresses;
  let allowed = noAddresses;
  for (const entry of entries) {
    if (entry.protocol !== "all" && !includes(entry.ports, port)) continue;
    const matched = intersection(undecided, addressesOf([entry.cidr]));
    if (entry.allow) allowed = union(allowed, matched);
    undecided = difference(undecided, matched);
  }
  return allowed;
}

/** One port of each range that all entries treat equally. */
function samplePorts(entries: readonly AclEntry[], { from, to }: PortRange): readonly number[] {
  const edges = entries.flatMap(({ ports }) => (ports === undefined ? [] : [ports.from, ports.to + 1]));
  return [...new Set([from, ...edges.filter((edge) => edge > from && edge <= to)])];
}
