import { expect, it } from "vitest";
import { stalenessMs } from "../../src/aws/effects.ts";
import { HintsHeard, unannounced } from "../../src/aws/hint.ts";

const never = Number.POSITIVE_INFINITY;

it("makes a read due at once where the last one was long ago, once more when AWS is sure to show the change, and then none", () => {
  const hints = new HintsHeard();
  expect(hints.due(0)).toBe(never);
  hints.hear(100_000);
  expect(hints.due(0)).toBeLessThanOrEqual(100_000);
  expect(hints.due(100_000)).toBe(100_000 + stalenessMs);
  expect(hints.due(100_000 + stalenessMs)).toBe(never);
});

it("makes no more reads due than one in four seconds, however many hints there are", () => {
  const hints = new HintsHeard();
  const reads = [0];
  for (let now = 1; now <= 60_000; now += 10) {
    hints.hear(now);
    if (hints.due(reads.at(-1) ?? 0) <= now) reads.push(now);
  }
  expect(reads.length).toBeLessThanOrEqual(1 + 60_000 / 4000);
});

it("trusts nothing where nothing is announced", () => {
  expect([unannounced.trusts("jobs"), unannounced.trusts("resources")]).toEqual([false, false]);
});
