/**
 * The door of selections: decides when a new selection of subnets or groups takes effect. `observe.ts` asks EC2, `report.ts`
 * keeps the answer in status. Pure.
 */

import type { KubeObject } from "../../../api/object.ts";
import { type Resolution, resolution, said, selectorText, settleMs } from "../../../network/selection.ts";
import { marks, restCheckMs, settleCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import type { Blocked, ConditionDraft, Wait } from "../../pass/agenda.ts";
import { keptCondition, timestamp } from "../../pass/conditions.ts";
import { nothingToDo, type PartPlan } from "../../pass/part-plan.ts";
import type { SelectionSeen, SelectorAnswer } from "./seen.ts";

const type = "SelectionReady";

/** The resolution of an answer now; a pending answer changes nothing. */
export function resolved({ asked, found }: SelectorAnswer, now: number): Resolution {
  if (found.kind === "pending") return { resolved: asked.before, problem: undefined };
  return resolution(asked, found, now);
}

/**
 * Holds everything until status names the selected ids. Status records a selection before anything acts on it, so that
 * every part of the operator acts on the same ids, also after a crash. The last selection stays in effect when a
 * selector selects nothing or cannot be read.
 */
export function selectionPlan({ answers }: SelectionSeen, object: KubeObject, now: number): PartPlan<never> {
  if (answers.length === 0) return nothingToDo;
  const all = answers.map((answer) => ({ answer, ...resolved(answer, now) }));
  const conditions = conditionsNow(all, object);
  const held = heldBy(all);
  if (held !== undefined) return { steps: [held], conditions };
  if (!all.some(isComing)) return { steps: [], conditions, checkInMs: checkMs(all) };
  const coming = all.filter(isComing).flatMap((one) => one.resolved?.ids ?? []);
  // Any other step would act on a selection that is outdated as soon as status is written.
  const wait: Wait = {
    kind: "wait",
    reason: "ResolvingSelection",
    message: `a new selection takes effect in the next pass: ${coming.join(", ")}`,
    checkInMs: settleCheckMs,
  };
  return { steps: [wait], conditions };
}

interface Resolving extends Resolution {
  readonly answer: SelectorAnswer;
}

/** Whether the selection in effect belongs to the current selector. */
function isCurrent({ answer: { asked } }: Resolving): boolean {
  return asked.before?.selector === selectorText(asked.selector);
}

/** Whether another selection takes effect than the current one. */
function isComing({ answer, resolved: after }: Resolving): boolean {
  const { before } = answer.asked;
  return after !== undefined && (after.selector !== before?.selector || after.ids.join() !== before.ids.join());
}

/** Why nothing can be done: a selector never had a usable answer. */
function heldBy(all: readonly Resolving[]): Wait | Blocked | undefined {
  for (const one of all) {
    if (isCurrent(one) || isComing(one)) continue;
    const { problem } = one;
    if (problem?.kind === "unusable") {
      return { kind: "blocked", reason: problem.reason, message: problem.message, checkInMs: unwatchedCheckMs };
    }
    if (problem !== undefined) {
      const { reason, message } = problem;
      return { kind: "wait", reason, message, checkInMs: unwatchedCheckMs, stallsAfterMs: marks.unreadStallsMs };
    }
    const message = `waiting for EC2's answer to what ${said(one.answer.asked.selector)} selects`;
    return { kind: "wait", reason: "ResolvingSelection", message, checkInMs: settleCheckMs };
  }
  return undefined;
}

function conditionsNow(all: readonly Resolving[], object: KubeObject): readonly ConditionDraft[] {
  if (all.some(({ answer }) => answer.found.kind === "pending")) return keptCondition(object, type);
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
    return `${ids.join(", ")} from ${timestamp(since + settleMs)} on, unless the selection changes`;
  });
  return [{ ...settled, reason: "SelectionPending", message: `${settled.message}; then ${changes.join("; ")}` }];
}

function checkMs(all: readonly Resolving[]): number {
  if (all.some(({ answer }) => answer.found.kind === "pending")) return settleCheckMs;
  return all.some((one) => one.problem !== undefined || one.resolved?.candidate !== undefined)
    ? unwatchedCheckMs
    : restCheckMs;
}
