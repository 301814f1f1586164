import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { onTestFinished, type TestContext } from "vitest";
import type { Environment, Io, Output } from "../../src/operator/io.ts";
import { runCli } from "../../src/program.ts";
import type { Example } from "./examples.ts";

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, as `main.ts` would, without a terminal. */
export async function command(args: readonly string[], env: Environment = {}): Promise<Ran> {
  const stdout = collected();
  const stderr = collected();
  const { signal: interrupted } = new AbortController();
  const onUserSignal = () => () => undefined;
  const io: Io = {
    program: "aws-batch-operator",
    stdout: stdout.output,
    stderr: stderr.output,
    stdin: () => Promise.resolve(""),
    env,
    interrupted,
    onUserSignal,
  };
  const exitCode = await runCli(args, io);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collected(): { readonly output: Output; text(): string } {
  let text = "";
  return {
    text: () => text,
    output: {
      write(part) {
        text += part;
      },
      isTerminal: false,
      size: () => ({ columns: 200, rows: 50 }),
      onResize: () => () => undefined,
    },
  };
}

/** Tests that run side by side say by themselves whose end is meant. */
export type AtEnd = TestContext["onTestFinished"];

/** A copy of an example that a person may change, without what an earlier run remembers; gone after the test. */
export function copyOf(example: Example, atEnd: AtEnd = onTestFinished): string {
  const directory = mkdtempSync(join(tmpdir(), "aws-batch-operator-example-"));
  atEnd(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(example.directory, directory, {
    recursive: true,
    filter: (path) => !relative(example.directory, path).startsWith("."),
  });
  return directory;
}

/** Replaces the one occurrence of `from` in a file. */
export function edit(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(file, "utf8");
  if (text.split(from).length !== 2) throw new Error(`${String(from)} is not in ${file} exactly once`);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
}

/** The line, from 1, of the one place where `text` begins. */
export function lineOf(file: string, text: string): number {
  const parts = readFileSync(file, "utf8").split(text);
  if (parts.length !== 2) throw new Error(`${JSON.stringify(text)} is not in ${file} exactly once`);
  return (parts[0] ?? "").split("\n").length;
}
