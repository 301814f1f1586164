import { type Clock, sleep } from "../runtime/clock.ts";
import type { StoreError } from "../runtime/store.ts";

export type StoreOperation =
  | "list"
  | "watch"
  | "get"
  | "patchMetadata"
  | "applyStatus"
  | "deleteObject"
  | "recordEvent";

interface Fault<Operation> {
  readonly operation: Operation;
  readonly kind: "fail" | "loseResponse" | "hang";
  readonly error: StoreError | undefined;
  left: number;
}

/** Faults between the operator and a store in memory. */
export class StoreFaults<Operation extends string = StoreOperation> {
  readonly #clock: Clock;
  readonly #delaysMs = new Map<Operation, number>();
  #faults: Fault<Operation>[] = [];
  #dropped = 0;
  /** Delay of events in watches. */
  watchDelayMs = 0;
  /** Called when a fault takes effect. */
  onStrike: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The next `times` calls fail and change nothing. */
  fail(operation: Operation, times: number, error: StoreError): void {
    this.#faults.push({ operation, kind: "fail", error, left: times });
  }

  /** The next `times` calls take effect, but the caller gets the error. */
  loseResponse(operation: Operation, times: number, error: StoreError): void {
    this.#faults.push({ operation, kind: "loseResponse", error, left: times });
  }

  /** The next `times` calls are never answered. */
  hang(operation: Operation, times: number): void {
    this.#faults.push({ operation, kind: "hang", error: undefined, left: times });
  }

  /** Delay of each call before it takes effect; 0: none. */
  delay(operation: Operation, delayMs: number): void {
    this.#delaysMs.set(operation, delayMs);
  }

  /** No watch shows the next `events` changes. */
  dropEvents(events: number): void {
    this.#dropped += events;
  }

  /** Removes all faults. */
  clear(): void {
    this.#faults = [];
    this.#delaysMs.clear();
    this.#dropped = 0;
    this.watchDelayMs = 0;
  }

  /** Whether to hide the current change from watches. */
  takeDrop(): boolean {
    if (this.#dropped === 0) return false;
    this.#dropped--;
    return true;
  }

  /** Performs one call with the configured faults. */
  async around<T>(operation: Operation, signal: AbortSignal, call: () => T): Promise<T> {
    signal.throwIfAborted();
    const delayMs = this.#delaysMs.get(operation) ?? 0;
    if (delayMs > 0) await sleep(this.#clock, delayMs, signal);
    const fault = this.#faults.find((candidate) => candidate.operation === operation);
    if (fault === undefined) return call();
    fault.left--;
    this.onStrike();
    if (fault.left <= 0) this.#faults = this.#faults.filter((other) => other !== fault);
    if (fault.kind === "hang") await untilAborted(signal);
    if (fault.kind === "loseResponse") call();
    throw fault.error;
  }
}

/** Never resolves; rejects with the signal's reason. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
