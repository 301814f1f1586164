import { isWhole, type Kind, type KubeObject, type ObjectKey } from "../api/object.ts";
import type { ObjectCache } from "./cache.ts";
import type { Store } from "./store.ts";

/**
 * The same store; answers of writes and live reads update the caches before the watch shows them. It refuses the status of a
 * digest, which would remove what the digest has not.
 */
export function writeThrough(store: Store, cacheOf: (kind: Kind) => ObjectCache | undefined): Store {
  async function noted<T extends KubeObject | undefined>(
    kind: Kind,
    key: ObjectKey,
    request: () => Promise<T>,
  ): Promise<T> {
    const own = cacheOf(kind)?.requestBegins(key);
    try {
      const object = await request();
      own?.answered(object);
      return object;
    } catch (error) {
      own?.failed();
      throw error;
    }
  }

  return {
    namespaces: store.namespaces,
    list: (kind, signal, keep) => store.list(kind, signal, keep),
    watch: (kind, resourceVersion, signal) => store.watch(kind, resourceVersion, signal),
    recordEvent: (event, signal) => store.recordEvent(event, signal),
    // Its answer is not an object. The live read of the next pass, or the watch, shows what it has come to.
    deleteObject: (kind, object, signal) => store.deleteObject(kind, object, signal),
    get: (kind, key, signal) => noted(kind, key, () => store.get(kind, key, signal)),
    patchMetadata: (kind, object, patch, signal) =>
      noted(kind, object.metadata, () => store.patchMetadata(kind, object, patch, signal)),
    async applyStatus(kind, object, status, signal) {
      if (!isWhole(object)) throw new Error(`the status of a digest of a ${kind.kind} is not written: read it live`);
      return await noted(kind, object.metadata, () => store.applyStatus(kind, object, status, signal));
    },
  };
}
