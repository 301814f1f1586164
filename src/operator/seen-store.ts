import type { KubeObject } from "../api/object.ts";
import type { ObjectSource, Store, WatchEvent } from "../runtime/store.ts";

/**
 * A store whose objects the operator sees otherwise than they are. What is written goes to the store as it is.
 *
 * @param seen changes nothing of what it has returned
 */
export function seenStore(store: Store, seen: (object: KubeObject) => KubeObject): Store {
  const seenSource = (source: ObjectSource): ObjectSource => ({
    async list(kind, signal, keep) {
      // A store in memory keeps the whole of each.
      const list = await source.list(kind, signal, keep && ((object) => keep(seen(object))));
      return { ...list, items: list.items.map(seen) };
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
    async applyStatus(kind, object, status, signal) {
      return seen(await store.applyStatus(kind, object, status, signal));
    },
    deleteObject: (kind, object, signal) => store.deleteObject(kind, object, signal),
    recordEvent: (event, signal) => store.recordEvent(event, signal),
  };
}

function seenEvent(event: WatchEvent, seen: (object: KubeObject) => KubeObject): WatchEvent {
  return event.kind === "bookmark" ? event : { ...event, object: seen(event.object) };
}
