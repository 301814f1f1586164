import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is yes.
 * @param check may throw: that is a no, and is told when time is up
 * @throws Error after `limitMs`
 */
export async function until(check: () => Promise<boolean>, limitMs: number, what: string): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    let reason = "";
    try {
      if (await check()) return;
    } catch (error) {
      reason = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() > deadline) throw new Error(`${what} did not come true within ${limitMs / 1000} s${reason}`);
    await sleep(25);
  }
}

export { sleep };
