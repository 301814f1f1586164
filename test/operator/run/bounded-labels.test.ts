import { expect, test } from "vitest";
import { boundedLabels } from "../../../src/operator/run/bounded-labels.ts";

test("the first values are labels, also later, and all further ones share one", () => {
  const labelOf = boundedLabels(2);
  expect(["a", "b", "c", "a", "d", "b"].map(labelOf)).toEqual(["a", "b", "other", "a", "other", "b"]);
});
