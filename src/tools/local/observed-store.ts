import type { RecordedEvent, Store } from "../../runtime/store.ts";

/** What follows the writes of the operator. */
export interface StoreListener {
  readonly onWrite: (what: "metadata" | "status") => void;
  readonly onEvent: (event: RecordedEvent) => void;
}

/** The same store, which calls the listener after each write of the operator. */
export function observedStore(store: Store, { onWrite, onEvent }: StoreListener): Store {
  return {
    list: (kind, signal, keep) => store.list(kind, signal, keep),
    watch: (kind, resourceVersion, signal) => store.watch(kind, resourceVersion, signal),
    get: (kind, key, signal) => store.get(kind, key, signal),
    async recordEvent(event, signal) {
      await store.recordEvent(event, signal);
      onEvent(event);
    },
    async patchMetadata(kind, object, patch, signal) {
      const patched = await store.patchMetadata(kind, object, patch, signal);
      onWrite("metadata");
      return patched;
    },
    async deleteObject(kind, object, signal) {
      await store.deleteObject(kind, object, signal);
      onWrite("metadata");
    },
    async applyStatus(kind, object, status, signal) {
      const applied = await store.applyStatus(kind, object, status, signal);
      onWrite("status");
      return applied;
    },
  };
}
