import type { Observation } from "../../controllers/compute-environment/whole.ts";
import type { EndpointsSeen, VpcSeen } from "../../controllers/endpoints/seen.ts";
import { groupNameOf } from "../../controllers/security-group/ownership.ts";
import { ruleChanges, ruleText } from "../../controllers/security-group/rules.ts";
import type { GroupSeen } from "../../controllers/security-group/seen.ts";
import { shortName } from "../../network/dependence.ts";

/** What is created, changed and deleted in EC2, in words. */
export function networkActs({ group, endpoints }: Observation): readonly string[] {
  return [...groupActs(group), ...endpointsActs(endpoints)];
}

export function notedInNetwork({ group, endpoints }: Observation): Pick<Observation, "group" | "endpoints"> {
  return { group: notedGroup(group), endpoints: notedEndpoints(endpoints) };
}

/** As if the object had its note: manifests lack it, and it is nothing that becomes of AWS. */
function notedEndpoints(seen: EndpointsSeen): EndpointsSeen {
  const { network, claims, desired } = seen;
  if (network.kind !== "read" || !desired) return seen;
  return { ...seen, claims: [...new Set([...claims, ...network.vpcIds])] };
}

function notedGroup(seen: GroupSeen): GroupSeen {
  const { network, claims, desired } = seen;
  if (network.kind !== "read" || desired === undefined) return seen;
  return { ...seen, claims: [...new Set([...claims, ...(network.vpcIds ?? [])])] };
}

function groupActs({ network, desired, identity }: GroupSeen): readonly string[] {
  if (network.kind !== "read") return [];
  const [vpcId] = desired === undefined ? [] : (network.vpcIds ?? []);
  const leaving = network.groups.filter(({ group, retained }) => !retained && group.vpcId !== vpcId);
  const removed = leaving.map(
    ({ group }) => `removes the security group ${group.groupId} when nothing names it any more`,
  );
  if (desired === undefined || vpcId === undefined) return removed;
  const found = network.groups.find(({ group }) => group.vpcId === vpcId);
  if (found === undefined) return [`makes the security group ${groupNameOf(identity)} in ${vpcId}`, ...removed];
  const { missing, surplus } = ruleChanges(desired, found.group);
  const rules = [...missing.map((rule) => `+ ${ruleText(rule)}`), ...surplus.map((rule) => `- ${ruleText(rule)}`)];
  return [
    ...(rules.length === 0 ? [] : [`changes the rules of ${found.group.groupId}: ${rules.join(", ")}`]),
    ...(found.retag ? [`takes ${found.group.groupId} back by its tags`] : []),
    ...removed,
  ];
}

function endpointsActs({ network, desired }: EndpointsSeen): readonly string[] {
  if (network.kind !== "read") return [];
  const kept = desired ? network.vpcIds : [];
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
