import { isIPv6 } from "node:net";
import type { IpPermission, IpRange } from "@aws-sdk/client-ec2";
import { blockOf } from "./ec2-addresses.ts";
import { ec2Refusal } from "./ec2-state.ts";

/**
 * What EC2 takes as a rule of a security group. Words of its refusals: aws-cli#2428 (CIDR), aws-cli#1066 and boto3#336 (a port),
 * chef-provisioning-aws#183 and aws-cloudformation-user-guide#217 (ports that are missing); of a range in the wrong order as
 * Eucalyptus has them, which imitates EC2.
 */

const highestPort = 65_535;

/** @throws Refusal */
export function checkRule({ IpProtocol = "-1", FromPort, ToPort, IpRanges, Ipv6Ranges }: IpPermission): void {
  for (const { CidrIp: cidr = "" } of IpRanges ?? []) if (blockOf(cidr) === undefined) throw malformed(cidr);
  for (const { CidrIpv6: cidr = "" } of Ipv6Ranges ?? []) if (!isIpv6Block(cidr)) throw malformed(cidr);
  const protocol = normalProtocol(IpProtocol);
  // With every other protocol EC2 takes no notice of ports.
  if (!["tcp", "udp", "icmp"].includes(protocol)) return;
  const words = protocol === "icmp" ? "ICMP" : "TCP/UDP";
  if (FromPort === undefined || ToPort === undefined) {
    throw refused(`Invalid value 'Must specify both from and to ports with ${words}.' for portRange.`);
  }
  // Those of ICMP are a type and a code.
  if (protocol === "icmp") return;
  if (!isPort(FromPort)) throw refused(`TCP/UDP (from) port (${FromPort}) out of range`);
  if (!isPort(ToPort)) throw refused(`TCP/UDP (to) port (${ToPort}) out of range`);
  if (FromPort > ToPort) throw refused(`Invalid TCP/UDP port range (${FromPort}:${ToPort})`);
}

/** A range as EC2 stores it: by the address of its network. */
export function storedBlock(range: IpRange): IpRange {
  const block = blockOf(range.CidrIp ?? "");
  return block === undefined ? range : { ...range, CidrIp: block.cidr };
}

export function normalProtocol(protocol: string): string {
  return { "6": "tcp", "17": "udp", "1": "icmp" }[protocol] ?? protocol;
}

function isIpv6Block(cidr: string): boolean {
  const [address = "", length = "", ...rest] = cidr.split("/");
  return rest.length === 0 && isIPv6(address) && /^\d{1,3}$/.test(length) && Number(length) <= 128;
}

function isPort(port: number): boolean {
  return port >= 0 && port <= highestPort;
}

function malformed(cidr: string) {
  return refused(`CIDR block ${cidr} is malformed`);
}

function refused(message: string) {
  return ec2Refusal("InvalidParameterValue", message);
}
