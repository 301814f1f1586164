/** Where a story is played: a directory of manifests, the operator on it, and what AWS has. */

import type { Account } from "../account/account.ts";
import { pagesOf } from "../clean/listing.ts";
import type { Run } from "../names/renaming.ts";
import type { Time } from "../rest.ts";
import type { Exchange } from "./exchange.ts";
import { clusterName, type Manifest } from "./manifests.ts";
import type { StoryProxy } from "./proxy.ts";

/** One line of `local -o json`. */
export type OperatorLine = Readonly<Record<string, unknown>> & { readonly type?: string };

/** A process of the operator. */
export interface OperatorRun {
  /** What it has said until now. */
  readonly lines: readonly OperatorLine[];
  /** All that it printed. */
  readonly text: () => string;
  readonly exited: Promise<number>;
  /** Asks it to end, and waits for that. */
  stop(): Promise<void>;
}

/** What a story needs of the machine. */
export interface Machine {
  /** Starts `aws-batch-operator` with these arguments, against AWS at this URL. */
  readonly operate: (args: readonly string[], endpoint: string, region: string) => OperatorRun;
  /** A new directory. */
  readonly directory: () => Promise<string>;
  readonly writeFile: (directory: string, name: string, text: string) => Promise<void>;
  readonly removeFile: (directory: string, name: string) => Promise<void>;
}

type Item = Readonly<Record<string, unknown>>;

const betweenMs = 3000;

/** A story has failed, in words for a person. */
export class StoryFailed extends Error {}

export class StoryStage {
  readonly run: Run;
  readonly proxy: StoryProxy;
  readonly account: Account;
  /** Of the manifests. */
  readonly directory: string;
  /** The operations by which the operator has written until now, in order. */
  readonly written: () => readonly string[];
  readonly #machine: Machine;
  readonly #time: Time;
  readonly #note: (exchange: Exchange) => void;
  readonly #objects: (all: readonly Manifest[]) => void;
  readonly #operators: OperatorRun[] = [];
  readonly #manifests = new Map<string, Manifest>();

  constructor(given: {
    readonly run: Run;
    readonly proxy: StoryProxy;
    readonly account: Account;
    readonly machine: Machine;
    readonly time: Time;
    readonly directory: string;
    readonly note: (exchange: Exchange) => void;
    readonly written: () => readonly string[];
    readonly objects: (all: readonly Manifest[]) => void;
  }) {
    this.run = given.run;
    this.proxy = given.proxy;
    this.account = given.account;
    this.#machine = given.machine;
    this.#time = given.time;
    this.directory = given.directory;
    this.#note = given.note;
    this.written = given.written;
    this.#objects = given.objects;
  }

  /** Writes manifests, each into a file of its own. */
  async apply(...all: readonly Manifest[]): Promise<void> {
    this.holds(...all);
    for (const one of all) await this.#machine.writeFile(this.directory, fileOf(one), JSON.stringify(one));
  }

  /** The directory has manifests of these objects, whoever has written them. */
  holds(...all: readonly Manifest[]): void {
    for (const manifest of all) this.#manifests.set(fileOf(manifest), manifest);
    this.#objects([...this.#manifests.values()]);
  }

  async remove(...all: readonly Manifest[]): Promise<void> {
    for (const manifest of all) this.#manifests.delete(fileOf(manifest));
    this.#objects([...this.#manifests.values()]);
    for (const one of all) await this.#machine.removeFile(this.directory, fileOf(one));
  }

  /** Starts `local` on the manifests. */
  operator(...flags: readonly string[]): OperatorRun {
    const operator = this.#machine.operate(
      ["local", "-f", this.directory, "-o", "json", ...this.identity, ...flags],
      this.proxy.url,
      this.run.region,
    );
    this.#operators.push(operator);
    return operator;
  }

  /** The flags by which a command knows whose the resources are. */
  get identity(): readonly string[] {
    return ["--cluster-name", clusterName(this.run), "--names-with-cluster"];
  }

  /** Ends the operators that a story has left running when it failed. */
  async end(): Promise<void> {
    for (const operator of this.#operators) await operator.stop();
  }

  /** What the operator's command prints. @throws StoryFailed unless it ends with this code */
  async command(expected: number, ...args: readonly string[]): Promise<string> {
    const { exited, text } = this.#machine.operate(args, this.proxy.url, this.run.region);
    const code = await exited;
    if (code !== expected)
      throw new StoryFailed(`${args[0]} ended with ${code}, not ${expected}: ${text().slice(-500)}`);
    return text();
  }

  /** Runs `local` until its goal. @throws StoryFailed with its last words */
  async until(goal: "ready" | "absent", ...flags: readonly string[]): Promise<OperatorRun> {
    const operator = this.operator("--until", goal, "--timeout", "20m", ...flags);
    const code = await operator.exited;
    if (code !== 0) throw new StoryFailed(`local --until ${goal} ended with ${code}: ${lastWords(operator)}`);
    return operator;
  }

  /**
   * Reads AWS until something holds of what the story has there. @throws StoryFailed after twenty minutes, or when the operator ends
   */
  async seen(what: string, holds: (now: InAws) => boolean, operator?: OperatorRun): Promise<InAws> {
    const end = this.#time.now() + 20 * 60_000;
    let code: number | undefined;
    void operator?.exited.then((ended) => {
      code = ended;
    });
    for (;;) {
      const now = await this.read();
      if (holds(now)) return now;
      if (code !== undefined && operator !== undefined) {
        throw new StoryFailed(`the operator ended with ${code} before ${what}: ${lastWords(operator)}`);
      }
      if (this.#time.now() > end) throw new StoryFailed(`not within 20 minutes: ${what}`);
      await this.#time.pause(betweenMs);
    }
  }

  /** What AWS has of the story now, without what is DELETED. */
  async read(): Promise<InAws> {
    const prefix = clusterName(this.run);
    const list = async (operation: string, member: string, nameMember: string): Promise<readonly Item[]> => {
      const all = await pagesOf(this.account.batch, operation, {}, member);
      const ours = all.filter((one) => String(one[nameMember]).startsWith(prefix) && one["status"] !== "DELETED");
      const at = this.#time.now();
      const answer = { [member]: ours };
      this.#note({ at, by: "outside", service: "batch", operation, input: {}, status: 200, answer, isCut: false });
      return ours;
    };
    const environments = await list("DescribeComputeEnvironments", "computeEnvironments", "computeEnvironmentName");
    const queues = await list("DescribeJobQueues", "jobQueues", "jobQueueName");
    const jobs: Item[] = [];
    for (const { jobQueueArn } of queues) {
      const input = { jobQueue: jobQueueArn, filters: [{ name: "AFTER_CREATED_AT", values: ["0"] }] };
      const ids = (await pagesOf(this.account.batch, "ListJobs", input, "jobSummaryList")).map((one) => one["jobId"]);
      if (ids.length > 0) jobs.push(...(await pagesOf(this.account.batch, "DescribeJobs", { jobs: ids }, "jobs")));
    }
    const at = this.#time.now();
    const operation = "DescribeJobs";
    const answer = { jobs };
    this.#note({ at, by: "outside", service: "batch", operation, input: {}, status: 200, answer, isCut: false });
    return { environments, queues, jobs };
  }
}

export interface InAws {
  readonly environments: readonly Item[];
  readonly queues: readonly Item[];
  readonly jobs: readonly Item[];
}

/** The message of the last line that has one. */
export function lastWords({ lines, text }: OperatorRun): string {
  const last = lines.findLast(({ message, summary }) => message !== undefined || summary !== undefined);
  const said = last?.["message"] ?? last?.["summary"];
  return typeof said === "string" ? said : text().slice(-500);
}

function fileOf({ kind, metadata }: Manifest): string {
  return `${kind}-${metadata.name}.yaml`;
}
