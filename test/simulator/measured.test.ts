import { expect, test } from "vitest";
import { seededRandom } from "../../src/runtime/random.ts";
import { drawn, mediansOf } from "../../src/simulator/measured.ts";

const time = { min: 40_000, median: 45_000, max: 60_000, source: "[AWS 2026-11-30]" };

test("the median of what was measured is the default", () => {
  expect(mediansOf({ ec2ValidMs: time })).toEqual({ ec2ValidMs: 45_000 });
});

test("a duration is drawn from the spread that was seen, unless somebody has set another one", () => {
  const random = seededRandom(1);
  const all = Array.from({ length: 100 }, () => drawn(45_000, time, random));
  expect(Math.min(...all)).toBeGreaterThanOrEqual(40_000);
  expect(Math.max(...all)).toBeLessThanOrEqual(60_000);
  expect(new Set(all).size).toBeGreaterThan(90);
  expect(drawn(1000, time, random)).toBe(1000);
  expect(drawn(45_000, undefined, random)).toBe(45_000);
});
