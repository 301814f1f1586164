import type { Kind, KubeObject, ObjectKey } from "../../src/api/object.ts";
import { MemoryStore, type MemoryStoreOptions } from "../../src/kube/memory-store.ts";
import { type Keeps, keepsAll, ObjectCache, type ObjectCacheOptions } from "../../src/runtime/cache.ts";
import { Room, roomLimits } from "../../src/runtime/cache-limits.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { collectingLog } from "../../src/runtime/log.ts";
import { seededRandom } from "../../src/runtime/random.ts";

export const widgetKind: Kind = {
  group: "test.dev",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  shortNames: [],
};
export const gadgetKind: Kind = { ...widgetKind, kind: "Gadget", plural: "gadgets" };

export function keyOf(name: string, namespace = "default"): ObjectKey {
  return { namespace, name };
}

/** A cache of widgets, with what a test does not say as it is for most kinds. */
export function widgetCache(options: Pick<ObjectCacheOptions, "clock" | "log"> & Partial<ObjectCacheOptions & Keeps>) {
  const { parts = [undefined], room = new Room(roomLimits) } = options;
  return new ObjectCache({ kind: widgetKind, parts, room, keeps: { ...keepsAll, ...options }, ...options });
}

/** A clock, a store and what else a runtime needs, all of it the same in each run. */
export function world(options: Partial<MemoryStoreOptions> = {}) {
  const clock = new VirtualClock();
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: undefined, ...options });
  const log = collectingLog();
  const abort = new AbortController();
  return {
    clock,
    store,
    log,
    random: seededRandom(1),
    observer: undefined,
    roomLimits,
    abort,
    signal: abort.signal,
    apply: (name: string, spec: unknown = {}, kind: Kind = widgetKind, namespace = "default"): KubeObject =>
      store.apply({ apiVersion: "test.dev/v1", kind: kind.kind, metadata: { name, namespace }, spec }),
    messages: () => log.lines.map(({ level, message }) => `${level}: ${message}`),
  };
}
