import { isWhole, type Kind, type KubeObject, type ObjectKey, type Whole } from "../api/object.ts";
import type { Change, ObjectCache } from "./cache.ts";
import type { Again, ControllerObserver, KeyReconciler, ReconcileContext } from "./controller.ts";
import { jsonEqual } from "./json-equal.ts";
import type { EventSink } from "./recorder.ts";
import type { ObjectEvent, Store } from "./store.ts";
import type { Priority } from "./workqueue.ts";

/** The logic of a controller of one kind of object. */
export interface Reconciler {
  readonly kind: Kind;
  /** As `KeyReconciler.reconcile`, for one object. */
  reconcile(object: KubeObject, context: ReconcileContext): Promise<Report>;
}

export interface Report {
  /** The whole status; undefined: no change. */
  readonly status: unknown;
  readonly events: readonly ObjectEvent[];
  readonly again: Again;
}

export interface ObjectPorts {
  /** Must write through to `cache`. */
  readonly store: Store;
  readonly cache: ObjectCache;
  readonly events: EventSink;
  readonly observer: ControllerObserver | undefined;
}

/**
 * Reconciles the cached objects of a kind: records the events of a report, and writes the status that it changes. Of a digest
 * nothing is written: when the report about it would change what it shows, the object is read live and reconciled again. A
 * stub is too little even for a report.
 */
export function ofObjects(reconciler: Reconciler, ports: ObjectPorts): KeyReconciler<KubeObject> {
  const { kind } = reconciler;
  const { cache, events, store, observer } = ports;
  const record = (object: KubeObject, { events: recorded }: Report): void => {
    for (const event of recorded) events.record(kind, object, event);
  };
  const writeStatus = async (object: Whole, status: unknown, signal: AbortSignal): Promise<void> => {
    if (status === undefined) return;
    const current = cache.get(object.metadata);
    if (current === undefined || isGone(current)) return;
    // The report is about a deleted object; the new one of that name is already queued.
    if (current.metadata.uid !== object.metadata.uid) return;
    const known = isWhole(current) ? current : object;
    // It became a digest meanwhile, and is queued.
    if (known.metadata.resourceVersion !== current.metadata.resourceVersion) return;
    if (jsonEqual(known.status, status)) return;
    await store.applyStatus(kind, known, status, signal);
    observer?.statusWritten();
  };
  const reconcileWhole = async (object: Whole, context: ReconcileContext): Promise<Again> => {
    const report = await reconciler.reconcile(object, context);
    context.signal.throwIfAborted();
    record(object, report);
    await writeStatus(object, report.status, context.signal);
    return report.again;
  };
  const reconcileLive = async ({ metadata }: KubeObject, context: ReconcileContext): Promise<Again> => {
    const whole = await store.get(kind, metadata, context.signal);
    if (whole?.metadata.uid !== metadata.uid || !isWhole(whole)) return { kind: "onChange" };
    return await reconcileWhole(whole, context);
  };
  const isShown = (digest: KubeObject, status: unknown): boolean =>
    status === undefined || jsonEqual(cache.digest({ ...digest, isDigest: undefined, status }).status, digest.status);
  return {
    kind,
    find(key) {
      const object = cache.get(key);
      return object === undefined || isGone(object) ? undefined : object;
    },
    async reconcile(object, context) {
      if (isWhole(object)) return await reconcileWhole(object, context);
      if (object.isStub === true) return await reconcileLive(object, context);
      const report = await reconciler.reconcile(object, context);
      context.signal.throwIfAborted();
      if (isShown(object, report.status)) {
        record(object, report);
        return report.again;
      }
      return await reconcileLive(object, context);
    },
  };
}

/** Where a changed object is queued, and how soon. */
export interface ObjectQueue {
  enqueue(key: ObjectKey, priority: Priority): void;
  enqueueSoon(key: ObjectKey): void;
}

/** Queues an object that changed. */
export function queueChanged(queue: ObjectQueue, { origin, before, after }: Change): void {
  const object = after ?? before;
  if (object === undefined) return;
  if (before !== undefined && after !== undefined && differOnlyInStatus(before, after)) {
    // Our own status needs no other reconcile. Another writer's status is corrected, but after a pause, so that two
    // writers do not alternate as fast as they can.
    if (origin === "watch") queue.enqueueSoon(object.metadata);
    if (origin !== "list") return;
  }
  const deletion = after === undefined || after.metadata.deletionTimestamp !== undefined;
  queue.enqueue(object.metadata, deletion || origin !== "list" ? "high" : "low");
}

/** Deleting and without finalizers: only the watch has not shown the deletion yet. */
function isGone(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  return deletionTimestamp !== undefined && finalizers.length === 0;
}

/** Whether two versions of one object differ at most in status; metadata.generation covers the spec. */
export function differOnlyInStatus(before: KubeObject, after: KubeObject): boolean {
  const comparable = ({ metadata }: KubeObject): unknown => ({ ...metadata, resourceVersion: "" });
  return jsonEqual(comparable(before), comparable(after));
}
