/** What the objects of a namespace may use: lists from flags of the operator and from annotations of the namespace. Pure. */

import { matchesAny } from "./glob.ts";
import { firstOf } from "./wording.ts";

/**
 * What an annotation of a Namespace does with the flag of its name: it replaces the flag, or can only narrow it. A
 * ceiling is needed where tenants may change their own Namespace.
 */
export type NamespaceAnnotations = "replace" | "narrow";

/** One list, and where it comes from, for messages. */
export interface AllowedList {
  readonly globs: readonly string[];
  readonly from: string;
}

/**
 * The lists that must all contain a value; none: any value is allowed.
 *
 * @param flag its globs; undefined: any
 * @param annotation its globs; undefined: the namespace has none
 */
export function listsInForce(
  flag: { readonly name: string; readonly globs: readonly string[] | undefined },
  annotation: { readonly name: string; readonly globs: readonly string[] | undefined },
  annotations: NamespaceAnnotations,
): readonly AllowedList[] {
  const byFlag = flag.globs === undefined ? [] : [{ globs: flag.globs, from: flag.name }];
  if (annotation.globs === undefined) return byFlag;
  const own = { globs: annotation.globs, from: `annotation ${annotation.name} of the namespace` };
  return annotations === "narrow" ? [...byFlag, own] : [own];
}

/** The list that lacks a value; undefined: the value is allowed. */
export function lackingList(lists: readonly AllowedList[], value: string): AllowedList | undefined {
  return lists.find(({ globs }) => !matchesAny(globs, value));
}

/** `--allowed-role-arns: none`. */
export function listText({ globs, from }: AllowedList): string {
  return `${from}: ${globs.length === 0 ? "none" : firstOf(globs)}`;
}
