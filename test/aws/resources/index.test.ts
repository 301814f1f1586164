import { expect, it } from "vitest";
import { resourceTypes } from "../../../src/aws/names.ts";
import { keyOf, resourceKeys } from "../../../src/aws/resources/index.ts";

it("each type that ARNs name has one entry", () => {
  expect(resourceTypes.map(keyOf).toSorted()).toEqual(resourceKeys.toSorted());
});
