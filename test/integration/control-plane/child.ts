import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { atExit } from "./at-exit.ts";
import { until } from "./wait.ts";

export interface ChildOptions {
  /** For messages. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Takes all that it writes; appended to. */
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A server that runs next to the tests: never outlives this process, can be frozen, is ended by its own pid. */
export class Child {
  readonly name: string;
  readonly logFile: string;
  /** Resolves to how it ended. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  #end: string | undefined;

  constructor({ name, program, args, logFile, environment }: ChildOptions) {
    this.name = name;
    this.logFile = logFile;
    const log = openSync(logFile, "a");
    const [command, ...rest] = tiedToParent(program, args);
    this.#process = spawn(command, rest, { stdio: ["ignore", log, log], env: { ...process.env, ...environment } });
    closeSync(log);
    const forget = atExit(() => this.#process.kill("SIGKILL"));
    this.ended = new Promise((resolve) => {
      const settle = (end: string): void => {
        this.#end ??= end;
        forget();
        resolve(this.#end);
      };
      this.#process.once("error", (error) => settle(`could not be started: ${error.message}`));
      this.#process.once("exit", (code, signal) =>
        settle(signal === null ? `ended with code ${code}` : `got ${signal}`),
      );
    });
  }

  /** @throws Error when it could not be started */
  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.name} could not be started`);
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#end === undefined;
  }

  /** @throws Error with its last words when it ends first, or never gets ready */
  async untilReady(check: () => Promise<boolean>): Promise<void> {
    const readyOrEnded = async (): Promise<true | string> => {
      try {
        if (!this.running || (await check())) return true;
        return `it is not, and says:\n${await this.lastWords()}`;
      } catch (error) {
        return `${error instanceof Error ? error.message : String(error)}, and it says:\n${await this.lastWords()}`;
      }
    };
    await until(readyOrEnded, `${this.name} to be ready`);
    if (!this.running) throw new Error(`${this.name} ${this.#end} before it was ready:\n${await this.lastWords()}`);
  }

  /** How it ended. @throws Error with its last words when it goes on */
  async untilEnded(): Promise<string> {
    const check = async (): Promise<true | string> => !this.running || `it runs, and says:\n${await this.lastWords()}`;
    await until(check, `the end of ${this.name}`);
    return await this.ended;
  }

  /** SIGSTOP: its connections stay open and say nothing. */
  freeze(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  /** SIGCONT. */
  thaw(): void {
    process.kill(this.pid, "SIGCONT");
  }

  /** Ends it, frozen or not; SIGKILL unless another signal is given. */
  async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.running) {
      this.#process.kill(signal);
      this.#process.kill("SIGCONT");
    }
    await this.ended;
  }

  async lastWords(): Promise<string> {
    return (await readFile(this.logFile, "utf8")).trim().split("\n").slice(-15).join("\n");
  }
}

const tie = ["setpriv", "--pdeathsig", "KILL"] as const;
let canTie: boolean | undefined;

/** On Linux the kernel ends the child with us, also when we get SIGKILL; elsewhere `atExit` has to do. */
function tiedToParent(program: string, args: readonly string[]): readonly [string, ...string[]] {
  canTie ??= spawnSync(tie[0], [...tie.slice(1), "true"], { stdio: "ignore" }).status === 0;
  return canTie ? [...tie, program, ...args] : [program, ...args];
}
