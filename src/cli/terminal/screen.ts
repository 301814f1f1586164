import type { Output } from "../io.ts";
import { clipped, widthOf } from "./paint.ts";

const begin = "\u001b[?2026h";
const end = "\u001b[?2026l";
const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const clearToEndOfLine = "\u001b[K";
const clearBelow = "\u001b[J";

/**
 * A frame at the bottom of a terminal, repainted in place with one write, so that nothing flickers. Permanent lines (log,
 * changes) are printed above it.
 */
export class Screen {
  readonly #output: Output;
  #frame: readonly string[] = [];
  #started = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /**
   * Shows these lines in place of those shown before. What does not fit into the terminal is left out, at the right
   * and at the top: a frame that scrolls could not be repainted.
   */
  paint(whole: readonly string[]): void {
    const { columns, rows } = this.#output.size();
    const lines = whole.slice(-Math.max(1, rows - 1)).map((line) => clipped(line, Math.max(1, columns)));
    const changed = lines.length !== this.#frame.length || lines.some((line, index) => line !== this.#frame[index]);
    if (this.#started && !changed) return;
    this.#replace("", lines);
  }

  /** Prints lines that stay, above the frame. */
  above(text: string): void {
    const kept = text.endsWith("\n") ? text : `${text}\n`;
    if (this.#started) this.#replace(kept, this.#frame);
    else this.#output.write(kept);
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
