import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { exampleNamed, manifestsOf } from "./examples.ts";

const seed = exampleNamed("seed");

/** A row of the table: a value as Terraform has it, if it is one, and the field that has it here. */
interface Row {
  readonly kind: string;
  readonly there: string | undefined;
  readonly path: string;
  readonly here: unknown;
}

function rows(): readonly Row[] {
  const page = readFileSync(join(seed.directory, "README.md"), "utf8");
  let kind = "";
  return [...page.matchAll(/^\|.*\| (.*) \| (?:(\w+) )?`(spec\.[\w.]+): (.*)` \|$/gm)].map(
    ([, value = "", name = kind, path = "", here = ""]) => {
      kind = name;
      return { kind, there: / = (.*)`$/.exec(value)?.[1], path, here: load(here) };
    },
  );
}

/** A number in the path is the place in a list. */
function fieldAt(object: unknown, path: string): unknown {
  return path.split(".").reduce((value, key) => (value as Readonly<Record<string, unknown>>)[key], object);
}

test("the manifests have every value that the table of the README has, and Terraform the same", async () => {
  const objects = await manifestsOf(seed);
  expect(rows().length).toBeGreaterThan(15);
  for (const { kind, there, path, here } of rows()) {
    expect([
      kind,
      path,
      fieldAt(
        objects.find((object) => object.kind === kind),
        path,
      ),
    ]).toEqual([kind, path, here]);
    if (there !== undefined) expect([path, JSON.parse(there)]).toEqual([path, here]);
  }
});
