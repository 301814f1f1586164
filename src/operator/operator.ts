import type { KubeObject, ObjectKey } from "../api/object.ts";
import { BatchJobKind, kinds } from "../api/v1alpha1/kinds.ts";
import type { BatchRegion } from "../aws/region.ts";
import { type ClusterNameRefused, misnamed } from "../controllers/cluster-name.ts";
import { foundBy, indexes } from "../controllers/indexes.ts";
import type { JobsRuntime } from "../controllers/kinds/batch-job/controller.ts";
import { digestOf } from "../controllers/kinds/batch-job/digest.ts";
import { JobCircles } from "../controllers/kinds/batch-job/job-circles.ts";
import { Turns } from "../controllers/kinds/batch-job/submission-turns.ts";
import { kindEntries } from "../controllers/kinds/index.ts";
import type { Objects, Ports } from "../controllers/ports.ts";
import { indexNames } from "../controllers/references/index-names.ts";
import { isAtRest, stubOf } from "../controllers/references/stub.ts";
import { relatedTo, type Woken, wokenByNamespace, wokenByObject } from "../controllers/wakes.ts";
import type { EventsState } from "../events/region-events.ts";
import type { NamespaceMetadata } from "../kube/namespaces.ts";
import { namespaceKind } from "../kube/resource.ts";
import { childSignal } from "../runtime/abort.ts";
import { type Change, keepsAll, type ObjectCache } from "../runtime/cache.ts";
import type { RoomLimits } from "../runtime/cache-limits.ts";
import type { Controller } from "../runtime/controller.ts";
import { differOnlyInStatus } from "../runtime/object-reconciler.ts";
import { Runtime, type RuntimeObserver } from "../runtime/runtime.ts";
import { type Store, StoreError } from "../runtime/store.ts";
import { OpenRegions, type RegionOptions } from "./open-regions.ts";

/** Passes over jobs at a time: as many requests may wait for AWS's answers, so 25 a second as long as one takes 400 ms. */
const jobsAtATime = 10;
/** The same over the objects of each other kind. */
const othersAtATime = 4;

export interface OperatorOptions extends RegionOptions {
  readonly store: Store;
  /** Which of the watched objects are reconciled here. Others are only observed. */
  readonly reconciles: (object: KubeObject) => boolean;
  /** The keys of the labels that `reconciles` needs; undefined: none. */
  readonly shardLabels: ReadonlySet<string> | undefined;
  /** How much the caches of objects keep. */
  readonly roomLimits: RoomLimits;
  readonly observer: RuntimeObserver | undefined;
}

export interface Operator {
  readonly runtime: Runtime;
  readonly objects: Objects;
  readonly ports: Ports;
  /** The circles of jobs, and how many steps their search took. */
  readonly circles: Pick<JobCircles, "steps">;
  /** The lines in which jobs wait to be submitted. */
  readonly turns: Pick<Turns, "places">;
  /** The observed regions. */
  observed(): readonly BatchRegion[];
  /** Whether events arrive, by region; undefined: no queue is listened to. */
  events(): readonly EventsState[] | undefined;
  /** The part that ended unexpectedly; undefined: all are running. */
  fault(): string | undefined;
  /** Keeps the caches of objects up to date until the signal aborts: the only work of a standby replica. */
  follow(signal: AbortSignal): Promise<void>;
  /**
   * Runs controllers and observers of AWS until the signal aborts; called once, by the leader.
   * @throws ClusterNameRefused
   */
  lead(signal: AbortSignal): Promise<void>;
}

/** Composes the operator, in the same way for every store and every AWS. */
export function createOperator(options: OperatorOptions): Operator {
  const { clock, random, log, observer } = options;
  const { store, roomLimits } = options;
  const runtime = new Runtime({ store, clock, random, log, observer, roomLimits });
  const namespaces = runtime.cache(namespaceKind, { ...keepsAll, optional: true });
  const objects: Objects = {
    get: (kind, key) => runtime.cache(kind).get(key),
    list: (kind) => runtime.cache(kind).list(),
    having: (kind, index, text) => runtime.cache(kind).byIndex(index, text),
    texts: (kind, index) => runtime.cache(kind).valuesOf(index),
    ...foundBy((kind, index, text) => objects.having(kind, index, text)),
    // The objects of a namespace that was never read are unknown.
    watches: (namespace) => runtime.hasListed(namespace),
    namespace: async (name) => namespaceIn(namespaces, name),
  };
  const around = { defaultRegion: options.settings.region, cluster: options.cluster };
  for (const kind of kinds) {
    const stubs = {
      of: stubOf(kind, options.shardLabels ?? new Set()),
      suffices: (object: KubeObject) => isAtRest(object, options.reconciles, options.settings),
    };
    const digest = kind === BatchJobKind ? digestOf : undefined;
    const cache = runtime.cache(kind, { optional: false, digest, stubs });
    for (const index of indexNames) cache.addIndex(index, (object) => indexes[index](kind, object, around));
  }
  namespaces.onChange(({ origin, before, after }) => {
    const priority = origin === "list" ? "low" : "high";
    const wake = ({ kind, key }: Woken): void => runtime.enqueue(kind, key, priority);
    runtime.wakeEach(() => wokenByNamespace(before, after, objects), wake);
  });
  const stop = new AbortController();
  const regions = new OpenRegions(options, runtime, objects, stop.signal);
  let processId: string | undefined;
  const ports: Ports = {
    clock,
    // Two processes may begin in the same millisecond.
    processId: () => (processId ??= `${clock.now().toString(36)}-${random().toString(36).slice(2, 12)}`),
    store: runtime.store,
    objects,
    regions,
    cluster: options.cluster,
    settings: options.settings,
    reconciles: options.reconciles,
    misnamed: (object) => misnamed(object, options.cluster, options.settings.names.clusterPrefix),
  };
  const wake = (key: ObjectKey): void => runtime.enqueue(BatchJobKind, key, "high");
  const jobs: JobsRuntime = {
    onChange: (listener) => runtime.cache(BatchJobKind).onChange(listener),
    circles: new JobCircles({ clock, wake }),
    turns: new Turns({ clock, wake }),
  };
  for (const own of kinds) {
    const workers = own === BatchJobKind ? jobsAtATime : othersAtATime;
    const controller = runtime.add(kindEntries[own.kind].reconciler(ports, { jobs }), workers);
    for (const kind of relatedTo(own)) {
      runtime.cache(kind).onChange((change) => {
        runtime.wakeEach(() => wokenByObject(own, change, objects), waking(controller, change));
      });
    }
  }
  const lead = async (signal: AbortSignal): Promise<void> => {
    const end = (): void => stop.abort(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    const working = childSignal(signal);
    let refused: ClusterNameRefused | undefined;
    regions.onRefused = (error) => {
      refused = error;
      working.abort(error);
    };
    await runtime.runControllers(working.signal);
    working.release();
    if (refused !== undefined) throw refused;
  };
  return {
    runtime,
    objects,
    ports,
    circles: jobs.circles,
    turns: jobs.turns,
    observed: () => regions.observed,
    events: () => regions.events,
    fault: () => regions.fault,
    follow: (signal) => runtime.runCaches(signal),
    lead,
  };
}

/** Queues whom a change of another object concerns. */
function waking(controller: Controller, { before, after }: Change): (key: ObjectKey) => void {
  const isSoon = before !== undefined && after !== undefined && differOnlyInStatus(before, after);
  return (key) => (isSoon ? controller.enqueueSoon(key) : controller.enqueue(key));
}

/** @throws StoreError if it cannot be read, or was not read yet */
function namespaceIn(cache: ObjectCache, name: string): NamespaceMetadata | undefined {
  const refusal = cache.refusalIn(name);
  if (refusal !== undefined) throw refusal;
  const found = cache.get({ namespace: name, name });
  if (found !== undefined)
    return { labels: found.metadata.labels ?? {}, annotations: found.metadata.annotations ?? {} };
  if (cache.hasListed(name)) return undefined;
  throw new StoreError("Unavailable", `namespace ${name} has not been read yet`);
}
