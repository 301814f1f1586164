import { counted } from "../../diagnosis/words.ts";
import type { Clock, Timer } from "../../runtime/clock.ts";
import { visible, visibleIn } from "../../runtime/visible.ts";
import type { Change } from "../../simulator/world.ts";
import type { Output } from "../io.ts";
import { cut, durationText } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import { Screen } from "../terminal/screen.ts";
import { type Problem, problemText } from "../validation/problem.ts";
import { keepsLast } from "./plain-view.ts";
import type { ObjectRow } from "./rows.ts";
import { afterwards, type Ended, summaryLine } from "./summary.ts";
import { progressText, tableLines } from "./table.ts";
import { type Heading, headingText, jobText, type View } from "./view.ts";
import { type AwsWrite, subjectOf } from "./writes.ts";

const frameMs = 100;
const frames = { unicode: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"], ascii: ["|", "/", "-", "\\"] };
const shownProblems = 5;

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
  #problems: readonly Problem[] = [];
  #writes = 0;
  #lastWrite: AwsWrite | undefined;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#screen = new Screen(options.output);
    this.#startedAt = options.real.monotonic();
    this.#stopListening = options.output.onResize(() => this.#paint());
    this.#screen.above(options.paint("bold", visible(headingText(options.heading))));
    this.#tick();
  }

  objects(rows: readonly ObjectRow[]): void {
    this.#rows = visibleIn(rows);
  }

  awsWrite(write: AwsWrite): void {
    this.#writes++;
    this.#lastWrite = visibleIn(write);
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
    const { columns, rows } = this.#options.output.size();
    const below = ["", ...this.#editLines(columns), this.#progress(columns)];
    const table = this.#table(this.#rows, this.#spinner(), Math.max(3, rows - below.length - 1));
    this.#screen.paint([...table, ...below]);
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
    const lines = this.#problems.slice(0, shownProblems).map(problemText);
    return [...lines, ...(more > 0 ? [`and ${more} more errors`] : []), keepsLast].map((line) =>
      paint("red", cut(line, columns)),
    );
  }

  #progress(columns: number): string {
    const { paint, real } = this.#options;
    const restful = this.#rows.every(({ phase, predecessors }) => phase === "ready" && predecessors.length === 0);
    const parts = [
      progressText(this.#rows),
      durationText(real.monotonic() - this.#startedAt),
      `${counted(this.#writes, "AWS write")}${this.#lastWrite === undefined ? "" : `, last ${this.#lastWrite.operation} ${subjectOf(this.#lastWrite)}`}`,
      restful ? "waiting for changes, Ctrl-C stops" : "Ctrl-C stops",
    ];
    return paint("dim", cut(`${restful ? "-" : this.#spinner()} ${parts.join(" · ")}`, columns));
  }
}
