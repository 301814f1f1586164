import type { Clock } from "./clock.ts";

/**
 * Calls `make` at most once in `forMs`: callers within that time share what it returned.
 * @returns a function that gives the shared result; with a promise also its rejection
 */
export function sharedFor<T>(clock: Clock, forMs: number, make: () => T): () => T {
  let made: { readonly at: number; readonly result: T } | undefined;
  return () => {
    const now = clock.monotonic();
    if (made === undefined || now - made.at >= forMs) made = { at: now, result: make() };
    return made.result;
  };
}
