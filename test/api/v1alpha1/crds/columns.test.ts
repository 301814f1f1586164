import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { customResourceDefinitions } from "../../../../scripts/crds.ts";
import type { StructuralSchema } from "../../../../src/api/crd.ts";
import { nodesOf } from "../../schema-nodes.ts";

const definitions = customResourceDefinitions().flatMap(({ spec }) =>
  spec.versions.map((version) => ({ kind: spec.names.kind, ...version })),
);

/** By path, e.g. `status.conditions[].status`. */
const typesOf = (schema: StructuralSchema): ReadonlyMap<string, string | undefined> =>
  new Map(nodesOf(schema).map(({ path, node }) => [path, node.type]));

test.each(definitions)("each column of a $kind reads a field of its type", ({ schema, additionalPrinterColumns }) => {
  const own = additionalPrinterColumns.filter(({ jsonPath }) => !jsonPath.startsWith(".metadata"));
  const types = typesOf(schema.openAPIV3Schema);
  const pathOf = (jsonPath: string): string => jsonPath.slice(1).replaceAll(/\[[^\]]*\]/g, "[]");
  const read = own.map(({ name, jsonPath }) => `${name} ${types.get(pathOf(jsonPath))}`);
  expect(read).toEqual(own.map(({ name, type }) => `${name} ${type}`));
});

test("a job shows what its page says", () => {
  const columns = definitions.find(({ kind }) => kind === "BatchJob")?.additionalPrinterColumns ?? [];
  const narrow = columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name);
  expect(narrow).toEqual(["READY", "REASON", "STATUS", "QUEUE", "EXIT", "DURATION", "AGE"]);
  const page = readFileSync("docs/jobs.md", "utf8");
  expect(page).toContain(`The columns are ${narrow.slice(0, -1).join(", ")} and ${narrow.at(-1)}.`);
});
