import { type Kind, type KubeObject, keyText } from "../api/object.ts";
import { directivesOf } from "./directives.ts";
import { belongsTo } from "./naming.ts";
import { type Cluster, identityOf, ownershipOf, type Tags } from "./ownership.ts";
import type { Objects, Settings } from "./ports.ts";

type Located = { readonly region?: string | undefined };

/**
 * Of several objects that claim one AWS name, the one that AWS's tags name owns it, as its owner or as whom Retain took it
 * from. Ages say nothing there: a cluster that was lost has created all objects again, in any order. Where AWS names
 * nobody, the namespace whose prefix the name has comes first, then the older object, then the first in the alphabet.
 */

/** The other objects of the same kind that claim the same AWS name in the same region. */
export function rivalsOf<O extends KubeObject>(
  object: O,
  kind: Kind,
  nameOf: (object: O) => string,
  objects: Pick<Objects, "list">,
  settings: Settings,
): readonly O[] {
  const region = (one: KubeObject): string => (one.spec as Located).region ?? settings.region;
  const [name, at] = [nameOf(object), region(object)];
  return (objects.list(kind) as readonly O[]).filter(
    (other) => nameOf(other) === name && region(other) === at && other.metadata.uid !== object.metadata.uid,
  );
}

/**
 * What a claim rests on: a resource in AWS that has the object's tags, or only that the object is going to create one.
 * Without either the object claims nothing: it must not keep a name from others at no cost.
 */
export type Standing = "resource" | "intent" | "nothing";

/** @param hasResource whether AWS has something with the object's tags */
export function standingOf(object: KubeObject, settings: Settings, hasResource: boolean): Standing {
  if (hasResource) return "resource";
  const { paused, dryRun, deleting } = directivesOf(object, settings);
  return paused || dryRun || deleting ? "nothing" : "intent";
}

/**
 * The rival whose claim goes before that of the object, where AWS's tags name nobody; undefined: the object has the name.
 *
 * @param name the AWS name that all of them claim
 */
export function claimantBefore<O extends KubeObject>(
  name: string,
  object: O,
  rivals: readonly O[],
  standing: (one: O) => Standing,
): O | undefined {
  const rankOf = (one: O): string => {
    const { namespace, creationTimestamp } = one.metadata;
    const isFirst = [standing(one) !== "nothing", belongsTo(namespace, name), standing(one) === "resource"];
    return [...isFirst.map((yes) => (yes ? 0 : 1)), creationTimestamp, keyText(one.metadata)].join(" ");
  };
  const own = rankOf(object);
  const [first] = rivals
    .filter((rival) => standing(rival) !== "nothing")
    .map((rival) => ({ rival, rank: rankOf(rival) }))
    .sort((left, right) => (left.rank < right.rank ? -1 : 1));
  return first !== undefined && first.rank < own ? first.rival : undefined;
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
