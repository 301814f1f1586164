import { reconcileRequestedAtAnnotation } from "../api/v1alpha1/annotations.ts";
import { type Circumstances, haveChanged } from "./circumstances.ts";
import type { Decision, Next } from "./decision.ts";
import { canonicalJson } from "./fingerprint.ts";

type Act = Extract<Next<unknown>, { kind: "act" }>;

const timesAtOnce = 3;
const pauseMs = 15 * 60_000;

/** How long an update that was in vain is not sent: until a moment (wall ms), or until a person asks for it. */
export type Pause =
  | { readonly kind: "until"; readonly resumesAt: number }
  | { readonly kind: "untilAsked"; readonly reason: string };

/**
 * Updates of one object of which AWS does not show the effect. One that was sent three times, with nothing else in between but others of their kind, is in vain, and from then on is sent once
 * in 15 minutes; where it may end jobs, once each time that a person asks.
 */
export class InVain {
  /** By update. */
  readonly #sent = new Map<string, Sent>();

  /** Forgets what was sent when the spec is another, or anything else is next: AWS has shown the effect. */
  look({ next }: Decision<unknown>, { generation }: Circumstances): void {
    // What AWS refuses, and nothing waits for, comes between two updates and says nothing of them.
    const { reason } = (next.kind === "act" ? next.otherwise?.next : undefined) ?? next;
    for (const [update, sent] of this.#sent) {
      if (sent.under.generation !== generation || sent.reason !== reason) this.#sent.delete(update);
    }
  }

  /** Counts an act that was carried out, if AWS has to show what comes of it. */
  note({ action, reason, untilShown }: Act, under: Circumstances): void {
    if (untilShown !== true) return;
    const update = canonicalJson(action);
    const times = (this.#sent.get(update)?.times ?? 0) + 1;
    this.#sent.set(update, { reason, under, times, backSince: undefined });
  }

  /** Why an act is not carried out now; undefined: it may be. */
  pause({ action, stallsInVain: reason }: Act, under: Circumstances, now: number): Pause | undefined {
    const sent = this.#sent.get(canonicalJson(action));
    if (sent === undefined || sent.times < timesAtOnce || haveChanged(sent.under, under)) return undefined;
    if (reason !== undefined) return { kind: "untilAsked", reason };
    sent.backSince ??= now;
    const resumesAt = sent.backSince + pauseMs;
    return now < resumesAt ? { kind: "until", resumesAt } : undefined;
  }
}

interface Sent {
  /** Of the act, and of the wait while AWS carries it out. */
  readonly reason: string;
  readonly under: Circumstances;
  readonly times: number;
  /** Since when AWS shows the same difference again. */
  backSince: number | undefined;
}

/** Puts off an update that was in vain and tells so. */
export function putOff<Action>(decision: Decision<Action>, pause: Pause, now: number): Decision<Action> {
  const found = `AWS took the same update three times and still describes what was before (${decision.next.message})`;
  const remedy = "Bring the spec in line with what AWS describes, find who else changes it, or report it";
  if (pause.kind === "untilAsked") {
    const message = `${found}; as it may end jobs, it is not sent again before the spec changes. ${remedy}; a new value of ${reconcileRequestedAtAnnotation} has it sent once more`;
    return { ...decision, next: { kind: "blocked", reason: pause.reason, message } };
  }
  const message = `${found}; it is sent once in 15 minutes until that changes. ${remedy}`;
  return {
    ...decision,
    next: { kind: "wait", reason: "Contested", message, recheckInMs: Math.max(1000, pause.resumesAt - now) },
  };
}
