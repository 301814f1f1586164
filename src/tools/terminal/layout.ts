import { padded, widthOf } from "./paint.ts";

/** Text in columns of a given width. Pure. */

const ellipsis = "…";

/** Plain text cut to `width` columns, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  return width <= 0 ? "" : `${characters.slice(0, width - 1).join("")}${ellipsis}`;
}

/** Plain text cut in the middle, because both ends of a long name distinguish it. */
export function cutMiddle(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  if (width <= 1) return cut(text, width);
  const head = Math.ceil((width - 1) / 2);
  const tail = width - 1 - head;
  return `${characters.slice(0, head).join("")}${ellipsis}${characters.slice(characters.length - tail).join("")}`;
}

/**
 * Plain text in lines of at most `width` columns, broken between words where there are any; what does not fit into
 * `maxLines` is cut.
 */
export function wrapped(text: string, width: number, maxLines: number): string[] {
  if (width <= 0 || maxLines <= 0) return [];
  const lines: string[] = [];
  let rest = text.replace(/\s+/g, " ").trim();
  while (rest !== "" && lines.length < maxLines) {
    if (lines.length === maxLines - 1 || widthOf(rest) <= width) {
      lines.push(cut(rest, width));
      break;
    }
    const at = breakBefore(rest, width);
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return lines;
}

/**
 * Paragraphs in lines of at most `width` columns, whatever lines they had, and in a line of two columns the second one. Other
 * lines that are indented stay as they are: they are commands to copy.
 */
export function paragraphs(text: string, width: number): string {
  const all = Number.POSITIVE_INFINITY;
  return text
    .replace(/^\S.*(?:\n\S.*)*/gm, (paragraph) => wrapped(paragraph, width, all).join("\n"))
    .replace(/^( +\S+ {2,})(\S.*)$/gm, (_line, term: string, words: string) =>
      inColumns([{ cells: [term], last: wrapped(words, width - term.length, all) }], [0], "").join("\n"),
    );
}

/** Only a word that is longer than a line is broken: names are read whole. */
function breakBefore(text: string, width: number): number {
  const space = text.lastIndexOf(" ", width);
  if (space <= 0) return width;
  const end = text.indexOf(" ", space + 1);
  const next = (end < 0 ? text.length : end) - space - 1;
  return next > width ? width : space;
}

/** One row: its first cells in one line each, the last one in as many lines as it has. */
export interface Row {
  readonly cells: readonly string[];
  readonly last: readonly string[];
}

/** Rows under each other, the cells padded to the widths given; the last column is not padded. */
export function inColumns(rows: readonly Row[], widths: readonly number[], gap = "  "): string[] {
  return rows.flatMap(({ cells, last }) => {
    const first = cells.map((cell, index) => padded(cell, widths[index] ?? 0)).join(gap);
    const blank = " ".repeat(widthOf(first));
    const lines = last.length === 0 ? [""] : last;
    return lines.map((line, index) => `${index === 0 ? first : blank}${gap}${line}`.trimEnd());
  });
}

/** The width that each column needs, at most `limits[index]`. */
export function neededWidths(rows: readonly (readonly string[])[], limits: readonly number[]): number[] {
  return limits.map((limit, index) => Math.min(limit, Math.max(0, ...rows.map((row) => widthOf(row[index] ?? "")))));
}
