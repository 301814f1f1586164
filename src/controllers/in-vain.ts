import type { Decision, Next } from "./decision.ts";
import { canonicalJson } from "./fingerprint.ts";

type Act = Extract<Next<unknown>, { kind: "act" }>;

const timesAtOnce = 3;
const pauseMs = 15 * 60_000;

/**
 * Updates of one object of which AWS does not show the effect. One that was sent three times in a row is in vain, and
 * from then on is sent once in 15 minutes.
 */
export class InVain {
  #sent: Sent | undefined;

  /** Forgets what was sent when the spec is another, or anything else is next: AWS has shown the effect. */
  look({ reason }: Next<unknown>, generation: number): void {
    if (this.#sent?.generation !== generation || this.#sent.reason !== reason) this.#sent = undefined;
  }

  /** Counts an act that was carried out, if AWS has to show what comes of it. */
  note({ action, reason, untilShown }: Act, generation: number): void {
    if (untilShown !== true) return;
    const update = canonicalJson(action);
    const before = this.#sent?.update === update ? this.#sent.times : 0;
    this.#sent = { update, reason, generation, times: before + 1, backSince: undefined };
  }

  /** When an act may be carried out, wall ms; undefined: now. */
  resumesAt({ action }: Act, now: number): number | undefined {
    const sent = this.#sent;
    if (sent === undefined || sent.times < timesAtOnce || sent.update !== canonicalJson(action)) return undefined;
    sent.backSince ??= now;
    const resumesAt = sent.backSince + pauseMs;
    return now < resumesAt ? resumesAt : undefined;
  }
}

interface Sent {
  readonly update: string;
  /** Of the act, and of the wait while AWS carries it out. */
  readonly reason: string;
  readonly generation: number;
  readonly times: number;
  /** Since when AWS shows the same difference again. */
  backSince: number | undefined;
}

/** Puts off an update that was in vain and tells so. */
export function putOff<Action>(decision: Decision<Action>, resumesAt: number, now: number): Decision<Action> {
  const message = `AWS took the same update three times and still describes what was before (${decision.next.message}); it is sent once in 15 minutes until that changes. Bring the spec in line with what AWS describes, find who else changes it, or report it`;
  return {
    ...decision,
    next: { kind: "wait", reason: "Contested", message, recheckInMs: Math.max(1000, resumesAt - now) },
  };
}
