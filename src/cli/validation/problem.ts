/** What is wrong with a manifest, in words and with a place. */

export type Path = readonly (string | number)[];

/** Something wrong inside one object. */
export interface Finding {
  readonly path: Path;
  /** A whole sentence: what is wrong, and what to do. */
  readonly message: string;
  /** The value in question, as JSON. */
  readonly found?: string;
  /** What would be right, in words. */
  readonly expected?: string;
}

/** Something wrong in a file. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** e.g. `JobQueue team-a/nightly`; absent when the file holds no such object. */
  readonly object?: string;
  /** e.g. `spec.computeEnvironmentOrder[0].order`; empty for the object as a whole. */
  readonly field: string;
  readonly message: string;
  readonly found?: string;
  readonly expected?: string;
}

/** A note that is not a problem, e.g. a skipped object, or a warning. */
export interface Note {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** `file:line: object: field: message`. */
export function problemText({ file, line, object, field, message }: Problem): string {
  return [`${file}:${line}`, ...(object === undefined ? [] : [object]), ...(field === "" ? [] : [field]), message].join(
    ": ",
  );
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
