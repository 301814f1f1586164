/** Ownership of a security group for instances: one network owns it. Pure. */

import type { SecurityGroup } from "../../../network/facts.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import {
  clusterTag,
  clusterUidTag,
  type Identity,
  namespaceTag,
  nameTag,
  ownershipOf,
  purposeTag,
  retainedFromTag,
  type Tags,
} from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";

const purpose = "network";

/** Of a group that an environment had before there were networks. */
const ofEnvironment = "instances";

/** @param user tags that a person asks for */
export function groupTags(identity: Identity, user?: Tags): Tags {
  return withOwnTags(user, {
    Name: groupNameOf(identity),
    [clusterTag]: identity.cluster.name,
    [clusterUidTag]: identity.cluster.uid,
    [namespaceTag]: identity.namespace,
    [nameTag]: identity.name,
    [purposeTag]: purpose,
  });
}

export const groupTagKeys: readonly string[] = [clusterTag, clusterUidTag, namespaceTag, nameTag, purposeTag];

/**
 * `retained`: ours once the network requests a group. Retain left it behind, or an environment of the network's name had it
 * before there were networks.
 */
export type GroupOwnership = "ours" | "retained" | "foreign";

export function groupOwnership({ tags, groupName }: SecurityGroup, identity: Identity): GroupOwnership {
  // Tags alone prove nothing: who may only write tags could have any group of the account written and deleted.
  if (groupName !== groupNameOf(identity)) return "foreign";
  const { kind } = ownershipOf(tags, identity);
  if (kind !== "ours") return kind === "retained" ? "retained" : "foreign";
  if (tags[purposeTag] === purpose) return "ours";
  return tags[purposeTag] === ofEnvironment ? "retained" : "foreign";
}

export const leftBehindTag = retainedFromTag;

/** Names are unique in a VPC, and no other object has this one. */
export function groupNameOf(identity: Identity): string {
  return cutName(nameOfObject(identity));
}

/** The whole name. */
export function nameOfObject({ cluster, namespace, name }: Omit<Identity, "uid">): string {
  return `aws-batch-operator/${cluster.name}/${namespace}/${name}`;
}

/** The name of a group, as long as EC2 accepts it: what is longer ends in 8 hex of its hash. */
export function cutName(whole: string): string {
  return whole.length <= 255 ? whole : `${whole.slice(0, 246)}/${shortHash(whole)}`;
}
