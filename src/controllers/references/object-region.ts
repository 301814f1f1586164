/** Where objects are: a region and a namespace. Pure. */

import type { KubeObject } from "../../api/object.ts";

/** The region of an object. */
export function regionOf({ spec }: KubeObject, { defaultRegion }: { readonly defaultRegion: string }): string {
  return (spec as { readonly region?: string } | undefined)?.region ?? defaultRegion;
}

export function placeText(region: string, namespace: string): string {
  return `${region} ${namespace}`;
}

/** The region of a `placeText`. */
export function regionIn(text: string): string {
  return text.slice(0, text.indexOf(" "));
}

/** Whether a `placeText` is of this region. */
export function isInRegion(text: string, region: string): boolean {
  return text.startsWith(placeText(region, ""));
}
