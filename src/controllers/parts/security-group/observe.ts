import { securityGroupAnnotation } from "../../../api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../aws/batch.ts";
import type { BatchRegion, TagChange } from "../../../aws/region.ts";
import type { NetworkFacts, SecurityGroup } from "../../../network/facts.ts";
import { read } from "../../../network/lookups.ts";
import { emptyRequest, type NetworkRequest } from "../../../network/port.ts";
import { identityOf, isOfCluster, ownerIn } from "../../ownership/ownership.ts";
import { directivesOf, isAskedFor } from "../../pass/directives.ts";
import { unreadBy } from "../../pass/unread.ts";
import type { Ports } from "../../ports.ts";
import {
  type Ec2Memory,
  factsMaxAgeMs,
  isUnproven,
  refusedLately,
  removedLately,
  taken,
  writerOf,
  wroteLately,
} from "../ec2-memory.ts";
import { notedVpcs } from "../noted-vpcs.ts";
import { desiredGroup } from "./fill.ts";
import {
  type GroupIdentity,
  type GroupOwnership,
  groupNameOf,
  groupOwnership,
  groupTags,
  leftBehindTag,
} from "./ownership.ts";
import { usable } from "./plan.ts";
import { groupsNaming } from "./rules.ts";
import type { GroupFound, GroupSeen, NetworkOfGroup } from "./seen.ts";

/** The VPCs in which an object has requested a group so far. */
function groupClaims({ metadata }: BatchComputeEnvironment): readonly string[] {
  return notedVpcs(metadata.annotations?.[securityGroupAnnotation]);
}

/** Every read that the plan of the group needs. An object without one costs none. */
export async function observeGroup(
  object: BatchComputeEnvironment,
  region: BatchRegion,
  ports: Ports,
  memory: Ec2Memory,
  signal: AbortSignal,
): Promise<GroupSeen> {
  const directives = directivesOf(object, ports.settings);
  const claims = groupClaims(object);
  const desired = directives.deleting ? undefined : desiredGroup(object);
  const identity = identityOf(object, ports.cluster);
  const unneeded = desired === undefined && claims.length === 0;
  const seen = {
    identity,
    desired,
    claims,
    retain: directives.deleting && directives.retain,
    known: object.status?.network?.securityGroup?.groupId,
    network: unneeded
      ? ({ kind: "unneeded" } as const)
      : await networkOf(object, { claims, desired, identity }, { region, ports, memory }, signal),
  };
  if (isBusy(seen)) memory.readAfter.set(object.metadata.uid, Number.POSITIVE_INFINITY);
  if (isLacking(seen)) memory.lacking.add(object.metadata.uid);
  return seen;
}

/** Whether something is being created or deleted, so that the next pass reads EC2 again. */
function isBusy(seen: GroupSeen): boolean {
  if (seen.network.kind !== "read") return false;
  const { justWritten, groups, inTheWay } = seen.network;
  const leaving = groups.filter(({ group, retained }) => !retained && group.groupId !== usable(seen)?.groupId);
  const going = leaving.filter(({ usedBy }) => usedBy.length === 0);
  return justWritten.length + inTheWay.length > 0 || going.some(({ namedBy }) => namedBy.length === 0);
}

/** Whether a person has to fix something: its subnets are not in one VPC, or other groups name its group. */
function isLacking({ network, desired }: GroupSeen): boolean {
  if (network.kind !== "read") return false;
  const nowhere = desired !== undefined && network.vpcIds !== undefined && network.vpcIds.length !== 1;
  return nowhere || network.groups.some(({ namedBy }) => namedBy.length > 0);
}

async function networkOf(
  object: BatchComputeEnvironment,
  { claims, desired, identity }: Pick<GroupSeen, "claims" | "desired" | "identity">,
  { region, ports, memory }: { readonly region: BatchRegion; readonly ports: Ports; readonly memory: Ec2Memory },
  signal: AbortSignal,
): Promise<NetworkOfGroup> {
  const subnetIds = object.spec.computeResources?.subnets ?? [];
  try {
    const ec2 = await ports.regions.ec2(object.spec.region, signal, object.metadata.namespace);
    const readAfterMs = taken(memory.readAfter, object.metadata.uid);
    if (readAfterMs !== undefined) ec2.forget(readAfterMs);
    const maxAgeMs = factsMaxAgeMs(object.metadata.uid, isAskedFor(object), memory);
    const facts = await ec2.network.of(requestOf(subnetIds, claims), { signal, maxAgeMs });
    const now = ports.clock.monotonic();
    const vpcIds = subnetIds.length === 0 ? undefined : vpcsOf(subnetIds, facts);
    const unproven = isUnproven(memory, now);
    const left = unproven ? claims.filter((id) => desired === undefined || vpcIds?.includes(id) !== true) : [];
    return {
      kind: "read",
      vpcIds,
      ...groupsIn(facts, (groupId) => removedLately(memory, groupId, now), identity, region),
      justWritten: [
        ...new Set([...left, ...[...memory.wroteAt.keys()].filter((vpcId) => wroteLately(memory, vpcId, now))]),
      ],
      unproven,
      refused: refusedLately(memory, writerOf(object), now),
    };
  } catch (error) {
    return unreadBy(error, "EC2 cannot be read");
  }
}

function vpcsOf(subnetIds: readonly string[], facts: NetworkFacts): readonly string[] {
  const subnets = read("subnets", facts.subnets).filter(({ subnetId }) => subnetIds.includes(subnetId));
  return [...new Set(subnets.map(({ vpcId }) => vpcId))].toSorted();
}

/**
 * The groups of an object, and others with the name of its group.
 *
 * @param isGone whatever EC2 shows of a group that it was just asked to delete
 * @param tagsOf what differs of the tags of one; by default only those of the owner are compared
 */
export function groupsIn(
  facts: NetworkFacts,
  isGone: (groupId: string) => boolean,
  identity: GroupIdentity,
  region: Pick<BatchRegion, "snapshot">,
  tagsOf?: (group: SecurityGroup) => TagChange | undefined,
) {
  const all = read("security groups", facts.securityGroups).filter(({ groupId }) => !isGone(groupId));
  const environments = [...region.snapshot().computeEnvironments.values()].filter(({ status }) => status !== "DELETED");
  const groups: GroupFound[] = [];
  const inTheWay: SecurityGroup[] = [];
  for (const group of all) {
    const owner = groupOwnership(group, identity);
    if (owner.kind === "foreign") {
      if (group.groupName === groupNameOf(identity)) inTheWay.push(group);
      continue;
    }
    const users = environments
      .filter(({ computeResources }) => computeResources?.securityGroupIds?.includes(group.groupId) === true)
      .toSorted((left, right) => (left.computeEnvironmentName < right.computeEnvironmentName ? -1 : 1));
    const namesOf = (some: readonly Environment[]): readonly string[] =>
      some.map(({ computeEnvironmentName }) => computeEnvironmentName);
    const isOurCluster = ({ tags }: Environment): boolean => {
      const named = ownerIn(tags);
      return named !== undefined && isOfCluster(named, identity.cluster);
    };
    groups.push({
      group,
      retained: owner.kind === "retained",
      retag: tagsOf === undefined ? ownersTags(owner, identity) : tagsOf(group),
      usedBy: namesOf(users.filter(isOurCluster)),
      strangers: namesOf(users.filter((one) => !isOurCluster(one))),
      namedBy: groupsNaming(group.groupId, all),
    });
  }
  return { groups, inTheWay };
}

function ownersTags(owner: GroupOwnership, identity: GroupIdentity): TagChange | undefined {
  const isCurrent = owner.kind === "ours" && !owner.retag;
  return isCurrent ? undefined : { set: groupTags(identity), remove: [leftBehindTag] };
}

function requestOf(subnetIds: readonly string[], vpcIds: readonly string[]): NetworkRequest {
  return { ...emptyRequest, subnetIds, vpcIds };
}
