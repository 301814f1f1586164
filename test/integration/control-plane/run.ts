import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; 128 or more when a signal ended it. */
  readonly code: number;
}

export interface RunOptions {
  /** Goes to its standard input. */
  readonly input?: string;
  readonly directory?: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end. A failing exit code is a result, not an error.
 * @throws Error when the program is not there
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(program, args, {
    cwd: options.directory,
    env: { ...process.env, ...options.environment },
    stdio: "pipe",
  });
  const code = new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error(`${program} was not found; install it or add it to PATH`) : error);
    });
    child.once("close", (exitCode) => resolve(exitCode ?? 128));
  });
  // A program that does not read its input closes it early; its exit code says why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  return { stdout, stderr, code: exitCode };
}

/** As `run`, for a program that has to succeed. @throws Error with the end of what it said */
export async function runOrFail(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdout, stderr, code } = await run(program, args, options);
  if (code === 0) return stdout;
  const said = (stderr.trim() === "" ? stdout : stderr).trim().split("\n").slice(-15).join("\n");
  throw new Error(`${[program, ...args].join(" ")} ended with code ${code}:\n${said}`);
}

/** What a program said, line by line. @throws Error when it failed */
export function linesOf({ stdout, stderr, code }: RunResult): string[] {
  if (code !== 0) throw new Error(`ended with code ${code}:\n${stderr}${stdout}`);
  const said = stdout.trimEnd();
  return said === "" ? [] : said.split("\n");
}
