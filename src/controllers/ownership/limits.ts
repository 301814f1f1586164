/** What the objects of a namespace may use: lists from flags of the operator and from annotations of the namespace. Pure. */

import { marks, unwatchedCheckMs } from "../intervals.ts";
import type { Wait } from "../pass/agenda.ts";
import { firstOf } from "../wording.ts";
import { globsIn, matchesAny } from "./glob.ts";

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
 * @param annotation e.g. `awsbatch.dev/allowed-role-arns`; the flag has the same name
 * @param globs of the flag; undefined: any
 * @param annotations of the namespace
 * @param read the globs in the text of an annotation
 */
export function listsInForce(
  annotation: string,
  globs: readonly string[] | undefined,
  annotations: Readonly<Record<string, string>>,
  mode: NamespaceAnnotations,
  read: (text: string) => readonly string[] = globsIn,
): readonly AllowedList[] {
  const byFlag = globs === undefined ? [] : [{ globs, from: flagOf(annotation) }];
  const text = annotations[annotation];
  if (text === undefined) return byFlag;
  const own = { globs: read(text), from: annotationText(annotation) };
  return mode === "narrow" ? [...byFlag, own] : [own];
}

/** As `listsInForce`, for a limit that is only yes or no. */
export function yesInForce(
  annotation: string,
  flag: boolean,
  annotations: Readonly<Record<string, string>>,
  mode: NamespaceAnnotations,
): readonly AllowedList[] {
  return listsInForce(annotation, allOrNone(flag), annotations, mode, (text) => allOrNone(text === "true"));
}

function allOrNone(all: boolean): readonly string[] {
  return all ? ["*"] : [];
}

/** Each annotation has the name of its flag. */
export function flagOf(annotation: string): string {
  return annotation.replace("awsbatch.dev/", "--");
}

/** An annotation as the origin of a limit, for messages. */
export function annotationText(annotation: string): string {
  return `annotation ${annotation} of the namespace`;
}

/** The list that lacks a value; undefined: the value is allowed. */
export function lackingList(lists: readonly AllowedList[], value: string): AllowedList | undefined {
  return lists.find(({ globs }) => !matchesAny(globs, value));
}

/** `--allowed-role-arns: none`. */
export function listText({ globs, from }: AllowedList): string {
  return `${from}: ${globs.length === 0 ? "none" : firstOf(globs)}`;
}

/**
 * The wait of an object whose namespace cannot be read. Its limits are unknown then, and nothing is allowed.
 *
 * @param unknown what the operator does not know, and does not do
 */
export function waitForNamespace(namespace: string, why: string, unknown: string): Wait {
  return {
    kind: "wait",
    reason: "NamespaceUnreadable",
    message: `cannot read namespace ${namespace} (${why}), so the operator does not know which ${unknown}. Allow the operator to get, list and watch namespaces`,
    checkInMs: unwatchedCheckMs,
    stallsAfterMs: marks.unreadStallsMs,
  };
}
