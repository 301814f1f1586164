import { calledAs, type Environment, type Io, type Output } from "../../src/operator/io.ts";

/** A stream that keeps what is written to it. */
export class KeptOutput implements Output {
  text = "";
  readonly isTerminal: boolean;
  columns: number;
  rows: number;
  readonly #listeners = new Set<() => void>();

  constructor(options: { readonly isTerminal?: boolean; readonly columns?: number; readonly rows?: number } = {}) {
    this.isTerminal = options.isTerminal ?? false;
    this.columns = options.columns ?? 80;
    this.rows = options.rows ?? 24;
  }

  write(text: string): void {
    this.text += text;
  }

  size(): { columns: number; rows: number } {
    return { columns: this.columns, rows: this.rows };
  }

  onResize(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  resize(columns: number): void {
    this.columns = columns;
    for (const listener of this.#listeners) listener();
  }

  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }
}

/** What a command has around it in a test. */
export function testIo(env: Environment = {}, stdout = new KeptOutput(), stdin = "") {
  const interruption = new AbortController();
  const stderr = new KeptOutput();
  const userSignal = new Set<() => void>();
  const io: Io = {
    program: calledAs("", env),
    stdout,
    stderr,
    stdin: () => Promise.resolve(stdin),
    env,
    interrupted: interruption.signal,
    onUserSignal(listener) {
      userSignal.add(listener);
      return () => userSignal.delete(listener);
    },
  };
  return {
    io,
    stdout,
    stderr,
    interrupt: () => interruption.abort(new Error("interrupted")),
    sendUserSignal: () => {
      for (const listener of userSignal) listener();
    },
  };
}
