import { expect, test } from "vitest";
import { notBefore } from "../../src/cli/clock.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";

test.each([
  ["behind it is moved to it", 5000, 5000],
  ["beyond it stays as it is", 500, 1000],
])("a clock that is %s", async (_what, at, expected) => {
  const clock = new VirtualClock(1000);
  const moved = notBefore(clock, at);
  expect(moved.now()).toBe(expected);
  await clock.advance(10);
  expect([moved.now(), moved.monotonic()]).toEqual([expected + 10, 10]);
});
