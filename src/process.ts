/** The process of a program: its streams, its signals and its end. */

import process from "node:process";
import type { WriteStream } from "node:tty";
import { exitCodes, type Io, type Output, OutputFailed } from "./operator/io.ts";
import { wholeInput } from "./tools/standard-input.ts";

/** What a program is run by: its arguments, and its process. */
export type Program = (args: readonly string[], io: Io) => Promise<number>;

const interruption = new AbortController();
let interruptions = 0;
/** Whether some of the output could not be written. */
let isCut = false;

/** The first signal stops the process gracefully, the second one immediately. */
function interrupted(): void {
  interruptions++;
  if (interruptions > 1) process.exit(130);
  interruption.abort(new Error("interrupted"));
}
function outputOf(stream: WriteStream): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    interruption.abort(new OutputFailed(error));
    // The reader has closed it (`| head`): there is nobody left to write to.
    if (error.code === "EPIPE" || isCut) return;
    isCut = true;
    if (stream === process.stdout) {
      process.stderr.write(`error: cannot write the output (${error.message}): what is written of it is not whole\n`);
    }
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
    onResize(listener) {
      stream.on("resize", listener);
      return () => void stream.off("resize", listener);
    },
  };
}

/**
 * Runs a program as this process, which ends with its exit code.
 *
 * @param calledAs the program's name as the person calls it, for help and the next command
 */
export function runProcess(run: Program, calledAs: (file: string, env: NodeJS.ProcessEnv) => string): void {
  process.on("exit", () => {
    // The live table hides the cursor.
    if (process.stdout.isTTY && process.env["TERM"] !== "dumb") process.stdout.write("\u001b[?25h");
  });
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", interrupted);
  // Not `await`: the executable without Node of its own is CommonJS.
  const ended = run(process.argv.slice(2), {
    program: calledAs(process.argv[1] ?? "", process.env),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    stdin: () => wholeInput(process.stdin),
    env: process.env,
    interrupted: interruption.signal,
    onUserSignal(listener) {
      process.on("SIGUSR1", listener);
      return () => void process.off("SIGUSR1", listener);
    },
  });
  // A simulated AWS may still have timers; the process does not wait for them.
  void ended.then((exitCode) =>
    process.stdout.write("", () => setImmediate(() => process.exit(isCut ? exitCodes.failed : exitCode))),
  );
}
