// Plain JavaScript that every Node reads: an older one would fail at the program itself, with a stack and no reason.

import { existsSync } from "node:fs";
import process from "node:process";

const needed = 24;

/**
 * Runs a program from its source in the repository, or from the bundle in its package.
 *
 * @param {string} name as in the message that Node is too old
 * @param {string} source its main file, from the root of the repository
 */
export async function launch(name, source) {
  const [major] = process.versions.node.split(".");
  if (Number(major) < needed) {
    process.stderr.write(
      `${name} needs Node ${needed} or later, and this is Node ${process.versions.node}: install a newer one (https://nodejs.org), or use the container image\n`,
    );
    process.exit(1);
  }
  const file = new URL(`../${source}`, import.meta.url);
  await import(existsSync(file) ? file.href : new URL("../dist/main.js", import.meta.url).href);
}
