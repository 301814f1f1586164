import { durationText } from "../../api/words.ts";
import type { Step } from "../server/model.ts";

/** Moments and how long something took, in words. Pure. */

/** How long after the last known moment before it a step ended; undefined: it has not, or nothing before it is known. */
export function tookText(steps: readonly Step[], index: number): string | undefined {
  const [before, step] = [momentBefore(steps, index), steps[index]];
  if (before?.at === undefined || step?.at === undefined || step.state === "current" || step.state === "held") {
    return undefined;
  }
  const ms = Date.parse(step.at) - Date.parse(before.at);
  return ms >= 0 ? durationText(ms) : undefined;
}

/** Whether a step is the first one with a moment, or on another day than the one before: then it shows the date. */
export function showsDate(steps: readonly Step[], index: number): boolean {
  const before = momentBefore(steps, index);
  return before === undefined || dayOf(before) !== dayOf(steps[index]);
}

function momentBefore(steps: readonly Step[], index: number): Step | undefined {
  return steps.slice(0, index).findLast(({ at }) => at !== undefined);
}

function dayOf(step: Step | undefined): string {
  return step?.at === undefined ? "" : new Date(step.at).toDateString();
}
