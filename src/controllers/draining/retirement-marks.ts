import { markSettledMs } from "../intervals.ts";
import type { Ports } from "../ports.ts";

/** What a process remembers of marks of retirement, by region and environment (`memoryKey`). Empty after a restart. */
export interface MarksSeen {
  /** The mark that this process has written, or tried to write, last. */
  readonly written: Map<string, string>;
  /**
   * The mark, which shows only when it was planned, and since when this process observes it, monotonic ms; undefined where
   * it had already settled.
   */
  readonly shown: Map<string, { readonly mark: string; readonly since: number | undefined }>;
}

export function newMarksSeen(): MarksSeen {
  return { written: new Map(), shown: new Map() };
}

/**
 * For how long this process has seen a mark, ms; undefined: it had settled when it was seen first, or there is none.
 *
 * @param mark in AWS now
 */
export function markShownForMs(
  { written, shown }: MarksSeen,
  key: string,
  mark: string | undefined,
  clock: Ports["clock"],
): number | undefined {
  if (mark === undefined) {
    shown.delete(key);
    return undefined;
  }
  if (shown.get(key)?.mark !== mark) {
    const settled = written.get(key) !== mark && clock.now() - Date.parse(mark) >= markSettledMs;
    shown.set(key, { mark, since: settled ? undefined : clock.monotonic() });
  }
  const since = shown.get(key)?.since;
  return since === undefined ? undefined : clock.monotonic() - since;
}
