import type { Output } from "../../operator/io.ts";
import { clipped, widthOf } from "./paint.ts";

const begin = "\u001b[?2026h";
const end = "\u001b[?2026l";
const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const clearToEndOfLine = "\u001b[K";
const clearBelow = "\u001b[J";
const clearAll = "\u001b[H\u001b[2J";
/** So many lines above the frame are kept for a window that becomes larger. */
const keptMax = 200;

/**
 * A frame at the bottom of a terminal, repainted in place with one write, so that nothing flickers. Permanent lines (log,
 * changes) are printed above it.
 */
export class Screen {
  readonly #output: Output;
  #frame: readonly string[] = [];
  #kept: readonly string[] = [];
  #started = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /**
   * Shows these lines in place of those shown before. What does not fit into the terminal is left out, at the right
   * and at the top: a frame that scrolls could not be repainted.
   */
  paint(whole: readonly string[]): void {
    const lines = fitting(whole, this.#output.size());
    const changed = lines.length !== this.#frame.length || lines.some((line, index) => line !== this.#frame[index]);
    if (this.#started && !changed) return;
    this.#replace("", lines);
  }

  /** Prints lines that stay, above the frame. */
  above(text: string): void {
    const kept = text.endsWith("\n") ? text : `${text}\n`;
    this.#kept = [...this.#kept, ...kept.slice(0, -1).split("\n")].slice(-keptMax);
    if (this.#started) this.#replace(kept, this.#frame);
    else this.#output.write(kept);
  }

  /**
   * Paints everything again after the window has another size: terminals differ in how they fold what they show, so only an
   * empty window is sure to have nothing left of the frame before.
   */
  resized(whole: readonly string[]): void {
    const { columns, rows } = this.#output.size();
    const lines = fitting(whole, { columns, rows });
    const heights = this.#kept.map((line) => Math.max(1, Math.ceil(widthOf(line) / columns)));
    let room = rows - 1 - lines.length;
    let from = this.#kept.length;
    while (from > 0 && (heights[from - 1] ?? 0) <= room) room -= heights[--from] ?? 0;
    const shown = [...this.#kept.slice(from), ...lines].map((line) => `${line}\n`).join("");
    this.#output.write(`${begin}${hideCursor}${clearAll}${shown}${end}`);
    this.#frame = lines;
    this.#started = true;
  }

  /** Takes the frame away and gives the terminal back. */
  close(): void {
    if (!this.#started) return;
    this.#output.write(`${this.#home()}${clearBelow}${showCursor}`);
    this.#frame = [];
    this.#started = false;
  }

  #replace(kept: string, lines: readonly string[]): void {
    const body = lines.map((line) => `${line}${clearToEndOfLine}\n`).join("");
    const above = kept.replaceAll("\n", `${clearToEndOfLine}\n`);
    this.#output.write(`${begin}${hideCursor}${this.#home()}${above}${body}${clearBelow}${end}`);
    this.#frame = lines;
    this.#started = true;
  }

  /** Back to the first line of the frame, which a narrower window may have folded. */
  #home(): string {
    const columns = Math.max(1, this.#output.size().columns);
    const rows = this.#frame.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    return rows === 0 ? "\r" : `\r\u001b[${rows}A`;
  }
}

function fitting(whole: readonly string[], { columns, rows }: ReturnType<Output["size"]>): readonly string[] {
  return whole.slice(-Math.max(1, rows - 1)).map((line) => clipped(line, Math.max(1, columns)));
}
