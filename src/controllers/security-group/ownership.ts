/** Whose a security group for instances is: that of one object. Pure. */

import type { SecurityGroup } from "../../network/facts.ts";
import { shortHash } from "../fingerprint.ts";
import {
  clusterTag,
  clusterUidTag,
  type Identity,
  namespaceTag,
  nameTag,
  ownershipOf,
  purposeTag,
  retainedFromTag,
} from "../ownership.ts";
import type { Tags } from "./writes.ts";

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
  /** `retag`: an earlier cluster wrote the tags; they are to be written anew. */
  | { readonly kind: "ours"; readonly retag: boolean }
  /** Left behind by Retain of this very object: ours again when it wants a group, and else no more. */
  | { readonly kind: "retained" }
  | { readonly kind: "foreign" };

export function groupOwnership({ tags, groupName }: SecurityGroup, identity: Identity): GroupOwnership {
  const owner = ownershipOf(tags, identity);
  if (owner.kind === "retained" && groupName === groupNameOf(identity)) return { kind: "retained" };
  if (owner.kind !== "ours" || tags[purposeTag] !== purpose) return { kind: "foreign" };
  return { kind: "ours", retag: tags[clusterUidTag] !== identity.cluster.uid };
}

export const leftBehindTag = retainedFromTag;

/** Names are unique in a VPC, and no other object can have this one. */
export function groupNameOf({ cluster, namespace, name }: Identity): string {
  const whole = `aws-batch-operator/${cluster.name}/${namespace}/${name}`;
  return whole.length <= 255 ? whole : `${whole.slice(0, 246)}/${shortHash(whole)}`;
}
