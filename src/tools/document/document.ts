import type { Colour } from "../terminal/paint.ts";

/**
 * What a command reports to people, as blocks in their order. A command builds its document once, without a thought of how it is
 * shown; `text.ts` and `markdown.ts` render every block, and make safe whatever text is in it. JSON is the data itself.
 */
export type Document = readonly Block[];

export type Block = HeadingBlock | ParagraphBlock | FindingBlock | FactsBlock | TableBlock | DrawingBlock;

/** The answer in one line. */
export interface HeadingBlock {
  readonly kind: "heading";
  readonly text: string;
  readonly tone: Colour;
}

export interface ParagraphBlock {
  readonly kind: "paragraph";
  readonly text: string;
}

/** Something that was found, and what a person does about it. */
export interface FindingBlock {
  readonly kind: "finding";
  readonly code: string;
  /** One sentence without a full stop. */
  readonly sentence: string;
  /** As `sentence`; empty: there is nothing to do. */
  readonly fix: string;
  /** The page that explains the code. */
  readonly page: string;
  readonly tone: Colour;
}

/** Facts with their labels, each of which has at most nine characters; an empty one is that of the row above. */
export interface FactsBlock {
  readonly kind: "facts";
  readonly rows: readonly (readonly [label: string, text: string])[];
}

/** Without rows it is not shown. */
export interface TableBlock {
  readonly kind: "table";
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** What it leaves out, a line each. */
  readonly below?: readonly string[];
}

export interface Column {
  readonly head: string;
  /** On a terminal it is cut to so many characters; undefined: to none. */
  readonly most?: number;
  /** Which part of a text says least; default: the middle. */
  readonly cut?: "middle" | "end";
  /** Of the last one: on a terminal it is cut to what the others leave, and to no less than this. */
  readonly least?: number;
}

/** Lines drawn with characters, to unfold where that is possible. */
export interface DrawingBlock {
  readonly kind: "drawing";
  readonly title: string;
  readonly lines: readonly string[];
}
