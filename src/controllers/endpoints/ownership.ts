/** Whose an endpoint is: that of a cluster, for all environments of it in the VPC. Pure. */

import type { SecurityGroup, VpcEndpoint } from "../../network/facts.ts";
import { type Cluster, clusterTag, clusterUidTag, purposeTag } from "../ownership.ts";
import type { Tags } from "./writes.ts";

const purpose = "vpc-endpoints";

export function endpointTags(cluster: Cluster, name: string): Tags {
  return { Name: name, ...ownershipTags(cluster) };
}

export function ownershipTags(cluster: Cluster): Tags {
  return { [clusterTag]: cluster.name, [clusterUidTag]: cluster.uid, [purposeTag]: purpose };
}

export const ownershipTagKeys: readonly string[] = [clusterTag, clusterUidTag, purposeTag];

/** An endpoint or security group that this cluster's operator has made for endpoints. */
export function isOurs({ tags }: Pick<VpcEndpoint | SecurityGroup, "tags">, cluster: Cluster): boolean {
  if (tags[clusterTag] !== cluster.name || tags[purposeTag] !== purpose) return false;
  const uid = tags[clusterUidTag];
  return uid === cluster.uid || (cluster.takeOverUid !== undefined && uid === cluster.takeOverUid);
}

/** Of the one group that lets instances reach our endpoints of a VPC; names are unique in a VPC. */
export function groupName(cluster: Cluster): string {
  return `aws-batch-operator-${cluster.name}-endpoints`.slice(0, 255);
}
