import { kinds } from "../../../src/api/v1alpha1/kinds.ts";
import type { OracleFactory } from "../oracle.ts";

/** All is listed again every 15 minutes; one watch (45 s) and a list with its retries may lie between. */
const boundMs = 17 * 60_000;

/**
 * Promise 9. Any lost watch event costs time, never correctness: what a living process holds of an object is never
 * older than the resync bound. A process that was stopped, or to which the API server did not answer, is given the
 * bound again from then on (`lastDisturbance` is not enough: faults of the API server reach it too).
 */
export const resync: OracleFactory = (watched) => {
  /** By process and object: since when its cache has been behind. */
  const behindSince = new Map<string, number>();
  let checkedAt = 0;
  return {
    name: "9 a lost event costs time only",
    onTick() {
      const now = watched.clock.monotonic();
      if (now - checkedAt < 30_000) return undefined;
      checkedAt = now;
      const behind = new Set<string>();
      for (const process of watched.processes()) {
        if (process.ended) continue;
        for (const kind of kinds) {
          const cache = process.composed.operator.runtime.cache(kind);
          if (!cache.hasSynced) continue;
          for (const object of watched.store.objects(kind)) {
            const held = cache.get(object.metadata);
            if (held?.metadata.generation === object.metadata.generation && held.metadata.uid === object.metadata.uid) {
              continue;
            }
            behind.add(`${process.name} ${kind.kind} ${object.metadata.uid} ${object.metadata.generation}`);
          }
        }
      }
      for (const key of behindSince.keys()) if (!behind.has(key)) behindSince.delete(key);
      for (const key of behind) {
        const since = behindSince.get(key) ?? now;
        behindSince.set(key, since);
        if (now - since > boundMs)
          return `${key} (process, kind, uid, generation) has not been seen for ${(now - since) / 1000} s`;
      }
      return undefined;
    },
  };
};
