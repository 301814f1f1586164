/** The documents of a text, split at the separators of kubectl, so that an error in one does not hide the others. */

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

/** The line in the whole text, from 1, of an offset in the part. */
export function lineAt({ text, linesBefore }: TextPart, offset: number): number {
  let line = linesBefore + 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
