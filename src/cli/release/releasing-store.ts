import type { Condition, KubeObject } from "../../api/object.ts";
import { dryRunAnnotation, pausedAnnotation } from "../../api/v1alpha1/annotations.ts";
import type { ObjectSource, Store, WatchEvent } from "../../runtime/store.ts";

/**
 * A store in which every object is being deleted with `deletionPolicy: Retain`, so that the controllers release it. The
 * objects themselves stay: only their finalizer is removed, and their status is reported to `onWait` and not written.
 * @param releasedAt RFC 3339, used as the deletion timestamp
 */
export function releasingStore(
  store: Store,
  releasedAt: string,
  onWait: (object: KubeObject, message: string) => void,
): Store {
  const seen = (object: KubeObject): KubeObject => asReleased(object, releasedAt);
  const seenSource = (source: ObjectSource): ObjectSource => ({
    async list(kind, signal) {
      const { items, resourceVersion } = await source.list(kind, signal);
      return { items: items.map(seen), resourceVersion };
    },
    async *watch(kind, resourceVersion, signal) {
      for await (const event of source.watch(kind, resourceVersion, signal)) yield seenEvent(event, seen);
    },
  });
  return {
    ...seenSource(store),
    namespaces: store.namespaces && new Map([...store.namespaces].map(([name, one]) => [name, seenSource(one)])),
    async get(kind, key, signal) {
      const object = await store.get(kind, key, signal);
      return object === undefined ? undefined : seen(object);
    },
    async patchMetadata(kind, object, patch, signal) {
      return seen(await store.patchMetadata(kind, object, patch, signal));
    },
    async applyStatus(_kind, object, status) {
      onWait(object, waitsFor(status));
      return object;
    },
    deleteObject: (kind, object, signal) => store.deleteObject(kind, object, signal),
    recordEvent: (event, signal) => store.recordEvent(event, signal),
  };
}

function asReleased(object: KubeObject, releasedAt: string): KubeObject {
  const {
    [pausedAnnotation]: _paused,
    [dryRunAnnotation]: _dryRun,
    ...annotations
  } = object.metadata.annotations ?? {};
  const deletionTimestamp = object.metadata.deletionTimestamp ?? releasedAt;
  return {
    ...object,
    metadata: { ...object.metadata, annotations, deletionTimestamp },
    spec: { ...(object.spec as object), deletionPolicy: "Retain" },
  };
}

function seenEvent(event: WatchEvent, seen: (object: KubeObject) => KubeObject): WatchEvent {
  return event.kind === "bookmark" ? event : { ...event, object: seen(event.object) };
}

/** Why the object has not been released yet, from its status. */
function waitsFor(status: unknown): string {
  const { conditions = [] } = status as { readonly conditions?: readonly Condition[] };
  const unread = conditions.find(({ type, status: value }) => type === "Synced" && value !== "True");
  return (unread ?? conditions.find(({ type }) => type === "Ready"))?.message ?? "";
}
