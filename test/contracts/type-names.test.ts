import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** A name of a type means one thing: whoever reads `Entry` in two files would have to find out whether it is the same. */

const src = fileURLToPath(new URL("../../src", import.meta.url));
const files = globSync("**/*.{ts,tsx}", { cwd: src });

/** Each kind has these in its own module, and a reader who knows one kind knows them all; tags are the same everywhere. */
const ofEachKind = ["Action", "Batch", "Seen", "Spec", "Tags"];
const mostDeclarations = 5;

test("no name of a type is declared in more than a few files, but those that each kind has", () => {
  const declared = files.flatMap((file) =>
    [...readFileSync(`${src}/${file}`, "utf8").matchAll(/^(?:export )?(?:interface|type) (\w+)/gm)].map(
      ([, name = ""]) => ({
        file,
        name,
      }),
    ),
  );
  const byName = Map.groupBy(declared, ({ name }) => name);
  const many = [...byName]
    .filter(
      ([name, places]) => !ofEachKind.includes(name) && new Set(places.map(({ file }) => file)).size > mostDeclarations,
    )
    .map(([name, places]) => `${name}: ${places.map(({ file }) => file).join(", ")}`);
  expect(many).toEqual([]);
});
