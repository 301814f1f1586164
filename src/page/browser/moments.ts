import type { Step } from "../server/model.ts";

/** Moments and how long something took, in words. Pure. */

const second = 1000;
const units = [
  { name: "d", ms: 86_400 * second },
  { name: "h", ms: 3600 * second },
  { name: "min", ms: 60 * second },
  { name: "s", ms: second },
] as const;

/** In at most two units, e.g. `1 min 5 s`, `3 d`; `0 s`: less than a second. */
export function durationText(ms: number): string {
  const first = units.findIndex((unit) => ms >= unit.ms);
  if (first < 0) return "0 s";
  let rest = ms;
  const parts = units.slice(first, first + 2).map(({ name, ms: unit }) => {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    return count === 0 ? "" : `${count} ${name}`;
  });
  return parts.filter((part) => part !== "").join(" ");
}

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
