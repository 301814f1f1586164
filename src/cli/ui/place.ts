import type { KubeObject } from "../../api/object.ts";

/** The region of an object: AWS's, the spec's, or the default. */
export function regionOf({ status, spec }: KubeObject, preset: string): string {
  const observed = (status as { readonly region?: string } | undefined)?.region;
  return observed ?? (spec as { readonly region?: string }).region ?? preset;
}
