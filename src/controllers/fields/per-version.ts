import type { KubeObject } from "../../api/object.ts";

/**
 * What follows from an object alone, computed once for each of its versions: an object of the cache is never changed.
 *
 * @param of pure
 */
export function perVersion<T>(of: (object: KubeObject) => T): (object: KubeObject) => T {
  const known = new WeakMap<KubeObject, { readonly value: T }>();
  return (object) => {
    const found = known.get(object) ?? { value: of(object) };
    known.set(object, found);
    return found.value;
  };
}
