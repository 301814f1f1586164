/**
 * `npm run check`: no folders of `src` and `conformance` depend on each other in a circle, and no more files have no
 * test of their own name than `unmirrored.json` says. Exit 1 with the imports, or the files, when it is not so.
 */

import { globSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { folderCycles, importsIn } from "./cycles.ts";
import { differences, withoutMirror } from "./mirrors.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const matching = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: root }).map((file) => file.replaceAll("\\", "/"));
const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");
const refuse = (what: string, lines: readonly string[]): void => {
  if (lines.length === 0) return;
  process.stderr.write(`${what}:\n${lines.join("\n")}\n`);
  process.exitCode = 1;
};

const files = matching("{src,conformance}/**/*.{ts,tsx}").map((path) => ({ path, text: read(path) }));
refuse(
  "folders depend on each other in a circle",
  folderCycles(
    new Map(files.filter(({ path }) => path.endsWith(".ts")).map(({ path, text }) => [path, importsIn(path, text)])),
  ),
);

const sources = files.filter(({ path }) => path.startsWith("src/"));
const baseline = JSON.parse(read("scripts/folders/unmirrored.json")) as Readonly<Record<string, number>>;
refuse(
  "the numbers of scripts/folders/unmirrored.json may only fall",
  differences(withoutMirror(sources, matching("test/**/*.test.ts")), baseline),
);
