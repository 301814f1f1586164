import type { Kind, KubeObject } from "../api/object.ts";
import type { Objects, Settings } from "./ports.ts";

type Located = { readonly region?: string | undefined };

/**
 * The older object of the same kind that claims the same AWS name in the same region, as `namespace/name`. Of two
 * that claim one name the older owns it; of two equally old the first in the alphabet.
 */
export function olderClaimant<O extends KubeObject>(
  object: O,
  kind: Kind,
  nameOf: (object: O) => string,
  objects: Objects,
  settings: Settings,
): string | undefined {
  const region = (one: KubeObject): string => (one.spec as Located).region ?? settings.region;
  const rank = (one: KubeObject): string =>
    `${one.metadata.creationTimestamp} ${one.metadata.namespace}/${one.metadata.name}`;
  const older = objects
    .list(kind)
    .filter((other) => nameOf(other as O) === nameOf(object) && region(other) === region(object))
    .find((other) => other.metadata.uid !== object.metadata.uid && rank(other) < rank(object));
  return older === undefined ? undefined : `${older.metadata.namespace}/${older.metadata.name}`;
}
