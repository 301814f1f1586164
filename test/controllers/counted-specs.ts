import type { KubeObject } from "../../src/api/object.ts";

/** The same objects, and how often anybody has read what their specs say. */
export function countedSpecs<O extends KubeObject>(
  objects: readonly O[],
): { readonly objects: readonly O[]; readonly reads: () => number } {
  let reads = 0;
  const counted = objects.map((object) => {
    const { spec, ...rest } = object;
    const get = (): unknown => {
      reads++;
      return spec;
    };
    return Object.defineProperty(rest, "spec", { enumerable: true, get }) as O;
  });
  return { objects: counted, reads: () => reads };
}
