import { describe, expect, it } from "vitest";
import { brokenPromise } from "./seeds.ts";

/** Worlds in which a promise was broken once, by what was wrong; each has a unit test as well. */
const seeds: Readonly<Record<string, number>> = {
  "a name that a stale read had shown once more was looked at every 2 seconds for ever": 20,
};

describe("worlds that broke a promise once", () => {
  for (const [what, seed] of Object.entries(seeds)) {
    it(`no longer: ${what} (seed ${seed})`, { timeout: 60_000 }, async () => {
      expect(await brokenPromise([seed])).toBeUndefined();
    });
  }
});
