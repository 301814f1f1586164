import { stripVTControlCharacters } from "node:util";
import type { Style } from "../../operator/io.ts";

/** Colours and signs, or plain text where the stream shows none. Pure. */

export type Colour = "red" | "green" | "yellow" | "cyan" | "dim" | "bold";

const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export interface Paint {
  readonly style: Style;
  (colour: Colour, text: string): string;
}

export function paintFor(style: Style): Paint {
  const paint = (colour: Colour, text: string): string => {
    if (!style.colour || text === "") return text;
    const [on, off] = codes[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
  return Object.assign(paint, { style });
}

/** Columns that a text takes up: escape sequences none, every other character one. */
export function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

const escapeSequence = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g");

/** The first `width` columns of a line, and all of its colours, so that what follows is as without the cut. */
export function clipped(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  let left = width;
  let from = 0;
  const parts: string[] = [];
  const take = (text: string): void => {
    const characters = Array.from(text).slice(0, left);
    left -= characters.length;
    parts.push(characters.join(""));
  };
  for (const { 0: sequence, index } of line.matchAll(escapeSequence)) {
    take(line.slice(from, index));
    parts.push(sequence);
    from = index + sequence.length;
  }
  take(line.slice(from));
  return parts.join("");
}

export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
