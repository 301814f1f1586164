/**
 * Which quantity is to be set, and which one was set last. AWS's total does not say the latter: after lowering it lags while
 * jobs hold more, and of a NON_REPLENISHABLE consumable it may or may not fall as jobs use it up. So a tag notes it. Pure.
 */

import type { ConsumableResourceSpec } from "../../../api/v1alpha1/consumable-resource.ts";
import type { Consumable } from "../../../aws/batch.ts";
import type { Judgement } from "../../fields/rows.ts";
import { quantitySetTag, type Tags } from "../../ownership/ownership.ts";

type Quantity = Pick<ConsumableResourceSpec, "totalQuantity" | "resourceType" | "quantityToken">;

/** `REPLENISHABLE`, if the spec does not say it. */
export function typeOf({ resourceType = "REPLENISHABLE" }: { readonly resourceType?: string | undefined }): string {
  return resourceType;
}

/** The total that an update sets, of a REPLENISHABLE consumable. */
export function quantityChange(spec: Quantity, seen: Consumable): Judgement | undefined {
  if (typeOf(spec) !== "REPLENISHABLE" || typeOf(seen) !== "REPLENISHABLE") return undefined;
  if (isLagging(spec, seen)) return undefined;
  const from = spec.totalQuantity === seen.totalQuantity ? fallsTo(seen) : seen.totalQuantity;
  return from === undefined ? undefined : { why: "changed in place", from, to: spec.totalQuantity };
}

/** The quantity that a new token asks for, of a NON_REPLENISHABLE consumable. */
export function tokenChange(spec: Quantity, seen: Consumable): Judgement | undefined {
  if (typeOf(spec) !== "NON_REPLENISHABLE" || typeOf(seen) !== "NON_REPLENISHABLE") return undefined;
  if (!isAskedFor(spec, seen)) return undefined;
  const why = `a new token sets the quantity to ${spec.totalQuantity}`;
  return { why, from: tokenNoteIn(seen.tags)?.token, to: spec.quantityToken };
}

/** What a new consumable's tag says: the total, or of a NON_REPLENISHABLE one that no token has set it again. */
export function noteOfCreation(spec: Quantity): string {
  return typeOf(spec) === "REPLENISHABLE" ? String(spec.totalQuantity) : tokenNote(0, spec.quantityToken ?? "");
}

/** What the tag says once the quantity of the spec has been set. */
export function noteOfSetting(spec: Quantity, tags: Tags | undefined): string {
  if (typeOf(spec) === "REPLENISHABLE") return String(spec.totalQuantity);
  return tokenNote((tokenNoteIn(tags)?.count ?? 0) + 1, spec.quantityToken ?? "");
}

/**
 * Whether a token asks for the quantity that nobody has set yet. A consumable without a note, which was adopted or has lost
 * it, is not refilled.
 */
export function isAskedFor({ quantityToken }: Quantity, { tags }: Pick<Consumable, "tags">): boolean {
  const noted = tokenNoteIn(tags);
  return quantityToken !== undefined && noted !== undefined && noted.token !== quantityToken;
}

/**
 * Whether the total of the spec was set already, and jobs hold more than it: AWS gives out none, and lowers its total as they end.
 * Where it gives out some, somebody has set another total since then. A record without what it gives out says nothing of that.
 */
export function isLagging({ totalQuantity }: Quantity, { tags, availableQuantity = 0, ...seen }: Consumable): boolean {
  const isSet = tags?.[quantitySetTag] === String(totalQuantity) && availableQuantity === 0;
  return isSet && seen.totalQuantity > totalQuantity && seen.inUseQuantity > totalQuantity;
}

/** The total that was set last, where AWS may still lower its own to it as jobs end. */
export function fallsTo({ tags, totalQuantity }: Pick<Consumable, "tags" | "totalQuantity">): number | undefined {
  const set = Number(tags?.[quantitySetTag]);
  return set < totalQuantity ? set : undefined;
}

/** How often tokens have set the quantity, and the last one: a token that comes back makes another request. */
function tokenNote(count: number, token: string): string {
  return `${count}/${token}`;
}

/** Undefined: there is none. */
export function tokenNoteIn(tags: Tags | undefined): { readonly count: number; readonly token: string } | undefined {
  const [, count, token] = /^(\d+)\/(.*)$/.exec(tags?.[quantitySetTag] ?? "") ?? [];
  return count === undefined || token === undefined ? undefined : { count: Number(count), token };
}
