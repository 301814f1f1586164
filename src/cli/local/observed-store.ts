import type { Store } from "../../runtime/store.ts";

/** The same store, with a callback after each write of the operator. */
export function observedStore(store: Store, onWrite: (what: "metadata" | "status") => void): Store {
  return {
    list: (kind, signal) => store.list(kind, signal),
    watch: (kind, resourceVersion, signal) => store.watch(kind, resourceVersion, signal),
    get: (kind, key, signal) => store.get(kind, key, signal),
    recordEvent: (event, signal) => store.recordEvent(event, signal),
    async patchMetadata(kind, object, patch, signal) {
      const patched = await store.patchMetadata(kind, object, patch, signal);
      onWrite("metadata");
      return patched;
    },
    async applyStatus(kind, object, status, signal) {
      const applied = await store.applyStatus(kind, object, status, signal);
      onWrite("status");
      return applied;
    },
  };
}
