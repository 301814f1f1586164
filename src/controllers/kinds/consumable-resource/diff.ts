/** The differences between a consumable's spec and AWS, without tags. Pure. */

import type { ConsumableResourceSpec } from "../../../api/v1alpha1/consumable-resource.ts";
import type { Consumable } from "../../../aws/batch.ts";
import type { Blocked, FieldChange } from "../../pass/agenda.ts";
import { fallsTo, isAskedFor, isLagging, tokenNoteIn, typeOf } from "./quantity.ts";

/** What an update sets: the total, or of a NON_REPLENISHABLE consumable only what a new token asks for. */
export function consumableDifferences(spec: ConsumableResourceSpec, seen: Consumable): readonly FieldChange[] {
  if (otherType(spec, seen) !== undefined) return [];
  if (typeOf(spec) === "NON_REPLENISHABLE") {
    if (!isAskedFor(spec, seen)) return [];
    const [from, to] = [tokenNoteIn(seen.tags)?.token, spec.quantityToken];
    const why = `a new token sets the quantity to ${spec.totalQuantity}`;
    return [change("spec.quantityToken", why, from, to)];
  }
  if (isLagging(spec, seen)) return [];
  const from = spec.totalQuantity === seen.totalQuantity ? fallsTo(seen) : seen.totalQuantity;
  return from === undefined ? [] : [change("spec.totalQuantity", "changed in place", from, spec.totalQuantity)];
}

function change(path: string, why: string, from: unknown, to: unknown): FieldChange {
  return { path, kind: "update", why, from: JSON.stringify(from), to: JSON.stringify(to) };
}

/** A consumable of the other type, which AWS never changes. */
export function otherType(
  spec: ConsumableResourceSpec,
  seen: Consumable,
): (Blocked & { readonly paths: readonly string[] }) | undefined {
  const [desired, found] = [typeOf(spec), typeOf(seen)];
  if (desired === found) return undefined;
  return {
    kind: "blocked",
    reason: "ResourceTypeFixed",
    message: `${seen.consumableResourceName} is ${found} in AWS and cannot become ${desired}: restore resourceType, or create another object with another spec.consumableResourceName`,
    paths: ["spec.resourceType"],
  };
}
