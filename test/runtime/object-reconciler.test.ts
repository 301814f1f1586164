import { describe, expect, it } from "vitest";
import { isWhole, type KubeObject } from "../../src/api/object.ts";
import { silentLog } from "../../src/runtime/log.ts";
import { ofObjects, type Report } from "../../src/runtime/object-reconciler.ts";
import type { ObjectEvent } from "../../src/runtime/store.ts";
import { writeThrough } from "../../src/runtime/write-through.ts";
import { keyOf, widgetCache, widgetKind, world } from "./world.ts";

interface Status {
  readonly done?: boolean;
  readonly detail?: string;
}

/** A widget that is done keeps only that. */
function digest(object: KubeObject): KubeObject {
  const { done } = (object.status ?? {}) as Status;
  return done === true && isWhole(object) ? { ...object, isDigest: true, spec: {}, status: { done } } : object;
}

const said: ObjectEvent = { type: "Normal", reason: "Said", note: "a note", action: "Say" };

/** A done widget in a store and a cache with digests, and a reconciler that reports what `report` returns. */
async function doneWidget(report: (object: KubeObject) => Partial<Report>) {
  const { store, clock, log, signal, apply } = world();
  const written = await store.applyStatus(widgetKind, apply("a", { size: 1 }), { done: true, detail: "all" }, signal);
  const cache = widgetCache({ clock, log, digest });
  cache.replace([written], cache.listBegins());
  const reconciled: KubeObject[] = [];
  const events: ObjectEvent[] = [];
  const reconciler = ofObjects(
    {
      kind: widgetKind,
      async reconcile(object) {
        reconciled.push(object);
        return { status: undefined, events: [said], again: { kind: "onChange" }, ...report(object) };
      },
    },
    {
      store: writeThrough(store, () => cache),
      cache,
      events: { record: (_kind, _object, event) => void events.push(event) },
      observer: undefined,
    },
  );
  const cached = cache.get(keyOf("a"));
  if (cached === undefined) throw new Error("no widget");
  const reconcile = (object = cached) => reconciler.reconcile(object, { signal, reconcileId: "1", log: silentLog });
  const status = () => store.object(widgetKind, keyOf("a"))?.status;
  return { store, cache, signal, written, reconcile, reconciled, events, status };
}

describe("a digest", () => {
  it("is reconciled without a read or a write where the report shows nothing else", async () => {
    const { store, reconcile, reconciled, events, status } = await doneWidget(() => ({ status: { done: true } }));
    const version = store.snapshot().resourceVersion;
    await reconcile();
    expect(reconciled.map(isWhole)).toEqual([false]);
    expect(events).toEqual([said]);
    expect(store.snapshot().resourceVersion).toBe(version);
    expect(status()).toEqual({ done: true, detail: "all" });
  });

  it("is read live and reconciled again where the report would change its status, so that nothing of it is lost", async () => {
    const again = { kind: "after", delayMs: 1 } as const;
    const { reconcile, reconciled, events, status } = await doneWidget(({ status: before }) => ({
      status: { ...(before as Status), done: false },
      again,
    }));
    expect(await reconcile()).toEqual(again);
    expect(reconciled.map(isWhole)).toEqual([false, true]);
    expect(events).toEqual([said]);
    expect(status()).toEqual({ done: false, detail: "all" });
  });

  it("is not written where the object is gone, or another has its name", async () => {
    const { store, reconcile, reconciled, status } = await doneWidget(() => ({ status: { done: false } }));
    store.delete(widgetKind, keyOf("a"));
    expect(await reconcile()).toEqual({ kind: "onChange" });
    store.apply({ apiVersion: "test.dev/v1", kind: "Widget", metadata: { name: "a" } });
    expect(await reconcile()).toEqual({ kind: "onChange" });
    expect(reconciled.map(isWhole)).toEqual([false, false]);
    expect(status()).toBeUndefined();
  });

  it("that a whole object became meanwhile keeps what it was given", async () => {
    const { written, reconcile, status } = await doneWidget(() => ({ status: { done: false } }));
    const { resourceVersion } = written.metadata;
    const before = { ...written.metadata, resourceVersion: String(Number(resourceVersion) - 1) };
    await reconcile({ ...written, metadata: before, status: { detail: "runs" } });
    expect(status()).toEqual({ done: true, detail: "all" });
  });

  it("has a status that is not written", async () => {
    const { store, cache, signal, status } = await doneWidget(() => ({}));
    const [kept] = cache.list();
    if (kept === undefined) throw new Error("no widget");
    const write = writeThrough(store, () => cache).applyStatus(widgetKind, kept, { done: true }, signal);
    await expect(write).rejects.toThrow("the status of a digest of a Widget is not written: read it live");
    expect(status()).toEqual({ done: true, detail: "all" });
  });
});
