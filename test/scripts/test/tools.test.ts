import { globSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { isCi, missingText, type Tool, tools } from "../../../scripts/test/tools.ts";

const tool = (missing: string | undefined): Tool => ({
  name: "promtool",
  missing: () => missing,
  install: "apt-get install prometheus",
  tests: "alerts",
  files: [],
});

it("a missing tool is reported in one line with the package to install and the skipped tests", () => {
  expect(missingText(tool("it is missing"), false)).toBe(
    "promtool: it is missing; run `apt-get install prometheus`. Without it this is skipped: alerts.",
  );
  expect(missingText(tool("it is missing"), true)).toMatch(/this fails, because CI is set/);
  expect(missingText(tool(undefined), false)).toBeUndefined();
});

it("a tool that is not in PATH is missing", () => {
  vi.stubEnv("PATH", "/nowhere");
  expect(tools.map(({ missing }) => missing())).toEqual(tools.map(() => "it is missing"));
});

it("every tool names test files that exist", () => {
  for (const { name, files } of tools) {
    for (const file of files) expect(globSync(file), `${name}: ${file}`).not.toEqual([]);
  }
});

it.each([
  ["", false],
  ["0", false],
  ["false", false],
  ["true", true],
  ["1", true],
])("CI=%s is CI: %s", (value, expected) => {
  vi.stubEnv("CI", value);
  expect(isCi()).toBe(expected);
});
