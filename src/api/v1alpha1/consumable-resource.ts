import type { z } from "zod";
import type { ValidationRule } from "../crd.ts";
import type { KubeObject } from "../object.ts";
import { immutable, immutableRegion, policyFields, statusFields } from "./common.ts";
import { awsName } from "./names.ts";
import { allowedNamespaces } from "./references.ts";
import { type DeepReadonly, int, object, oneOf, text } from "./schema.ts";

const nonReplenishable = "has(self.resourceType) && self.resourceType == 'NON_REPLENISHABLE'";

/** Rules of a consumable resource: what AWS cannot change, and what could refill it by mistake. */
const consumableResourceRules: readonly ValidationRule[] = [
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

export const ConsumableResourceSpec = object(
  "Desired state of the consumable; AWS's fields have AWS's names.",
  {
    consumableResourceName: text("AWS name. Immutable. Default: <namespace>_<name>.", 128, awsName).optional(),
    totalQuantity: int(
      "Total. Of a NON_REPLENISHABLE consumable it is set at creation, and later only by a new quantityToken.",
      0,
      Number.MAX_SAFE_INTEGER,
    ),
    resourceType: oneOf(
      "REPLENISHABLE (default): a job gives back what it held. NON_REPLENISHABLE: it uses it up. Immutable.",
      ["REPLENISHABLE", "NON_REPLENISHABLE"],
    ).optional(),
    quantityToken: text(
      "Any text; only for NON_REPLENISHABLE. Each new value sets the quantity in AWS to totalQuantity once, which refills it.",
      64,
      /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    ).optional(),
    allowedNamespaces: allowedNamespaces("Namespaces of job definitions that may name this consumable.").optional(),
    ...policyFields,
  },
  ...consumableResourceRules,
);

export const ConsumableResourceStatus = object("Observed state of the consumable in AWS.", {
  ...statusFields,
  totalQuantity: int("Total in AWS.", 0, Number.MAX_SAFE_INTEGER).optional(),
  inUseQuantity: int("What jobs hold, as AWS counts it.", 0, Number.MAX_SAFE_INTEGER).optional(),
});

export type ConsumableResourceSpec = z.infer<typeof ConsumableResourceSpec>;
export type ConsumableResourceStatus = DeepReadonly<z.infer<typeof ConsumableResourceStatus>>;
export type ConsumableResource = KubeObject<ConsumableResourceSpec, ConsumableResourceStatus>;
