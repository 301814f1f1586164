import { reconcileRequestedAtAnnotation } from "../../api/v1alpha1/annotations.ts";
import { canonicalJson } from "../fields/fingerprint.ts";
import { contestedWindowMs, refusalKeptForMs, soonestCheckMs } from "../intervals.ts";
import type { Act, Blocked, ConditionDraft, FieldChange, Outcome, Refusal, Step, Wait } from "./agenda.ts";
import type { Choice } from "./choose.ts";
import { type Circumstances, haveChanged } from "./circumstances.ts";
import { FieldHistory } from "./field-history.ts";

const timesAtOnce = 3;

/** What a write is judged under. */
export interface Moment {
  readonly under: Circumstances;
  /** Wall ms. */
  readonly now: number;
  /** Whether a field that somebody else changes back is counted: not while the object is being deleted. */
  readonly counts: boolean;
}

/** Why an act is not sent now. */
export type Hold =
  /** Somebody has changed a field back three times in 15 minutes. */
  | { readonly kind: "contested"; readonly path: string; readonly resumesAt: number; readonly isForeign: boolean }
  /** AWS has accepted the same update three times and shows nothing of it; undefined: a person has to ask for it. */
  | { readonly kind: "inVain"; readonly resumesAt: number | undefined };

/**
 * What one process knows of one object beyond what can be read: the answer to "do not send that again now".
 *
 * Expected flow: each pass shows it what was chosen (`observed`), asks whether the act may be sent (`guarded`), and notes
 * that it was (`sent`).
 *
 * Guarantees: a field that others change back three times in 15 minutes is corrected once in 15 minutes from then on. An
 * update that AWS accepts three times without effect is sent once in 15 minutes; where it may end jobs, once for each
 * request of a person. A new generation, or a new request, ends each hold at once.
 *
 * Assumptions: it holds ages and counts, never steps. A process that starts knows none of them and asks AWS again.
 */
export class WriteGuard {
  readonly #fields = new FieldHistory();
  readonly #corrections = new Map<string, Correction>();
  /** By update, as text. */
  readonly #updates = new Map<string, Update>();
  /** By name of an action for which nothing else waits. */
  readonly #refusals = new Map<string, Refusal>();
  #reason = "";
  #since: number;
  /** The last refusal, and the generation it was of: what is reported while the next try is prepared. */
  #refused: { readonly outcome: Outcome; readonly generation: number } | undefined;

  /** @param now wall ms */
  constructor(now: number) {
    this.#since = now;
  }

  /** Takes in what a pass chose, before anything is sent. */
  observed(choice: Choice<unknown>, { generation }: Circumstances): void {
    this.#fields.observed(choice, generation);
    // A refused act for which nothing waits may come between two updates. It says nothing about them.
    const { reason } = choice.instead?.next ?? choice.next;
    for (const [text, update] of this.#updates) {
      if (update.under.generation !== generation || update.reason !== reason) this.#updates.delete(text);
    }
  }

  /** The choice as it is when acts that are held wait: what need not wait for them goes on in their place. */
  guarded<Action>(choice: Choice<Action>, moment: Moment): Choice<Action> {
    const { next, instead } = choice;
    if (next.kind !== "act") return choice;
    const hold = this.#holdOf(choice, next, moment);
    if (hold === undefined) return choice;
    // Of several that are contested, the last one is reported.
    const others = choice.conditions.filter(({ type }) => hold.kind !== "contested" || type !== "Contested");
    const conditions = [...others, ...contestedCondition(hold)];
    if (instead?.next.kind === "act") {
      return this.guarded({ ...choice, next: instead.next, conditions, instead: undefined }, moment);
    }
    return { ...choice, next: waitFor(hold, next, moment.now), conditions, instead: undefined };
  }

  /**
   * Counts an act that was carried out.
   * @returns the paths of fields that somebody had changed, and that the act has corrected
   */
  sent<Action>(choice: Choice<Action>, act: Act<Action>, moment: Moment): readonly string[] {
    const { under, now } = moment;
    const { changed, repeated } = this.#undone(choice, act, moment);
    if (isShown(act)) {
      const text = canonicalJson(act.action);
      const times = (this.#updates.get(text)?.times ?? 0) + 1;
      this.#updates.set(text, { reason: act.reason, under, times, backSince: undefined });
    }
    for (const { path } of [...changed, ...repeated, ...foreignEffects(act)]) {
      const before = this.#corrections.get(path);
      const times = [...(before?.times ?? []).filter((time) => now - time < contestedWindowMs), now];
      const contested = times.length >= timesAtOnce || before?.yielded === true;
      this.#corrections.set(path, { times, under, contested, yielded: false });
    }
    this.#fields.sent(choice, act.action);
    return changed.map(({ path }) => path);
  }

  /** The last refusals of actions for which nothing else waits. */
  refusals(now: number): ReadonlyMap<string, Refusal> {
    for (const [name, { at }] of this.#refusals) if (now - at >= refusalKeptForMs) this.#refusals.delete(name);
    return new Map(this.#refusals);
  }

  /** Notes what came of such an action. */
  tried(name: string | undefined, outcome: Outcome, now: number): void {
    if (name === undefined) return;
    if (outcome.kind === "done") this.#refusals.delete(name);
    if (outcome.kind === "failed") this.#refusals.set(name, { failure: outcome.failure, at: now });
  }

  /** Milliseconds for which the object has had this reason. */
  lasted(reason: string, now: number): number {
    if (this.#reason !== reason) {
      this.#reason = reason;
      this.#since = now;
    }
    return now - this.#since;
  }

  /**
   * The outcome to report. While a try that AWS refused waits only for a listing before the next one, the refusal
   * remains: otherwise status would go to and fro, and a refusal would never grow old.
   */
  reportable(next: Step<unknown>, outcome: Outcome, generation: number): Outcome {
    if (outcome.kind === "failed") this.#refused = { outcome, generation };
    if (outcome.kind !== "none") {
      // The live read before a try says nothing of what comes of it.
      if (outcome.kind === "done") this.#refused = undefined;
      return outcome;
    }
    const remains = next.kind === "wait" && next.until?.kind === "listing" && this.#refused?.generation === generation;
    if (!remains) this.#refused = undefined;
    return this.#refused?.outcome ?? outcome;
  }

  #holdOf<Action>(choice: Choice<Action>, act: Act<Action>, moment: Moment): Hold | undefined {
    const inVain = this.#inVain(act, moment);
    // A write that may end jobs is not sent again: perhaps somebody undid it on purpose.
    if (inVain !== undefined && inVain.resumesAt === undefined) return inVain;
    return this.#contested(choice, act, moment) ?? inVain;
  }

  #inVain(act: Act<unknown>, { under, now }: Moment): Extract<Hold, { kind: "inVain" }> | undefined {
    const update = this.#updates.get(canonicalJson(act.action));
    if (update === undefined || update.times < timesAtOnce || haveChanged(update.under, under)) return undefined;
    if (act.effects?.some(({ mayEndJobs }) => mayEndJobs) === true) return { kind: "inVain", resumesAt: undefined };
    update.backSince ??= now;
    const resumesAt = update.backSince + contestedWindowMs;
    return now < resumesAt ? { kind: "inVain", resumesAt } : undefined;
  }

  #contested<Action>(choice: Choice<Action>, act: Act<Action>, moment: Moment): Hold | undefined {
    // Part of it follows a reference: it never waits for another field of the update that is contested.
    if (act.effects?.some(({ cause }) => cause === "reference") === true) return undefined;
    const { under, now } = moment;
    const { changed, repeated } = this.#undone(choice, act, moment);
    const foreign = foreignEffects(act);
    for (const { path } of [...changed, ...repeated, ...foreign]) {
      const field = this.#corrections.get(path);
      const last = field?.times.at(-1);
      if (field === undefined || last === undefined || !field.contested || now - last >= contestedWindowMs) continue;
      if (haveChanged(field.under, under)) continue;
      this.#corrections.set(path, { ...field, yielded: true });
      return {
        kind: "contested",
        path,
        resumesAt: last + contestedWindowMs,
        isForeign: foreign.some((one) => one.path === path),
      };
    }
    return undefined;
  }

  #undone<Action>(choice: Choice<Action>, { action }: Act<Action>, { counts }: Moment) {
    if (!counts) return { changed: [], repeated: [] };
    return this.#fields.undone(choice, drifted(choice), action);
  }
}

interface Correction {
  /** When the field was corrected, the last 15 minutes before the newest. */
  readonly times: readonly number[];
  /** What it was corrected under last. */
  readonly under: Circumstances;
  readonly contested: boolean;
  /** Changed again within 15 minutes of the last correction: the other writer has not stopped. */
  readonly yielded: boolean;
}

interface Update {
  /** For the act, and for the wait while AWS carries it out. */
  readonly reason: string;
  readonly under: Circumstances;
  /** How often it was sent, with nothing else in between but others of their kind. */
  readonly times: number;
  /** Since when AWS shows the same difference again, wall ms. */
  backSince: number | undefined;
}

/** What differs because AWS was changed, not because what the spec refers to was. */
function drifted({ change }: Choice<unknown>): readonly FieldChange[] {
  return change.changes.filter(({ isReference }) => isReference !== true);
}

/** Whether AWS has to show what comes of it. */
function isShown({ effects = [] }: Act<unknown>): boolean {
  return effects.some(({ cause }) => cause !== "foreign");
}

function foreignEffects({ effects = [] }: Act<unknown>): readonly { readonly path: string }[] {
  return effects.filter(({ cause }) => cause === "foreign");
}

function contestedCondition(hold: Hold): readonly ConditionDraft[] {
  if (hold.kind !== "contested") return [];
  return [{ type: "Contested", status: "True", reason: "ChangedOutside", message: contestedText(hold) }];
}

function contestedText({ path, isForeign }: Extract<Hold, { kind: "contested" }>): string {
  const instead = isForeign
    ? "leave the queue to its owner by spec.replacement.foreignQueues: Block"
    : "give the field to it by leaving it out of the spec";
  return `${path} was changed outside of Kubernetes three times in 15 minutes; it is put back once in 15 minutes until that stops. Find the other writer, or ${instead}`;
}

/** The wait, or the block, in place of an act that is held. */
function waitFor(hold: Hold, { message: what }: Act<unknown>, now: number): Wait | Blocked {
  if (hold.kind === "contested") {
    const checkInMs = Math.max(soonestCheckMs, hold.resumesAt - now);
    return { kind: "wait", reason: "Contested", message: contestedText(hold), checkInMs };
  }
  const found = `AWS took the same update three times but still reports the old values (${what})`;
  const remedy = "Bring the spec in line with what AWS describes, find who else changes it, or report it";
  if (hold.resumesAt === undefined) {
    const message = `${found}; as it may end jobs, it is not sent again before the spec changes. ${remedy}; a new value of ${reconcileRequestedAtAnnotation} has it sent once more`;
    return { kind: "blocked", reason: "UpdateNotApplied", message };
  }
  const message = `${found}; it is sent once in 15 minutes until that changes. ${remedy}`;
  return { kind: "wait", reason: "Contested", message, checkInMs: Math.max(soonestCheckMs, hold.resumesAt - now) };
}
