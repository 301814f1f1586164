import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CloudWithLogs } from "../../../src/operator/cloud.ts";
import type { Environment } from "../../../src/operator/io.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import type { ManifestSource } from "../../../src/tools/local/directory.ts";
import { type LocalFlags, localOptions } from "../../../src/tools/local/options.ts";
import { startLocal } from "../../../src/tools/local/start.ts";
import { crds, type ReadManifests } from "../../../src/tools/manifests.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { validateManifests, wholeDirectory } from "../../../src/tools/validation/validate.ts";
import { KeptOutput, testIo } from "../streams.ts";

/** A directory of manifests in memory. */
export class MemorySource implements ManifestSource {
  readonly name = "manifests";
  readonly #files: Map<string, string>;
  #version = 0;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = new Map(Object.entries(files));
  }

  /** @param text undefined: removes the file */
  write(file: string, text: string | undefined): void {
    if (text === undefined) this.#files.delete(file);
    else this.#files.set(file, text);
    this.#version++;
  }

  fingerprint(): Promise<string> {
    return Promise.resolve(String(this.#version));
  }

  read(): Promise<ReadManifests> {
    const loaded = [...this.#files].map(([file, text]) => documentsOf(file, text));
    const documents = loaded.flatMap((file) => file.documents);
    const { problems, ...read } = validateManifests(documents, crds, wholeDirectory);
    const unread = loaded.flatMap((file) => file.problems);
    return Promise.resolve({ ...read, problems: [...unread, ...problems], files: [...this.#files.keys()] });
  }
}

/** Where state is kept, for one test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "local-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Line {
  readonly time: string;
  readonly type: string;
  readonly [member: string]: unknown;
}

export interface GivenOptions {
  readonly source?: MemorySource;
  readonly directory?: string;
  readonly flags?: LocalFlags;
  readonly cloud?: CloudWithLogs;
  readonly stdout?: KeptOutput;
  readonly clock?: VirtualClock;
  readonly env?: Environment;
}

/** A session on a virtual clock, with JSON output by default. */
export async function started(options: GivenOptions = {}) {
  const {
    source = new MemorySource(quickstart),
    directory = temporaryDirectory(),
    clock = new VirtualClock(),
  } = options;
  const flags: LocalFlags = { filename: directory, simulate: true, output: "json", ...options.flags };
  const { io, stdout, stderr, interrupt } = testIo(options.env, options.stdout ?? new KeptOutput());
  const fingerprint = await source.fingerprint();
  const read = await source.read();
  let exitCode: number | undefined;
  let failure: { readonly error: unknown } | undefined;
  const ended = startLocal({
    flags,
    options: localOptions(flags),
    source,
    read,
    fingerprint,
    io,
    real: clock,
    world: clock,
    ...(options.cloud === undefined ? {} : { cloud: options.cloud }),
  }).then(
    (code) => {
      exitCode = code;
    },
    (error: unknown) => {
      failure = { error };
    },
  );
  return {
    source,
    directory,
    clock,
    stdout,
    stderr,
    interrupt,
    lines: (): Line[] => stdout.lines.map((line) => JSON.parse(line) as Line),
    ofType: (type: string): Line[] =>
      stdout.lines.map((line) => JSON.parse(line) as Line).filter((line) => line.type === type),
    /** Lets time go on until the session has ended; gives its exit code. */
    async end(limitMs = 3_600_000): Promise<number | undefined> {
      const isOver = (): boolean => exitCode !== undefined || failure !== undefined;
      await clock.advanceUntil(isOver, limitMs, "the end of the session");
      await ended;
      if (failure !== undefined) throw failure.error;
      return exitCode;
    },
  };
}

/** Whether the newest status line of an object has this phase. */
export function phaseOf(lines: readonly Line[], kind: string, name: string): unknown {
  return lines.findLast((line) => line.type === "status" && line["kind"] === kind && line["name"] === name)?.["phase"];
}

export const environment = (type = "FARGATE"): string => `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchComputeEnvironment
metadata: {name: general}
spec:
  type: MANAGED
  replacement: {soakSeconds: 0}
  computeResources:
    type: ${type}
    maxvCpus: 16
    subnets: [subnet-11111111]
    securityGroupIds: [sg-11111111]
`;

export const queue = (priority = 10): string => `
apiVersion: awsbatch.dev/v1alpha1
kind: JobQueue
metadata: {name: high}
spec:
  priority: ${priority}
  computeEnvironmentOrder:
    - {order: 1, computeEnvironmentRef: {name: general}}
`;

export const definition = (image = "alpine:3", secret = "hunter2"): string => `
apiVersion: awsbatch.dev/v1alpha1
kind: JobDefinition
metadata: {name: hello}
spec:
  type: container
  platformCapabilities: [FARGATE]
  containerProperties:
    image: ${image}
    executionRoleArn: arn:aws:iam::123456789012:role/execution
    environment: [{name: PASSWORD, value: ${secret}}]
    resourceRequirements:
      - {type: VCPU, value: "1"}
      - {type: MEMORY, value: "2048"}
`;

export const quickstart: Readonly<Record<string, string>> = {
  "environment.yaml": environment(),
  "queue.yaml": queue(),
  "definition.yaml": definition(),
};
