import { describe, expect, it } from "vitest";
import { differences, withoutMirror } from "../../../scripts/folders/mirrors.ts";

const deciding = (path: string) => ({ path, text: "export const least = (a: number, b: number) => (a < b ? a : b);" });

describe("a file that decides something", () => {
  const lacking = (...tests: readonly string[]) => [
    ...withoutMirror([deciding("src/a/one.ts"), deciding("src/a/two.tsx")], tests).values(),
  ];

  it("has a test of its own name, or several in a folder of its name", () => {
    expect(lacking("test/a/one.test.ts", "test/a/two/first.test.ts")).toEqual([]);
  });

  it("is listed when only tests of other names reach it", () => {
    expect(lacking("test/a/both.test.ts", "test/b/one.test.ts")).toEqual([["src/a/one.ts", "src/a/two.tsx"]]);
  });
});

it("a file without a decision needs no test of its own", () => {
  const types = { path: "src/a/types.ts", text: "export interface One { readonly kind?: 'a' | 'b' }" };
  expect(withoutMirror([types], [])).toEqual(new Map());
});

describe("the baseline", () => {
  const lacking = new Map([["src/a", ["src/a/one.ts", "src/a/two.ts"]]]);

  it("agrees with the same numbers", () => {
    expect(differences(lacking, { "src/a": 2 })).toEqual([]);
  });

  it("refuses one more, with the files", () => {
    expect(differences(lacking, { "src/a": 1 })).toEqual([
      "src/a: 2 files decide something and have no test of their own name, 1 may: src/a/one.ts, src/a/two.ts",
    ]);
    expect(differences(lacking, {})).toHaveLength(1);
  });

  it("asks for the lower number where fewer are left", () => {
    expect(differences(lacking, { "src/a": 3, "src/b": 1 })).toEqual([
      "src/a: write 2 in place of 3, so that it stays so",
      "src/b: write 0 in place of 1, so that it stays so",
    ]);
  });
});
