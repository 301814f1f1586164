#!/usr/bin/env node
// Plain JavaScript that every Node reads: an older one would fail at the program itself, with a stack and no reason.

import { existsSync } from "node:fs";
import process from "node:process";

const needed = 24;
const [major] = process.versions.node.split(".");
if (Number(major) < needed) {
  process.stderr.write(
    `aws-batch-simulator needs Node ${needed} or later, and this is Node ${process.versions.node}: install a newer one (https://nodejs.org), or use the container image\n`,
  );
  process.exit(1);
}

// The source in the repository; the bundle in the package.
const source = new URL("../src/simulator-main.ts", import.meta.url);
await import(existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href);
