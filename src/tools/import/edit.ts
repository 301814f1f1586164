import { jsonEqual } from "../../runtime/json-equal.ts";
import { isRecord } from "../validation/defaults.ts";
import { documentsOf, type ManifestDocument } from "../validation/manifests.ts";
import type { Path } from "../validation/problem.ts";
import { linesOf, noComments } from "../validation/yaml-text.ts";
import { type Change, changedValue, valueAt } from "./changes.ts";

/**
 * Changes in a manifest that a person may have edited: only the lines of what changes are written again, and every comment
 * stays. After each change the text is parsed; a place that cannot be changed alone is written with what is around it. Pure.
 */

/**
 * @param index of the object among those of the text
 * @returns undefined: the text is JSON, or an object in braces, whose lines are not written again one by one
 */
export function editedText(text: string, index: number, changes: readonly Change[]): string | undefined {
  return changes.reduce<string | undefined>(
    (before, change) => (before === undefined ? undefined : withChange(before, index, change)),
    text,
  );
}

function withChange(before: string, index: number, { path, value }: Change): string | undefined {
  const { value: object } = documentAt(before, index);
  const after = changedValue(object, path, value);
  const places = path.map((_step, index) => path.slice(0, path.length - index));
  for (const at of places) {
    const edited = withLines(before, index, at, valueAt(after, at));
    if (edited !== undefined && jsonEqual(documentAt(edited, index).value, after)) return edited;
  }
  return undefined;
}

function documentAt(text: string, index: number): ManifestDocument {
  const document = documentsOf("", text).documents[index];
  return document ?? { file: "", value: undefined, placeOf: () => ({ line: 1, column: 1 }) };
}

/** The lines of one entry of a map or list: from `first` up to but without `end`; its key begins at `column`, all from 0. */
interface Extent {
  readonly first: number;
  readonly end: number;
  readonly column: number;
}

/** The text with another value at the path; undefined: what is there is not on lines of its own. */
function withLines(text: string, index: number, path: Path, value: unknown): string | undefined {
  const document = documentAt(text, index);
  const lines = text.split("\n");
  const isThere = valueAt(document.value, path) !== undefined;
  if (!isThere) return value === undefined ? undefined : inserted(lines, document, path, value);
  const extent = extentOf(lines, document, path);
  if (extent === undefined) return undefined;
  const { first, end, column } = extent;
  const before = lines.slice(first, end);
  const margin = " ".repeat(column);
  const comments = commentsIn(before).map((comment) => `${margin}${comment}`);
  if (value === undefined) {
    // What begins on the line of its list's item cannot go without the item.
    if (/[^ ]/.test((lines[first] ?? "").slice(0, column)) && typeof path.at(-1) !== "number") return undefined;
    return [...lines.slice(0, first), ...comments, ...lines.slice(end)].join("\n");
  }
  const [head = "", ...rest] = entryLines(path, value);
  const prefix = (lines[first] ?? "").slice(0, column);
  const [trailing, ...above] =
    before.length === 1 && rest.length === 0 ? commentsIn(before) : [undefined, ...commentsIn(before)];
  const written = [
    `${prefix}${head}${trailing === undefined ? "" : ` ${trailing}`}`,
    ...rest.map((line) => (line === "" ? "" : `${margin}${line}`)),
  ];
  // Above a key on the line of its item would be inside the item before.
  const own = above.map((comment) => `${margin}${comment}`);
  const placed = /[^ ]/.test(prefix) ? [...written.slice(0, 1), ...own, ...written.slice(1)] : [...own, ...written];
  return [...lines.slice(0, first), ...placed, ...lines.slice(end)].join("\n");
}

/** What is not there comes behind the last of its neighbours. */
function inserted(
  lines: readonly string[],
  document: ManifestDocument,
  path: Path,
  value: unknown,
): string | undefined {
  const parent = path.slice(0, -1);
  const neighbours = valueAt(document.value, parent);
  const siblings = Array.isArray(neighbours)
    ? neighbours.map((_item, at) => at)
    : isRecord(neighbours)
      ? Object.keys(neighbours)
      : [];
  const extents = siblings.map((key) => extentOf(lines, document, [...parent, key]));
  const last = extents.reduce(
    (latest, one) => (one === undefined || latest === undefined || one.end > latest.end ? one : latest),
    extents[0],
  );
  if (last === undefined || extents.includes(undefined)) return undefined;
  const margin = " ".repeat(last.column);
  const written = entryLines(path, value).map((line) => (line === "" ? "" : `${margin}${line}`));
  return [...lines.slice(0, last.end), ...written, ...lines.slice(last.end)].join("\n");
}

function entryLines(path: Path, value: unknown): readonly string[] {
  const key = path.at(-1);
  return typeof key === "number" ? linesOf([value], [], noComments) : linesOf({ [key ?? ""]: value }, [], noComments);
}

function extentOf(lines: readonly string[], document: ManifestDocument, path: Path): Extent | undefined {
  const place = document.placeOf(path);
  const first = place.line - 1;
  const line = lines[first] ?? "";
  const isItem = typeof path.at(-1) === "number";
  // The place of an item is that of its value, behind the dash.
  const column = isItem ? line.slice(0, place.column - 1).lastIndexOf("-") : place.column - 1;
  if (column < 0 || !/^[ -]*$/.test(line.slice(0, column))) return undefined;
  let end = first + 1;
  let content = end;
  for (; end < lines.length; end++) {
    const next = lines[end] ?? "";
    const indent = next.search(/[^ ]/);
    if (indent < 0) continue;
    const isInside = indent > column || (indent === column && !isItem && /^- |^-$/.test(next.slice(indent)));
    if (!isInside) {
      if (!next.slice(indent).startsWith("#")) break;
      continue;
    }
    content = end + 1;
  }
  return { first, end: content, column };
}

/** Comments on lines of their own and behind values, from the `#` on; what is inside a text of several lines is none. */
function commentsIn(lines: readonly string[]): readonly string[] {
  const comments: string[] = [];
  let textIndent = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const indent = line.search(/[^ ]/);
    if (indent > textIndent || indent < 0) continue;
    const comment = commentOf(line);
    if (comment !== undefined) comments.push(comment);
    const content = comment === undefined ? line : line.slice(0, -comment.length);
    textIndent = /(?:^|[ :-])[|>][-+\d]*\s*$/.test(content) ? indent : Number.POSITIVE_INFINITY;
  }
  return comments;
}

/** A `#` in quotes begins no comment, nor does one in a word. */
function commentOf(line: string): string | undefined {
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    const begins = at === 0 || /[\s[{,]/.test(line[at - 1] ?? "");
    if (quote !== undefined) {
      if (character === "\\" && quote === '"') at++;
      else if (character === quote) quote = undefined;
    } else if (begins && (character === '"' || character === "'")) quote = character;
    else if (begins && character === "#") return line.slice(at);
  }
  return undefined;
}
