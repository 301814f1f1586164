import { visible } from "../../runtime/visible.ts";
import { isRecord } from "./defaults.ts";
import { type Path, pathText } from "./problem.ts";
import { parseYaml } from "./yaml.ts";

/** Manifests as YAML, with comments: the same object always gives the same text. Pure. */

/** Comments by the path of what they stand above, as `pathText` has it. */
export type Comments = ReadonlyMap<string, string>;

export const noComments: Comments = new Map();

/** A document, without a mark of its beginning. */
export function yamlOf(value: object, comments: Comments = noComments): string {
  return `${linesOf(value, [], comments).join("\n")}\n`;
}

/** The lines of a map or a list that is not empty, from the left margin. */
export function linesOf(value: object, path: Path, comments: Comments): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      const at = [...path, index];
      const [first = "", ...others] = isFilled(item) ? linesOf(item, at, comments) : scalarLines(item);
      return [...commentLines(comments, at), `- ${first}`, ...indented(others)];
    });
  }
  return Object.entries(value).flatMap(([key, member]) => {
    const at = [...path, key];
    return [...commentLines(comments, at), ...memberLines(key, member, at, comments)];
  });
}

function memberLines(key: string, member: unknown, path: Path, comments: Comments): string[] {
  const name = textScalar(key);
  if (isFilled(member)) return [`${name}:`, ...indented(linesOf(member, path, comments))];
  const [first = "", ...others] = scalarLines(member);
  return [`${name}: ${first}`, ...indented(others)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

function commentLines(comments: Comments, path: Path): readonly string[] {
  const comment = comments.get(pathText(path));
  return comment === undefined ? [] : [`# ${comment}`];
}

function isFilled(value: unknown): value is object {
  return (Array.isArray(value) && value.length > 0) || (isRecord(value) && Object.keys(value).length > 0);
}

/** A text of several lines as it reads, where YAML gives back exactly this text. */
function blockLines(text: string): string[] | undefined {
  const isPlain = /^[^\s][\t\n\x20-\x7e\u00a1-\ud7ff]*$/.test(text) && text.includes("\n");
  if (!isPlain || /[ \t]\n|[ \t]$|\n\n$/.test(text)) return undefined;
  const ends = text.endsWith("\n");
  return [ends ? "|" : "|-", ...(ends ? text.slice(0, -1) : text).split("\n")];
}

/** A value without members: one line, or the mark of a text of several lines and these. */
function scalarLines(value: unknown): string[] {
  if (typeof value !== "string") return [JSON.stringify(value)];
  return blockLines(value) ?? [textScalar(value)];
}

const plainTexts = new Map<string, boolean>();

function textScalar(text: string): string {
  if (!/^[A-Za-z/][\w./@=+,:%() -]*$/.test(text) || /: |:$| $/.test(text)) return quoted(text);
  const known = plainTexts.get(text);
  const isPlain = known ?? parseYaml(text).documents[0]?.value === text;
  plainTexts.set(text, isPlain);
  return isPlain ? text : quoted(text);
}

/** As JSON, which YAML contains, with escapes for what YAML does not allow as it is. */
function quoted(text: string): string {
  return visible(JSON.stringify(text)).replaceAll("\ufffe", "\\ufffe").replaceAll("\uffff", "\\uffff");
}

/** Lines for a person who replaces fields: the object to write, and what refers to it in their place. */
export function inPlaceOf(fields: string, object: object, reference: object): readonly string[] {
  const lines = (value: object): readonly string[] =>
    yamlOf(value, noComments)
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`);
  return [...lines(object), `and in place of ${fields}:`, ...lines(reference)];
}
