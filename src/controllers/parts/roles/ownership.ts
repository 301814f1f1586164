/** Ownership of a role or instance profile, by its tags. Pure. */

import { shortHash } from "../../fields/fingerprint.ts";
import {
  clusterTag,
  clusterUidTag,
  type Identity,
  identityText,
  namespaceTag,
  nameTag,
  type Ownership,
  retainedFromTag,
  retainedMark,
  roleTag,
  sharedRoleTag,
  type Tags,
  uidTag,
} from "../../ownership/ownership.ts";
import { isPurposePath } from "./names.ts";

/** A role or instance profile. */
interface Found {
  readonly path: string;
  readonly tags: Tags;
}

/** The object, and whether it lets the operator create a service role outside of the operator's path. */
interface Asking {
  readonly identity: Identity;
  readonly repairForeign: boolean;
  /** Of a BatchRole: whether it adopts a role that has no owner. Of an object with roles of its own: undefined. */
  readonly adopts?: boolean | undefined;
}

/**
 * As for the objects of AWS Batch. A role that objects of a namespace shared by name has no owner until a BatchRole of the namespace
 * asks for it. Tags alone prove nothing: the role also has to be under the operator's path, or to be one that the object lets the operator
 * create again.
 */
export function roleOwnership({ path, tags }: Found, { identity, repairForeign, adopts }: Asking): Ownership {
  if (!isPurposePath(identity.cluster.name, path) && !repairForeign) return { kind: "foreign" };
  const { cluster, name, uid } = identity;
  const isShared = tags[sharedRoleTag] !== undefined;
  // A role of one object alone never becomes that of a BatchRole of the same name, or the other way round.
  const isOfItsKind = isShared === (adopts !== undefined);
  const named = isOfItsKind ? (tags[nameTag] ?? (isShared ? name : "")) : "";
  const owner = [tags[clusterTag], tags[namespaceTag], named];
  if (tags[clusterTag] === undefined || tags[roleTag] === undefined) {
    const isFree = adopts === true && tags[retainedFromTag] === undefined;
    return isFree || isRetained(tags[retainedFromTag], identity) ? { kind: "retained" } : { kind: "foreign" };
  }
  if (owner.join("/") !== identityText(identity)) {
    return { kind: "otherObject", owner: [tags[clusterTag], tags[namespaceTag], tags[nameTag] ?? ""].join("/") };
  }
  const clusterUid = tags[clusterUidTag] ?? "";
  if (clusterUid !== cluster.uid) {
    return clusterUid === cluster.takeOverUid ? { kind: "ours", retag: true } : { kind: "otherCluster", clusterUid };
  }
  return { kind: "ours", retag: tags[uidTag] !== uid };
}

/**
 * The mark of Retain: the former owner, and its resource in AWS. A later object of the same name for another region or
 * another name in AWS takes the role, but the retained resource keeps using it.
 *
 * @param home region and name in AWS of what the object is for
 */
export function markOf(identity: Identity, home: string): string {
  return retainedMark(identity, `@${shortHash(home)}`);
}

/** The name of a role contains its owner, so the namespace is enough. */
function isRetained(mark: string | undefined, { cluster, namespace }: Identity): boolean {
  return mark?.startsWith(`${cluster.name}/${namespace}/`) ?? false;
}
