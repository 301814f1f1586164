import { existsSync, globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Folders of tests that do not mirror one source file; test/README.md describes each. */
const folders = ["stories", "contracts", "simulation", "examples", "integration", "packaging"];

/** The file that a test is about, or the folder: `test/aws/errors/names.test.ts` is about `src/aws/errors.ts`. */
function isMirrored(file: string): boolean {
  const path = file.replace(/\.test\.ts$/, "");
  const parent = path.slice(0, path.lastIndexOf("/"));
  const isThere = (name: string): boolean =>
    [`${name}.ts`, `src/${name}.ts`, `test/${name}.ts`, `${name}.js`].some((one) => existsSync(root + one));
  return isThere(path) || isThere(parent);
}

test("a test of one file of the source, or of a tool for tests, is at the same path", () => {
  const files = globSync("**/*.test.ts", { cwd: `${root}test` }).filter(
    (file) => !folders.some((folder) => file.startsWith(`${folder}/`)),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => !isMirrored(file)).toSorted()).toEqual([]);
});
