import type { CallOptions } from "../aws/api.ts";
import { sleep } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { Fault, Faults } from "./faults.ts";
import { ConnectionError, Refusal, ServiceError, serviceError } from "./refusals.ts";
import { remember, type World } from "./world.ts";

export type Outcome =
  | { readonly kind: "pending" }
  | { readonly kind: "answered" }
  | { readonly kind: "refused"; readonly exception: string; readonly message: string }
  /** The caller got no answer. */
  | { readonly kind: "lost"; readonly applied: boolean };

/** One call in the log of the account. */
export interface CallRecord {
  /** Wall time (ms) of the start of the call. */
  readonly at: number;
  /** e.g. `CreateComputeEnvironment`. */
  readonly operation: string;
  readonly input: unknown;
  /** `outside`: a person or another tool, not the operator. */
  readonly by: "operator" | "outside";
  outcome: Outcome;
}

/** Performs one operation: `apply` gets the input from the wire, and the time of which a read answers. */
export type Run = <Input, Output>(
  operation: string,
  input: Input,
  apply: (input: Input, asOf: number) => Output,
  options?: CallOptions,
) => Promise<Output>;

/** A call at the moment of its effect: directly before, and directly after, with the error of one that AWS refuses. */
export type EffectListener = (call: CallRecord, phase: "before" | "after", refusal?: unknown) => void;

/** Everything between a client and AWS: latency, faults, staleness, lost answers, and a log. */
export class Wire {
  readonly log: CallRecord[];
  readonly #world: World;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #listeners = new Set<EffectListener>();

  /** @param shared the log of another wire of the same account, and separate random numbers */
  constructor(world: World, faults: Faults, shared?: { readonly log: CallRecord[]; readonly random: Random }) {
    this.#world = world;
    this.#faults = faults;
    this.log = shared?.log ?? [];
    this.#random = shared?.random ?? world.random;
  }

  /** A call of the operator. */
  readonly run: Run = async (operation, input, apply, options) => {
    const signal = options?.signal;
    const given = overTheWire(input);
    const record = this.#record(operation, given, "operator");
    const fault = this.#faults.take({ operation, input: given });
    const halfMs = this.#world.knobs.latencyMs / 2;
    const progress = { applied: false };
    const work = (): ReturnType<typeof apply> =>
      this.#effect(record, () => {
        if (fault?.kind === "refuse") {
          throw new ServiceError(fault.exception, fault.httpStatusCode, fault.message, this.#world.uuid());
        }
        progress.applied = true;
        return overTheWire(apply(given, this.#asOf(fault)));
      });
    try {
      await this.#pass(halfMs, signal);
      const output = await this.#through(fault, work, signal);
      await this.#pass(halfMs, signal);
      record.outcome = { kind: "answered" };
      return output;
    } catch (error) {
      const seen = error instanceof Refusal ? serviceError(error, this.#world.uuid()) : error;
      record.outcome =
        seen instanceof ServiceError
          ? { kind: "refused", exception: seen.name, message: seen.message }
          : { kind: "lost", applied: progress.applied };
      throw seen;
    }
  };

  /** A call of somebody else: no latency, no faults, never stale. */
  readonly runOutside: Run = async (operation, input, apply) => {
    const given = overTheWire(input);
    const record = this.#record(operation, given, "outside");
    try {
      const output = this.#effect(record, () => overTheWire(apply(given, this.#world.clock.monotonic())));
      record.outcome = { kind: "answered" };
      return output;
    } catch (error) {
      const seen = error instanceof Refusal ? serviceError(error, this.#world.uuid()) : error;
      if (seen instanceof Error) record.outcome = { kind: "refused", exception: seen.name, message: seen.message };
      throw seen;
    }
  };

  /** Calls `listener` for every call that reaches AWS, also refused ones, in the same turn. Returns a function that stops it. */
  onEffect(listener: EffectListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #effect<Output>(call: CallRecord, work: () => Output): Output {
    for (const listener of this.#listeners) listener(call, "before");
    let refusal: unknown;
    try {
      return work();
    } catch (error) {
      refusal = error;
      throw error;
    } finally {
      for (const listener of this.#listeners) listener(call, "after", refusal);
    }
  }

  async #through<Output>(
    fault: Fault | undefined,
    work: () => Output,
    signal: AbortSignal | undefined,
  ): Promise<Output> {
    const { clock, knobs } = this.#world;
    switch (fault?.kind) {
      case undefined:
      case "stale":
      case "refuse":
        return work();
      case "loseRequest":
        await sleep(clock, knobs.requestTimeoutMs, signal);
        throw new ConnectionError("TimeoutError", "ETIMEDOUT", `no answer within ${knobs.requestTimeoutMs} ms`);
      case "loseResponse":
        work();
        await this.#pass(knobs.latencyMs, signal);
        throw new ConnectionError("Error", "ECONNRESET", "socket hang up");
      case "delayResponse": {
        const output = work();
        await sleep(clock, fault.delayMs, signal);
        return output;
      }
      case "delayRequest": {
        const { promise, resolve, reject } = Promise.withResolvers<Output>();
        clock.schedule(fault.delayMs, () => {
          try {
            resolve(work());
          } catch (error) {
            reject(error);
          }
        });
        return signal === undefined ? promise : Promise.race([promise, aborted(signal)]);
      }
    }
  }

  #asOf(fault: Fault | undefined): number {
    const { clock, knobs } = this.#world;
    const staleMs = fault?.kind === "stale" ? fault.staleMs : Math.floor(this.#random() * knobs.stalenessMs);
    return clock.monotonic() - staleMs;
  }

  async #pass(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (durationMs > 0) await sleep(this.#world.clock, durationMs, signal);
  }

  #record(operation: string, input: unknown, by: CallRecord["by"]): CallRecord {
    const record: CallRecord = { at: this.#world.clock.now(), operation, input, by, outcome: { kind: "pending" } };
    remember(this.log, record, this.#world.knobs.keptRecords);
    return record;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** A value as the receiver gets it: not shared with the sender, and without `undefined` members. */
function overTheWire<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Date) return new Date(value);
  const members: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) if (member !== undefined) members.push([key, copy(member)]);
  // Not by assignment: the key `__proto__` would set the prototype.
  return Object.fromEntries(members);
}
