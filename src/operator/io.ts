import { basename } from "node:path";

/** The process of a command; tests use their own. */

/** One of the two standard streams. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Current size of the terminal; without meaning otherwise. */
  size(): { readonly columns: number; readonly rows: number };
  /** Returns how to stop listening. */
  onResize(listener: () => void): () => void;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Io {
  /** The program as the person calls it, for help and the next command. */
  readonly program: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The whole of standard input. */
  stdin(): Promise<string>;
  readonly env: Environment;
  /** Aborts at the first SIGINT or SIGTERM; with `OutputFailed` when nobody gets the output any more. */
  readonly interrupted: AbortSignal;
  /** Calls `listener` at each SIGUSR1. Returns how to stop listening. */
  onUserSignal(listener: () => void): () => void;
}

/** A stream does not take the output any more: its reader has closed it, or its disk is full. */
export class OutputFailed extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = "OutputFailed";
  }
}

/** Exit codes of the commands. */
export const exitCodes = {
  done: 0,
  /** A usage or configuration error, an invalid manifest, an object that is Stalled. */
  failed: 1,
  /** `plan`: something would change. */
  changes: 2,
  /** `run`: the API server, CRDs, permissions or AWS credentials are missing. */
  cannotStart: 2,
  /** `diagnose`: the queue does not exist or cannot be read. */
  unread: 2,
  /** `local --until`: the timeout was reached first. */
  timeout: 3,
  /** `plan`: a replacement, a deletion or an ended job is among the changes. */
  disruption: 3,
  /** `plan`: an object is blocked until a person does something. */
  blocked: 4,
} as const;

/** Converts the work of a command, which returns its exit code, into the action of the command-line parser. */
export type Ending = (work: () => Promise<number>) => () => Promise<void>;

/** Ends a command with a line on stderr for the person who typed it, or with one for each thing that is wrong. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly messages: readonly string[];

  constructor(message: string | readonly string[], options: ErrorOptions & { readonly exitCode?: number } = {}) {
    const messages = typeof message === "string" ? [message] : message;
    super(messages.join("; "), options);
    this.name = "CommandError";
    this.messages = messages;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

/** Ends a command with all that is wrong with its command line. @throws CommandError if anything is */
export function refuse(wrong: readonly (string | false)[]): void {
  const messages = wrong.filter((one) => one !== false);
  if (messages.length > 0) throw new CommandError(messages);
}

/**
 * The program as the person calls it: kubectl calls its plugin `awsbatch` by the name of the file, and npm sets a variable
 * for what it starts.
 * @param file as in the arguments of the process
 */
export function calledAs(file: string, env: Environment): string {
  if (basename(file) === "kubectl-awsbatch") return "kubectl awsbatch";
  return filled(env["npm_lifecycle_event"]) ? "npm run --silent operator --" : "aws-batch-operator";
}

/** Style of the output on a stream. */
export interface Style {
  readonly colour: boolean;
  /** Whether more than ASCII can be shown. */
  readonly unicode: boolean;
}

/** Follows NO_COLOR (https://no-color.org), FORCE_COLOR, TERM=dumb and the locale. */
export function styleOf(output: Output, env: Environment): Style {
  const forced = filled(env["FORCE_COLOR"]) && env["FORCE_COLOR"] !== "0";
  const isColourful = forced || (output.isTerminal && env["TERM"] !== "dumb");
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(filled);
  return {
    colour: isColourful && !filled(env["NO_COLOR"]),
    unicode: !output.isTerminal || locale === undefined || /utf-?8/i.test(locale),
  };
}

function filled(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
