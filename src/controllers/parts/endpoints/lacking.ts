/** Finds what a network lacks of its endpoints. Pure. */

import type { EndpointPlan, EndpointToMake } from "../../../network/endpoints.ts";
import { isBroken, isPending } from "../../../network/lookups.ts";
import { shortName } from "../../../network/needs.ts";
import { marks } from "../../intervals.ts";
import type { Blocked, Wait } from "../../pass/agenda.ts";
import type { Refused } from "./next.ts";
import type { VpcSeen } from "./seen.ts";

/** Why endpoints that the network asks for are missing, the gravest cause first. */
export function lackOf(vpc: VpcSeen, refused: readonly Refused[]): Wait | Blocked | undefined {
  const { plan, ours } = vpc;
  const refusals = refused.map(({ refusal }) => refusal);
  const faults = [
    ...plan.obstacles.map(({ message }) => message),
    ...ours.filter(isBroken).map(({ endpointId, state }) => `${endpointId} is ${state}: delete it`),
  ];
  const [refusal] = refusals;
  if (refusal !== undefined || faults.length > 0) {
    const message = [...new Set([...refusals.map((one) => one.message), ...faults])].join("; ");
    const reported = { reason: refusal?.reason ?? "EndpointsBlocked", message };
    if (faults.length > 0 || refusals.some(({ kind }) => kind === "blocked")) return { kind: "blocked", ...reported };
    const stalls = refusals.flatMap(({ stallsAfterMs }) => stallsAfterMs ?? []);
    return { kind: "wait", ...reported, ...(stalls.length === 0 ? {} : { stallsAfterMs: Math.min(...stalls) }) };
  }
  const missing = new Set([
    ...plan.create.map(({ serviceName }) => serviceName),
    ...plan.awaited,
    ...ours.filter(isPending).map(({ serviceName }) => serviceName),
    ...(addressesToLetIn(vpc).length === 0 ? [] : behindGroup(vpc)),
    ...plan.extend.flatMap(({ endpointId }) => servicesOf(endpointId, ours)),
  ]);
  if (missing.size === 0) return undefined;
  return { kind: "wait", ...beingDone(vpc, [...missing].map(shortName)), stallsAfterMs: marks.endpointStallsMs };
}

/** What is being done about services without endpoints: the same from the first write to the last. */
function beingDone(vpc: VpcSeen, missing: readonly string[]): Pick<Wait, "reason" | "message"> {
  const { vpcId, plan } = vpc;
  const services = missing.join(", ");
  if (plan.create.length + plan.extend.length > 0) {
    return { reason: "CreatingEndpoints", message: `creating endpoints of ${vpcId}: ${services}` };
  }
  if (addressesToLetIn(vpc).length === 0) {
    return { reason: "EndpointsPending", message: `waiting for endpoints of ${vpcId}: ${services}` };
  }
  return { reason: "RepairingEndpoints", message: `allowing the addresses of ${vpcId} to reach its endpoints` };
}

export function interfacesOf({ create }: EndpointPlan): readonly EndpointToMake[] {
  return create.filter(({ kind }) => kind === "Interface");
}

/** Services with interface endpoints, existing or planned, which need the rules of their group. */
export function behindGroup({ plan, ours }: VpcSeen): readonly string[] {
  const interfaces = [...ours.filter(({ type }) => type === "Interface"), ...interfacesOf(plan)];
  return interfaces.map(({ serviceName }) => serviceName);
}

/** CIDR blocks of the VPC that the existing group does not allow yet. */
export function addressesToLetIn({ plan, group }: Pick<VpcSeen, "plan" | "group">): readonly string[] {
  if (group === undefined) return [];
  const there = letIn(group);
  return plan.ingressFrom.filter((cidr) => !there.includes(cidr));
}

/** CIDR blocks with a rule of their own for port 443 in a group. */
function letIn(group: NonNullable<VpcSeen["group"]>): readonly string[] {
  const rules = group.ingress.filter(
    ({ protocol, ports }) => protocol === "tcp" && ports?.from === 443 && ports.to === 443,
  );
  return rules.flatMap(({ cidrs }) => cidrs);
}

export function servicesOf(endpointId: string, ours: VpcSeen["ours"]): readonly string[] {
  return ours.filter((one) => one.endpointId === endpointId).map(({ serviceName }) => serviceName);
}
