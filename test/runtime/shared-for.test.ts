import { expect, test } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { sharedFor } from "../../src/runtime/shared-for.ts";

test("callers share one result until its time is over", async () => {
  const clock = new VirtualClock();
  let made = 0;
  const shared = sharedFor(clock, 1000, () => ++made);
  expect([shared(), shared()]).toEqual([1, 1]);
  await clock.advance(999);
  expect(shared()).toBe(1);
  await clock.advance(1);
  expect([shared(), shared()]).toEqual([2, 2]);
});
