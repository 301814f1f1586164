import type { KubeObject } from "../../api/object.ts";
import { uidTag } from "../../controllers/ownership/ownership.ts";

/** Where the page finds in AWS what belongs to an object. Whoever may write a spec chooses what is in it, so it counts for nothing here. */

/** The region in which the operator keeps the resource of an object; undefined: none, or in another account. */
export function regionOf({ status }: KubeObject, account: string): string | undefined {
  const { accountId, region } = (status ?? {}) as { readonly accountId?: string; readonly region?: string };
  return accountId === account ? region : undefined;
}

/** The name in AWS of the resource that the operator keeps for an object; undefined: none yet. */
export function nameOf({ status }: KubeObject): string | undefined {
  return ((status ?? {}) as { readonly name?: string }).name;
}

/** Whether the tags of a resource in AWS name this very object as its owner. Status alone would say what others write. */
export function belongsTo({ metadata }: KubeObject, tags: Readonly<Record<string, string>> | undefined): boolean {
  return tags?.[uidTag] === metadata.uid;
}
