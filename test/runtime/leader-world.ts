import { MemoryLeaseStore } from "../../src/kube/memory-lease-store.ts";
import { type Clock, VirtualClock } from "../../src/runtime/clock.ts";
import { LeaderElector, leaseTimes } from "../../src/runtime/leader.ts";
import { collectingLog } from "../../src/runtime/log.ts";
import { type Random, seededRandom } from "../../src/runtime/random.ts";

/** The clock of one process that may freeze (a long pause), sleep with its machine, or be set wrong. */
class ProcessClock implements Clock {
  readonly #world: VirtualClock;
  #paused: (() => void)[] | undefined;
  /** Answers that came while nothing ran. */
  #unread: (() => void)[] = [];
  wallOffsetMs = 0;
  #asleepMs = 0;
  #asleepSince: number | undefined;

  constructor(world: VirtualClock) {
    this.#world = world;
  }

  now(): number {
    return this.#world.now() + this.wallOffsetMs;
  }

  monotonic(): number {
    const asleepMs = this.#asleepSince === undefined ? 0 : this.#world.monotonic() - this.#asleepSince;
    return this.#world.monotonic() - this.#asleepMs - asleepMs;
  }

  boottime(): number {
    return this.#world.monotonic();
  }

  schedule(delayMs: number, task: () => void) {
    let cancelled = false;
    const run = (): void => {
      if (cancelled) return;
      if (this.#paused === undefined) task();
      else this.#paused.push(run);
    };
    const timer = this.#world.schedule(delayMs, run);
    return {
      cancel: () => {
        cancelled = true;
        timer.cancel();
      },
    };
  }

  /** An answer from outside: while nothing of this process runs it waits in its socket. */
  async answer<T>(answer: Promise<T>): Promise<T> {
    await answer.catch(() => undefined);
    if (this.#paused !== undefined) await new Promise<void>((resolve) => this.#unread.push(resolve));
    return await answer;
  }

  /** Nothing of this process runs; with `sleeping` its monotonic clock freezes as well. */
  pause(options: { readonly sleeping?: boolean } = {}): void {
    this.#paused = [];
    if (options.sleeping === true) this.#asleepSince = this.#world.monotonic();
  }

  resume(): void {
    const late = this.#paused ?? [];
    this.#paused = undefined;
    if (this.#asleepSince !== undefined) this.#asleepMs += this.#world.monotonic() - this.#asleepSince;
    this.#asleepSince = undefined;
    // As in Node, timers that are due come before answers that have arrived.
    for (const run of late) run();
    const unread = this.#unread;
    this.#unread = [];
    for (const read of unread) read();
  }
}

interface ReplicaOptions {
  readonly random?: Random;
  readonly lead?: (signal: AbortSignal, quietMs: number) => Promise<void>;
  /** 0 */
  readonly quietMs?: () => number;
}

/** Replicas that compete for one lease, each with a clock and a way to the API server of its own. */
export function world() {
  const clock = new VirtualClock();
  const leases = new MemoryLeaseStore(clock);
  const story: string[] = [];
  const seconds = (): number => Math.round(clock.monotonic() / 100) / 10;
  const replica = (name: string, options: ReplicaOptions = {}) => {
    const abort = new AbortController();
    const own = new ProcessClock(clock);
    const log = collectingLog();
    const store = new MemoryLeaseStore(clock);
    // One lease for all, but faults of its own for each replica's way to it.
    const calls: string[] = [];
    const reported = (call: string): void => {
      calls.push(`${clock.monotonic()} ${call}`);
    };
    const path = {
      get: (signal: AbortSignal) => {
        reported("get");
        return own.answer(store.faults.around("get", signal, () => undefined).then(() => leases.get(signal)));
      },
      create: (...args: Parameters<typeof leases.create>) => {
        reported("create");
        const before = store.faults.around("create", args[1], () => undefined);
        return own.answer(before.then(() => leases.create(...args)));
      },
      update: (...args: Parameters<typeof leases.update>) => {
        reported("update");
        const before = store.faults.around("update", args[2], () => undefined);
        return own.answer(before.then(() => leases.update(...args)));
      },
    };
    const elector = new LeaderElector({
      leases: path,
      quietMs: options.quietMs ?? (() => 0),
      identity: name,
      times: leaseTimes,
      clock: own,
      random: options.random ?? seededRandom(name.charCodeAt(0)),
      log,
      onLeading: (leading) => story.push(`${seconds()}s ${name} ${leading ? "leads" : "leads no more"}`),
    });
    const lead =
      options.lead ??
      ((signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          const stop = (): void => {
            story.push(`${seconds()}s ${name} stops its work`);
            resolve();
          };
          signal.addEventListener("abort", stop, { once: true });
        }));
    const result: { value?: string } = {};
    const start = (): void => {
      elector.run(abort.signal, lead).then(
        (value) => {
          result.value = value;
        },
        (error: unknown) => {
          result.value = String(error);
        },
      );
    };
    start();
    return {
      elector,
      clock: own,
      stop: () => abort.abort(new Error("stop")),
      start,
      result,
      faults: store.faults,
      /** The requests of this replica, each with its time in ms. */
      calls,
      lines: () => log.lines,
      messages: () => log.lines.map(({ level, message }) => `${level}: ${message}`),
    };
  };
  return { clock, leases, story, replica };
}
