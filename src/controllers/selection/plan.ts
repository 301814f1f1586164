/** Whether what selectors select may be acted on. Pure. */

import type { BatchComputeEnvironment } from "../../api/v1alpha1/compute-environment.ts";
import { type Resolution, resolution, said, selectorText, settleMs } from "../../network/selection.ts";
import type { Blocked, ConditionDraft, Wait } from "../agenda.ts";
import { conditionsOf, timestamp } from "../conditions.ts";
import { marks } from "../marks.ts";
import { nothingToDo, type PartPlan } from "../part.ts";
import type { SelectionSeen, SelectorAnswer } from "./seen.ts";

const type = "SelectionReady";
/** Tags change seldom. */
export const restLookMs = 10 * 60_000;
/** Another selection is on its way, or a person is mending one. */
export const soonLookMs = 60_000;
const comingMs = 1000;

/** What an answer means now; one that is still on its way changes nothing. */
export function resolved({ asked, found }: SelectorAnswer, now: number): Resolution {
  if (found.kind === "pending") return { resolved: asked.before, problem: undefined };
  return resolution(asked, found, now);
}

/**
 * What is held until status names what the selectors selected: what takes effect is first remembered and then acted on,
 * so that every part of the operator acts on the same, also after a crash. What was resolved once stays in effect when a
 * selector selects nothing any more, or cannot be read.
 */
export function selectionPlan(
  { answers }: SelectionSeen,
  object: BatchComputeEnvironment,
  now: number,
): PartPlan<never> {
  if (answers.length === 0) return nothingToDo;
  const all = answers.map((answer) => ({ answer, ...resolved(answer, now) }));
  const conditions = conditionsNow(all, object);
  // Without any selection the plan of the environment is made from a spec that lacks something.
  const isUnknown = all.some(({ answer }) => answer.asked.before === undefined);
  const held = heldBy(all);
  if (held !== undefined) return { steps: [held], conditions, isUnknown };
  if (!all.some(isComing)) return { steps: [], conditions, checkInMs: checkMs(all) };
  const coming = all.filter(isComing).flatMap((one) => one.resolved?.ids ?? []);
  // Whatever follows would be decided by what is no longer in effect as soon as status says so.
  const wait: Wait = {
    kind: "wait",
    reason: "ResolvingSelection",
    message: `selected, and about to take effect: ${coming.join(", ")}`,
    checkInMs: comingMs,
  };
  return { steps: [wait], conditions, isUnknown };
}

interface Resolving extends Resolution {
  readonly answer: SelectorAnswer;
}

/** Whether what is in effect belongs to the selector as it is now. */
function isCurrent({ answer: { asked } }: Resolving): boolean {
  return asked.before?.selector === selectorText(asked.selector);
}

/** Whether something else takes effect than what is. */
function isComing({ answer, resolved: after }: Resolving): boolean {
  const { before } = answer.asked;
  return after !== undefined && (after.selector !== before?.selector || after.ids.join() !== before.ids.join());
}

/** Why nothing can be done: a selector has no usable answer, and never had one. */
function heldBy(all: readonly Resolving[]): Wait | Blocked | undefined {
  for (const one of all) {
    if (isCurrent(one) || isComing(one)) continue;
    const { problem } = one;
    if (problem?.kind === "unusable") {
      return { kind: "blocked", reason: problem.reason, message: problem.message, checkInMs: soonLookMs };
    }
    if (problem !== undefined) {
      const { reason, message } = problem;
      return { kind: "wait", reason, message, checkInMs: soonLookMs, stallsAfterMs: marks.unreadStallsMs };
    }
    const message = `EC2 is asked what ${said(one.answer.asked.selector)} selects`;
    return { kind: "wait", reason: "ResolvingSelection", message, checkInMs: comingMs };
  }
  return undefined;
}

function conditionsNow(all: readonly Resolving[], object: BatchComputeEnvironment): readonly ConditionDraft[] {
  if (all.some(({ answer }) => answer.found.kind === "pending")) {
    // What was known stands until something newer is known.
    const before = conditionsOf(object).filter((condition) => condition.type === type);
    return before.map(({ status, reason, message }) => ({ type, status, reason, message }));
  }
  const [problem] = all.flatMap((one) => (one.problem === undefined ? [] : [{ ...one.problem, one }]));
  if (problem !== undefined) {
    const kept = problem.one.resolved;
    const message = kept === undefined ? problem.message : `${problem.message}. Kept: ${kept.ids.join(", ")}`;
    return [{ type, status: problem.kind === "unread" ? "Unknown" : "False", reason: problem.reason, message }];
  }
  const settling = all.flatMap(({ resolved: after }) => after?.candidate ?? []);
  const selected = all.map(({ answer, resolved: after }) => {
    return `${said(answer.asked.selector)}: ${(after?.ids ?? []).join(", ")}`;
  });
  const settled = { type, status: "True", reason: "Selected", message: selected.join("; ") } as const;
  if (settling.length === 0) return [settled];
  const changes = settling.map(({ ids, since }) => {
    return `${ids.join(", ")} from ${timestamp(since + settleMs)} on, if the selection stays the same`;
  });
  return [{ ...settled, reason: "SelectionPending", message: `${settled.message}; then ${changes.join("; ")}` }];
}

function checkMs(all: readonly Resolving[]): number {
  if (all.some(({ answer }) => answer.found.kind === "pending")) return comingMs;
  return all.some((one) => one.problem !== undefined || one.resolved?.candidate !== undefined)
    ? soonLookMs
    : restLookMs;
}
