import type { Clock } from "../runtime/clock.ts";

/** The clock, moved so far ahead that its wall time goes on from `at`: a fast clock has left real time behind. */
export function notBefore(clock: Clock, at: number): Clock {
  const aheadMs = Math.max(0, at - clock.now());
  return {
    now: () => clock.now() + aheadMs,
    monotonic: () => clock.monotonic(),
    boottime: () => clock.boottime(),
    schedule: (delayMs, task) => clock.schedule(delayMs, task),
  };
}
