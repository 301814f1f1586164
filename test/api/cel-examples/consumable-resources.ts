import { licences } from "./bases.ts";
import { type CelExample, examplesOf, type Row } from "./example.ts";
import { sharingRows, tagRows } from "./shared.ts";

const used = { resourceType: "NON_REPLENISHABLE" };

const rows: readonly Row[] = [
  [
    "the total of a REPLENISHABLE consumable follows totalQuantity",
    { ...used, quantityToken: "a" },
    { quantityToken: "a" },
  ],
  [
    "setting the quantity of a NON_REPLENISHABLE consumable refills it",
    { ...used, totalQuantity: 20, quantityToken: "b" },
    { ...used, totalQuantity: 20, quantityToken: "a" },
    { ...used, quantityToken: "a" },
  ],
  ["AWS fixes the type of a consumable at creation", { resourceType: "REPLENISHABLE" }, used, {}],
  ["region cannot be changed", {}, { region: "eu-west-1" }, {}],
  [
    "consumableResourceName cannot be changed",
    { consumableResourceName: "a" },
    { consumableResourceName: "b" },
    { consumableResourceName: "a" },
  ],
  ...sharingRows,
  ...tagRows,
];

export const consumableResourceExamples: readonly CelExample[] = examplesOf("ConsumableResource", licences, rows);
