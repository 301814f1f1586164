import type { Clock } from "../../src/runtime/clock.ts";
import type { OperatorProcess } from "./process.ts";

/** One replica of the Deployment: a process, and the next one when it has ended. */
export class Replica {
  /** One letter. */
  readonly name: string;
  /** Of the processes to come. */
  skewMs = 0;
  algorithm = 1;
  /** Whether it stays down. */
  isHeld = false;
  readonly #clock: Clock;
  readonly #start: (replica: Replica, name: string) => OperatorProcess;
  #count = 0;
  #process: OperatorProcess | undefined;
  #scheduled = false;

  /** @param start makes and starts a process of this name */
  constructor(name: string, clock: Clock, start: (replica: Replica, name: string) => OperatorProcess) {
    this.name = name;
    this.#clock = clock;
    this.#start = start;
  }

  get process(): OperatorProcess | undefined {
    return this.#process;
  }

  start(): void {
    this.#scheduled = false;
    if (this.isHeld) return;
    this.#count++;
    this.#process = this.#start(this, `${this.name}${this.#count}`);
  }

  /** The kubelet starts a new process after so long. */
  startAfter(delayMs: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.schedule(delayMs, () => this.start());
  }
}
