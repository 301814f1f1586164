import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Kind } from "../api/object.ts";
import type { Clock } from "./clock.ts";
import type { Controller, ControllerObserver, ReconcileResult } from "./controller.ts";
import type { ReflectorObserver, WatchEnd } from "./reflector.ts";
import type { Runtime, RuntimeObserver } from "./runtime.ts";
import type { WorkqueueObserver } from "./workqueue.ts";

/** As in controller-runtime. */
const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
/** As in client-go's work queue: powers of ten. */
const queueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

const results: readonly ReconcileResult[] = ["success", "error", "requeue", "requeue_after", "conflict"];
const watchEnds: readonly WatchEnd[] = ["closed", "gone", "silent", "failed"];

/** Of a reflector: its last activity, and the last sign of life of the server; monotonic. */
interface Signs {
  readonly kind: string;
  readonly namespace: string | undefined;
  active: number;
  heard: number;
}

/**
 * Metrics of the runtime, with the names of controller-runtime and client-go, so that their dashboards work unchanged.
 * A controller is named as there: its kind in lower case.
 */
export class RuntimeMetrics implements RuntimeObserver {
  readonly #clock: Clock;
  readonly #registry: Registry;
  readonly #reconciles: Counter<"controller" | "result">;
  readonly #errors: Counter<"controller">;
  readonly #times: Histogram<"controller">;
  readonly #statusWrites: Counter<"controller">;
  readonly #adds: Counter<"name" | "controller">;
  readonly #retries: Counter<"name" | "controller">;
  readonly #waits: Histogram<"name" | "controller">;
  readonly #work: Histogram<"name" | "controller">;
  readonly #lists: Counter<"kind" | "result">;
  readonly #watches: Counter<"kind" | "end">;
  readonly #leading: Gauge<"name">;
  readonly #requests: Counter<"method" | "code">;
  readonly #signs: Signs[] = [];

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry;
    this.#clock = clock;
    const registers = [registry];
    this.#reconciles = new Counter({
      name: "controller_runtime_reconcile_total",
      help: "Reconciles by controller and result; conflict: the object changed during the reconcile.",
      labelNames: ["controller", "result"],
      registers,
    });
    this.#errors = new Counter({
      name: "controller_runtime_reconcile_errors_total",
      help: "Reconciles that failed unexpectedly.",
      labelNames: ["controller"],
      registers,
    });
    this.#times = new Histogram({
      name: "controller_runtime_reconcile_time_seconds",
      help: "Duration of a reconcile.",
      labelNames: ["controller"],
      buckets: reconcileBuckets,
      registers,
    });
    this.#statusWrites = new Counter({
      name: "status_writes_total",
      help: "Statuses that were applied because they differed.",
      labelNames: ["controller"],
      registers,
    });
    const queue = { labelNames: ["name", "controller"] as const, registers };
    this.#adds = new Counter({ name: "workqueue_adds_total", help: "Keys that were added.", ...queue });
    this.#retries = new Counter({ name: "workqueue_retries_total", help: "Keys added again with backoff.", ...queue });
    this.#waits = new Histogram({
      name: "workqueue_queue_duration_seconds",
      help: "How long a key waited for a worker.",
      buckets: queueBuckets,
      ...queue,
    });
    this.#work = new Histogram({
      name: "workqueue_work_duration_seconds",
      help: "How long the work on a key took.",
      buckets: queueBuckets,
      ...queue,
    });
    this.#lists = new Counter({
      name: "reflector_lists_total",
      help: "Lists of the objects of a kind, by result.",
      labelNames: ["kind", "result"],
      registers,
    });
    this.#watches = new Counter({
      name: "reflector_watches_total",
      help: "Watches that ended, by how: closed is the server's own time limit.",
      labelNames: ["kind", "end"],
      registers,
    });
    this.#reflectorAges();
    this.#leading = new Gauge({
      name: "leader_election_master_status",
      help: "1 while this replica holds the lease of that name.",
      labelNames: ["name"],
      registers,
    });
    this.#requests = new Counter({
      name: "rest_client_requests_total",
      help: "Requests to the API server by method and HTTP status; <error>: no answer.",
      labelNames: ["method", "code"],
      registers,
    });
  }

  /** Reports the state of the controllers of this runtime at each scrape. */
  follow(runtime: Runtime): void {
    const gauge = (name: string, help: string, value: (controller: Controller) => number): void => {
      const isQueue = name.startsWith("workqueue_");
      new Gauge({
        name,
        help,
        labelNames: isQueue ? ["name", "controller"] : ["controller"],
        registers: [this.#registry],
        collect() {
          for (const controller of runtime.controllers) {
            const labels = queueLabels(controller.kind);
            this.set(isQueue ? labels : { controller: labels.controller }, value(controller));
          }
        },
      });
    };
    gauge("controller_runtime_max_concurrent_reconciles", "Workers of a controller.", ({ workers }) => workers);
    gauge("controller_runtime_active_workers", "Workers that are busy.", ({ running }) => running);
    gauge("workqueue_depth", "Keys that wait for a worker.", ({ depth }) => depth);
    gauge(
      "workqueue_longest_running_processor_seconds",
      "Age of the oldest running reconcile.",
      (controller) => controller.longestRunningMs() / 1000,
    );
  }

  controller(kind: Kind): ControllerObserver {
    const controller = controllerName(kind);
    for (const result of results) this.#reconciles.inc({ controller, result }, 0);
    this.#errors.inc({ controller }, 0);
    this.#statusWrites.inc({ controller }, 0);
    return {
      reconciled: (result, tookMs) => {
        this.#reconciles.inc({ controller, result });
        if (result === "error") this.#errors.inc({ controller });
        this.#times.observe({ controller }, tookMs / 1000);
      },
      statusWritten: () => this.#statusWrites.inc({ controller }),
    };
  }

  workqueue(kind: Kind): WorkqueueObserver {
    const labels = queueLabels(kind);
    this.#adds.inc(labels, 0);
    this.#retries.inc(labels, 0);
    return {
      // Read from the queue itself at each scrape.
      depth: () => undefined,
      added: () => this.#adds.inc(labels),
      retried: () => this.#retries.inc(labels),
      taken: (waitedMs) => this.#waits.observe(labels, waitedMs / 1000),
      finished: (workedMs) => this.#work.observe(labels, workedMs / 1000),
    };
  }

  reflector({ kind }: Kind, namespace: string | undefined): ReflectorObserver {
    const now = this.#clock.monotonic();
    const signs: Signs = { kind, namespace, active: now, heard: now };
    this.#signs.push(signs);
    for (const result of ["success", "error"]) this.#lists.inc({ kind, result }, 0);
    for (const end of watchEnds) this.#watches.inc({ kind, end }, 0);
    const sign = (heard: boolean): void => {
      signs.active = this.#clock.monotonic();
      if (heard) signs.heard = signs.active;
    };
    return {
      listed: () => {
        sign(true);
        this.#lists.inc({ kind, result: "success" });
      },
      heard: () => sign(true),
      watchEnded: (end) => {
        sign(end === "closed" || end === "gone");
        this.#watches.inc({ kind, end });
      },
      listFailed: (isAllowed) => {
        sign(isAllowed);
        this.#lists.inc({ kind, result: "error" });
      },
    };
  }

  leading(name: string, leading: boolean): void {
    this.#leading.set({ name }, leading ? 1 : 0);
  }

  /** @param code undefined: no answer came */
  request(method: string, code: number | undefined): void {
    this.#requests.inc({ method, code: code === undefined ? "<error>" : String(code) });
  }

  /** The reflectors without a list, a watch event or a failure for so long, which hang, by kind and namespace. */
  hangingReflectors(forMs: number): readonly string[] {
    const now = this.#clock.monotonic();
    return this.#signs
      .filter(({ active }) => now - active > forMs)
      .map(({ kind, namespace }) => (namespace === undefined ? kind : `${kind} in ${namespace}`));
  }

  #reflectorAges(): void {
    const [signs, clock] = [this.#signs, this.#clock];
    new Gauge({
      name: "reflector_last_heard_age_seconds",
      help: "Since when the API server has shown nothing new of a kind, not even a bookmark or the end of a watch.",
      labelNames: ["kind", "object_namespace"],
      registers: [this.#registry],
      collect() {
        const now = clock.monotonic();
        for (const { kind, namespace, heard } of signs) {
          const labels = namespace === undefined ? { kind } : { kind, object_namespace: namespace };
          this.set(labels, (now - heard) / 1000);
        }
      },
    });
  }
}

function controllerName({ kind }: Kind): string {
  return kind.toLowerCase();
}

function queueLabels(kind: Kind): { readonly name: string; readonly controller: string } {
  return { name: controllerName(kind), controller: controllerName(kind) };
}
