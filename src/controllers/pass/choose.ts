/** The next step of an agenda. Pure. */

import { jsonEqual } from "../../runtime/json-equal.ts";
import { othersGoFirstMs } from "../intervals.ts";
import {
  type Act,
  type Blocked,
  type Change,
  type ConditionDraft,
  earliestCheck,
  type Failure,
  type Holds,
  type Plan,
  type Refusal,
  type Serves,
  type Step,
  type Wait,
} from "./agenda.ts";

export interface Choice<Action> {
  /** The one next step. A wait, a block and `serves` have the earliest check of all steps up to them. */
  readonly next: Step<Action>;
  readonly change: Change;
  /** AWS serves this generation and is usable: Ready, unless `next` says otherwise. */
  readonly serving: boolean;
  readonly conditions: readonly ConditionDraft[];
  /** What AWS has refused of other acts, which are still to be done. */
  readonly refused: readonly Failure[];
  /** What there is to do and to report while AWS refuses `next`; undefined: all else waits for it. */
  readonly instead: Picked<Action> | undefined;
}

export type Picked<Action> = Pick<Choice<Action>, "next" | "serving" | "conditions">;

/**
 * The first step that nothing holds. An act that holds nothing and that AWS has refused within the last ten minutes gives
 * way to all others. When there is nothing else to do, the one with the oldest try is tried again.
 *
 * @param now wall ms
 * @param refusalOf what AWS said when an action was tried last; by default it has refused nothing
 */
export function choose<Action>(
  plan: Plan<Action>,
  now: number,
  refusalOf: (action: Action) => Refusal | undefined = () => undefined,
): Choice<Action> {
  const refused = refusedFirst(plan, refusalOf);
  const lately = plan.agenda.filter((step) => isLately(refusalIn(step, refusalOf), now));
  const open = pick(plan, lately);
  const [retry] = open?.next.kind === "act" ? [] : refused;
  const others = refused.flatMap(({ step }) => (step === retry?.step ? [] : step));
  const picked = retry === undefined ? open : retried(pick(plan, others), open);
  if (picked === undefined) throw new Error("an agenda has no next step");
  const { next } = picked;
  return {
    ...picked,
    change: plan.change,
    refused: refused.flatMap(({ step, refusal }) => (step === next ? [] : refusal.failure)),
    instead: without(plan, next, lately),
  };
}

/** What to do while AWS refuses an act that holds nothing. A second copy of it later in the agenda does not count. */
function without<Action>(
  plan: Plan<Action>,
  next: Step<Action>,
  lately: readonly Step<Action>[],
): Picked<Action> | undefined {
  if (next.kind !== "act" || next.holds !== "nothing") return undefined;
  const same = plan.agenda.filter((step) => step.kind === "act" && jsonEqual(step.action, next.action));
  return pick(plan, [...lately, ...same]);
}

interface Refused<Action> {
  readonly step: Act<Action>;
  readonly refusal: Refusal;
}

/** The refused acts that come before everything else, the one that was tried the longest ago first. */
function refusedFirst<Action>(
  { agenda }: Plan<Action>,
  refusalOf: (action: Action) => Refusal | undefined,
): readonly Refused<Action>[] {
  const found: Refused<Action>[] = [];
  for (const step of agenda) {
    // Steps that hold only some of the rest, and the one that serves, do not compete with them.
    if (step.kind === "serves" || isPartial(step)) continue;
    const refusal = refusalIn(step, refusalOf);
    if (step.kind !== "act" || refusal === undefined) break;
    found.push({ step, refusal });
  }
  return found.toSorted((left, right) => left.refusal.at - right.refusal.at);
}

/** What AWS said to an act for which nothing waits. */
function refusalIn<Action>(
  step: Step<Action>,
  refusalOf: (action: Action) => Refusal | undefined,
): Refusal | undefined {
  return step.kind === "act" && step.holds === "nothing" ? refusalOf(step.action) : undefined;
}

function isLately(refusal: Refusal | undefined, now: number): boolean {
  const ageMs = now - (refusal?.at ?? Number.NEGATIVE_INFINITY);
  return ageMs >= 0 && ageMs < othersGoFirstMs;
}

/** Reports for a step that AWS refuses what there would be to report without it. */
function retried<Action>(
  retry: Picked<Action> | undefined,
  open: Picked<Action> | undefined,
): Picked<Action> | undefined {
  if (retry === undefined || open === undefined) return retry;
  return { next: retry.next, serving: open.serving, conditions: retry.serving ? retry.conditions : open.conditions };
}

type PartialHold = (Wait | Blocked) & { readonly holds: Exclude<Holds, "everything"> };

/** A wait that keeps only some of the steps that follow from being next. */
function isPartial<Action>(step: Step<Action>): step is PartialHold {
  return (step.kind === "wait" || step.kind === "blocked") && step.holds !== undefined && step.holds !== "everything";
}

/** The first step that nothing before it holds, as if the skipped acts were not there; undefined: none is left. */
function pick<Action>(plan: Plan<Action>, skipped: readonly Step<Action>[]): Picked<Action> | undefined {
  const agenda = plan.agenda.filter((step) => !skipped.includes(step));
  const partial: PartialHold[] = [];
  let chosen: Exclude<Step<Action>, Serves> | undefined;
  let serves: Serves | undefined;
  for (const step of agenda) {
    if (step.kind === "serves") {
      serves = step;
    } else if (isPartial(step)) {
      partial.push(step);
    } else {
      // A step that an earlier act holds is not next, but Ready still depends on it.
      chosen ??= step.kind === "act" ? (partial.find((one) => isHeldBy(step, one)) ?? step) : step;
      if (!leavesReadyAlone(step)) break;
    }
  }
  const next = chosen ?? serves;
  if (next === undefined) return undefined;
  return {
    next: checkedInTime(next, [...partial, ...(serves === undefined ? [] : [serves])], plan),
    serving: serves !== undefined,
    conditions: merged(plan.conditions, reported(agenda, next)),
  };
}

function isHeldBy<Action>(act: Act<Action>, { holds }: PartialHold): boolean {
  return holds === "writes" || (holds === "creation" && creates(act));
}

/** Whether later steps decide Ready, although this one is next. */
function leavesReadyAlone<Action>(step: Step<Action>): boolean {
  return (
    step.kind === "act" && step.conditions !== undefined && step.holds !== undefined && step.holds !== "everything"
  );
}

/** Whether a step makes in AWS what the object is for. Pure. */
export function creates(step: Step<unknown>): boolean {
  return step.kind === "act" && (step.action as { readonly kind?: unknown }).kind === "create";
}

/**
 * The conditions of the next step, and of each step that something waits for or that runs under Ready=True, whether it is
 * reached or not: a condition that came and went with the steps before it would lose its age.
 */
function reported<Action>(agenda: readonly Step<Action>[], next: Step<Action>): readonly ConditionDraft[] {
  const serves = agenda.findIndex(({ kind }) => kind === "serves");
  const others = agenda.filter((step, index) => {
    const holdsNothing = step.kind === "act" && step.holds === "nothing";
    return !holdsNothing || (serves !== -1 && index > serves);
  });
  const drafts = [next, ...others].flatMap((step) => drafted(step));
  const types = new Set<string>();
  return drafts.filter(({ type }) => !types.has(type) && types.add(type));
}

function drafted<Action>(step: Step<Action>): readonly ConditionDraft[] {
  if (step.kind === "serves" || step.kind === "release") return [];
  const { conditions = [], reason, message } = step;
  return conditions.map((condition) => ({ ...condition, reason, message }));
}

/** One condition of each type: what is True of one part does not make up for what is not so of another. */
function merged(given: readonly ConditionDraft[], ofSteps: readonly ConditionDraft[]): readonly ConditionDraft[] {
  const byType = new Map<string, ConditionDraft>();
  for (const draft of [...given, ...ofSteps]) {
    const before = byType.get(draft.type);
    if (before === undefined || before.status === "True" || draft.status !== "True") byType.set(draft.type, draft);
  }
  return [...byType.values()];
}

/** A step; where it does not act, with the earliest check of all. */
function checkedInTime<Action>(
  next: Step<Action>,
  others: readonly (PartialHold | Serves)[],
  plan: Pick<Plan<Action>, "checkInMs">,
): Step<Action> {
  if (next.kind === "act" || next.kind === "release") return next;
  // Whether a listing shows what a creation waits for matters only where something is created.
  const awaited = others.filter(
    (one) => one.kind !== "wait" || one.holds !== "creation" || one.until?.kind !== "listing",
  );
  return { ...next, ...earliestCheck([next, ...awaited, plan]) };
}
