/** The documents of a text, split at the separators of kubectl, so that an error in one does not hide the others. */

import type { TextPlace } from "./problem.ts";

export interface TextPart {
  readonly text: string;
  /** Lines of the whole text before this part. */
  readonly linesBefore: number;
}

/** A line of `---`, with nothing but a comment after it (k8s.io/apimachinery, YAMLReader). */
const separator = /^---[ \t]*(?:#.*)?\r?$/;

/** Parts between separators, without them; parts of white space are left out. */
export function yamlDocumentsIn(text: string): readonly TextPart[] {
  const lines = text.split("\n");
  const starts = [0, ...lines.flatMap((line, index) => (separator.test(line) ? [index + 1] : []))];
  return starts.flatMap((start, index): TextPart[] => {
    const next = starts[index + 1];
    const part = lines.slice(start, next === undefined ? undefined : next - 1).join("\n");
    return part.trim() === "" ? [] : [{ text: part, linesBefore: start }];
  });
}

/** Offsets of the line ends of a part, because it may have as many errors as lines. */
const lineEnds = new WeakMap<TextPart, readonly number[]>();

function lineEndsOf(part: TextPart): readonly number[] {
  const known = lineEnds.get(part);
  if (known !== undefined) return known;
  const ends: number[] = [];
  for (let at = part.text.indexOf("\n"); at !== -1; at = part.text.indexOf("\n", at + 1)) ends.push(at);
  lineEnds.set(part, ends);
  return ends;
}

/** The place in the whole text of an offset in the part. */
export function placeAt(part: TextPart, offset: number): TextPlace {
  const ends = lineEndsOf(part);
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  const lineStart = low === 0 ? 0 : (ends[low - 1] ?? 0) + 1;
  return { line: part.linesBefore + 1 + low, column: offset - lineStart + 1 };
}
