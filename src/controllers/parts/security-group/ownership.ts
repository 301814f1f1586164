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

const purpose = "instances";

export function groupTags(identity: Identity): Tags {
  return {
    Name: groupNameOf(identity),
    [clusterTag]: identity.cluster.name,
    [clusterUidTag]: identity.cluster.uid,
    [namespaceTag]: identity.namespace,
    [nameTag]: identity.name,
    [purposeTag]: purpose,
  };
}

export const groupTagKeys: readonly string[] = [clusterTag, clusterUidTag, namespaceTag, nameTag, purposeTag];

export type GroupOwnership =
  /** `retag`: an earlier cluster wrote the tags, so they have to be written again. */
  | { readonly kind: "ours"; readonly retag: boolean }
  /** Retain of this object left it behind: ours again once the object requests a group. */
  | { readonly kind: "retained" }
  | { readonly kind: "foreign" };

export function groupOwnership({ tags, groupName }: SecurityGroup, identity: Identity): GroupOwnership {
  const owner = ownershipOf(tags, identity);
  // Tags alone prove nothing: who may only write tags could have any group of the account written and deleted.
  if (groupName !== groupNameOf(identity)) return { kind: "foreign" };
  if (owner.kind === "retained") return { kind: "retained" };
  if (owner.kind !== "ours" || tags[purposeTag] !== purpose) return { kind: "foreign" };
  return { kind: "ours", retag: tags[clusterUidTag] !== identity.cluster.uid };
}

export const leftBehindTag = retainedFromTag;

/** Names are unique in a VPC, and no other object has this one. */
export function groupNameOf({ cluster, namespace, name }: Identity): string {
  const whole = `aws-batch-operator/${cluster.name}/${namespace}/${name}`;
  return whole.length <= 255 ? whole : `${whole.slice(0, 246)}/${shortHash(whole)}`;
}
