import { expect, it } from "vitest";
import { brokenPromise, freshSeeds, seedsFrom } from "./seeds.ts";

const seeds = freshSeeds(2);

it(`keeps every promise in ${seeds.count} worlds that nobody has seen, from seed ${seeds.from} on`, {
  timeout: 1_800_000,
}, async () => {
  expect(await brokenPromise(seedsFrom(seeds))).toBeUndefined();
});
