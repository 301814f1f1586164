/**
 * The door of ownership: the owner of an AWS resource, from its tags alone (docs/design.md, section 4). `naming.ts` gives the
 * names in AWS, `names.ts` says which ones a namespace may use, `limits.ts` reads the limits of a namespace. Pure.
 */

import type { KubeObject, ObjectKey } from "../../api/object.ts";
import { shortHash } from "../fields/fingerprint.ts";

/** What the endpoint or group is for; it has no single owner among objects. */
export const purposeTag = "awsbatch.dev/purpose";
export const clusterTag = "awsbatch.dev/cluster";
export const clusterUidTag = "awsbatch.dev/cluster-uid";
export const namespaceTag = "awsbatch.dev/namespace";
export const nameTag = "awsbatch.dev/name";
export const uidTag = "awsbatch.dev/uid";
export const fingerprintTag = "awsbatch.dev/fingerprint";
export const registeredAtTag = "awsbatch.dev/registered-at";
export const rolloutTokenTag = "awsbatch.dev/rollout-token";
/** On a consumable: which quantity the operator has set last; see `controllers/kinds/consumable-resource/quantity.ts`. */
export const quantitySetTag = "awsbatch.dev/quantity-set";
/** When an environment was created; attempts that AWS finds INVALID are limited by their age. */
export const createdAtTag = "awsbatch.dev/created-at";
export const servingSinceTag = "awsbatch.dev/serving-since";
export const retiredAtTag = "awsbatch.dev/retired-at";
/** On a target from which queues went back: `<time>/<plan id>`; it stays unused while that plan is desired. */
export const returnedAtTag = "awsbatch.dev/returned-at";
/** What came of the job of `replacement.verify`; see `verdict.ts` of compute environments. */
export const verificationTag = "awsbatch.dev/verification";
/** On a queue of the operator's own, which belongs to no object: the environment that is verified in it. */
export const verifiesTag = "awsbatch.dev/verifies";
/** On a role or instance profile: what it is for. */
export const roleTag = "awsbatch.dev/role";
/** On a role that objects of a namespace share, instead of the name of one: the name that they give. */
export const sharedRoleTag = "awsbatch.dev/shared-role";
/** On a revision: the names of the roles that were created for it, with `/` between them. */
export const revisionRolesTag = "awsbatch.dev/roles";
/** Left behind by `deletionPolicy: Retain`: `<cluster name>/<namespace>/<name>`, as `retainedMark` has it. */
export const retainedFromTag = "awsbatch.dev/retained-from";

/** The operator that asks. */
export interface Cluster {
  /** `--cluster-name`; survives a rebuilt cluster. */
  readonly name: string;
  /** UID of the namespace `kube-system`. */
  readonly uid: string;
  /** `--take-over-cluster-uid`: a lost cluster: its AWS resources become ours. */
  readonly takeOverUid?: string | undefined;
  /** `--rename-cluster-from`: the name that this cluster had. What bears it and our uid is ours, and gets the new name. */
  readonly formerName?: string | undefined;
}

/** Which object of which cluster an AWS object belongs to. */
export interface Identity {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Who an object is to AWS: what its tags say when they make something its own. */
export function identityOf({ metadata }: KubeObject, cluster: Cluster): Identity {
  const { namespace, name, uid } = metadata;
  return { cluster, namespace, name, uid };
}

export type Ownership =
  | {
      readonly kind: "ours" /** The uid or cluster-uid on it is an old one: write the tags once. */;
      readonly retag: boolean;
    }
  | {
      readonly kind: "otherCluster";
      readonly clusterUid: string;
      /** This very cluster under another name than ours; absent: another cluster of our name. */
      readonly otherName?: string;
    }
  /** Left by Retain of this very identity: ours again, without adoption. */
  | { readonly kind: "retained" }
  /** `owner`: `<cluster name>/<namespace>/<name>`, of the owner or of whom Retain took it from. */
  | { readonly kind: "otherObject"; readonly owner: string }
  | { readonly kind: "foreign" };

export type Tags = Readonly<Record<string, string>>;

/** Reads the owner from the tags. Ownership is (cluster name, namespace, name); the uids only reveal a rebuilt one. */
export function ownershipOf(tags: Tags | undefined, identity: Identity): Ownership {
  const owner = ownerIn(tags);
  if (owner === undefined) {
    const mark = tags?.[retainedFromTag];
    if (mark === undefined) return { kind: "foreign" };
    return mark === retainedMark(identity) ? { kind: "retained" } : { kind: "otherObject", owner: mark };
  }
  const { cluster } = identity;
  const { clusterUid } = owner;
  const namesObject = owner.namespace === identity.namespace && owner.name === identity.name;
  if (!namesObject || (owner.cluster !== cluster.name && clusterUid !== cluster.uid)) {
    return { kind: "otherObject", owner: `${owner.cluster}/${owner.namespace}/${owner.name}` };
  }
  if (owner.cluster !== cluster.name) {
    return owner.cluster === cluster.formerName
      ? { kind: "ours", retag: true }
      : { kind: "otherCluster", clusterUid, otherName: owner.cluster };
  }
  if (clusterUid !== cluster.uid) {
    return clusterUid === cluster.takeOverUid ? { kind: "ours", retag: true } : { kind: "otherCluster", clusterUid };
  }
  return { kind: "ours", retag: owner.uid !== identity.uid };
}

/** Whether the tags make something the object's own. */
export function isOurs(tags: Tags | undefined, identity: Identity): boolean {
  return ownershipOf(tags, identity).kind === "ours";
}

/** Whether the tags name this object, also where Retain or the uid of another cluster keeps it from being ours now. */
export function isNamedBy(tags: Tags | undefined, identity: Identity): boolean {
  const { kind } = ownershipOf(tags, identity);
  return kind !== "foreign" && kind !== "otherObject";
}

/** An owner as the tags have it. */
export interface Owner extends ObjectKey {
  /** The name of the cluster. */
  readonly cluster: string;
  readonly clusterUid: string;
  readonly uid: string;
}

/** Whether an owner bears the name of this cluster, or the one from which it is being renamed. */
export function isOfCluster(
  { cluster, clusterUid }: Owner,
  { name, uid, formerName }: Omit<Cluster, "takeOverUid">,
): boolean {
  return cluster === name || (cluster === formerName && clusterUid === uid);
}

/** The owner written in the tags, whoever it is; undefined when there is none. */
export function ownerIn(tags: Tags | undefined): Owner | undefined {
  const cluster = tags?.[clusterTag];
  const namespace = tags?.[namespaceTag];
  const name = tags?.[nameTag];
  if (cluster === undefined || namespace === undefined || name === undefined) return undefined;
  return { cluster, clusterUid: tags?.[clusterUidTag] ?? "", namespace, name, uid: tags?.[uidTag] ?? "" };
}

/** The five tags that make an AWS object ours. */
export function ownerTags(identity: Identity): Record<string, string> {
  return {
    [clusterTag]: identity.cluster.name,
    [clusterUidTag]: identity.cluster.uid,
    [namespaceTag]: identity.namespace,
    [nameTag]: identity.name,
    [uidTag]: identity.uid,
  };
}

/** The object of this cluster that the tags name, as the owner or as whom Retain took it from. */
export function namedOwner(tags: Tags | undefined, cluster: Cluster): ObjectKey | undefined {
  const owner = ownerIn(tags);
  if (owner !== undefined) return isOfCluster(owner, cluster) ? owner : undefined;
  // Neither the name of a cluster nor that of a namespace has a slash; that of an object may be cut.
  const [markCluster, namespace, name] = tags?.[retainedFromTag]?.split("/") ?? [];
  if (markCluster !== cluster.name || namespace === undefined || name === undefined) return undefined;
  return { namespace, name };
}

/** Whether a tag says who owns a resource, or from whom Retain took it. */
export function isOwnershipTag(key: string): boolean {
  return [clusterTag, clusterUidTag, namespaceTag, nameTag, uidTag, retainedFromTag].includes(key);
}

/** Whether Retain of any object of the cluster has left it there. */
export function isRetainedBy(tags: Tags | undefined, { name }: Cluster): boolean {
  return tags?.[retainedFromTag]?.startsWith(`${name}/`) === true;
}

/** AWS's limit for the value of a tag, in every service that is used. */
const tagValueLimit = 256;

/**
 * The value of `retainedFromTag`: the last owner, which begins with the names of cluster and namespace. What AWS would
 * refuse for its length is cut, and ends in 8 hex of its hash.
 *
 * @param more what else the mark says
 */
export function retainedMark(identity: Identity, more = ""): string {
  const whole = `${identityText(identity)}${more}`;
  return whole.length <= tagValueLimit ? whole : `${whole.slice(0, tagValueLimit - 9)}/${shortHash(whole)}`;
}

/** `<cluster name>/<namespace>/<name>`. */
export function identityText(identity: Identity): string {
  return `${identity.cluster.name}/${identity.namespace}/${identity.name}`;
}
