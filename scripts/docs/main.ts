/**
 * `npm run docs`: builds the documentation site to dist/site, of what is checked out and of each release, and checks each
 * link and anchor in it. The generator has a package of its own, site/, so that `npm ci` of the operator does not install
 * it; this script does. Exit 1 with what is dead.
 */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildSite } from "./build.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const site = join(root, "site");

// No package needs its install scripts to build.
execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: site, stdio: "inherit" });
const { versions, pages, dead } = buildSite({
  repository: root,
  site,
  out: join(root, "dist/site"),
  base: process.env["SITE_BASE"] ?? "/",
  address: process.env["SITE_REPOSITORY"],
});
for (const line of dead) process.stderr.write(`${line}\n`);
const names = versions.map(({ name }) => name).join(", ");
process.stdout.write(`${pages} pages of ${names} in dist/site, ${dead.length} dead links\n`);
process.exitCode = dead.length === 0 ? 0 : 1;
