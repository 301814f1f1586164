/** `npm run check`: no folders of `src` and `conformance` that depend on each other in a circle. Exit 1 with the imports when there are. */

import { globSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { folderCycles, importsIn } from "./cycles.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = globSync("{src,conformance}/**/*.ts", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
const imports = new Map(files.map((file) => [file, importsIn(file, readFileSync(`${root}/${file}`, "utf8"))]));
const cycles = folderCycles(imports);
if (cycles.length > 0) {
  process.stderr.write(`folders depend on each other in a circle:\n${cycles.join("\n")}\n`);
  process.exitCode = 1;
}
