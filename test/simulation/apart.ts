import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * Runs a script in a Node process of its own, and ends it with the signal. What computes for minutes does not do it
 * within the test runner, whose module runner and coverage counters make a world several times slower.
 *
 * @param script next to this file
 * @param onLine gets each line of its standard output; errors go where the tests' own go
 * @returns its exit code
 * @throws Error when it could not be started, or was ended by a signal
 */
export async function runApart(
  script: string,
  args: readonly string[],
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<number> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"], signal });
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  createInterface({ input: child.stdout }).on("line", onLine);
  const [code, by] = await ended;
  if (code === null) throw new Error(`${script} was ended by ${by}`);
  return code;
}

/**
 * What a script says in JSON, run as by `runApart`.
 *
 * @throws Error when it ends with anything but 0, or by the signal
 */
export async function answerOf<Answer>(script: string, args: readonly string[], signal: AbortSignal): Promise<Answer> {
  const lines: string[] = [];
  const code = await runApart(script, args, signal, (line) => lines.push(line));
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return JSON.parse(lines.join("\n")) as Answer;
}
