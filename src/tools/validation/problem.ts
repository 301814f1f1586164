/** What is wrong with a manifest, in words and with a place. */

export type Path = readonly (string | number)[];

/** Where something is in a text. */
export interface TextPlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors and SARIF count. */
  readonly column: number;
}

/** Something wrong inside one object. */
export interface Finding {
  readonly path: Path;
  /** A whole sentence: what is wrong, and what to do. */
  readonly message: string;
  /** The value in question, as JSON. */
  readonly found?: string;
  /** What would be right, in words. */
  readonly expected?: string;
  /** Lines of YAML to write in place of it, to be shown below the message. */
  readonly write?: readonly string[];
}

/** A finding whose message ends with the lines to write. */
export function withLines(finding: Finding, write: readonly string[]): Finding {
  return { ...finding, message: `${finding.message}:`, write };
}

/** A place in a file: without a line the file as a whole, without a column the line. */
interface FilePlace {
  readonly file: string;
  readonly line?: TextPlace["line"] | undefined;
  readonly column?: TextPlace["column"] | undefined;
}

/** Something wrong in a file. */
export interface Problem extends FilePlace {
  /** e.g. `JobQueue team-a/nightly`; absent when the file holds no such object. */
  readonly object?: string;
  /** e.g. `spec.computeEnvironmentOrder[0].order`; empty for the object as a whole. */
  readonly field: string;
  readonly message: string;
  readonly found?: string;
  readonly expected?: string;
  readonly write?: readonly string[];
}

/** The order of files, lines and columns. */
export function byPlace(left: FilePlace, right: FilePlace): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0);
}

/** A note that is not a problem, e.g. a skipped object, or a warning. */
export interface Note extends FilePlace {
  /** As of a problem; a note about a file has none. */
  readonly object?: string;
  readonly message: string;
  /** Of something that is valid, and probably not meant so. */
  readonly isWarning?: boolean;
}

/** `file:line:column: object: field: message`. */
export function problemText({ object, field, message, ...place }: Problem): string {
  const parts = [
    placeText(place),
    ...(object === undefined ? [] : [object]),
    ...(field === "" ? [] : [field]),
    message,
  ];
  return parts.join(": ");
}

/** The same, and below it the lines to write. */
export function problemLines(problem: Problem): readonly string[] {
  return [problemText(problem), ...(problem.write ?? [])];
}

/** `file:line: message`, with the column if there is one; of a file as a whole `file: message`. */
export function noteText({ object, message, isWarning = false, ...place }: Note): string {
  const of = object === undefined ? "" : `${object}: `;
  return `${placeText(place)}: ${isWarning ? "warning: " : ""}${of}${message}`;
}

function placeText({ file, line, column }: FilePlace): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** `spec.list[0].name`; other keys are quoted: `tags["a/b"]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

const shownLength = 80;

/** A value as JSON, cut to a readable length. */
export function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text;
}
