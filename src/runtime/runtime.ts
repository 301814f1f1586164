/**
 * The door of `runtime`, which knows no kind and no AWS: from a change in Kubernetes to a reconcile.
 *
 *     watch (reflector.ts) → cache (cache.ts) → queue (workqueue.ts, namespace-turns.ts) → worker (controller.ts, object-reconciler.ts) → status (write-through.ts)
 *
 * `leader.ts` says whether this process may write. `clock.ts`, `random.ts` and `store.ts` are ports.
 */

import type { Kind, ObjectKey } from "../api/object.ts";
import { type Keeps, keepsAll, ObjectCache } from "./cache.ts";
import { Room, type RoomLimits } from "./cache-limits.ts";
import type { Clock } from "./clock.ts";
import { Controller, type ControllerObserver } from "./controller.ts";
import type { Log } from "./log.ts";
import { LoopTurn } from "./loop-turn.ts";
import { ofObjects, queueChanged, type Reconciler } from "./object-reconciler.ts";
import type { Random } from "./random.ts";
import { EventRecorder } from "./recorder.ts";
import { type ReflectorObserver, reflect } from "./reflector.ts";
import { type Store, sourcesOf } from "./store.ts";
import type { Priority, WorkqueueObserver } from "./workqueue.ts";
import { writeThrough } from "./write-through.ts";

/** Observers of the metrics, per kind. */
export interface RuntimeObserver {
  workqueue(kind: Kind): WorkqueueObserver;
  controller(kind: Kind): ControllerObserver;
  /** @param namespace undefined: all */
  reflector(kind: Kind, namespace: string | undefined): ReflectorObserver;
}

export interface RuntimeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly observer: RuntimeObserver | undefined;
  readonly roomLimits: RoomLimits;
}

/**
 * The caches of the kinds in use, and their controllers. Caches may also run on a standby replica; controllers start
 * once the caches have synced and this replica leads.
 */
export class Runtime {
  /** The store of the controllers, whose answers update the caches at once. */
  readonly store: Store;
  /** What the caches hold. */
  readonly room: Room;
  readonly #options: RuntimeOptions;
  readonly #caches = new Map<string, ObjectCache>();
  readonly #controllers = new Map<string, { readonly controller: Controller; readonly begin: () => Promise<void> }>();
  readonly #recorder: EventRecorder;
  /** Shared by all work of the process that is as large as what a tenant has. */
  readonly turn: LoopTurn;
  #cachesRun = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.room = new Room(options.roomLimits);
    this.store = writeThrough(options.store, (kind) => this.#caches.get(kindText(kind)));
    this.#recorder = new EventRecorder(options);
    this.turn = new LoopTurn(options.clock);
  }

  /**
   * The cache of a kind, filled from `runCaches` on.
   * @param keeps for the first call
   */
  cache(kind: Kind, keeps: Keeps = keepsAll): ObjectCache {
    let cache = this.#caches.get(kindText(kind));
    if (cache === undefined) {
      // It would stay empty.
      if (this.#cachesRun) throw new Error(`the cache of ${kind.kind} must be created before the caches run`);
      const { store, clock, log } = this.#options;
      const parts = [...sourcesOf(store).keys()];
      cache = new ObjectCache({ kind, clock, log, parts, room: this.room, keeps });
      this.#caches.set(kindText(kind), cache);
    }
    return cache;
  }

  /**
   * Adds the controller of a kind; before `runCaches`.
   * @param workers concurrent reconciles
   */
  add(reconciler: Reconciler, workers: number): Controller {
    const { kind } = reconciler;
    const cache = this.cache(kind);
    const observer = this.#options.observer?.controller(kind);
    if (this.#controllers.has(kindText(kind))) throw new Error(`${kind.kind} already has a controller`);
    const { store } = this;
    const { clock, random, log } = this.#options;
    const controller = new Controller({
      reconciler: ofObjects(reconciler, { store, cache, events: this.#recorder, observer }),
      clock,
      random,
      log,
      turn: this.turn,
      workers,
      observer,
      queueObserver: this.#options.observer?.workqueue(kind),
    });
    const begin = (): Promise<void> =>
      this.turn.each(cache.list(), (object) =>
        queueChanged(controller, { origin: "list", before: undefined, after: object }),
      );
    this.#controllers.set(kindText(kind), { controller, begin });
    cache.onChange((change) => queueChanged(controller, change));
    return controller;
  }

  /** Requeues a key, if its kind has a controller. */
  enqueue(kind: Kind, key: ObjectKey, priority?: Priority): void {
    this.#controllers.get(kindText(kind))?.controller.enqueue(key, priority);
  }

  /**
   * Has something done for each of these objects, of which there may be thousands, in as many turns of the event loop as that takes. An
   * error is logged.
   *
   * @param wake e.g. queues it
   */
  wakeEach<Item>(items: () => Iterable<Item>, wake: (item: Item) => void): void {
    const all = async (): Promise<void> => this.turn.each(items(), wake);
    all().catch((error: unknown) => this.#options.log.error("objects could not be woken", { error }));
  }

  get hasSynced(): boolean {
    return this.#caches.values().every((cache) => cache.hasSynced);
  }

  /** Whether all objects of a namespace have ever been listed. */
  hasListed(namespace: string): boolean {
    return this.#caches.values().every((cache) => cache.isOptional || cache.hasListed(namespace));
  }

  /** Watched namespaces without read access at present, in alphabetical order. */
  get refusedNamespaces(): readonly string[] {
    const needed = this.#caches.values().filter((cache) => !cache.isOptional);
    return [...new Set(needed.flatMap((cache) => cache.refused))].toSorted();
  }

  /** The added controllers. */
  get controllers(): readonly Controller[] {
    return [...this.#controllers.values()].map(({ controller }) => controller);
  }

  /** The age of the oldest running reconcile of all controllers. */
  longestRunningMs(): number {
    return Math.max(0, ...this.#controllers.values().map(({ controller }) => controller.longestRunningMs()));
  }

  /**
   * Fills the caches and keeps them up to date until the signal aborts. Each watched namespace has a separate
   * reflector, so that a lost permission in one does not affect the others.
   */
  async runCaches(signal: AbortSignal): Promise<void> {
    this.#cachesRun = true;
    const { store, clock, random, log, observer } = this.#options;
    const reflectors = [...this.#caches.values()].flatMap((cache) =>
      [...sourcesOf(store)].map(([namespace, source]) =>
        reflect(
          {
            kind: cache.kind,
            store: source,
            cache: cache.part(namespace),
            clock,
            turn: this.turn,
            random,
            log: namespace === undefined ? log : log.with({ namespace }),
            observer: observer?.reflector(cache.kind, namespace),
          },
          signal,
        ),
      ),
    );
    await Promise.all(reflectors);
  }

  /** Waits for the caches, then reconciles until the signal aborts and the last reconcile has ended. */
  async runControllers(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([Promise.all([...this.#caches.values()].map((cache) => cache.synced)), aborted]);
    await Promise.all([
      this.#recorder.run(signal),
      ...[...this.#controllers.values()].map(({ controller, begin }) => controller.run(begin, signal)),
    ]);
  }

  /** Caches and controllers, for a process without leader election. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.runCaches(signal), this.runControllers(signal)]);
  }
}

function kindText(kind: Kind): string {
  return `${kind.group}/${kind.kind}`;
}
