import { expect, it } from "vitest";
import { consumablesNamedBy } from "../../src/aws/revision-consumables.ts";

const list = (...names: readonly string[]) => ({
  consumableResourceProperties: {
    consumableResourceList: names.map((consumableResource) => ({ consumableResource, quantity: 1 })),
  },
});

it.each([
  [{}, undefined],
  [{ consumableResourceProperties: {} }, undefined],
  [list("seats", "arn:aws:batch:eu-west-1:1:consumable-resource/keys"), ["seats", "keys"]],
  [{ ...list("seats"), nodeProperties: { nodeRangeProperties: [list("seats", "keys"), {}] } }, ["seats", "keys"]],
])("%j names %j", (body, expected) => {
  expect(consumablesNamedBy(body as never).consumables).toEqual(expected);
});
