import { counted, durationText } from "../../api/words.ts";
import { cut, inColumns, neededWidths, type Row, wrapped } from "../terminal/layout.ts";
import type { Colour, Paint } from "../terminal/paint.ts";
import { inOrder, type ObjectRow, type Phase, type Predecessor, type Warning, warningText } from "./rows.ts";

/** The table of objects. Pure: the same rows at the same time give the same lines. */

export interface TableOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** At most so many lines; rows that are ready are left out first, and the last line counts them. Undefined: as many as there are. */
  readonly maxLines: number | undefined;
  /** Of the clock that the objects live by, wall ms. */
  readonly now: number;
  /** Marks work in progress; changes from frame to frame. */
  readonly spinner: string;
}

/** How many lines a name may take that is longer than a line: the longest one in the narrowest window. */
const namesLinesMax = 9;
/** How many lines a warning may take: subnet, cause and remedy. */
const warningLinesMax = 5;
/** Below this width of the last column it gets lines of its own. */
const readableColumns = 36;
const header = ["", "KIND", "NAME", "AWS STATE", "AGE"] as const;
const wideFrom = 132;
const shortKinds: Readonly<Record<string, string>> = { BatchComputeEnvironment: "Environment" };

export function tableLines(rows: readonly ObjectRow[], options: TableOptions): string[] {
  const ordered = inOrder(rows);
  const shown = fitting(ordered, options);
  const layout = layoutOf(ordered, options);
  const body = shown.rows.flatMap((row) => objectLines(row, layout, options));
  const lines = [...headerLines(layout, options), ...body];
  if (shown.hidden.length === 0) return options.maxLines === undefined ? lines : lines.slice(0, options.maxLines);
  const last = options.paint("dim", cut(`  and ${hiddenText(shown.hidden)}`, options.columns));
  return [...lines.slice(0, Math.max(0, (options.maxLines ?? 0) - 1)), last];
}

/** `12 more: 10 ready, 2 working`. */
function hiddenText(hidden: readonly ObjectRow[]): string {
  const counts = givingWay.flatMap((phase) => {
    const count = hidden.filter((row) => row.phase === phase).length;
    return count === 0 ? [] : [`${count} ${phase}`];
  });
  return `${hidden.length} more: ${counts.join(", ")}`;
}

interface Layout {
  readonly widths: readonly number[];
  /** Where the reason is: in the last column, or below its row. `list`: not even the cells of a row fit into a line. */
  readonly kind: "right" | "below" | "list";
  /** Columns of the reason. */
  readonly last: number;
  readonly wide: boolean;
}

function layoutOf(rows: readonly ObjectRow[], options: TableOptions): Layout {
  const wide = options.columns >= wideFrom;
  const cells = [header, ...rows.map((row) => plainCells(row, wide, options))];
  const widths = neededWidths(
    cells,
    header.map(() => Number.POSITIVE_INFINITY),
  );
  const last = options.columns - widths.reduce((sum, width) => sum + width + 2, 0);
  if (last >= readableColumns) return { kind: "right", widths, wide, last };
  return { kind: last >= -2 ? "below" : "list", widths, wide, last: options.columns - 4 };
}

function headerLines({ widths, kind }: Layout, { paint }: TableOptions): readonly string[] {
  if (kind === "list") return [];
  const row: Row = { cells: header, last: [kind === "below" ? "" : "WHAT AND WHY"] };
  return [paint("dim", inColumns([row], widths)[0] ?? "")];
}

function objectLines(row: ObjectRow, layout: Layout, options: TableOptions): string[] {
  const { paint } = options;
  const why = wrapped(`${row.reason}: ${row.message}`, layout.last, messageLines[row.phase]);
  const painted = why.map((line, index) => whyLine(line, index === 0 ? row.reason : "", row.phase, paint));
  return [
    ...ownLines(row, painted, layout, options),
    ...row.warnings.flatMap((warning) => warningLines(warning, options)),
    ...row.predecessors.flatMap((one) => predecessorLines(one, options)),
  ];
}

/** Names are never cut: at both ends of a handover only their last letters differ. */
function ownLines(
  row: ObjectRow,
  why: readonly string[],
  { kind: layout, widths, wide }: Layout,
  options: TableOptions,
): readonly string[] {
  const { paint, columns } = options;
  const [sign = "", kind = "", name = "", state = "", age = ""] = plainCells(row, wide, options);
  const cells = [paint(colours[row.phase], sign), kind, name, state, paint("dim", age)];
  const below = why.map((line) => `    ${line}`);
  switch (layout) {
    case "right":
      return inColumns([{ cells, last: why }], widths);
    case "below":
      return [...inColumns([{ cells, last: [] }], widths), ...below];
    case "list": {
      const title = wrapped(`${kind} ${name}`, columns - 2, namesLinesMax);
      const states = wrapped(`${state}, ${age}`, columns - 4, 2).map((line) => `    ${paint("dim", line)}`);
      const titles = title.map((line, index) => `${index === 0 ? paint(colours[row.phase], sign) : " "} ${line}`);
      return [...titles, ...states, ...below];
    }
  }
}

function plainCells(row: ObjectRow, wide: boolean, { paint, spinner, now }: TableOptions): string[] {
  const name = row.namespace === "default" ? row.name : `${row.namespace}/${row.name}`;
  return [
    signOf(row, spinner, paint.style.unicode),
    wide ? row.kind : (shortKinds[row.kind] ?? row.kind),
    name,
    row.awsState === "" ? "-" : row.awsState,
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
function predecessorLines(predecessor: Predecessor, options: TableOptions): readonly string[] {
  const sign = options.paint.style.unicode ? "└" : "`-";
  const lines = wrapped(predecessorText(predecessor), options.columns - 5, messageLines.stalled);
  return lines.map((line, index) => options.paint("dim", `   ${index === 0 ? sign : " ".repeat(sign.length)} ${line}`));
}

function predecessorText(predecessor: Predecessor): string {
  const { name, step, message, queues = [], jobsRemaining } = predecessor;
  if (message !== undefined) return `earlier: ${step}: ${message}`;
  const parts = [
    step === "InUse" && queues.length > 0 ? `serves ${queues.join(", ")}` : step,
    ...(jobsRemaining === undefined ? [] : [`${counted(jobsRemaining, "job")} left`]),
  ];
  return `earlier: ${name}: ${parts.join(", ")}`;
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
  working: 4,
  ready: 4,
  stalled: 6,
  held: 4,
  removed: 4,
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

/** In which order rows are left out: those first in which nothing happens. */
const givingWay: readonly Phase[] = ["ready", "pending", "removed", "held", "working", "stalled"];

/** The rows that a screen has room for; the others from the end. */
function fitting(
  rows: readonly ObjectRow[],
  options: TableOptions,
): { readonly rows: readonly ObjectRow[]; readonly hidden: readonly ObjectRow[] } {
  const { maxLines } = options;
  if (maxLines === undefined) return { rows, hidden: [] };
  const layout = layoutOf(rows, options);
  const heights = new Map(rows.map((row) => [row, objectLines(row, layout, options).length]));
  const used = headerLines(layout, options).length + [...heights.values()].reduce((sum, height) => sum + height, 0);
  // One line counts what is left out.
  let surplus = used <= maxLines ? 0 : used + 1 - maxLines;
  const kept = new Set(rows);
  for (const row of givingWay.flatMap((phase) => rows.filter((one) => one.phase === phase).toReversed())) {
    if (surplus <= 0 || kept.size === 1) break;
    kept.delete(row);
    surplus -= heights.get(row) ?? 0;
  }
  return { rows: rows.filter((row) => kept.has(row)), hidden: rows.filter((row) => !kept.has(row)) };
}

/** How many of the rows are where they should be: `2 of 3 ready`. */
export function progressText(rows: readonly ObjectRow[]): string {
  const counting = rows.filter(({ phase }) => phase !== "removed");
  const ready = counting.filter(({ phase, deleting }) => phase === "ready" && !deleting).length;
  const stalled = counting.filter(({ phase }) => phase === "stalled").length;
  return `${ready} of ${counting.length} ready${stalled === 0 ? "" : `, ${stalled} stalled`}`;
}
