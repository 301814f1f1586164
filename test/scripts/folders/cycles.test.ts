import { describe, expect, it } from "vitest";
import { folderCycles, importsIn } from "../../../scripts/folders/cycles.ts";

const among = (imports: Readonly<Record<string, readonly string[]>>) => folderCycles(new Map(Object.entries(imports)));

describe("circles among folders", () => {
  it("are reported by the imports that cause them", () => {
    expect(among({ "src/a/one.ts": ["src/b/two.ts"], "src/b/three.ts": ["src/a/four.ts"] })).toEqual([
      "src/a/one.ts imports src/b/two.ts",
      "src/b/three.ts imports src/a/four.ts",
    ]);
  });

  it("may lead through several folders, and leave out what only leads to them", () => {
    const found = among({
      "src/a/a.ts": ["src/b/b.ts"],
      "src/b/b.ts": ["src/c/c.ts"],
      "src/c/c.ts": ["src/a/a.ts"],
      "src/d/d.ts": ["src/a/a.ts"],
    });
    expect(found).toHaveLength(3);
    expect(found.join()).not.toContain("src/d");
  });

  it("do not exist between a folder and its parents", () => {
    expect(among({ "src/a/a.ts": ["src/a/part/b.ts"], "src/a/part/b.ts": ["src/a/c.ts"] })).toEqual([]);
  });

  it("are none where one folder only uses another", () => {
    expect(among({ "src/a/a.ts": ["src/b/b.ts"], "src/ab/c.ts": ["src/a/a.ts"] })).toEqual([]);
  });
});

describe("the imports of a file", () => {
  it("are those of values, types, re-exports and at run time", () => {
    const text = [
      'import { a } from "../b/a.ts";',
      'import type {\n  C,\n  D,\n} from "./c.ts";',
      'export { e } from "./e.ts";',
      'const f = await import("../f.ts");',
      'import g from "node:fs";',
    ].join("\n");
    expect(importsIn("src/x/y.ts", text)).toEqual(["src/b/a.ts", "src/x/c.ts", "src/x/e.ts", "src/f.ts"]);
  });
});
