import { stripVTControlCharacters } from "node:util";
import type { Style } from "../io.ts";

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

export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
