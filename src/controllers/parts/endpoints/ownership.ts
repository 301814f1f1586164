/** Ownership of an endpoint: a cluster owns it, for all its environments in the VPC. Pure. */

import type { NetworkFacts, SecurityGroup, VpcEndpoint } from "../../../network/facts.ts";
import { read } from "../../../network/lookups.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import {
  type Cluster,
  clusterTag,
  clusterUidTag,
  isRetainedBy,
  purposeTag,
  type Tags,
} from "../../ownership/ownership.ts";

const purpose = "vpc-endpoints";

export function endpointTags(cluster: Cluster, name: string): Tags {
  return { Name: name, ...ownershipTags(cluster) };
}

export function ownershipTags(cluster: Cluster): Tags {
  return { [clusterTag]: cluster.name, [clusterUidTag]: cluster.uid, [purposeTag]: purpose };
}

export const ownershipTagKeys: readonly string[] = [clusterTag, clusterUidTag, purposeTag];

/** Whether the tags say that this cluster's operator created an endpoint, or a security group of endpoints. */
function isMarked({ tags }: Pick<VpcEndpoint | SecurityGroup, "tags">, cluster: Cluster): boolean {
  if (tags[clusterTag] !== cluster.name || tags[purposeTag] !== purpose) return false;
  const uid = tags[clusterUidTag];
  return uid === cluster.uid || (cluster.takeOverUid !== undefined && uid === cluster.takeOverUid);
}

/** The endpoints, and the groups of endpoints, that belong to this cluster's operator. */
export interface Owned {
  readonly isOurs: (one: VpcEndpoint | SecurityGroup) => boolean;
  /** Whether Retain of an object of the cluster has left it there. */
  readonly isLeft: (one: VpcEndpoint | SecurityGroup) => boolean;
}

/**
 * Tags alone prove nothing: who may only write tags could have any endpoint of the account deleted. An interface endpoint
 * of ours has our group, and a gateway endpoint our statement in its policy. A group has our name.
 *
 * @throws UnreadPart when endpoints are judged and security groups were not read
 */
export function ownedBy(cluster: Cluster, facts: NetworkFacts): Owned {
  const ourGroup = groupName(cluster);
  const isProven = (one: VpcEndpoint | SecurityGroup): boolean => {
    if (!("endpointId" in one)) return one.groupName === ourGroup;
    if (one.type === "Gateway") return hasStatement(one, statementId(cluster));
    const named = read("security groups", facts.securityGroups).filter(
      ({ groupName: name, vpcId }) => name === ourGroup && vpcId === one.vpcId,
    );
    return named.some(({ groupId }) => one.securityGroupIds.includes(groupId));
  };
  return {
    isOurs: (one) => isMarked(one, cluster) && isProven(one),
    isLeft: (one) => isRetainedBy(one.tags, cluster) && isProven(one),
  };
}

/** The name of the one group that lets instances reach our endpoints of a VPC. Names are unique in a VPC. */
export function groupName(cluster: Cluster): string {
  return `aws-batch-operator-${cluster.name}-endpoints`.slice(0, 255);
}

/** Allows what EC2's own policy allows; only its statement's ID says who created the endpoint. */
export function gatewayPolicy(cluster: Cluster): string {
  const statement = { Sid: statementId(cluster), Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** Letters and digits, which every policy may have. */
function statementId({ name }: Cluster): string {
  return `AwsBatchOperator${shortHash(name)}`;
}

/** Whether the policy of an endpoint, as JSON text, has a statement of this ID. */
function hasStatement({ policy = "" }: VpcEndpoint, id: string): boolean {
  return new RegExp(`"Sid"\\s*:\\s*"${id}"`).test(policy);
}
