import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { networkNow } from "../../controllers/compute-environment/network-look.ts";
import type { NetworkSeen } from "../../controllers/compute-environment/seen.ts";
import type { Decision } from "../../controllers/decision.ts";
import { newEc2Memory } from "../../controllers/ec2-memory.ts";
import { observeEndpoints } from "../../controllers/endpoints/observe.ts";
import { planWithEndpoints } from "../../controllers/endpoints/plan.ts";
import type { EndpointsSeen, VpcSeen } from "../../controllers/endpoints/seen.ts";
import type { Ports } from "../../controllers/ports.ts";
import { placed } from "../../controllers/security-group/fill.ts";
import { observeGroup } from "../../controllers/security-group/observe.ts";
import { groupNameOf } from "../../controllers/security-group/ownership.ts";
import { planWithGroup } from "../../controllers/security-group/plan.ts";
import { ruleChanges, ruleText } from "../../controllers/security-group/rules.ts";
import type { GroupSeen } from "../../controllers/security-group/seen.ts";
import { withSelected } from "../../controllers/selection/fill.ts";
import { observeSelection } from "../../controllers/selection/observe.ts";
import { planWithSelection } from "../../controllers/selection/plan.ts";
import { shortName } from "../../network/dependence.ts";
import type { ReadRegion } from "./region.ts";

/** What becomes of an environment with what it selects and has made in the network. */
export interface InNetwork<Action> {
  readonly decision: Decision<Action>;
  /** What is made, changed and removed in EC2, in words. */
  readonly acts: readonly string[];
}

/** @param own what becomes of the environment itself and its roles */
export async function inNetwork<Action extends { readonly kind: string }>(
  own: Decision<Action>,
  object: BatchComputeEnvironment,
  region: ReadRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<InNetwork<{ readonly kind: string }>> {
  const deleting = object.metadata.deletionTimestamp !== undefined;
  const endpoints = notedEndpoints(await observeEndpoints(placed(object), region, ports, newEc2Memory(), signal));
  const group = notedGroup(await observeGroup(withSelected(object), region, ports, newEc2Memory(), signal));
  const selection = await observeSelection(object, ports, signal);
  const withEndpoints = planWithEndpoints(own, endpoints, deleting);
  const withGroup = planWithGroup(withEndpoints, group, deleting);
  return {
    decision: planWithSelection(withGroup, selection, object, ports.clock.now()),
    acts: [...groupActs(group), ...endpointsActs(endpoints)],
  };
}

/** As if the object had its note: manifests lack it, and it is nothing that becomes of AWS. */
function notedEndpoints(seen: EndpointsSeen): EndpointsSeen {
  const { network, claims, wished } = seen;
  if (network.kind !== "read" || !wished) return seen;
  return { ...seen, claims: [...new Set([...claims, ...network.vpcIds])] };
}

function notedGroup(seen: GroupSeen): GroupSeen {
  const { network, claims, wished } = seen;
  if (network.kind !== "read" || wished === undefined) return seen;
  return { ...seen, claims: [...new Set([...claims, ...(network.vpcIds ?? [])])] };
}

function groupActs({ network, wished, identity }: GroupSeen): readonly string[] {
  if (network.kind !== "read") return [];
  const [vpcId] = wished === undefined ? [] : (network.vpcIds ?? []);
  const leaving = network.groups.filter(({ group, retained }) => !retained && group.vpcId !== vpcId);
  const removed = leaving.map(
    ({ group }) => `removes the security group ${group.groupId} when nothing names it any more`,
  );
  if (wished === undefined || vpcId === undefined) return removed;
  const found = network.groups.find(({ group }) => group.vpcId === vpcId);
  if (found === undefined) return [`makes the security group ${groupNameOf(identity)} in ${vpcId}`, ...removed];
  const { missing, surplus } = ruleChanges(wished, found.group);
  const rules = [...missing.map((rule) => `+ ${ruleText(rule)}`), ...surplus.map((rule) => `- ${ruleText(rule)}`)];
  return [
    ...(rules.length === 0 ? [] : [`changes the rules of ${found.group.groupId}: ${rules.join(", ")}`]),
    ...(found.retag ? [`takes ${found.group.groupId} back by its tags`] : []),
    ...removed,
  ];
}

function endpointsActs({ network, wished }: EndpointsSeen): readonly string[] {
  if (network.kind !== "read") return [];
  const kept = wished ? network.vpcIds : [];
  return network.vpcs.flatMap((vpc) => (kept.includes(vpc.vpcId) ? keptActs(vpc) : leftActs(vpc)));
}

function keptActs({ vpcId, plan, writer }: VpcSeen): readonly string[] {
  const { create, extend, remove } = plan;
  const services = create.map(({ serviceName }) => shortName(serviceName)).join(", ");
  if (writer !== undefined) return services === "" ? [] : [`uses VPC endpoints that ${writer} makes: ${services}`];
  return [
    ...(services === "" ? [] : [`makes VPC endpoints in ${vpcId}: ${services}`]),
    ...extend.map(({ endpointId, addSubnetIds, addRouteTableIds }) => {
      return `extends the VPC endpoint ${endpointId} to ${[...addSubnetIds, ...addRouteTableIds].join(", ")}`;
    }),
    ...(remove.length === 0 ? [] : [`removes VPC endpoints that nothing needs any more: ${remove.join(", ")}`]),
  ];
}

function leftActs({ vpcId, ours, others }: VpcSeen): readonly string[] {
  if (ours.length === 0 || others.some(({ leaving }) => !leaving)) return [];
  return [`removes the VPC endpoints of ${vpcId}: ${ours.map(({ endpointId }) => endpointId).join(", ")}`];
}

/**
 * What the network holds back: only `Enforce` does, and only what is proved. What endpoints that are still to be made
 * will mend is not.
 */
export async function enforcedNetwork(
  object: BatchComputeEnvironment,
  region: ReadRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<NetworkSeen | undefined> {
  const { preflight, vpcEndpoints } = object.spec.network ?? {};
  if (preflight !== "Enforce" || vpcEndpoints === "Ensure") return undefined;
  return await networkNow(placed(object), region, ports, signal);
}
