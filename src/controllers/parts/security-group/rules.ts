/** Compares the desired rules of a security group with the rules in EC2, one by one. Pure. */

import type { Ec2Api } from "../../../aws/ec2.ts";
import { rangeOf } from "../../../network/addresses.ts";
import type { GroupRule, SecurityGroup } from "../../../network/facts.ts";

type IpPermission = NonNullable<Parameters<Ec2Api["authorizeSecurityGroupIngress"]>[0]["IpPermissions"]>[number];

export type Direction = "egress" | "ingress";

/** TCP or UDP ports, or everything, to or from one peer. */
export interface Rule {
  readonly direction: Direction;
  /** `all`, `tcp`, `udp`, or what else somebody wrote in EC2. */
  readonly protocol: string;
  /** Undefined with `all`. */
  readonly ports: { readonly from: number; readonly to: number } | undefined;
  /** A CIDR block, or the id of a prefix list or a group. */
  readonly peer: string;
}

/** As `spec.network.securityGroup` has it; `self` as a peer is the group itself. */
export interface DesiredRule {
  readonly protocol: "tcp" | "udp" | "all";
  readonly ports?: string | undefined;
  readonly peer: string;
}

export interface DesiredGroup {
  readonly egress: readonly DesiredRule[];
  readonly ingress: readonly DesiredRule[];
}

/** Instances need it to pull images and to reach AWS, whatever route the subnet has. */
const always: readonly DesiredRule[] = [
  { protocol: "tcp", ports: "443", peer: "0.0.0.0/0" },
  { protocol: "tcp", ports: "443", peer: "::/0" },
];
const allPorts = { from: 0, to: 65_535 };

export function desiredRules({ egress, ingress }: DesiredGroup, groupId: string): readonly Rule[] {
  const rules = [
    ...[...always, ...egress].map((one) => ruleOf("egress", one, groupId)),
    ...ingress.map((one) => ruleOf("ingress", one, groupId)),
  ];
  return [...new Map(rules.map((rule) => [ruleKey(rule), rule])).values()];
}

function ruleOf(direction: Direction, { protocol, ports, peer }: DesiredRule, groupId: string): Rule {
  const [from = "0", to = from] = ports?.split("-") ?? [];
  const range = ports === undefined ? allPorts : { from: Number(from), to: Number(to) };
  return {
    direction,
    protocol,
    ports: protocol === "all" ? undefined : range,
    peer: peer === "self" ? groupId : peer,
  };
}

export function rulesIn({ egress, ingress }: SecurityGroup): readonly Rule[] {
  const each = (direction: Direction, rules: readonly GroupRule[]): readonly Rule[] =>
    rules.flatMap(({ protocol, ports, cidrs, prefixListIds, groupIds }) =>
      [...cidrs, ...prefixListIds, ...groupIds].map((peer) => ({ direction, protocol, ports, peer })),
    );
  return [...each("egress", egress), ...each("ingress", ingress)];
}

/** The rules of a group that keep other groups from being deleted. */
export function rulesNamingOthers(group: SecurityGroup): readonly Rule[] {
  return rulesIn(group).filter(({ peer }) => peer.startsWith("sg-") && peer !== group.groupId);
}

/** The other groups with rules that name a group, and so prevent its deletion. */
export function groupsNaming(groupId: string, all: readonly SecurityGroup[]): readonly SecurityGroup[] {
  return all.filter(
    ({ groupId: other, egress, ingress }) =>
      other !== groupId && [...egress, ...ingress].some(({ groupIds }) => groupIds.includes(groupId)),
  );
}

/** The desired rules that are missing, and the existing rules that are not desired. */
export function ruleChanges(asked: DesiredGroup, group: SecurityGroup) {
  const desired = desiredRules(asked, group.groupId);
  const there = rulesIn(group);
  const has = (rules: readonly Rule[], one: Rule): boolean => rules.some((rule) => ruleKey(rule) === ruleKey(one));
  return {
    missing: desired.filter((rule) => !has(there, rule)),
    surplus: there.filter((rule) => !has(desired, rule)),
  };
}

/** Equal for equal rules: EC2 writes a CIDR block by its first address, whatever the request was. */
function ruleKey(rule: Rule): string {
  const range = rangeOf(rule.peer);
  return ruleText(range === undefined ? rule : { ...rule, peer: `${range.first}/${range.prefixLength}` });
}

/** e.g. `egress tcp 443 0.0.0.0/0`. */
export function ruleText({ direction, protocol, ports, peer }: Rule): string {
  const { from, to } = ports ?? {};
  const range = from === undefined ? [] : [from === to ? `${from}` : `${from}-${to}`];
  return [direction, protocol, ...range, peer].join(" ");
}

/** In EC2's shape. */
export function permissionOf({ protocol, ports, peer }: Rule): IpPermission {
  return {
    IpProtocol: protocol === "all" ? "-1" : protocol,
    ...(ports === undefined ? {} : { FromPort: ports.from, ToPort: ports.to }),
    ...peerOf(peer),
  };
}

function peerOf(peer: string): IpPermission {
  if (peer.startsWith("sg-")) return { UserIdGroupPairs: [{ GroupId: peer }] };
  if (peer.startsWith("pl-")) return { PrefixListIds: [{ PrefixListId: peer }] };
  return peer.includes(":") ? { Ipv6Ranges: [{ CidrIpv6: peer }] } : { IpRanges: [{ CidrIp: peer }] };
}
