import { globSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { go, isCi, leftOutText, missingText, type Tool, tools } from "../../../scripts/test/tools.ts";

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

it("Go is missing where neither PATH, nor KUBEBUILDER_ASSETS nor the cache has what it would build", () => {
  const isBuilt = globSync(".cache/control-plane/kube-apiserver-*/kube-apiserver").length > 0;
  vi.stubEnv("PATH", "/nowhere");
  vi.stubEnv("KUBEBUILDER_ASSETS", "");
  expect(go.missing()).toBe(isBuilt ? undefined : "it is missing");
  vi.stubEnv("KUBEBUILDER_ASSETS", "/assets");
  expect(go.missing()).toBeUndefined();
});

it("the tests that need a real API server are found by what they import, also over others", () => {
  expect(go.files).toEqual(expect.arrayContaining(["test/integration/run.test.ts", "test/integration/crds.test.ts"]));
  expect(go.files).not.toContain("test/packaging/chart.test.ts");
  expect(go.files).not.toContain("test/examples/virtual-world.test.ts");
});

it("the end of the output says how many files of tests were left out, and how to have them", () => {
  const lacking = [
    { ...tool("it is missing"), files: ["a", "b"] },
    { ...tool("it is missing"), name: "x", files: ["b"] },
  ];
  expect(leftOutText(lacking)).toBe(
    "2 files of tests were left out: to run them, install promtool (`apt-get install prometheus`), x (`apt-get install prometheus`)",
  );
  expect(leftOutText([])).toBeUndefined();
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
