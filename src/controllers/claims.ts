import { type Kind, type KubeObject, keyText } from "../api/object.ts";
import { type Cluster, identityOf, ownershipOf, type Tags } from "./ownership.ts";
import type { Objects, Settings } from "./ports.ts";

type Located = { readonly region?: string | undefined };

/**
 * Of two objects that claim one AWS name, the one that AWS's tags name owns it, as its owner or as whom Retain took it
 * from. Ages say nothing there: a cluster that was lost has created all objects again, in any order. Where AWS says nothing,
 * the older is the owner; of two equally old the first in the alphabet.
 */

/** The other objects of the same kind that claim the same AWS name in the same region, the oldest first. */
export function rivalsOf<O extends KubeObject>(
  object: O,
  kind: Kind,
  nameOf: (object: O) => string,
  objects: Pick<Objects, "list">,
  settings: Settings,
): readonly O[] {
  const region = (one: KubeObject): string => (one.spec as Located).region ?? settings.region;
  const [name, at] = [nameOf(object), region(object)];
  return (objects.list(kind) as readonly O[])
    .filter((other) => nameOf(other) === name && region(other) === at && other.metadata.uid !== object.metadata.uid)
    .sort((left, right) => (rankOf(left) < rankOf(right) ? -1 : 1));
}

/** The oldest of them, if it is older than the object. */
export function olderOf<O extends KubeObject>(object: O, rivals: readonly O[]): O | undefined {
  return rivals.find((rival) => rankOf(rival) < rankOf(object));
}

/** The claimant that these tags name as the owner, or as the owner until Retain. */
export function claimantNamedBy<O extends KubeObject>(
  tags: Tags | undefined,
  claimants: readonly O[],
  cluster: Cluster,
): O | undefined {
  return claimants.find((claimant) => {
    const { kind } = ownershipOf(tags, identityOf(claimant, cluster));
    return kind === "ours" || kind === "retained";
  });
}

function rankOf({ metadata }: KubeObject): string {
  return `${metadata.creationTimestamp} ${keyText(metadata)}`;
}
