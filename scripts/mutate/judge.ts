/**
 * Which tests notice a mutation. A first run without any records which files of tests reach which switch. Each mutation
 * then runs only those that reach it: first its own test, then its folder's, then the other unit tests, then the stories.
 */

import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Planned } from "./plan.ts";
import type { Outcome, Request } from "./runner.ts";
import { mirrorOf } from "./syntax.ts";

export interface Verdict {
  readonly mutation: Planned;
  /** How far from the file the test is that failed; one that begins with `nothing`: the mutation survived. */
  readonly by:
    | "its test"
    | "its folder"
    | "other unit tests"
    | "stories"
    | "a test that did not end"
    | "nothing"
    | "nothing: no test reaches it";
  /** The file of the test, relative to the root, and its name. */
  readonly failure?: { readonly file: string; readonly test: string };
}

export interface Judgement {
  readonly planned: readonly Planned[];
  /** Absolute path of the repository, with a slash at its end. */
  readonly root: string;
  /** Only tests below this folder, relative to the root, are run. */
  readonly folder: string;
  /** Processes that run tests at the same time. */
  readonly processes: number;
  readonly onProgress: (line: string) => void;
}

/** Throws when a test fails without a mutation. */
export async function judged(judgement: Judgement): Promise<readonly Verdict[]> {
  const directory = mkdtempSync(join(tmpdir(), "mutations-"));
  try {
    writeFileSync(join(directory, "planned.json"), JSON.stringify(judgement.planned));
    return await judgedIn(directory, judgement);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function judgedIn(directory: string, judgement: Judgement): Promise<readonly Verdict[]> {
  const { planned, processes, onProgress } = judgement;
  const reach = await reachOf(directory, judgement);
  const verdicts: Verdict[] = [];
  const left = [...planned];
  await Promise.all(
    Array.from({ length: processes }, async () => {
      const runner = new Runner(directory, 1);
      for (let mutation = left.shift(); mutation !== undefined; mutation = left.shift()) {
        const verdict = await verdictOf(mutation, reach, runner, judgement);
        verdicts.push(verdict);
        onProgress(`${verdicts.length}/${planned.length} ${lineOf(verdict)}`);
      }
      runner.end();
    }),
  );
  return verdicts.toSorted((a, b) => a.mutation.id - b.mutation.id);
}

export const hasSurvived = ({ by }: Verdict): boolean => by.startsWith("nothing");

export const lineOf = ({ mutation: { path, line, kind }, by, failure }: Verdict): string =>
  `${path}:${line} ${kind}: ${by}${failure ? ` (${failure.file}: ${failure.test})` : ""}`;

interface Reach {
  /** Files of tests by the identity of a mutation. */
  readonly files: ReadonlyMap<number, readonly string[]>;
  /** Milliseconds that a file of tests takes without a mutation. */
  readonly durations: Readonly<Record<string, number>>;
}

async function reachOf(directory: string, { onProgress, root, folder, processes }: Judgement): Promise<Reach> {
  onProgress("which tests reach which mutation");
  const record = join(directory, "reached");
  writeFileSync(record, "");
  const runner = new Runner(directory, processes);
  const outcome = await runner.run({ mutant: -1, record, folder: `${root}${folder}`, bail: false }, hour);
  runner.end();
  if (outcome === undefined) throw new Error("the tests without a mutation did not end in an hour");
  const { failure, durations } = outcome;
  if (failure) throw new Error(`a test fails without a mutation: ${failure.file}: ${failure.test}`);
  const files = new Map<number, string[]>();
  for (const line of readFileSync(record, "utf8").trim().split("\n")) {
    const { file, ids } = JSON.parse(line) as { file: string; ids: readonly number[] };
    for (const id of ids) files.set(id, [...(files.get(id) ?? []), file]);
  }
  return { files, durations };
}

const minute = 60_000;
const hour = 60 * minute;

async function verdictOf(mutation: Planned, reach: Reach, runner: Runner, { root }: Judgement): Promise<Verdict> {
  const own = folderOfTests(mutation.path);
  const mirror = mirrorOf(mutation.path);
  const stageOf = (file: string): Verdict["by"] => {
    const path = file.slice(root.length);
    if (path === `${mirror}.test.ts` || path.startsWith(`${mirror}/`)) return "its test";
    if (path.startsWith(own)) return "its folder";
    return /^test\/(?:stories|simulation|examples)\//u.test(path) ? "stories" : "other unit tests";
  };
  const byStage = Map.groupBy(new Set(reach.files.get(mutation.id)), stageOf);
  for (const by of ["its test", "its folder", "other unit tests", "stories"] as const) {
    const files = byStage.get(by) ?? [];
    if (files.length === 0) continue;
    const usual = files.reduce((sum, file) => sum + (reach.durations[file] ?? 0), 0);
    const outcome = await runner.run({ mutant: mutation.id, files, bail: true }, minute / 2 + 5 * usual);
    if (outcome === undefined) return { mutation, by: "a test that did not end" };
    const { failure } = outcome;
    if (failure) return { mutation, by, failure: { ...failure, file: failure.file.slice(root.length) } };
  }
  return { mutation, by: reach.files.has(mutation.id) ? "nothing" : "nothing: no test reaches it" };
}

/** Where the mirrored tests of a file are: `src/aws/errors.ts` has them in `test/aws/`. */
export const folderOfTests = (path: string): string => `${dirname(mirrorOf(path))}/`;

/** A process of runner.ts, started when it is needed, and once more after a request that did not end. */
class Runner {
  readonly #directory: string;
  readonly #workers: number;
  #child: Promise<ChildProcess> | undefined;

  constructor(directory: string, workers: number) {
    this.#directory = directory;
    this.#workers = workers;
  }

  /** `undefined` if the tests did not end within `limitMs`. Throws when the process ends by itself. */
  async run(request: Request, limitMs: number): Promise<Outcome | undefined> {
    this.#child ??= this.#start();
    const child = await this.#child;
    const { promise, resolve, reject } = Promise.withResolvers<Outcome | undefined>();
    const ended = (code: number | null): void =>
      reject(new Error(`the process that runs the tests ended with ${code}`));
    const timer = setTimeout(() => resolve(undefined), limitMs);
    child.once("message", (outcome) => resolve(outcome as Outcome)).once("exit", ended);
    child.send(request);
    try {
      const outcome = await promise;
      child.off("exit", ended);
      if (outcome === undefined) this.end();
      return outcome;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process and its workers, also one in an endless loop. */
  end(): void {
    void this.#child?.then(({ pid }) => pid !== undefined && process.kill(-pid, "SIGKILL"));
    this.#child = undefined;
  }

  async #start(): Promise<ChildProcess> {
    const env = {
      ...process.env,
      MUTATIONS: join(this.#directory, "planned.json"),
      WORKERS: `${this.#workers}`,
      // With random values, a property would notice a mutation only sometimes.
      FC_SEED: process.env["FC_SEED"] ?? "1",
    };
    const path = fileURLToPath(new URL("runner.ts", import.meta.url));
    const child = fork(path, { env, detached: true, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
    child.once("message", () => resolve(child)).once("exit", (code) => reject(new Error(`it ended with ${code}`)));
    return await promise;
  }
}
