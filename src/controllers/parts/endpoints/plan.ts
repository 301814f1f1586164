/** The door of endpoints: plans the next writes for those of a network in its VPC. Pure. */

import { isPresent } from "../../../network/lookups.ts";
import { shortName } from "../../../network/needs.ts";
import { clusterUidTag, retainedFromTag } from "../../ownership/ownership.ts";
import type { Act } from "../../pass/agenda.ts";
import { currentRefusal } from "../../pass/refused-writes.ts";
import { addressesToLetIn, behindGroup, interfacesOf, servicesOf } from "./lacking.ts";
import { lastWrites } from "./leaving.ts";
import { act, nothing, settling, unlessRefused, type VpcPlan } from "./next.ts";
import { endpointTags, gatewayPolicy, groupName, ownershipTags } from "./ownership.ts";
import type { VpcSeen } from "./seen.ts";
import type { EndpointWrite, VpcAction } from "./writes.ts";

export function vpcPlan(vpc: VpcSeen): VpcPlan {
  if (vpc.leaves) return lastWrites(vpc);
  const plan = nextWrites(vpc);
  return plan.next !== undefined && vpc.justWritten ? { ...plan, next: settling(vpc, "CreatingEndpoints") } : plan;
}

/** A refused write holds back only the writes that need it. */
function nextWrites(vpc: VpcSeen): VpcPlan {
  const { vpcId, group, leftBehind } = vpc;
  const interfaces = behindGroup(vpc);
  const back = takingBack(vpc);
  // Endpoints that Retain left behind serve like foreign ones, but their group has the name of the next group.
  const nameIsTaken = group === undefined && leftBehind.some((id) => id.startsWith("sg-"));
  const taken = back === undefined ? nothing : unlessRefused(vpc, back, nameIsTaken ? interfaces : []);
  if (taken.next !== undefined) return taken;
  const rules = nameIsTaken ? undefined : groupWrites(vpc);
  const first = rules === undefined ? nothing : unlessRefused(vpc, rules, interfaces);
  const before = [...taken.refused, ...first.refused];
  if (first.next !== undefined) return { next: first.next, refused: before };
  const isBarred = nameIsTaken || rules !== undefined;
  const tried = creations(vpc)
    .filter(({ services }) => !isBarred || !services.some((one) => interfaces.includes(one)))
    .map((one) => ({ ...one, refusal: currentRefusal(vpc.refused, [one.write]) }));
  const refused = [
    ...before,
    ...tried.flatMap(({ services, endpointId, refusal }) => (refusal ? [{ services, endpointId, refusal }] : [])),
  ];
  const made = tried.filter(({ refusal }) => refusal === undefined);
  if (made.length > 0) {
    const message = `creating endpoints of ${vpcId}: ${made.map(({ what }) => what).join(", ")}`;
    const writes = made.map(({ write }) => write);
    return { next: act(vpcId, "create", writes, message), refused };
  }
  const surplus = removal(vpc);
  // Nobody waits for a deletion.
  const last = surplus === undefined ? nothing : unlessRefused(vpc, surplus, []);
  return { next: last.next, refused: [...refused, ...last.refused] };
}

function takingBack(vpc: VpcSeen): Act<VpcAction> | undefined {
  const { vpcId, group, owner, retag } = vpc;
  const { cluster } = owner;
  const before = [...vpc.ours.filter(isPresent), ...(group === undefined ? [] : [group])]
    .filter(({ tags }) => tags[clusterUidTag] !== cluster.uid)
    .map((one) => ("endpointId" in one ? one.endpointId : one.groupId));
  if (before.length > 0) {
    const write: EndpointWrite = { kind: "takeOver", ids: before, set: { [clusterUidTag]: cluster.uid }, remove: [] };
    return act(vpcId, "repair", [write], `taking over endpoints of a lost cluster: ${before.join(", ")}`);
  }
  if (vpc.leftBehind.length > 0) {
    const [ids, set] = [vpc.leftBehind, ownershipTags(owner)];
    const write: EndpointWrite = { kind: "takeOver", ids, set, remove: [retainedFromTag] };
    return act(vpcId, "repair", [write], `taking over what earlier objects left in ${vpcId}: ${ids.join(", ")}`);
  }
  if (retag.size > 0) {
    const writes = [...retag].map(([id, change]): EndpointWrite => ({ kind: "takeOver", ids: [id], ...change }));
    return act(vpcId, "repair", writes, `writing the tags of ${[...retag.keys()].join(", ")}`);
  }
  return undefined;
}

function groupWrites(vpc: VpcSeen): Act<VpcAction> | undefined {
  const { vpcId, plan, group, owner } = vpc;
  if (group === undefined) {
    if (interfacesOf(plan).length === 0) return undefined;
    const name = groupName(owner);
    const description = "Lets instances of AWS Batch reach VPC endpoints; made by aws-batch-operator";
    const write: EndpointWrite = { kind: "createGroup", vpcId, name, description, tags: endpointTags(owner, name) };
    return act(vpcId, "create", [write], `creating the security group of the endpoints of ${vpcId}`);
  }
  const missing = addressesToLetIn(vpc);
  if (missing.length === 0) return undefined;
  const write: EndpointWrite = { kind: "allow", groupId: group.groupId, from: missing };
  return act(vpcId, "repair", [write], `allowing HTTPS from ${missing.join(", ")} in ${group.groupId}`);
}

/** An endpoint to create or to extend. */
interface Creation {
  readonly write: EndpointWrite;
  /** Full names. */
  readonly services: readonly string[];
  /** The endpoint to extend. */
  readonly endpointId?: string;
  /** For messages. */
  readonly what: string;
}

function creations({ vpcId, plan, ours, group, owner }: VpcSeen): readonly Creation[] {
  const made = plan.create.map((one): Creation => {
    const { serviceName } = one;
    const what = shortName(serviceName);
    const tags = endpointTags(owner, `aws-batch-operator ${what}`);
    const services = [serviceName];
    if (one.kind === "Gateway") {
      const { routeTableIds } = one;
      const policy = gatewayPolicy(owner);
      return { write: { kind: "createGateway", vpcId, serviceName, routeTableIds, policy, tags }, services, what };
    }
    const { subnetIds, ipAddressType } = one;
    const groupId = group?.groupId ?? "";
    return {
      write: { kind: "createInterface", vpcId, serviceName, subnetIds, groupId, ipAddressType, tags },
      services,
      what,
    };
  });
  const extended = plan.extend.map((one): Creation => {
    const { endpointId } = one;
    return { write: { kind: "extend", ...one }, services: servicesOf(endpointId, ours), endpointId, what: endpointId };
  });
  return [...made, ...extended];
}

function removal({ vpcId, plan, ours, group, groupNamedBy }: VpcSeen): Act<VpcAction> | undefined {
  const { remove, ingressFrom } = plan;
  if (remove.length > 0) {
    const write: EndpointWrite = { kind: "deleteEndpoints", endpointIds: remove };
    return act(vpcId, "delete", [write], `deleting endpoints that nothing needs: ${remove.join(", ")}`);
  }
  // A gateway has no group, and what others need has its own endpoint.
  const needless = ingressFrom.length === 0 && !ours.some(({ type }) => type === "Interface");
  if (group !== undefined && needless && groupNamedBy.length === 0) {
    const write: EndpointWrite = { kind: "deleteGroup", groupId: group.groupId };
    return act(vpcId, "delete", [write], `deleting the security group ${group.groupId}: no endpoint uses it`);
  }
  return undefined;
}
