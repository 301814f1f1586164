import type { Kind, KubeObject } from "../api/object.ts";
import type { Objects, Settings } from "./ports.ts";

type Located = { readonly region?: string | undefined };

/**
 * The older object of the same kind that claims the same AWS name in the same region, as `namespace/name`. Of two
 * that claim one name the older owns it; of two equally old the first in the alphabet.
 *
 * @param leaving whether one that is being deleted still claims the name: not where AWS's own names differ all the
 *   same, or two objects could wait for each other through a queue that is to go over from one to the other
 */
export function olderClaimant<O extends KubeObject>(
  object: O,
  kind: Kind,
  nameOf: (object: O) => string,
  objects: Objects,
  settings: Settings,
  leaving: "claims" | "gives way" = "claims",
): string | undefined {
  const region = (one: KubeObject): string => (one.spec as Located).region ?? settings.region;
  const rank = (one: KubeObject): string =>
    `${one.metadata.creationTimestamp} ${one.metadata.namespace}/${one.metadata.name}`;
  const older = objects
    .list(kind)
    .filter(({ metadata }) => leaving === "claims" || metadata.deletionTimestamp === undefined)
    .filter((other) => nameOf(other as O) === nameOf(object) && region(other) === region(object))
    .find((other) => other.metadata.uid !== object.metadata.uid && rank(other) < rank(object));
  return older === undefined ? undefined : `${older.metadata.namespace}/${older.metadata.name}`;
}
