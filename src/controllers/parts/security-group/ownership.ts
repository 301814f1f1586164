/** Ownership of a security group for instances: one object owns it. Pure. */

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

/** Who an object is to its group: of one name there may be a network and an environment. */
export interface GroupIdentity extends Identity {
  /** By default `instances`: the group is an environment's. */
  readonly purpose?: "network";
}

const ofEnvironments = "instances";

const purposeOf = ({ purpose }: GroupIdentity): string => purpose ?? ofEnvironments;

/** @param user tags that a person asks for */
export function groupTags(identity: GroupIdentity, user?: Tags): Tags {
  return withOwnTags(user, {
    Name: groupNameOf(identity),
    [clusterTag]: identity.cluster.name,
    [clusterUidTag]: identity.cluster.uid,
    [namespaceTag]: identity.namespace,
    [nameTag]: identity.name,
    [purposeTag]: purposeOf(identity),
  });
}

export const groupTagKeys: readonly string[] = [clusterTag, clusterUidTag, namespaceTag, nameTag, purposeTag];

export type GroupOwnership =
  /** `retag`: an earlier cluster wrote the tags, so they have to be written again. */
  | { readonly kind: "ours"; readonly retag: boolean }
  /**
   * Ours once the object requests a group: Retain of this object left it behind, or, for a network, an environment of its
   * name made it before there were networks.
   */
  | { readonly kind: "retained" }
  | { readonly kind: "foreign" };

export function groupOwnership({ tags, groupName }: SecurityGroup, identity: GroupIdentity): GroupOwnership {
  const owner = ownershipOf(tags, identity);
  // Tags alone prove nothing: who may only write tags could have any group of the account written and deleted.
  if (groupName !== groupNameOf(identity)) return { kind: "foreign" };
  if (owner.kind === "retained") return { kind: "retained" };
  if (owner.kind !== "ours") return { kind: "foreign" };
  if (tags[purposeTag] !== purposeOf(identity)) {
    const isEarlier = identity.purpose === "network" && tags[purposeTag] === ofEnvironments;
    return { kind: isEarlier ? "retained" : "foreign" };
  }
  return { kind: "ours", retag: tags[clusterUidTag] !== identity.cluster.uid };
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
