import type { Clock } from "../runtime/clock.ts";

/** The clock, moved ahead so that its wall time continues from `at`: a fast clock is ahead of real time. */
export function notBefore(clock: Clock, at: number): Clock {
  const aheadMs = Math.max(0, at - clock.now());
  return {
    now: () => clock.now() + aheadMs,
    monotonic: () => clock.monotonic(),
    boottime: () => clock.boottime(),
    schedule: (delayMs, task) => clock.schedule(delayMs, task),
  };
}
