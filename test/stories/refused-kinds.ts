import type { Kind } from "../../src/api/object.ts";
import { type ObjectSource, type Store, StoreError } from "../../src/runtime/store.ts";

/** A cluster whose RBAC does not allow the operator to list and watch a kind while `isRefused`. */
export function refusing(store: Store, isRefused: (kind: Kind) => boolean): Store {
  const check = (kind: Kind): void => {
    if (isRefused(kind)) throw new StoreError("Forbidden", `${kind.plural} is forbidden`);
  };
  const source = (from: ObjectSource): ObjectSource => ({
    async list(kind, signal) {
      check(kind);
      return await from.list(kind, signal);
    },
    async *watch(kind, resourceVersion, signal) {
      check(kind);
      yield* from.watch(kind, resourceVersion, signal);
    },
  });
  return {
    ...source(store),
    namespaces: store.namespaces && new Map([...store.namespaces].map(([name, one]) => [name, source(one)])),
    get: (kind, key, signal) => store.get(kind, key, signal),
    patchMetadata: (kind, object, patch, signal) => store.patchMetadata(kind, object, patch, signal),
    applyStatus: (kind, object, status, signal) => store.applyStatus(kind, object, status, signal),
    deleteObject: (kind, object, signal) => store.deleteObject(kind, object, signal),
    recordEvent: (event, signal) => store.recordEvent(event, signal),
  };
}
