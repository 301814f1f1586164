/** Ownership of an endpoint: one object owns it, or a cluster, for all its environments in the VPC. Pure. */

import type { ObjectKey } from "../../../api/object.ts";
import type { NetworkFacts, SecurityGroup, VpcEndpoint } from "../../../network/facts.ts";
import { read } from "../../../network/lookups.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import {
  type Cluster,
  clusterTag,
  clusterUidTag,
  isOfCluster,
  isRetainedBy,
  namespaceTag,
  nameTag,
  ownerIn,
  purposeTag,
  retainedFromTag,
  retainedMark,
  type Tags,
} from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";
import { cutName, nameOfObject } from "../security-group/ownership.ts";

const purpose = "vpc-endpoints";

/** Whose endpoints: those of one object, or those that all environments of a cluster share in a VPC. */
export interface EndpointOwner {
  readonly cluster: Cluster;
  /** Undefined: the cluster. */
  readonly object?: ObjectKey;
  /** Tags that a person asks for. */
  readonly tags?: Tags | undefined;
}

export function endpointTags(owner: EndpointOwner, name: string): Tags {
  return withOwnTags(owner.tags, { Name: name, ...ownershipTags(owner) });
}

export function ownershipTags({ cluster, object }: EndpointOwner): Tags {
  return {
    [clusterTag]: cluster.name,
    [clusterUidTag]: cluster.uid,
    [purposeTag]: purpose,
    ...(object === undefined ? {} : { [namespaceTag]: object.namespace, [nameTag]: object.name }),
  };
}

/** The keys of these tags, of whatever owner. */
export const ownershipTagKeys: readonly string[] = [clusterTag, clusterUidTag, purposeTag, namespaceTag, nameTag];

/** Whether the tags say that the operator created an endpoint, or a security group of endpoints, for this owner. */
function isMarked({ tags }: Pick<VpcEndpoint | SecurityGroup, "tags">, { cluster, object }: EndpointOwner): boolean {
  if (tags[clusterTag] !== cluster.name || tags[purposeTag] !== purpose) return false;
  if (tags[namespaceTag] !== object?.namespace || tags[nameTag] !== object?.name) return false;
  const uid = tags[clusterUidTag];
  return uid === cluster.uid || (cluster.takeOverUid !== undefined && uid === cluster.takeOverUid);
}

/** The object of the cluster whose endpoint it is by its tags; undefined: of none. */
export function ownerOfEndpoint({ tags }: Pick<VpcEndpoint, "tags">, cluster: Cluster): ObjectKey | undefined {
  const owner = tags[purposeTag] === purpose ? ownerIn(tags) : undefined;
  return owner !== undefined && isOfCluster(owner, cluster) ? owner : undefined;
}

/** The endpoints, and the groups of endpoints, that belong to an owner. */
export interface Owned {
  readonly isOurs: (one: VpcEndpoint | SecurityGroup) => boolean;
  /** Whether Retain of the owner, or of any object of the cluster that is one, has left it there. */
  readonly isLeft: (one: VpcEndpoint | SecurityGroup) => boolean;
  /** Of a network: whether the cluster made it for its environments before there were networks. */
  readonly isOfCluster: (one: VpcEndpoint | SecurityGroup) => boolean;
}

/**
 * Tags alone prove nothing: who may only write tags could have any endpoint of the account deleted. An interface endpoint
 * of ours has our group, and a gateway endpoint our statement in its policy. A group has our name. What a network has taken
 * over of the cluster keeps the name and the statement of that.
 *
 * @throws UnreadPart when endpoints are judged and security groups were not read
 */
export function ownedBy(owner: EndpointOwner, facts: NetworkFacts): Owned {
  const { cluster, object } = owner;
  const isMade = madeBy(owner, facts);
  const isMadeBefore = madeBy({ cluster }, facts);
  const isProven = (one: VpcEndpoint | SecurityGroup): boolean => isMade(one) || isMadeBefore(one);
  const before = object === undefined ? undefined : ownedBy({ cluster }, facts);
  return {
    isOurs: (one) => isMarked(one, owner) && isProven(one),
    isLeft: (one) => isLeftBy(one.tags, owner) && isProven(one),
    isOfCluster: (one) => before !== undefined && (before.isOurs(one) || before.isLeft(one)),
  };
}

function isLeftBy(tags: Tags, { cluster, object }: EndpointOwner): boolean {
  if (object === undefined) return isRetainedBy(tags, cluster);
  return tags[retainedFromTag] === retainedMark({ cluster, uid: "", ...object });
}

function madeBy(owner: EndpointOwner, facts: NetworkFacts): (one: VpcEndpoint | SecurityGroup) => boolean {
  const ourGroup = groupName(owner);
  return (one) => {
    if (!("endpointId" in one)) return one.groupName === ourGroup;
    if (one.type === "Gateway") return hasStatement(one, statementId(owner));
    const named = read("security groups", facts.securityGroups).filter(
      ({ groupName: name, vpcId }) => name === ourGroup && vpcId === one.vpcId,
    );
    return named.some(({ groupId }) => one.securityGroupIds.includes(groupId));
  };
}

/** The name of the one group that lets instances reach our endpoints of a VPC. Names are unique in a VPC. */
export function groupName({ cluster, object }: EndpointOwner): string {
  if (object === undefined) return `aws-batch-operator-${cluster.name}-endpoints`.slice(0, 255);
  return cutName(`${nameOfObject({ cluster, ...object })}/endpoints`);
}

/** Allows what EC2's own policy allows; only its statement's ID says who created the endpoint. */
export function gatewayPolicy(owner: EndpointOwner): string {
  const statement = { Sid: statementId(owner), Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** Letters and digits, which every policy may have. */
function statementId({ cluster, object }: EndpointOwner): string {
  const whose = object === undefined ? cluster.name : [cluster.name, object.namespace, object.name];
  return `AwsBatchOperator${shortHash(whose)}`;
}

/** Whether the policy of an endpoint, as JSON text, has a statement of this ID. */
function hasStatement({ policy = "" }: VpcEndpoint, id: string): boolean {
  return new RegExp(`"Sid"\\s*:\\s*"${id}"`).test(policy);
}
