import type { Again } from "../../runtime/controller.ts";
import { insteadMs, laggingRetryMs, laterMs, refusedRetryMs } from "../intervals.ts";
import type { Outcome } from "./agenda.ts";
import type { Choice } from "./choose.ts";

/** For how long a decision or an outcome has lasted, and in how many ms its conditions turn by time alone. */
export interface Age {
  readonly lastedMs: number;
  readonly turnsInMs: number | undefined;
}

/** When to reconcile the object again: when something may be done, and no later than when a condition turns. Pure. */
export function againAfter(choice: Pick<Choice<unknown>, "next" | "instead">, outcome: Outcome, age: Age): Again {
  return noLaterThan(age.turnsInMs, againFor(choice, outcome, age.lastedMs));
}

/** A requeue within `delayMs` at the latest; undefined: whenever `again` says. Pure. */
export function noLaterThan(delayMs: number | undefined, again: Again): Again {
  if (delayMs === undefined) return again;
  switch (again.kind) {
    case "now":
    case "passedOver":
      return again;
    case "after":
      return again.delayMs <= delayMs ? again : { kind: "after", delayMs };
    case "backoff":
      return { kind: "backoff", atMostMs: Math.min(delayMs, again.atMostMs ?? delayMs) };
    case "onChange":
      return { kind: "after", delayMs };
  }
}

function againFor(
  { next, instead }: Pick<Choice<unknown>, "next" | "instead">,
  outcome: Outcome,
  lastedMs: number,
): Again {
  if (outcome.kind === "failed") {
    if (instead?.next.kind === "act") return { kind: "after", delayMs: insteadMs };
    const final = outcome.failure.kind === "invalid" || outcome.failure.kind === "quota";
    if (final) return { kind: "after", delayMs: refusedRetryMs };
    const lags = outcome.failure.kind === "inUse" || outcome.failure.kind === "busy";
    if (!lags) return { kind: "backoff" };
    return { kind: "after", delayMs: laterMs(lastedMs, laggingRetryMs) };
  }
  if (next.kind === "act" || next.kind === "release") return { kind: "now" };
  return next.checkInMs === undefined ? { kind: "onChange" } : { kind: "after", delayMs: next.checkInMs };
}
