/** The globs in a text, between blanks, line breaks and commas. */
export function globsIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((glob) => glob !== "");
}

/** Whether `text` matches one of the globs; `*` matches any characters, everything else itself. */
export function matchesAny(globs: readonly string[], text: string): boolean {
  return globs.some((glob) => matches(glob, text));
}

function matches(glob: string, text: string): boolean {
  const parts = glob.split("*");
  const first = parts[0] ?? "";
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  const last = parts.at(-1) ?? "";
  return text.length - last.length >= position && text.endsWith(last);
}

/**
 * Whether a name from AWS, in a list of globs, means itself alone: a comma would end it there, and `*` match others.
 * Blanks within it are as good as other characters in a flag, and not at its ends.
 */
export function isLiteral(name: string): boolean {
  return /^[A-Za-z0-9 _.:/=+@-]+$/.test(name) && name.trim() === name;
}
