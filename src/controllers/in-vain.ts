import { reconcileRequestedAtAnnotation } from "../api/v1alpha1/annotations.ts";
import type { Decision, FieldChange, Next } from "./decision.ts";
import { canonicalJson } from "./fingerprint.ts";

type Act = Extract<Next<unknown>, { kind: "act" }>;

const timesAtOnce = 3;
const pauseMs = 15 * 60_000;

/** How long an update that was in vain is not sent: until a moment (wall ms), or until a person asks for it. */
export type Pause =
  | { readonly kind: "until"; readonly resumesAt: number }
  | { readonly kind: "untilAsked"; readonly reason: string };

/**
 * Updates of one object of which AWS does not show the effect, and what the others have brought to the wish. One that
 * was sent three times, with nothing else in between but others of their kind, is in vain, and from then on is sent once
 * in 15 minutes; where it may end jobs, once each time that a person asks.
 */
export class InVain {
  /** Both by update. */
  readonly #sent = new Map<string, Sent>();
  readonly #shown = new Map<string, Shown>();

  /** Forgets what was sent when the spec is another, or anything else is next: AWS has shown the effect. */
  look({ next, change }: Decision<unknown>, generation: number): void {
    // What AWS refuses, and nothing waits for, comes between two updates and says nothing of them.
    const { reason } = (next.kind === "act" ? next.otherwise?.next : undefined) ?? next;
    for (const [update, sent] of this.#sent) {
      if (sent.generation === generation && sent.reason === reason) continue;
      this.#sent.delete(update);
      const open = pathsOf(change.changes);
      this.#shown.set(update, {
        generation: sent.generation,
        paths: sent.paths.filter((path) => !open.includes(path)),
      });
    }
    for (const [update, shown] of this.#shown) if (shown.generation !== generation) this.#shown.delete(update);
  }

  /**
   * The paths that this very act has brought to the wish before, and that nobody has changed in the spec since. That they
   * differ again is drift, also where the object as a whole was never as wished.
   */
  broughtBefore({ action }: Act): readonly string[] {
    return this.#shown.get(canonicalJson(action))?.paths ?? [];
  }

  /**
   * Counts an act that was carried out, if AWS has to show what comes of it.
   *
   * @param changes what differed before it
   * @param askedAt by what a person has asked last that the object is looked at; undefined: by nothing
   */
  note(
    { action, reason, untilShown }: Act,
    changes: readonly FieldChange[],
    generation: number,
    askedAt: string | undefined,
  ): void {
    if (untilShown !== true) return;
    const update = canonicalJson(action);
    const times = (this.#sent.get(update)?.times ?? 0) + 1;
    this.#shown.delete(update);
    this.#sent.set(update, { reason, paths: pathsOf(changes), generation, askedAt, times, backSince: undefined });
  }

  /** Why an act is not carried out now; undefined: it may be. */
  pause({ action, stallsInVain: reason }: Act, askedAt: string | undefined, now: number): Pause | undefined {
    const sent = this.#sent.get(canonicalJson(action));
    if (sent === undefined || sent.times < timesAtOnce) return undefined;
    if (reason !== undefined) return sent.askedAt === askedAt ? { kind: "untilAsked", reason } : undefined;
    sent.backSince ??= now;
    const resumesAt = sent.backSince + pauseMs;
    return now < resumesAt ? { kind: "until", resumesAt } : undefined;
  }
}

interface Sent {
  /** Of the act, and of the wait while AWS carries it out. */
  readonly reason: string;
  readonly paths: readonly string[];
  readonly generation: number;
  readonly askedAt: string | undefined;
  readonly times: number;
  /** Since when AWS shows the same difference again. */
  backSince: number | undefined;
}

interface Shown {
  readonly generation: number;
  /** Those that differed when it was sent, and did not when AWS had shown its effect. */
  readonly paths: readonly string[];
}

function pathsOf(changes: readonly FieldChange[]): readonly string[] {
  return changes.map(({ path }) => path);
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
