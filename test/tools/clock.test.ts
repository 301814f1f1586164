import { expect, test } from "vitest";
import { type Clock, VirtualClock } from "../../src/runtime/clock.ts";
import { notBefore, pace } from "../../src/tools/clock.ts";

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

/** A clock that each wait moves on by `tickMs`, however long it was to be; it stops what it paces after `ticks` of them. */
function ticking(tickMs: number, ticks: number): { readonly real: Clock; readonly stop: AbortSignal } {
  const stop = new AbortController();
  let count = 0;
  const elapsed = (): number => count * tickMs;
  const schedule = (_delayMs: number, task: () => void) => {
    if (++count === ticks) stop.abort();
    const waiting = setImmediate(task);
    return { cancel: () => clearImmediate(waiting) };
  };
  return { real: { now: elapsed, monotonic: elapsed, boottime: elapsed, schedule }, stop: stop.signal };
}

test.each([
  ["goes as many times faster as requested, also in fractions", 10, 0.25, 250],
  ["does not make up for time in which the process was busy", 1000, 10, 100 * 50 * 10],
])("a paced clock %s", async (_what, tickMs, speed, passedMs) => {
  const { real, stop } = ticking(tickMs, 100);
  const clock = new VirtualClock();
  await pace(clock, real, speed, stop);
  expect(clock.monotonic()).toBe(passedMs);
});
