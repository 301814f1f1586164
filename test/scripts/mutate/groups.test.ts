import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { groups } from "../../../scripts/mutate/groups.ts";

test("every file and folder that is mutated or run exists, for Stryker skips what it does not find", () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const named = groups.flatMap(({ files, tests }) => [...files, tests]);
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});
