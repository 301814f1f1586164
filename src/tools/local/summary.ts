import { counted, durationText } from "../../api/words.ts";
import type { Outcome } from "./goal.ts";
import { inAws } from "./in-aws.ts";
import { type ObjectRow, rowText, warningText } from "./rows.ts";

/** The result of a session. */
export interface Ended {
  readonly outcome: Outcome;
  readonly rows: readonly ObjectRow[];
  /** Number of objects at the start; for deleted ones. */
  readonly objectsAtStart: number;
  /** Real time. */
  readonly tookMs: number;
  readonly awsWrites: number;
  readonly simulated: boolean;
  /** A command to try next, when the goal is reached. */
  readonly next: string | undefined;
}

/** What an end has to say after its summary; each is one line. */
export interface Afterwards {
  /** Of objects that are Ready although jobs may not start. */
  readonly warnings: readonly string[];
  readonly next: string | undefined;
}

/** Pure. */
export function afterwards({ outcome, rows, next }: Ended): Afterwards {
  if (outcome.kind !== "reached") return { warnings: [], next: undefined };
  const warnings = rows
    .filter(({ phase }) => phase === "ready")
    .flatMap((row) => row.warnings.map((one) => `warning: jobs may not start: ${rowText(row)} ${warningText(one)}`));
  return {
    warnings,
    next: next === undefined ? undefined : `Next: start it again, and change a manifest while it runs: ${next}`,
  };
}

/** One line: what happened. Pure. */
export function summaryLine({ outcome, rows, objectsAtStart, tookMs, awsWrites, simulated }: Ended): string {
  const aws = simulated ? "a simulated AWS" : "AWS";
  const after = `after ${secondsText(tookMs)} and ${counted(awsWrites, "write")} to ${aws}`;
  const counting = rows.filter(({ phase }) => phase !== "removed");
  switch (outcome.kind) {
    case "reached":
      return outcome.goal === "absent"
        ? `${objectsWord(objectsAtStart)} gone ${after}.${left(rows)}`
        : `${objectsWord(counting.length)} ready ${after}.${retiring(rows)}${left(rows)}`;
    case "stalled": {
      const [first] = outcome.rows;
      const others = outcome.rows.length > 1 ? ` (and ${outcome.rows.length - 1} more)` : "";
      return `Stalled: ${first === undefined ? "" : why(first)}${others}`;
    }
    case "timeout": {
      const late = counting.filter(({ phase, deleting }) => outcome.goal === "absent" || phase !== "ready" || deleting);
      const [first] = late;
      const goal = outcome.goal === "absent" ? "gone" : "ready";
      return `The time is over: ${late.length} of ${Math.max(counting.length, 1)} objects not ${goal} ${after}. ${first === undefined ? "" : why(first)}`;
    }
    case "interrupted":
      return `Stopped ${after}. What was made stays in AWS; start again to go on.`;
  }
}

/** Short times in tenths: `0.4s`, `12s`, `3m5s`. */
function secondsText(durationMs: number): string {
  return durationMs < 9950 ? `${(durationMs / 1000).toFixed(1)}s` : durationText(durationMs);
}

function objectsWord(count: number): string {
  return count === 1 ? "The object is" : `All ${count} objects are`;
}

function why(row: ObjectRow): string {
  return `${rowText(row)} ${row.reason}: ${row.message}`;
}

function retiring(rows: readonly ObjectRow[]): string {
  const count = rows.reduce((sum, row) => sum + row.predecessors.length, 0);
  if (count === 0) return "";
  const approval = rows.some(({ awaits }) => awaits?.type === "Retiring") ? ", once a person approves it" : "";
  return ` ${counted(count, "earlier environment")} still to be retired${approval}: start without --until to see it through.`;
}

function left(rows: readonly ObjectRow[]): string {
  const count = rows.filter(({ phase, object }) => phase === "removed" && inAws(object) === "something").length;
  return count === 0 ? "" : ` ${counted(count, "object")} removed from the directory, still in AWS (--prune deletes).`;
}
