import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

const nonReplenishable = "has(self.resourceType) && self.resourceType == 'NON_REPLENISHABLE'";

/** Rules of a consumable resource: what AWS cannot change, and what could refill it by mistake. */
export const consumableResourceRules: readonly ValidationRule[] = [
  {
    rule: `(${nonReplenishable}) || !has(self.quantityToken)`,
    message:
      "the total of a REPLENISHABLE consumable follows totalQuantity: remove quantityToken, or use type NON_REPLENISHABLE",
    reason: "FieldValueForbidden",
    fieldPath: ".quantityToken",
  },
  {
    rule: `!(${nonReplenishable}) || self.totalQuantity == oldSelf.totalQuantity || (has(self.quantityToken) && (!has(oldSelf.quantityToken) || self.quantityToken != oldSelf.quantityToken))`,
    message:
      "setting the quantity of a NON_REPLENISHABLE consumable refills it: change totalQuantity together with a new quantityToken",
    fieldPath: ".totalQuantity",
  },
  {
    rule: "(has(self.resourceType) ? self.resourceType : 'REPLENISHABLE') == (has(oldSelf.resourceType) ? oldSelf.resourceType : 'REPLENISHABLE')",
    message:
      "AWS fixes the type of a consumable at creation: revert the change of resourceType, or create a new object",
    reason: "FieldValueForbidden",
    fieldPath: ".resourceType",
  },
  immutableRegion,
  immutable("consumableResourceName", "revert the change; for another name create a new object"),
];
