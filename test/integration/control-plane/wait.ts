import { setTimeout as sleep } from "node:timers/promises";

/** `true`: it is so. Else what was seen instead, in words. */
export type Check = true | string;

/**
 * How long a test waits for anything, so that no machine is too slow: longer than the 5 minutes after which an API
 * server goes on with a deletion that it has forgotten, and shorter than a test may last, so that an error says what
 * was waited for.
 */
export const patienceMs = 360_000;

/** Between two checks, at first and at most: forty checks a second of all kinds kept an API server, and half of the machine, busy. */
const pauseMs = { first: 25, most: 250 };

/**
 * Checks until it is so.
 * @param check may throw: that is seen instead
 * @param what is waited for, to follow "waited for"
 * @throws Error after `limitMs` that says what was waited for and what was seen last
 */
export async function until(
  check: () => Check | Promise<Check>,
  what: string,
  limitMs: number = patienceMs,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (let pause = pauseMs.first; ; pause = Math.min(pause * 1.5, pauseMs.most)) {
    const seen = await checkOnce(check);
    if (seen === true) return;
    if (performance.now() >= deadline) throw new Error(`waited ${limitMs / 1000} s for ${what}; seen last: ${seen}`);
    await sleep(pause);
  }
}

async function checkOnce(check: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A list in words, for a check that saw something else. */
export function listed(items: readonly unknown[]): string {
  return items.length === 0 ? "nothing" : items.map(String).join(", ");
}

export { sleep };
