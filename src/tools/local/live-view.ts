import { counted, durationText } from "../../api/words.ts";
import type { Output } from "../../operator/io.ts";
import type { Clock, Timer } from "../../runtime/clock.ts";
import type { RecordedEvent } from "../../runtime/store.ts";
import { visible, visibleIn } from "../../runtime/visible.ts";
import type { Change } from "../../simulator/world.ts";
import { wrapped } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import { Screen } from "../terminal/screen.ts";
import { type Problem, problemLines } from "../validation/problem.ts";
import { keepsLast } from "./plain-view.ts";
import { type ObjectRow, rowText } from "./rows.ts";
import { afterwards, type Ended, summaryLine } from "./summary.ts";
import { progressText, tableLines } from "./table.ts";
import { type Heading, headingText, jobText, type View } from "./view.ts";
import { type AwsWrite, subjectOf } from "./writes.ts";

const frameMs = 100;
const frames = { unicode: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"], ascii: ["|", "/", "-", "\\"] };
const shownProblems = 5;
const shownEvents = 5;
/** How many lines each of these may take. */
const [problemLinesMax, eventLinesMax, progressLinesMax] = [4, 3, 4];

export interface LiveViewOptions {
  readonly output: Output;
  readonly paint: Paint;
  /** Real time: for frames and the duration. */
  readonly real: Clock;
  /** The time of the objects. */
  readonly now: () => number;
  readonly heading: Heading;
}

/** For a terminal: a table that is repainted in place, and a final one that stays. */
export class LiveView implements View {
  readonly #options: LiveViewOptions;
  readonly #screen: Screen;
  readonly #startedAt: number;
  readonly #stopListening: () => void;
  #timer: Timer | undefined;
  #frame = 0;
  #rows: readonly ObjectRow[] = [];
  /** Rows without what a terminal would obey, by the row given. */
  readonly #shown = new WeakMap<ObjectRow, ObjectRow>();
  #problems: readonly Problem[] = [];
  #writes = 0;
  #lastWrite: AwsWrite | undefined;
  /** By their stable name, the newest last. */
  readonly #events = new Map<string, RecordedEvent>();

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#screen = new Screen(options.output);
    this.#startedAt = options.real.monotonic();
    this.#stopListening = options.output.onResize(() => this.#screen.resized(this.#frameLines()));
    this.#screen.above(options.paint("bold", visible(headingText(options.heading))));
    this.#tick();
  }

  objects(rows: readonly ObjectRow[]): void {
    this.#rows = rows.map((row) => {
      const shown = this.#shown.get(row) ?? visibleIn(row);
      this.#shown.set(row, shown);
      return shown;
    });
  }

  awsWrite(write: AwsWrite): void {
    this.#writes++;
    this.#lastWrite = visibleIn(write);
  }

  event(given: RecordedEvent): void {
    const event = visibleIn(given);
    // A series that goes on is the newest again.
    this.#events.delete(event.name);
    this.#events.set(event.name, event);
    for (const name of [...this.#events.keys()].slice(0, -shownEvents)) this.#events.delete(name);
  }

  /** The table shows the objects of the operator; jobs are not among them. */
  awsChange(change: Change): void {
    const text = jobText(change);
    if (text !== undefined) this.#screen.above(visible(text));
  }

  edit(problems: readonly Problem[]): void {
    this.#problems = visibleIn(problems);
    this.#paint();
  }

  notice(text: string): void {
    this.#screen.above(visible(text));
  }

  log(line: string): void {
    this.#screen.above(line);
  }

  end(given: Ended): void {
    const ended = visibleIn(given);
    this.close();
    const { output, paint } = this.#options;
    const failed = ended.outcome.kind === "stalled" || ended.outcome.kind === "timeout";
    const reached = ended.outcome.kind === "reached";
    const table = ended.rows.length === 0 ? [] : [...this.#table(ended.rows, "-", undefined), ""];
    const summary = paint(failed ? "red" : reached ? "green" : "bold", summaryLine(ended));
    const { warnings, next } = afterwards(ended);
    const last = [...warnings.map((line) => paint("yellow", line)), ...(next === undefined ? [] : [next])];
    output.write([...table, summary, ...last].map((line) => `${line}\n`).join(""));
  }

  close(): void {
    this.#timer?.cancel();
    this.#stopListening();
    this.#screen.close();
  }

  #tick(): void {
    this.#paint();
    this.#timer = this.#options.real.schedule(frameMs, () => {
      this.#frame++;
      this.#tick();
    });
  }

  #paint(): void {
    this.#screen.paint(this.#frameLines());
  }

  #frameLines(): readonly string[] {
    const { columns, rows } = this.#options.output.size();
    const below = ["", ...this.#editLines(columns), ...this.#progress(columns)];
    const room = rows - 1 - below.length;
    // Thousands of rows do not fit, whatever their height.
    const whole = this.#rows.length > room ? room : this.#table(this.#rows, this.#spinner(), undefined).length;
    const events = this.#eventLines(columns, Math.max(Math.floor(room / 3), room - whole));
    const table = this.#table(this.#rows, this.#spinner(), Math.max(3, room - events.length));
    return [...table, ...events, ...below];
  }

  /** The last events that `maxLines` have room for, below an empty line. */
  #eventLines(columns: number, maxLines: number): readonly string[] {
    const { paint } = this.#options;
    let lines: readonly string[] = [];
    for (const event of [...this.#events.values()].toReversed()) {
      const [first = "", ...others] = wrapped(eventText(event), columns - 2, eventLinesMax);
      const next = [first, ...others.map((line) => `  ${line}`), ...lines];
      if (next.length + 1 > maxLines) break;
      lines = next;
    }
    return lines.length === 0 ? [] : ["", ...lines.map((line) => paint("dim", line))];
  }

  #table(rows: readonly ObjectRow[], spinner: string, maxLines: number | undefined): string[] {
    const { output, paint, now } = this.#options;
    return tableLines(rows, { paint, columns: output.size().columns, maxLines, now: now(), spinner });
  }

  #spinner(): string {
    const set = this.#options.paint.style.unicode ? frames.unicode : frames.ascii;
    return set[this.#frame % set.length] ?? "";
  }

  #editLines(columns: number): string[] {
    if (this.#problems.length === 0) return [];
    const { paint } = this.#options;
    const more = this.#problems.length - shownProblems;
    const lines = this.#problems.slice(0, shownProblems).flatMap(problemLines);
    return [...lines, ...(more > 0 ? [`and ${more} more errors`] : []), keepsLast]
      .flatMap((line) => wrapped(line, columns, problemLinesMax))
      .map((line) => paint("red", line));
  }

  #progress(columns: number): readonly string[] {
    const { paint, real } = this.#options;
    const restful = this.#rows.every(({ phase, predecessors }) => phase === "ready" && predecessors.length === 0);
    const parts = [
      progressText(this.#rows),
      durationText(real.monotonic() - this.#startedAt),
      `${counted(this.#writes, "AWS write")}${this.#lastWrite === undefined ? "" : `, last ${this.#lastWrite.operation} ${subjectOf(this.#lastWrite)}`}`,
      restful ? "waiting for changes, Ctrl-C stops" : "Ctrl-C stops",
    ];
    const text = `${restful ? "-" : this.#spinner()} ${parts.join(" · ")}`;
    return wrapped(text, columns, progressLinesMax).map((line) => paint("dim", line));
  }
}

/** `12:00:03 BatchComputeEnvironment/general SwitchedQueue: …`, by the clock of the objects. */
function eventText({ lastAt, reason, note, count, regarding: { kind, namespace, name } }: RecordedEvent): string {
  const times = count > 1 ? ` (${count}×)` : "";
  return `${new Date(lastAt).toISOString().slice(11, 19)} ${rowText({ kind: kind.kind, namespace, name })} ${reason}: ${note}${times}`;
}
