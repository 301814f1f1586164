import { vi } from "vitest";

/** Waits for what servers and files of this machine bring about; five minutes, so that no machine is too slow. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(isSo, { timeout: 300_000, interval: 2 });
}
