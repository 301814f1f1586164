import type { Again } from "../runtime/controller.ts";
import type { Next, Outcome } from "./decision.ts";

const refusedRetryMs = 5 * 60_000;
/** What AWS refuses only until it has noticed something is asked for again at this pace, not with growing delays. */
const laggingRetryMs = 5_000;

/** When to look at the object again. Pure. */
export function againAfter(next: Next<unknown>, outcome: Outcome, lastedMs: number): Again {
  if (outcome.kind === "failed") {
    const final = outcome.failure.kind === "invalid" || outcome.failure.kind === "quota";
    if (final) return { kind: "after", delayMs: refusedRetryMs };
    const lags = outcome.failure.kind === "inUse" || outcome.failure.kind === "busy";
    return lags ? { kind: "after", delayMs: laggingRetryMs } : { kind: "backoff" };
  }
  if (next.kind === "act" || next.kind === "release") return { kind: "now" };
  const stallsInMs =
    next.kind === "wait" && next.stalledAfterMs !== undefined && next.stalledAfterMs > lastedMs
      ? next.stalledAfterMs - lastedMs
      : undefined;
  const delays = [next.recheckInMs, stallsInMs].filter((delay) => delay !== undefined);
  return delays.length === 0 ? { kind: "onChange" } : { kind: "after", delayMs: Math.min(...delays) };
}
