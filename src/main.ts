import process from "node:process";
import type { WriteStream } from "node:tty";
import { calledAs, type Output } from "./cli/io.ts";
import { runCli } from "./cli/program.ts";
import { wholeInput } from "./cli/standard-input.ts";

const interruption = new AbortController();
let interruptions = 0;

/** The first signal stops the process gracefully, the second one immediately. */
function interrupted(): void {
  interruptions++;
  if (interruptions > 1) process.exit(130);
  interruption.abort(new Error("interrupted"));
}
process.on("exit", () => {
  // The live table hides the cursor.
  if (process.stdout.isTTY) process.stdout.write("\u001b[?25h");
});
process.on("SIGINT", interrupted);
process.on("SIGTERM", interrupted);

function outputOf(stream: WriteStream): Output {
  // The reader of stdout has closed it (`| head`): there is nobody left to write to.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    interruption.abort(error);
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

// Not `await`: the executable without Node of its own is CommonJS.
const ended = runCli(process.argv.slice(2), {
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
void ended.then((exitCode) => process.stdout.write("", () => process.exit(exitCode)));
