import { type Kind, keyText, type ObjectKey } from "../api/object.ts";
import { childSignal, DeadlineExceeded } from "./abort.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { LoopTurn } from "./loop-turn.ts";
import type { Random } from "./random.ts";
import { StoreError } from "./store.ts";
import { type Priority, Workqueue, type WorkqueueObserver } from "./workqueue.ts";

/** The logic of a controller: what its keys name, and one step for one of them. It reads all its input again each time. */
export interface KeyReconciler<Subject> {
  /** Names the controller in logs and metrics. */
  readonly kind: Kind;
  /** What a key names now; undefined: nothing any more. */
  find(key: ObjectKey): Subject | undefined;
  /**
   * Takes one step from the observed to the desired state. It must stop soon after the signal aborts.
   * @throws any unexpected error: it is logged, and the reconcile is retried with growing delays
   */
  reconcile(subject: Subject, context: ReconcileContext): Promise<Again>;
}

export interface ReconcileContext {
  readonly signal: AbortSignal;
  /** Identifies the log lines of one reconcile. */
  readonly reconcileId: string;
  readonly log: Log;
}

/** When to reconcile the subject again, in addition to events. */
export type Again =
  | { readonly kind: "now" }
  | { readonly kind: "after"; readonly delayMs: number }
  /** After a delay that grows with each consecutive use, up to `atMostMs`. */
  | { readonly kind: "backoff"; readonly atMostMs?: number }
  /** Only after an event. */
  | { readonly kind: "onChange" }
  /** Nothing was tried: after what is queued already, or after an event. A delay that grows goes on from where it was. */
  | { readonly kind: "passedOver"; readonly until: "othersHadTheirTurn" | "onChange" };

/** `conflict`: an object changed before a write, so the reconcile starts again. */
export type ReconcileResult = "success" | "error" | "requeue" | "requeue_after" | "conflict";

/** What a controller reports to the metrics. */
export interface ControllerObserver {
  reconciled(result: ReconcileResult, tookMs: number): void;
  statusWritten(): void;
}

export interface ControllerOptions<Subject> {
  readonly reconciler: KeyReconciler<Subject>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Shared by all controllers of a process. */
  readonly turn: LoopTurn;
  /** Concurrent reconciles, and one more for a namespace of which none runs. */
  readonly workers: number;
  readonly observer: ControllerObserver | undefined;
  readonly queueObserver: WorkqueueObserver | undefined;
}

/** A longer reconcile is aborted and counts as failed. */
const timeoutMs = 300_000;

const soonMs = 2000;

/** More consecutive steps without a pause indicate a fault of the controller: a pause precedes each further one. */
const stepsInARow = 100;

/**
 * Reconciles keys concurrently, but never one key twice at a time. It queues nothing until it runs: a new leader
 * reconciles everything anyway, and the queue of a standby would only grow.
 */
export class Controller<Subject = unknown> {
  readonly kind: Kind;
  /** Maximum of concurrent reconciles. */
  readonly workers: number;
  readonly #options: ControllerOptions<Subject>;
  readonly #log: Log;
  readonly #queue: Workqueue;
  /** Start of each running reconcile, monotonic. */
  readonly #running = new Map<string, number>();
  /** How often in a row a key was requeued without a pause. */
  readonly #steps = new Map<string, number>();
  #runs = false;

  constructor(options: ControllerOptions<Subject>) {
    this.kind = options.reconciler.kind;
    this.workers = options.workers + 1;
    this.#options = options;
    this.#log = options.log.with({ controller: this.kind.kind });
    const { clock, random, queueObserver: observer } = options;
    this.#queue = new Workqueue({ clock, random, observer });
  }

  /** Requeues a key, for example because its AWS resource changed. */
  enqueue(key: ObjectKey, priority: Priority = "normal"): void {
    if (this.#runs) this.#queue.add(key, { priority });
  }

  /** The same after a short delay, for changes of another object's status, which often come in series. */
  enqueueSoon(key: ObjectKey): void {
    if (this.#runs) this.#queue.addAfter(key, soonMs);
  }

  /** Queued keys. */
  get depth(): number {
    return this.#queue.depth;
  }

  /** Running reconciles. */
  get running(): number {
    return this.#running.size;
  }

  /** The age of the oldest running reconcile; 0 without one. */
  longestRunningMs(): number {
    const now = this.#options.clock.monotonic();
    return Math.max(0, ...[...this.#running.values()].map((startedAt) => now - startedAt));
  }

  /**
   * Reconciles until the signal aborts. Resolves when the last running reconcile has ended. Call it once per controller.
   *
   * @param begin queues what there is already
   */
  async run(begin: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const stop = (): void => void this.#queue.shutDown();
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    this.#runs = true;
    const begun = begin();
    const shared = Array.from({ length: this.workers - 1 }, () => this.#work("anyNamespace", signal));
    // The passes of one namespace may all wait for AWS: another one's is not to wait with them.
    await Promise.all([begun, ...shared, this.#work("idleNamespace", signal)]);
  }

  async #work(of: "anyNamespace" | "idleNamespace", signal: AbortSignal): Promise<void> {
    for (let key = await this.#queue.get(of); key !== undefined; key = await this.#queue.get(of)) {
      // Directly before the work: what all workers knew of the turn a moment ago is not so any more when they begin one after the other.
      const over = this.#options.turn.over();
      if (over !== undefined) await over;
      try {
        await this.#reconcile(key, signal);
      } finally {
        this.#queue.done(key);
      }
    }
  }

  async #reconcile(key: ObjectKey, signal: AbortSignal): Promise<void> {
    const { clock, random, reconciler, observer } = this.#options;
    const subject = reconciler.find(key);
    if (subject === undefined) {
      this.#forget(key);
      return;
    }
    const reconcileId = Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
    const log = this.#log.with({ ...key, reconcileId });
    const startedAt = clock.monotonic();
    this.#running.set(keyText(key), startedAt);
    const child = childSignal(signal);
    const timer = clock.schedule(timeoutMs, () => child.abort(new DeadlineExceeded("the reconcile", timeoutMs)));
    try {
      const again = await reconciler.reconcile(subject, { signal: child.signal, reconcileId, log });
      const result = this.#schedule(key, again, log);
      observer?.reconciled(result, clock.monotonic() - startedAt);
    } catch (error) {
      // The next leader starts again.
      if (signal.aborted) return;
      const result = this.#failed(key, error, log);
      observer?.reconciled(result, clock.monotonic() - startedAt);
    } finally {
      timer.cancel();
      child.release();
      this.#running.delete(keyText(key));
    }
  }

  #schedule(key: ObjectKey, again: Again, log: Log): ReconcileResult {
    const steps = again.kind === "now" ? (this.#steps.get(keyText(key)) ?? 0) + 1 : 0;
    if (steps >= stepsInARow) {
      if (steps === stepsInARow) log.warn("too many steps without a pause", { steps, pauseMs: soonMs });
      this.#queue.forget(key);
      this.#steps.set(keyText(key), steps);
      this.#queue.addAfter(key, soonMs);
      return "requeue_after";
    }
    switch (again.kind) {
      case "now":
        this.#queue.forget(key);
        this.#steps.set(keyText(key), steps);
        // The status after a change by a person must not wait, step by step, for hundreds of first reconciles.
        this.#queue.goOn(key);
        return "requeue";
      case "after":
        this.#forget(key);
        this.#queue.addAfter(key, again.delayMs);
        return "requeue_after";
      case "backoff":
        this.#steps.delete(keyText(key));
        this.#queue.addRateLimited(key, again);
        return "requeue";
      case "onChange":
        this.#forget(key);
        return "success";
      case "passedOver":
        if (again.until === "onChange") return "success";
        this.#queue.goOn(key);
        return "requeue";
    }
  }

  #failed(key: ObjectKey, error: unknown, log: Log): ReconcileResult {
    this.#steps.delete(keyText(key));
    const refusal = error instanceof StoreError ? error : undefined;
    const atLeastMs = refusal?.retryAfterMs ?? 0;
    this.#queue.addRateLimited(key, { atLeastMs });
    if (refusal?.reason === "Conflict" || refusal?.reason === "NotFound") {
      log.debug("the object changed during the reconcile, starting again", { reason: refusal.reason });
      return "conflict";
    }
    log.error("reconcile failed", { error, failures: this.#queue.failures(key) });
    return "error";
  }

  #forget(key: ObjectKey): void {
    this.#queue.forget(key);
    this.#steps.delete(keyText(key));
  }
}
