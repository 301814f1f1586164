import type { Colour } from "../terminal/paint.ts";

/**
 * What a command reports to people, as blocks in their order. A command builds its document once, without a thought of how it is
 * shown; `text.ts` and `markdown.ts` render every block, and make safe whatever text is in it. JSON is the data itself.
 */
export type Document = readonly Block[];

export type Block =
  | HeadingBlock
  | ParagraphBlock
  | FindingBlock
  | FactsBlock
  | ListBlock
  | TableBlock
  | ChangesBlock
  | DrawingBlock;

/** The answer in one line. */
export interface HeadingBlock {
  readonly kind: "heading";
  /** Whose answer it is, for a page that has others too: a terminal shows the command above it. */
  readonly of?: string;
  readonly text: string;
  /** Red: nobody may miss it. */
  readonly tone: Colour;
}

export interface ParagraphBlock {
  readonly kind: "paragraph";
  readonly text: string;
  readonly tone?: Colour;
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

/** Without lines it is not shown. */
export interface ListBlock {
  readonly kind: "list";
  /** Without a full stop or a colon. */
  readonly title: string;
  readonly lines: readonly string[];
  /** The lines are to be copied. */
  readonly isCode?: boolean;
}

/** Without rows it is not shown. */
export interface TableBlock {
  readonly kind: "table";
  /** What files or other lists have too: it is only on pages that are read without them. */
  readonly isCopy?: boolean;
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

/** What would be done about objects, in this order. */
export interface ChangesBlock {
  readonly kind: "changes";
  readonly changes: readonly ShownChange[];
  /** The objects about which nothing is done, a line each. */
  readonly unchanged: readonly string[];
}

export interface ShownChange {
  readonly sign: string;
  readonly tone: Colour;
  readonly object: string;
  readonly title: string;
  /** Where a person changes it. */
  readonly place: string | undefined;
  readonly remarks: readonly { readonly label: string; readonly text: string; readonly isLoud?: boolean }[];
  /** Fields and steps in columns. */
  readonly lines: readonly string[];
  /** Nobody has to see the lines: they are to unfold where that is possible. */
  readonly isFolded: boolean;
}

/** Lines drawn with characters, to unfold where that is possible. */
export interface DrawingBlock {
  readonly kind: "drawing";
  readonly title: string;
  readonly lines: readonly string[];
}
