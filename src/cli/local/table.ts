import { counted } from "../../diagnosis/words.ts";
import { cut, cutMiddle, durationText, inColumns, neededWidths, type Row, wrapped } from "../terminal/layout.ts";
import type { Colour, Paint } from "../terminal/paint.ts";
import { inOrder, type ObjectRow, type Phase, type Predecessor, type Warning, warningText } from "./rows.ts";

/** The table of objects. Pure: the same rows at the same time give the same lines. */

export interface TableOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** At most so many lines; rows that are ready give way first. Undefined: as many as there are. */
  readonly maxLines?: number | undefined;
  /** Of the clock that the objects live by, wall ms. */
  readonly now: number;
  /** Marks work in progress; changes from frame to frame. */
  readonly spinner: string;
}

/** How many lines a warning may take: subnet, cause and remedy. */
const warningLinesMax = 5;
/** Below this width of the last column it gets lines of its own. */
const readableColumns = 36;
const limits = { narrow: [1, 13, 24, 18, 7], wide: [1, 23, 40, 20, 7] } as const;
const wideFrom = 132;
const shortKinds: Readonly<Record<string, string>> = { BatchComputeEnvironment: "Environment" };

export function tableLines(rows: readonly ObjectRow[], options: TableOptions): string[] {
  const ordered = inOrder(rows);
  const shown = fitting(ordered, options);
  const layout = layoutOf(ordered, options);
  const lines = [
    header(layout, options),
    ...shown.rows.flatMap((row) => objectLines(row, layout, options)),
    ...(shown.hidden === 0 ? [] : [options.paint("dim", `  and ${shown.hidden} more, which are ready`)]),
  ];
  return options.maxLines === undefined ? lines : lines.slice(0, options.maxLines);
}

interface Layout {
  readonly widths: readonly number[];
  /** Columns of the last column; `stacked`: it is below its row. */
  readonly last: number;
  readonly stacked: boolean;
  readonly wide: boolean;
}

function layoutOf(rows: readonly ObjectRow[], options: TableOptions): Layout {
  const wide = options.columns >= wideFrom;
  const cells = [["", "KIND", "NAME", "AWS STATE", "AGE"], ...rows.map((row) => plainCells(row, wide, options))];
  const widths = neededWidths(cells, wide ? limits.wide : limits.narrow);
  const last = options.columns - widths.reduce((sum, width) => sum + width + 2, 0);
  const stacked = last < readableColumns;
  return { widths, stacked, wide, last: stacked ? options.columns - 4 : last };
}

function header({ widths, stacked }: Layout, { paint }: TableOptions): string {
  const row: Row = { cells: ["", "KIND", "NAME", "AWS STATE", "AGE"], last: [stacked ? "" : "WHAT AND WHY"] };
  return paint("dim", inColumns([row], widths)[0] ?? "");
}

function objectLines(row: ObjectRow, layout: Layout, options: TableOptions): string[] {
  const { paint } = options;
  const { widths, last, stacked, wide } = layout;
  const [sign = "", kind = "", name = "", state = "", age = ""] = plainCells(row, wide, options);
  const cells = [
    paint(colours[row.phase], sign),
    cut(kind, widths[1] ?? 0),
    cutMiddle(name, widths[2] ?? 0),
    cut(state === "" ? "-" : state, widths[3] ?? 0),
    paint("dim", age),
  ];
  const why = wrapped(`${row.reason}: ${row.message}`, last, messageLines[row.phase]);
  const painted = why.map((line, index) => whyLine(line, index === 0 ? row.reason : "", row.phase, paint));
  const own = stacked
    ? [...inColumns([{ cells, last: [] }], widths), ...painted.map((line) => `    ${line}`)]
    : inColumns([{ cells, last: painted }], widths);
  return [
    ...own,
    ...row.warnings.flatMap((warning) => warningLines(warning, options)),
    ...row.predecessors.map((one) => predecessorLine(one, options)),
  ];
}

function plainCells(row: ObjectRow, wide: boolean, { paint, spinner, now }: TableOptions): string[] {
  const name = row.namespace === "default" ? row.name : `${row.namespace}/${row.name}`;
  return [
    signOf(row, spinner, paint.style.unicode),
    wide ? row.kind : (shortKinds[row.kind] ?? row.kind),
    name,
    row.awsState,
    durationText(now - row.createdAt),
  ];
}

/** Trouble that does not make the object less Ready, under it. */
function warningLines(warning: Warning, { paint, columns }: TableOptions): string[] {
  const sign = paint.style.unicode ? "⚠" : "!";
  const lines = wrapped(warningText(warning), columns - 5, warningLinesMax);
  return lines.map((line, index) => `   ${index === 0 ? paint("yellow", sign) : " "} ${line}`);
}

/** An earlier environment, under the object that it belongs to. */
function predecessorLine(predecessor: Predecessor, { paint, columns }: TableOptions): string {
  const { name, step, message, queues = [], jobsRemaining } = predecessor;
  const branch = paint.style.unicode ? "└" : "`-";
  if (message !== undefined) return paint("dim", cut(`   ${branch} earlier: ${step}: ${message}`, columns));
  const parts = [
    step === "InUse" && queues.length > 0 ? `serves ${queues.join(", ")}` : step,
    ...(jobsRemaining === undefined ? [] : [`${counted(jobsRemaining, "job")} left`]),
  ];
  return paint("dim", cut(`   ${branch} earlier: ${name}: ${parts.join(", ")}`, columns));
}

const colours: Readonly<Record<Phase, Colour>> = {
  pending: "dim",
  working: "cyan",
  ready: "green",
  stalled: "red",
  held: "yellow",
  removed: "yellow",
};

/** How many lines the reason may take. */
const messageLines: Readonly<Record<Phase, number>> = {
  pending: 1,
  working: 2,
  ready: 1,
  stalled: 6,
  held: 2,
  removed: 2,
};

function signOf({ phase }: ObjectRow, spinner: string, unicode: boolean): string {
  switch (phase) {
    case "working":
    case "pending":
      return spinner;
    case "ready":
      return unicode ? "✔" : "+";
    case "stalled":
      return unicode ? "✖" : "x";
    case "held":
      return unicode ? "‖" : "=";
    case "removed":
      return "?";
  }
}

/** The reason, which the first line begins with, in the colour of the phase. */
function whyLine(line: string, reason: string, phase: Phase, paint: Paint): string {
  const begins = reason !== "" && line.startsWith(`${reason}:`);
  if (!begins) return phase === "ready" ? paint("dim", line) : line;
  const rest = line.slice(reason.length);
  return `${paint(colours[phase], reason)}${phase === "ready" ? paint("dim", rest) : rest}`;
}

/** The rows that a screen has room for: those that are ready are left out first, from the end. */
function fitting(
  rows: readonly ObjectRow[],
  options: TableOptions,
): { readonly rows: readonly ObjectRow[]; readonly hidden: number } {
  const { maxLines } = options;
  if (maxLines === undefined) return { rows, hidden: 0 };
  const layout = layoutOf(rows, options);
  const height = (row: ObjectRow): number => objectLines(row, layout, options).length;
  let left = maxLines - 2 - rows.reduce((sum, row) => sum + height(row), 0);
  const kept = new Set(rows);
  for (const row of [...rows].reverse()) {
    if (left >= 0) break;
    if (row.phase !== "ready") continue;
    kept.delete(row);
    left += height(row);
  }
  return { rows: rows.filter((row) => kept.has(row)), hidden: rows.length - kept.size };
}

/** How many of the rows are where they should be: `2 of 3 ready`. */
export function progressText(rows: readonly ObjectRow[]): string {
  const counting = rows.filter(({ phase }) => phase !== "removed");
  const ready = counting.filter(({ phase, deleting }) => phase === "ready" && !deleting).length;
  const stalled = counting.filter(({ phase }) => phase === "stalled").length;
  return `${ready} of ${counting.length} ready${stalled === 0 ? "" : `, ${stalled} stalled`}`;
}
