/**
 * `npm run docs`: builds the documentation site to dist/site, and checks each link and anchor in it. The generator has a
 * package of its own, site/, so that `npm ci` of the operator does not install it; this script does. Exit 1 with what is
 * dead.
 */

import { execFileSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { deadLinks } from "./anchors.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const site = join(root, "site");

// No package needs its install scripts to build.
execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: site, stdio: "inherit" });
const copied = join(site, "pages");
rmSync(copied, { recursive: true, force: true });
cpSync(join(root, "docs"), copied, { recursive: true });
execFileSync(process.execPath, ["node_modules/vitepress/bin/vitepress.js", "build", "."], {
  cwd: site,
  stdio: "inherit",
});

const built = join(root, "dist/site");
const pages = globSync("**/*.html", { cwd: built }).map((path) => ({
  path,
  html: readFileSync(join(built, path), "utf8"),
}));
const dead = deadLinks(pages, process.env["SITE_BASE"] ?? "/");
for (const line of dead) process.stderr.write(`${line}\n`);
process.stdout.write(`${pages.length} pages in dist/site, ${dead.length} dead links\n`);
process.exitCode = dead.length === 0 ? 0 : 1;
