import type { Environment } from "../../../aws/batch.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import type { NetworkFacts } from "../../../network/facts.ts";
import { read } from "../../../network/lookups.ts";
import { type Cluster, type Identity, isOfCluster, ownerIn } from "../../ownership/ownership.ts";
import { tagChange } from "../../ownership/tags.ts";
import { groupNameOf, groupOwnership, groupTags, leftBehindTag } from "./ownership.ts";
import { groupsNaming } from "./rules.ts";
import type { GroupSeen } from "./seen.ts";

/** Whose group, and what its tags are to be. */
interface Whose {
  readonly identity: Identity;
  readonly vpcId: string;
  readonly tags: GroupSeen["tags"];
  readonly ignoreTagKeys: readonly string[];
  /** Whatever EC2 shows of a group that it was just asked to delete. */
  readonly isGone: (groupId: string) => boolean;
}

/** The group with the name of ours, who uses it, and what differs of its tags. */
export function groupIn(
  facts: NetworkFacts,
  { identity, vpcId, tags, ignoreTagKeys, isGone }: Whose,
  region: Pick<BatchRegion, "snapshot">,
): Pick<GroupSeen, "found" | "inTheWay"> {
  const all = read("security groups", facts.securityGroups).filter(({ groupId }) => !isGone(groupId));
  const name = groupNameOf(identity);
  const group = all.find((one) => one.vpcId === vpcId && one.groupName === name);
  if (group === undefined) return { found: undefined, inTheWay: undefined };
  const owner = groupOwnership(group, identity);
  if (owner === "foreign") return { found: undefined, inTheWay: group };
  const users = [...region.snapshot().computeEnvironments.values()]
    .filter(({ status }) => status !== "DELETED")
    .filter(({ computeResources }) => computeResources?.securityGroupIds?.includes(group.groupId) === true)
    .toSorted((left, right) => (left.computeEnvironmentName < right.computeEnvironmentName ? -1 : 1));
  const isOurs = (one: Environment): boolean => isOfThisCluster(one, identity.cluster);
  const found = {
    group,
    retained: owner === "retained",
    retag: tagChange(tags, { ...groupTags(identity), [leftBehindTag]: undefined }, group.tags, ignoreTagKeys),
    usedBy: namesOf(users.filter(isOurs)),
    strangers: namesOf(users.filter((one) => !isOurs(one))),
    namedBy: groupsNaming(group.groupId, all),
  };
  return { found, inTheWay: undefined };
}

function isOfThisCluster({ tags }: Environment, cluster: Cluster): boolean {
  const owner = ownerIn(tags);
  return owner !== undefined && isOfCluster(owner, cluster);
}

function namesOf(some: readonly Environment[]): readonly string[] {
  return some.map(({ computeEnvironmentName }) => computeEnvironmentName);
}
