import { type KubeObject, keyText } from "../../api/object.ts";
import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { BatchComputeEnvironmentKind, kindOf } from "../../api/v1alpha1/kinds.ts";
import type { Ec2Region } from "../../aws/ec2-region.ts";
import { newEc2Memory } from "../../controllers/ec2-memory.ts";
import type { Ports } from "../../controllers/ports.ts";
import { observeGroup } from "../../controllers/security-group/observe.ts";
import { groupNameOf } from "../../controllers/security-group/ownership.ts";
import { usable } from "../../controllers/security-group/plan.ts";
import { withGroupStatus } from "../../controllers/security-group/report.ts";
import { desiredRules, type Rule } from "../../controllers/security-group/rules.ts";
import type { GroupSeen } from "../../controllers/security-group/seen.ts";
import { withSelected } from "../../controllers/selection/fill.ts";
import { observeSelection } from "../../controllers/selection/observe.ts";
import { withSelectionStatus } from "../../controllers/selection/report.ts";
import type { GroupRule, NetworkFacts, SecurityGroup } from "../../network/facts.ts";
import type { ReadRegion } from "./region.ts";
import type { PlanWorld } from "./world.ts";

/**
 * The same world after every selector was resolved and every security group was found once: what takes effect is
 * in status, as it would before the operator acts. A group that does not exist yet is included, with an id that says so.
 */
export async function withPlacement(world: PlanWorld, signal: AbortSignal): Promise<PlanWorld> {
  const { ports } = world;
  const fresh = new Map<string, KubeObject>();
  const toMake: SecurityGroup[] = [];
  for (const { object } of world.objects) {
    if (object.kind !== BatchComputeEnvironmentKind.kind) continue;
    const region = world.regionOf(object);
    const after = await placedOnce(object as BatchComputeEnvironment, region, ports, toMake, signal);
    fresh.set(idOf(object), after);
  }
  const now = <O extends KubeObject | undefined>(object: O): O =>
    object === undefined ? object : ((fresh.get(idOf(object)) ?? object) as O);
  const { objects, regions } = ports;
  return {
    ...world,
    objects: world.objects.map(({ object, file }) => ({ object: now(object), file })),
    ports: {
      ...ports,
      objects: {
        ...objects,
        get: (kind, key) => now(objects.get(kind, key)),
        list: (kind) => objects.list(kind).map(now),
      },
      regions: {
        ...regions,
        ec2: async (region, inner) => withGroups(await regions.ec2(region, inner), toMake),
      },
    },
  };
}

async function placedOnce(
  object: BatchComputeEnvironment,
  region: ReadRegion,
  ports: Ports,
  toMake: SecurityGroup[],
  signal: AbortSignal,
): Promise<BatchComputeEnvironment> {
  const selection = await observeSelection(object, ports, signal);
  const selected = withSelectionStatus(object.status ?? {}, selection, object, ports.clock.now());
  const resolved = selection.answers.length === 0 ? object : remembering(object, selected);
  const seen = await observeGroup(withSelected(resolved), region, ports, newEc2Memory(), signal);
  if (seen.network.kind === "unneeded") return resolved;
  const group = usable(seen) === undefined ? groupToMake(seen) : undefined;
  if (group === undefined) return remembering(resolved, withGroupStatus(resolved.status ?? {}, seen, resolved));
  toMake.push(group);
  const securityGroup = { groupId: group.groupId, vpcId: group.vpcId };
  return remembering(resolved, { ...resolved.status, network: { ...resolved.status?.network, securityGroup } });
}

/** The group as it will be, created or with its rules repaired; undefined where none can be created. */
function groupToMake({ network, desired, identity, known }: GroupSeen): SecurityGroup | undefined {
  if (network.kind !== "read" || desired === undefined) return undefined;
  const [vpcId, ...others] = network.vpcIds ?? [];
  if (vpcId === undefined || others.length > 0) return undefined;
  const there = network.groups.find(({ group }) => group.vpcId === vpcId)?.group;
  const groupId = there?.groupId ?? known ?? `sg-to-be-created-for-${identity.name}`;
  const rules = desiredRules(desired, groupId);
  const of = (direction: Rule["direction"]) => rules.filter((rule) => rule.direction === direction).map(factOf);
  const tags = there?.tags ?? {};
  return { groupId, groupName: groupNameOf(identity), vpcId, egress: of("egress"), ingress: of("ingress"), tags };
}

function factOf({ protocol, ports, peer }: Rule): GroupRule {
  return {
    protocol,
    ports,
    cidrs: /^(?:sg|pl)-/.test(peer) ? [] : [peer],
    prefixListIds: peer.startsWith("pl-") ? [peer] : [],
    groupIds: peer.startsWith("sg-") ? [peer] : [],
  };
}

/** EC2 as it is with groups that are not there yet. They have no tags of ours, so nothing treats them as existing. */
function withGroups(ec2: Ec2Region, toMake: readonly SecurityGroup[]): Ec2Region {
  if (toMake.length === 0) return ec2;
  const joined = (facts: NetworkFacts): NetworkFacts => {
    const { securityGroups: part, subnets } = facts;
    if (part.kind === "unread" || subnets.kind === "unread") return facts;
    const vpcIds = new Set(subnets.value.map(({ vpcId }) => vpcId));
    const known = new Set(part.value.map(({ groupId }) => groupId));
    const more = toMake.filter(({ groupId, vpcId }) => vpcIds.has(vpcId) && !known.has(groupId));
    return { ...facts, securityGroups: { kind: "read", value: [...part.value, ...more] } };
  };
  const { network } = ec2;
  return {
    ...ec2,
    network: {
      writtenAt: network.writtenAt,
      of: async (request, reading) => joined(await network.of(request, reading)),
      select: (what, selector, reading) => network.select(what, selector, reading),
    },
  };
}

function remembering(object: BatchComputeEnvironment, status: object): BatchComputeEnvironment {
  return { ...object, status: status as BatchComputeEnvironment["status"] };
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kindOf(kind)?.kind} ${keyText(metadata)}`;
}
