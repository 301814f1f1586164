import { expect, it } from "vitest";
import { semantics } from "../../../conformance/facts/table.ts";
import { bounds, enumTexts, fractional, longs } from "../../../src/simulator/model/documented.ts";
import { structureOf } from "../../../src/simulator/model/model.ts";
import { askBySdk } from "../semantics/sdk.ts";
import { expectOutcome, prepared } from "../semantics/trial.ts";

it.each(semantics.map((row) => [row.id, row] as const))("%s", async (_id, row) => {
  const { url, input, close } = await prepared(row, askBySdk);
  try {
    expectOutcome(row.expected, await askBySdk(url, row.call.operation, input));
  } finally {
    await close();
  }
});

it("has each fact once, with its source", () => {
  const ids = semantics.map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(semantics.filter(({ source }) => source === "")).toEqual([]);
  expect(ids.length).toBeGreaterThan(200);
});

it("documents bounds only of members that the model has", () => {
  const documented = [...Object.keys(bounds), ...Object.keys(enumTexts), ...fractional, ...longs];
  const unknown = documented.filter((key) => {
    const [structure = "", member = ""] = key.split(".");
    return structureOf(structure).members[member] === undefined;
  });
  expect(unknown).toEqual([]);
});
