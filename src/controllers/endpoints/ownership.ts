/** Ownership of an endpoint: a cluster owns it, for all its environments in the VPC. Pure. */

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

/** Whether this cluster's operator created an endpoint, or a security group of endpoints. */
export function isOurs({ tags }: Pick<VpcEndpoint | SecurityGroup, "tags">, cluster: Cluster): boolean {
  if (tags[clusterTag] !== cluster.name || tags[purposeTag] !== purpose) return false;
  const uid = tags[clusterUidTag];
  return uid === cluster.uid || (cluster.takeOverUid !== undefined && uid === cluster.takeOverUid);
}

/** The name of the one group that lets instances reach our endpoints of a VPC. Names are unique in a VPC. */
export function groupName(cluster: Cluster): string {
  return `aws-batch-operator-${cluster.name}-endpoints`.slice(0, 255);
}
