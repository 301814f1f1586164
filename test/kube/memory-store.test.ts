import { describe, expect, test } from "vitest";
import type { Kind } from "../../src/api/object.ts";
import { type Manifest, MemoryStore, type MemoryStoreOptions } from "../../src/kube/memory-store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { StoreError, type WatchEvent } from "../../src/runtime/store.ts";

const kind: Kind = { group: "test.dev", version: "v1", kind: "Widget", plural: "widgets", shortNames: [] };
const other: Kind = { ...kind, kind: "Gadget", plural: "gadgets" };
const key = { namespace: "default", name: "a" };
const signal = new AbortController().signal;

function manifest(spec: unknown = { size: 1 }, extra: Partial<Manifest["metadata"]> = {}): Manifest {
  return { apiVersion: "test.dev/v1", kind: "Widget", metadata: { name: "a", ...extra }, spec };
}

function world(options: Partial<MemoryStoreOptions> = {}) {
  const clock = new VirtualClock();
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: undefined, ...options });
  return { clock, store };
}

function collect(store: MemoryStore, resourceVersion: string, abort = signal) {
  const seen: WatchEvent[] = [];
  const state: { end?: unknown } = {};
  const run = async (): Promise<void> => {
    for await (const event of store.watch(kind, resourceVersion, abort)) seen.push(event);
  };
  run().then(
    () => {
      state.end = "closed";
    },
    (error: unknown) => {
      state.end = error;
    },
  );
  return { seen, state, texts: () => seen.map(eventText) };
}

function eventText(event: WatchEvent): string {
  if (event.kind === "bookmark") return `bookmark ${event.resourceVersion}`;
  return `${event.kind} ${event.object.metadata.name} ${event.object.metadata.resourceVersion}`;
}

function reasonOf(error: unknown): string {
  return error instanceof StoreError ? error.reason : String(error);
}

describe("objects", () => {
  test("a new object gets uid, version, generation 1 and a time in whole seconds", () => {
    const { store } = world();
    expect(store.apply(manifest()).metadata).toEqual({
      name: "a",
      namespace: "default",
      uid: "uid-1",
      resourceVersion: "2",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    });
  });

  test("generation grows with the spec and with nothing else", async () => {
    const { store } = world();
    const first = store.apply(manifest());
    const labelled = store.apply(manifest({ size: 1 }, { labels: { team: "x" } }));
    const annotated = await store.patchMetadata(kind, labelled, { annotations: { note: "y" } }, signal);
    const reported = await store.applyStatus(kind, annotated, { ready: true }, signal);
    const resized = store.apply(manifest({ size: 2 }, { labels: { team: "x" } }));
    expect([first, labelled, annotated, reported, resized].map((object) => object.metadata.generation)).toEqual([
      1, 1, 1, 1, 2,
    ]);
    expect(resized.status).toEqual({ ready: true });
  });

  test("a write that changes nothing makes no new version and no event", async () => {
    const { store, clock } = world();
    const first = await store.applyStatus(kind, store.apply(manifest()), { a: 1, b: [2] }, signal);
    const watch = collect(store, first.metadata.resourceVersion);
    store.apply(manifest());
    await store.applyStatus(kind, first, { b: [2], a: 1, c: undefined }, signal);
    await store.patchMetadata(kind, first, { removeFinalizer: "none" }, signal);
    await clock.advance(0);
    expect(store.object(kind, key)).toBe(first);
    expect(watch.seen).toEqual([]);
  });

  test("an apply keeps what others wrote and removes what the last manifest held", async () => {
    const { store } = world();
    const first = store.apply(manifest({}, { labels: { old: "1", both: "1" }, annotations: { mine: "1" } }));
    await store.patchMetadata(kind, first, { addFinalizer: "f", annotations: { "operator/x": "y" } }, signal);
    const { metadata } = store.apply(manifest({}, { labels: { both: "2" } }));
    expect(metadata.labels).toEqual({ both: "2" });
    expect(metadata.annotations).toEqual({ "operator/x": "y" });
    expect(metadata.finalizers).toEqual(["f"]);
  });

  test("what goes out is frozen and cut off from what came in", async () => {
    const { store } = world();
    const spec = { list: [1] };
    const stored = store.apply(manifest(spec));
    spec.list.push(2);
    expect(stored.spec).toEqual({ list: [1] });
    expect(() => Object.assign(stored.spec as object, { more: 1 })).toThrow(TypeError);
    const status = { conditions: [{ type: "Ready" }] };
    const reported = await store.applyStatus(kind, stored, status, signal);
    status.conditions.pop();
    expect(reported.status).toEqual({ conditions: [{ type: "Ready" }] });
  });

  test("admission sets defaults and can refuse", () => {
    const { store } = world({
      admit: (object, before) => {
        if (before !== undefined) throw new StoreError("Invalid", "spec is immutable");
        return { ...object, status: { phase: "Pending" } };
      },
    });
    expect(store.apply(manifest()).status).toEqual({ phase: "Pending" });
    expect(() => store.apply(manifest({ size: 2 }))).toThrow("spec is immutable");
  });
});

describe("conflicts", () => {
  test("metadata of an older version is refused", async () => {
    const { store } = world();
    const old = store.apply(manifest());
    store.apply(manifest({ size: 2 }));
    const refused = store.patchMetadata(kind, old, { addFinalizer: "f" }, signal);
    await expect(refused).rejects.toMatchObject({ reason: "Conflict" });
  });

  test("a status goes on whatever the version, but never to another object of that name", async () => {
    const { store } = world();
    const old = store.apply(manifest());
    store.apply(manifest({ size: 2 }));
    expect((await store.applyStatus(kind, old, { x: 1 }, signal)).spec).toEqual({ size: 2 });
    store.delete(kind, key);
    await expect(store.applyStatus(kind, old, {}, signal)).rejects.toMatchObject({ reason: "NotFound" });
    store.apply(manifest());
    await expect(store.applyStatus(kind, old, {}, signal)).rejects.toMatchObject({ reason: "NotFound" });
  });
});

describe("deletion", () => {
  test("without finalizers an object is gone at once", async () => {
    const { store } = world();
    store.apply(manifest());
    expect(store.delete(kind, key)).toBe(true);
    expect(await store.get(kind, key, signal)).toBeUndefined();
    expect(store.delete(kind, key)).toBe(false);
  });

  test("by the operator is of the version that it has read", async () => {
    const { store } = world();
    const old = store.apply(manifest());
    const object = store.apply(manifest({ size: 2 }));
    await expect(store.deleteObject(kind, old, signal)).rejects.toMatchObject({ reason: "Conflict" });
    await store.deleteObject(kind, object, signal);
    expect(store.object(kind, key)).toBeUndefined();
    await expect(store.deleteObject(kind, object, signal)).rejects.toMatchObject({ reason: "NotFound" });
    store.apply(manifest({ size: 2 }));
    await expect(store.deleteObject(kind, object, signal)).rejects.toMatchObject({ reason: "NotFound" });
  });

  test("finalizers hold it, marked and with a new generation, until the last one goes", async () => {
    const { store, clock } = world();
    const start = store.apply(manifest());
    let object = await store.patchMetadata(kind, start, { addFinalizer: "one" }, signal);
    object = await store.patchMetadata(kind, object, { addFinalizer: "two" }, signal);
    const watch = collect(store, object.metadata.resourceVersion);
    store.delete(kind, key);
    await clock.advance(5000);
    store.delete(kind, key);
    object = store.object(kind, key) ?? start;
    expect(object.metadata).toMatchObject({ deletionTimestamp: "2026-01-01T00:00:00Z", generation: 2 });
    await expect(store.patchMetadata(kind, object, { addFinalizer: "three" }, signal)).rejects.toMatchObject({
      reason: "Invalid",
    });
    object = await store.patchMetadata(kind, object, { removeFinalizer: "one" }, signal);
    expect(store.object(kind, key)).toBe(object);
    await store.patchMetadata(kind, object, { removeFinalizer: "two" }, signal);
    await clock.advance(0);
    expect(store.objects()).toEqual([]);
    expect(watch.texts()).toEqual(["modified a 5", "modified a 6", "deleted a 7"]);
  });

  test("an object made again under the old name is another object", () => {
    const { store } = world();
    const first = store.apply(manifest({ size: 2 }));
    store.delete(kind, key);
    const second = store.apply(manifest({ size: 2 }));
    expect([first.metadata.uid, second.metadata.uid]).toEqual(["uid-1", "uid-2"]);
    expect(second.metadata.generation).toBe(1);
  });
});

describe("watches", () => {
  test("go on after the version they are given, with their kind only", async () => {
    const { store, clock } = world();
    store.apply(manifest());
    const { resourceVersion } = await store.list(kind, signal);
    store.apply(manifest({ size: 2 }));
    const watch = collect(store, resourceVersion);
    await clock.advance(0);
    store.apply({ ...manifest(), kind: other.kind });
    store.apply(manifest({ size: 3 }));
    await clock.advance(0);
    expect(watch.texts()).toEqual(["modified a 3", "modified a 5"]);
  });

  test("show a bookmark while all is quiet and end in order", async () => {
    const { store, clock } = world();
    const watch = collect(store, "1");
    store.apply({ ...manifest(), kind: other.kind });
    await clock.advance(30_000);
    expect(watch.texts()).toEqual(["bookmark 2"]);
    await clock.advance(15_000);
    expect(watch.state.end).toBe("closed");
    expect(store.openWatches).toBe(0);
  });

  test("end with the signal's reason", async () => {
    const { store, clock } = world();
    const abort = new AbortController();
    const watch = collect(store, "1", abort.signal);
    await clock.advance(0);
    abort.abort("enough");
    await clock.advance(0);
    expect(watch.state.end).toBe("enough");
    expect(store.openWatches).toBe(0);
  });

  test("from before the history are Gone, from the future Unavailable, from nowhere Invalid", async () => {
    const { store, clock } = world({ historyLimit: 2 });
    for (let size = 1; size <= 6; size++) store.apply(manifest({ size }));
    const ends = ["1", "5", "99", "x"].map((from) => collect(store, from));
    await clock.advance(0);
    expect(ends.map(({ state, seen }) => (state.end === undefined ? seen.length : reasonOf(state.end)))).toEqual([
      "Gone",
      2,
      "Unavailable",
      "Invalid",
    ]);
  });

  test("of an empty store begin at the version of its list, and know of nothing before and after it", async () => {
    const { store, clock } = world();
    const { resourceVersion } = await store.list(kind, signal);
    const watches = ["0", "1", "2"].map((from) => collect(store, from));
    await clock.advance(0);
    store.bookmarkWatches();
    await clock.advance(0);
    expect(resourceVersion).toBe("1");
    expect(watches.map(({ state, texts }) => (state.end === undefined ? texts() : reasonOf(state.end)))).toEqual([
      "Gone",
      ["bookmark 1"],
      "Unavailable",
    ]);
  });

  test("keep the order of events when the delay shrinks", async () => {
    const { store, clock } = world();
    const watch = collect(store, "1");
    await clock.advance(0);
    store.faults.watchDelayMs = 1000;
    store.apply(manifest());
    store.faults.watchDelayMs = 0;
    store.apply(manifest({ size: 2 }));
    await clock.advance(999);
    expect(watch.seen).toEqual([]);
    await clock.advance(1);
    expect(watch.texts()).toEqual(["added a 2", "modified a 3"]);
  });

  test("can be cut, silenced, and made to miss an event", async () => {
    const { store, clock } = world();
    const silent = collect(store, "1");
    await clock.advance(0);
    store.silenceWatches();
    const cut = collect(store, "1");
    await clock.advance(0);
    store.faults.dropEvents(1);
    store.apply(manifest());
    store.apply(manifest({ size: 2 }));
    await clock.advance(0);
    expect(cut.texts()).toEqual(["modified a 3"]);
    await clock.advance(60_000);
    expect(silent.seen).toEqual([]);
    expect(silent.state.end).toBeUndefined();
    store.cutWatches(new StoreError("Unavailable", "reset"));
    await clock.advance(0);
    expect(reasonOf(silent.state.end)).toBe("Unavailable");
  });
});

describe("faults", () => {
  test("a refused call changes nothing, a lost response does", async () => {
    const { store } = world();
    const object = store.apply(manifest());
    store.faults.fail("applyStatus", 1, new StoreError("Unavailable", "down"));
    await expect(store.applyStatus(kind, object, { n: 1 }, signal)).rejects.toThrow("down");
    expect(store.object(kind, key)?.status).toBeUndefined();
    store.faults.loseResponse("applyStatus", 1, new StoreError("Unavailable", "reset"));
    await expect(store.applyStatus(kind, object, { n: 2 }, signal)).rejects.toThrow("reset");
    expect(store.object(kind, key)?.status).toEqual({ n: 2 });
    expect((await store.applyStatus(kind, object, { n: 3 }, signal)).status).toEqual({ n: 3 });
  });

  test("a call that hangs ends with its signal, a slow one takes its time", async () => {
    const { store, clock } = world();
    const abort = new AbortController();
    store.faults.hang("list", 1);
    const hung = store.list(kind, abort.signal);
    await clock.advance(1000);
    abort.abort("enough");
    await expect(hung).rejects.toBe("enough");
    store.faults.delay("list", 500);
    let done = false;
    const slow = store.list(kind, signal).then(() => {
      done = true;
    });
    await clock.advance(499);
    expect(done).toBe(false);
    await clock.advance(1);
    await slow;
    expect(done).toBe(true);
  });
});

test("a restored snapshot holds the same objects, and every earlier version is Gone", async () => {
  const { store, clock } = world();
  const object = await store.patchMetadata(
    kind,
    store.apply(manifest({ size: 1 }, { labels: { a: "1" } })),
    { addFinalizer: "f" },
    signal,
  );
  const saved: unknown = JSON.parse(JSON.stringify(store.snapshot()));
  const next = world().store;
  next.restore(saved as ReturnType<MemoryStore["snapshot"]>);
  expect(next.object(kind, key)).toEqual(object);
  expect(next.apply(manifest({ size: 1 })).metadata).toMatchObject({ uid: object.metadata.uid, finalizers: ["f"] });
  expect(next.object(kind, key)?.metadata.labels).toBeUndefined();
  const open = collect(store, "1");
  store.restore(store.snapshot());
  const late = collect(store, "2");
  await clock.advance(0);
  expect(open.state.end).toBe("closed");
  expect(reasonOf(late.state.end)).toBe("Gone");
});

test("a bookmark on demand takes a watch past what it was not shown", async () => {
  const { clock, store } = world();
  const { texts } = collect(store, "1");
  await clock.advance(0);
  store.faults.dropEvents(1);
  store.apply(manifest());
  store.bookmarkWatches();
  await clock.advance(0);
  expect(texts()).toEqual(["bookmark 2"]);
});
