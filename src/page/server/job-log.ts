import { visibleLine } from "../../runtime/visible.ts";
import type { LogLine } from "../../tools/jobs/read-log.ts";
import type { JobLog } from "./model.ts";
import { momentOf } from "./moment.ts";

/** The page shows the end of a log: so many lines at most, with so many characters together. */
export const mostLogLines = 50;
export const mostLogCharacters = 20_000;

/**
 * The last lines of a log, without control characters. Pure.
 * @param lines of all containers; more than `mostLogLines` or `mostLogCharacters` if there are older ones
 */
export function jobLog(lines: readonly LogLine[]): JobLog {
  const last = lines.toSorted((left, right) => left.at - right.at).slice(-mostLogLines);
  const shown: JobLog["lines"][number][] = [];
  let left = mostLogCharacters;
  for (const { at, text, container } of last.toReversed()) {
    const safe = visibleLine(text);
    if (safe.length > left && shown.length > 0) break;
    shown.push({
      at: momentOf(at) ?? "",
      container,
      text: safe.length > left ? `${safe.slice(0, left)}…` : safe,
    });
    left -= Math.min(left, safe.length);
  }
  return { lines: shown.toReversed(), more: shown.length < lines.length };
}
