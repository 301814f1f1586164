/** Finds what objects lack of the endpoints of a VPC. Pure. */

import { keyText } from "../../../api/object.ts";
import type { EndpointPlan, EndpointToMake } from "../../../network/endpoints.ts";
import { isBroken, isPending } from "../../../network/lookups.ts";
import { shortName } from "../../../network/needs.ts";
import { marks } from "../../intervals.ts";
import type { Blocked, Wait } from "../../pass/agenda.ts";
import type { Refused } from "./next.ts";
import type { UsedVpc, VpcSeen } from "./seen.ts";

/** Why endpoints that the object itself requests are missing. */
export function lackOfItsOwn(vpc: UsedVpc, refused: readonly Refused[]): Wait | Blocked | undefined {
  return lackIn(vpc, refused, (services, endpointId) => {
    const isServed = endpointId !== undefined && !vpc.lacks.includes(endpointId);
    return !isServed && services.some((one) => vpc.needs.includes(one));
  });
}

/** Why endpoints that any object requests there are missing: the plan is shared. */
export function lackOfAny(vpc: VpcSeen, refused: readonly Refused[]): Wait | Blocked | undefined {
  return lackIn(vpc, refused, () => true);
}

/** Why endpoints of services are missing, the gravest cause first. */
function lackIn(
  vpc: VpcSeen,
  refused: readonly Refused[],
  concerns: (services: readonly string[], endpointId?: string) => boolean,
): Wait | Blocked | undefined {
  const { plan, ours } = vpc;
  const refusals = refused
    .filter(({ services, endpointId }) => concerns(services, endpointId))
    .map(({ refusal }) => refusal);
  const broken = ours.filter((one) => isBroken(one) && concerns([one.serviceName]));
  const faults = [
    ...plan.obstacles.filter(({ services }) => concerns(services)).map(({ message }) => message),
    ...broken.map(({ endpointId, state }) => `${endpointId} is ${state}: delete it`),
  ];
  const [refusal] = refusals;
  if (refusal !== undefined || faults.length > 0) {
    const message = [...new Set([...refusals.map((one) => one.message), ...faults])].join("; ");
    const reported = { reason: refusal?.reason ?? "EndpointsBlocked", message };
    if (faults.length > 0 || refusals.some(({ kind }) => kind === "blocked")) return { kind: "blocked", ...reported };
    const stalls = refusals.flatMap(({ stallsAfterMs }) => stallsAfterMs ?? []);
    return { kind: "wait", ...reported, ...(stalls.length === 0 ? {} : { stallsAfterMs: Math.min(...stalls) }) };
  }
  const coming = ours.filter(isPending);
  const extended = plan.extend.filter((one) => concerns(servicesOf(one.endpointId, ours), one.endpointId));
  const missing = new Set([
    ...[
      ...plan.create.map(({ serviceName }) => serviceName),
      ...plan.awaited,
      ...coming.map(({ serviceName }) => serviceName),
      ...(addressesToLetIn(vpc).length === 0 ? [] : behindGroup(vpc)),
    ].filter((service) => concerns([service])),
    ...extended.flatMap(({ endpointId }) => servicesOf(endpointId, ours)),
  ]);
  if (missing.size === 0) return undefined;
  const stallsAfterMs = marks.endpointStallsMs;
  return { kind: "wait", until: { kind: "shared" }, ...beingDone(vpc, [...missing].map(shortName)), stallsAfterMs };
}

/** What is being done about services without endpoints: the same from the first write to the last. */
function beingDone(vpc: VpcSeen, missing: readonly string[]): Pick<Wait, "reason" | "message"> {
  const { vpcId, keeper, plan } = vpc;
  const services = missing.join(", ");
  const pending = { reason: "EndpointsPending" as const, message: `waiting for endpoints of ${vpcId}: ${services}` };
  if (keeper?.isHere === false) {
    const by = `which the operator of ${keyText(keeper.identity)} creates. If this takes long, check that it runs`;
    return { ...pending, message: `${pending.message}, ${by}` };
  }
  if (plan.create.length + plan.extend.length > 0) {
    return { reason: "CreatingEndpoints", message: `creating endpoints of ${vpcId}: ${services}` };
  }
  if (addressesToLetIn(vpc).length === 0) return pending;
  return { reason: "RepairingEndpoints", message: `allowing the addresses of ${vpcId} to reach its endpoints` };
}

/** Adds EC2's other refusals to what an object waits for, because nothing else reports them. */
export function withAllRefusals<T extends { readonly message: string }>(lacking: T, refused: readonly Refused[]): T {
  const others = new Set(refused.map(({ refusal }) => refusal.message).filter((one) => !lacking.message.includes(one)));
  return others.size === 0 ? lacking : { ...lacking, message: [lacking.message, ...others].join("; ") };
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
