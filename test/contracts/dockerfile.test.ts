import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const instructions = readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8")
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => /^[A-Z]+ /.test(line));
const runs = instructions.filter((line) => line.startsWith("RUN "));

test("the bundle is built by the Node of the build image, and not by one that npm installs", () => {
  expect(runs).toContain("RUN node scripts/build.ts");
  expect(runs.filter((line) => /npm (run|exec|start|test)|npx|node_modules/.test(line))).toEqual([]);
});

test("no package runs a script during the installation", () => {
  expect(runs.filter((line) => /npm (ci|install)/.test(line) && !line.includes("--ignore-scripts"))).toEqual([]);
});

test("both images are of Node 24 and named by digest, so that the same commit gives the same image", () => {
  const bases = instructions.filter((line) => line.startsWith("FROM ")).map((line) => /\$\{(\w+)\}/.exec(line)?.[1]);
  expect(bases).toEqual(["BUILD_IMAGE", "BASE_IMAGE", "BASE_IMAGE"]);
  const defaults = instructions.flatMap((line) => /^ARG (\w+_IMAGE)=(.+)$/.exec(line)?.slice(1) ?? []);
  expect(defaults).toEqual([
    "BUILD_IMAGE",
    expect.stringMatching(/^node:24[.]\d+[.]\d+-[\w-]+@sha256:[0-9a-f]{64}$/),
    "BASE_IMAGE",
    expect.stringMatching(/^gcr[.]io\/distroless\/nodejs24-debian\d+:nonroot@sha256:[0-9a-f]{64}$/),
  ]);
});
