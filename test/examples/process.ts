import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { AtEnd } from "./command.ts";
import type { Line } from "./local-session.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** The operator as a process of its own, on the machine's clock. */
export interface OperatorProcess {
  readonly pid: number;
  /** Its output so far, with `-o json`. */
  readonly lines: readonly Line[];
  /** Exit code and stderr; the code is null after a kill. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stderr: string }>;
  kill(signal: "SIGKILL" | "SIGTERM"): void;
}

/** Starts a command line with these variables and no others; it is killed with the test. */
export function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  atEnd: AtEnd,
): OperatorProcess {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: Line[] = [];
  let rest = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) lines.push(JSON.parse(part) as Line);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<{ exitCode: number | null; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stderr }));
  });
  atEnd(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { pid: child.pid ?? Number.NaN, lines, ended, kill: (signal) => void child.kill(signal) };
}
