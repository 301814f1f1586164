import { expect, test } from "vitest";
import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { kindTitle } from "../../../src/page/browser/kind-title.ts";

test("each kind has the title of its plural", () => {
  for (const { kind, plural } of kinds) expect(kindTitle(kind).replaceAll(" ", "").toLowerCase()).toBe(plural);
  expect(kindTitle("SchedulingPolicy")).toBe("Scheduling policies");
});
