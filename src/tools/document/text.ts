import { visibleIn } from "../../runtime/visible.ts";
import { cut, cutMiddle, inColumns, neededWidths, wrapped } from "../terminal/layout.ts";
import type { Paint } from "../terminal/paint.ts";
import type { Block, ChangesBlock, Document, FindingBlock, ShownChange, TableBlock } from "./document.ts";

/** The terminal that a text is for. */
export interface Layout {
  readonly paint: Paint;
  /** Undefined: it is not a terminal, and nothing is cut. */
  readonly columns: number | undefined;
}

/** Columns of running text at most, and where there is no terminal. */
const widest = 100;
const mostLines = 20;
const labelWidth = 9;

/** A document for a terminal, or for a file. Pure. */
export function documentText(document: Document, layout: Layout): string {
  const blocks = document.map((block) => linesOf(visibleIn(block), layout)).filter((lines) => lines.length > 0);
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function linesOf(block: Block, layout: Layout): readonly string[] {
  const { paint, columns = widest } = layout;
  const width = Math.max(40, Math.min(widest, columns));
  switch (block.kind) {
    case "heading":
      return [paint(block.tone, block.text)];
    case "paragraph":
      return [block.tone === undefined ? block.text : paint(block.tone, block.text)];
    case "finding":
      return findingLines(block, width, paint);
    case "facts":
      return block.rows.flatMap(([label, text]) =>
        wrapped(text, width - labelWidth - 2, mostLines).map(
          (line, index) => `${paint("dim", (index === 0 ? label : "").padEnd(labelWidth))}  ${line}`,
        ),
      );
    case "list":
      return block.lines.length === 0 ? [] : [`${block.title}:`, ...block.lines.map((line) => `  ${line}`)];
    case "table":
      return block.isCopy === true ? [] : tableLines(block, layout);
    case "changes":
      return changesLines(block, paint);
    case "drawing":
      return block.lines.length === 0 ? [] : [paint("bold", block.title), ...block.lines.map((line) => `  ${line}`)];
  }
}

function findingLines(
  { code, sentence, fix, page, tone }: FindingBlock,
  width: number,
  paint: Paint,
): readonly string[] {
  const indent = "  ";
  const body = (text: string): string[] => wrapped(text, width - indent.length, mostLines).map((line) => indent + line);
  return [
    paint(tone, code),
    ...body(`${capital(sentence)}.`),
    ...(fix === "" ? [] : body(`Fix: ${fix}.`)),
    paint("dim", `${indent}${page}`),
  ];
}

/** A sentence with a capital at its beginning; a name keeps its letters. */
export function capital(text: string): string {
  return /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function tableLines({ columns: all, rows, below = [] }: TableBlock, { paint, columns }: Layout): readonly string[] {
  if (rows.length === 0) return [];
  const every = Number.POSITIVE_INFINITY;
  const isTerminal = columns !== undefined;
  const limits = all.map(({ most = every }) => (isTerminal ? most : every));
  const heads = all.map(({ head }) => head);
  const widths = neededWidths([heads, ...rows], limits).slice(0, -1);
  const left = (columns ?? every) - widths.reduce((sum, width) => sum + width + 2, 0);
  const room = all.map(({ least }, at) => (least === undefined ? limits[at] : Math.max(least, left)) ?? every);
  const shown = [heads, ...rows].map((cells) => {
    const texts = cells.map((cell, at) => (all[at]?.cut === "end" ? cut : cutMiddle)(cell, room[at] ?? every));
    return { cells: texts.slice(0, -1), last: texts.slice(-1) };
  });
  const [title = "", ...lines] = inColumns(shown, widths);
  return [paint("bold", title), ...lines, ...below];
}

/** More objects without a change are only counted: what changes must not hide among hundreds of lines. */
const mostUnchanged = 12;

function changesLines({ changes, unchanged }: ChangesBlock, paint: Paint): readonly string[] {
  const count = unchanged.length;
  const rest = count > mostUnchanged ? [`${count} objects stay as they are (-o json has each)`] : unchanged;
  const groups = [
    ...changes.map((change) => changeLines(change, paint)),
    ...(count === 0 ? [] : [rest.map((line) => paint("dim", `= ${line}`))]),
  ];
  return groups.flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

function changeLines(change: ShownChange, paint: Paint): readonly string[] {
  const { sign, tone, object, title, place, remarks, lines } = change;
  const shown = remarks.map(({ label, text, isLoud = false }) => {
    return `${paint("dim", `${label}:`)} ${isLoud ? paint("red", text) : text}`;
  });
  const where = place === undefined ? "" : paint("dim", `  ${place}`);
  return [
    `${paint(tone, sign)} ${paint("bold", object)} ${title}${where}`,
    ...[...shown, ...lines].map((line) => `    ${line}`),
  ];
}
