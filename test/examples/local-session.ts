import type { Io, Output } from "../../src/operator/io.ts";
import type { VirtualClock } from "../../src/runtime/clock.ts";
import { directorySource, type ManifestSource } from "../../src/tools/local/directory.ts";
import { type LocalFlags, localOptions } from "../../src/tools/local/options.ts";
import { type LocalStart, startLocal } from "../../src/tools/local/start.ts";

/** One line of `local -o json`. */
export type Line =
  | { readonly time: string; readonly type: "start" | "notice" }
  | ({ readonly time: string; readonly type: "status" } & StatusLine)
  | {
      readonly time: string;
      readonly type: "awsWrite";
      readonly operation: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly outcome: string;
    }
  | ({ readonly time: string; readonly type: "aws" } & AwsLine)
  | { readonly time: string; readonly type: "edit"; readonly valid: boolean }
  | { readonly time: string; readonly type: "end"; readonly outcome: string };

export interface StatusLine {
  readonly kind: string;
  readonly name: string;
  readonly generation: number;
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly status: { readonly predecessors?: readonly unknown[] } | null;
}

export interface AwsLine {
  readonly kind: string;
  readonly name: string;
  readonly state?: string;
  readonly status: string;
  readonly order?: readonly string[];
}

/** `local --simulate -o json` on a directory, in virtual time. */
export interface LocalRun {
  readonly lines: readonly Line[];
  /** Advances the clock until it holds. The files are real: the clock stops while they are read. */
  until(what: string, done: () => boolean): Promise<void>;
  seconds(count: number): Promise<void>;
  /** As Ctrl-C would. Gives the exit code. */
  interrupt(): Promise<number>;
  /** Runs to the end by itself. Gives the exit code. */
  ended(): Promise<number>;
}

const limitSeconds = 3600;

export async function runLocal(
  directory: string,
  clock: VirtualClock,
  flags: LocalFlags = {},
  serve?: LocalStart["serve"],
): Promise<LocalRun> {
  const given: LocalFlags = { ...flags, filename: directory, simulate: true, output: "json" };
  const { source, settled } = watchedReads(directorySource(directory));
  const fingerprint = await source.fingerprint();
  const read = await source.read(new AbortController().signal);
  const interruption = new AbortController();
  const lines: Line[] = [];
  let rest = "";
  const stdout = output((text) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) lines.push(JSON.parse(part) as Line);
  });
  const stderr = output((text) => {
    throw new Error(`nothing should go to stderr: ${text}`);
  });
  const io: Io = {
    program: "aws-batch-operator",
    stdout,
    stderr,
    stdin: () => Promise.resolve(""),
    env: {},
    interrupted: interruption.signal,
    onUserSignal: () => () => undefined,
  };
  const options = localOptions(given);
  let exitCode: number | undefined;
  const running = startLocal({
    flags: given,
    options,
    source,
    read,
    fingerprint,
    io,
    real: clock,
    world: clock,
    serve,
  }).then((code) => {
    exitCode = code;
  });

  const second = async (): Promise<void> => {
    await clock.advance(1000);
    await settled();
  };
  const until = async (what: string, done: () => boolean): Promise<void> => {
    for (let passed = 0; !done(); passed++) {
      if (passed > limitSeconds)
        throw new Error(`${what} did not happen: ${JSON.stringify(lines.slice(-10), null, 1)}`);
      await second();
    }
  };
  const ended = async (): Promise<number> => {
    await until("the end", () => exitCode !== undefined);
    await running;
    return exitCode ?? Number.NaN;
  };
  return {
    lines,
    until,
    async seconds(count) {
      for (let passed = 0; passed < count; passed++) await second();
    },
    interrupt: () => {
      interruption.abort(new Error("interrupted"));
      return ended();
    },
    ended,
  };
}

/** A source, and what waits until nothing of it is being read: a slow disk shall not cost virtual minutes. */
function watchedReads(source: ManifestSource): { source: ManifestSource; settled: () => Promise<void> } {
  const pending = new Set<Promise<unknown>>();
  const watched = async <Result>(read: Promise<Result>): Promise<Result> => {
    pending.add(read);
    try {
      return await read;
    } finally {
      pending.delete(read);
    }
  };
  const settled = async (): Promise<void> => {
    while (pending.size > 0) await Promise.allSettled(pending);
  };
  return {
    source: {
      ...source,
      fingerprint: () => watched(source.fingerprint()),
      read: (signal) => watched(source.read(signal)),
    },
    settled,
  };
}

function output(write: (text: string) => void): Output {
  return { write, isTerminal: false, size: () => ({ columns: 80, rows: 24 }), onResize: () => () => undefined };
}
