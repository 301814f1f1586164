import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** Where the operator goes through all objects of a kind, of which a tenant may have thousands, and why that blocks nobody. */
const allowed: Readonly<Record<string, string>> = {
  "operator/run/job-metrics.ts": "in as many turns of the event loop as it takes",
  "operator/run/metrics.ts": "in as many turns of the event loop as it takes",
  "controllers/cluster-name.ts": "once for each region and start, while a cluster is being renamed",
  "controllers/wakes.ts": "in as many turns of the event loop as it takes",
};

test("a pass finds objects by an index, and goes through no whole list", () => {
  const files = globSync(["controllers/**/*.ts", "operator/run/**/*.ts", "operator/open-regions.ts"], { cwd: src });
  const listing = files.filter((file) => /\b(?:objects|cache)\.list\(/.test(readFileSync(src + file, "utf8")));
  expect(listing.toSorted()).toEqual(Object.keys(allowed).toSorted());
});
