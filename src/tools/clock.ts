import { type Clock, sleep, type VirtualClock } from "../runtime/clock.ts";

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

/** How often (ms) the clock goes on. */
const tickMs = 10;
/** What a process that was busy or stopped for longer does not make up for. */
const longestTickMs = 50;

/**
 * Lets a clock go `speed` times as fast as `real`, but never on while work that is due is still to be done. On a fast clock
 * that follows the machine's, a busy second would be minutes, in which every time limit of a call ends.
 *
 * @param stop ends it, within a tick
 */
export async function pace(clock: VirtualClock, real: Clock, speed: number, stop: AbortSignal): Promise<void> {
  let owedMs = 0;
  for (let before = real.monotonic(); !stop.aborted; ) {
    await sleep(real, tickMs);
    const now = real.monotonic();
    owedMs += Math.min(now - before, longestTickMs) * speed;
    const wholeMs = Math.floor(owedMs);
    owedMs -= wholeMs;
    before = now;
    await clock.advance(wholeMs);
  }
}
