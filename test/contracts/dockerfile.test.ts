import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const instructions = readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8")
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => /^[A-Z]+ /.test(line));
const runs = instructions.filter((line) => line.startsWith("RUN "));

test("the bundle is built by the Node of the build image, and not by one that npm installs", () => {
  expect(runs).toContain("RUN node scripts/build.ts && node scripts/sbom.ts");
  expect(runs.filter((line) => /npm (run|exec|start|test)|npx|node_modules/.test(line))).toEqual([]);
});

test("no package runs a script during the installation", () => {
  expect(runs.filter((line) => /npm (ci|install)/.test(line) && !line.includes("--ignore-scripts"))).toEqual([]);
});

test("no base image has a default, so that the same commit gives the same image", () => {
  const defaults = instructions.filter((line) => /^ARG \w+_IMAGE=/.test(line));
  const bases = instructions.filter((line) => line.startsWith("FROM ")).map((line) => /\$\{(\w+)\}/.exec(line)?.[1]);
  expect([defaults, bases]).toEqual([[], ["BUILD_IMAGE", "BASE_IMAGE"]]);
});
