import { describe, expect, test } from "vitest";
import { MemoryLeaseStore } from "../../src/kube/memory-lease-store.ts";
import { LeaderElector, leaseTimes } from "../../src/runtime/leader.ts";
import { Runtime } from "../../src/runtime/runtime.ts";
import { type ObjectSource, type Store, StoreError } from "../../src/runtime/store.ts";
import { writeThrough } from "../../src/runtime/write-through.ts";
import { gadgetKind, keyOf, world as plainWorld, widgetKind } from "./world.ts";

/** Replicas of one operator in one process, on one clock, one store and one lease. */
function world() {
  const base = plainWorld();
  const leases = new MemoryLeaseStore(base.clock);
  const written: string[] = [];
  const replica = (name: string) => {
    const abort = new AbortController();
    const runtime = new Runtime(base);
    runtime.add(
      {
        kind: widgetKind,
        reconcile: async (object) => {
          written.push(`${name}: ${object.metadata.name} ${String(object.spec)}`);
          return { status: { by: name, of: object.spec }, events: [], again: { kind: "onChange" } };
        },
      },
      4,
    );
    const elector = new LeaderElector({
      ...base,
      leases,
      identity: name,
      times: leaseTimes,
      quietMs: () => 0,
      onLeading: undefined,
    });
    void runtime.runCaches(abort.signal);
    void elector.run(abort.signal, (signal) => runtime.runControllers(signal));
    return { runtime, stop: () => abort.abort(new Error("stop")) };
  };
  return { ...base, replica, written };
}

test("of two replicas one works; when it stops the other goes on where it was", async () => {
  const w = world();
  const a = w.replica("a");
  await w.clock.advance(100);
  const b = w.replica("b");
  w.apply("x", 1);
  await w.clock.advance(60_000);
  expect(w.written).toEqual(["a: x 1"]);
  expect(b.runtime.cache(widgetKind).get(keyOf("x"))?.status).toEqual({ by: "a", of: 1 });
  a.stop();
  w.apply("x", 2);
  await w.clock.advance(3000);
  expect(w.written.slice(1)).toEqual(["b: x 2"]);
  expect(w.store.object(widgetKind, keyOf("x"))?.status).toEqual({ by: "b", of: 2 });
});

test("the same seeds give the same run", async () => {
  const runs = await Promise.all(
    [1, 2].map(async () => {
      const w = world();
      w.replica("a");
      w.replica("b");
      for (let i = 0; i < 20; i++) {
        w.apply(`w${i % 4}`, i);
        if (i % 6 === 0) w.store.cutWatches();
        await w.clock.advance(i * 200);
      }
      return { written: w.written, objects: w.store.objects(), log: w.messages() };
    }),
  );
  expect(runs[0]?.written.length).toBeGreaterThan(10);
  expect(runs[0]).toEqual(runs[1]);
});

test("a kind has one controller, and its cache must be known before the caches run", async () => {
  const w = world();
  const { runtime } = w.replica("a");
  const reconcile = async () => ({ status: undefined, events: [], again: { kind: "onChange" as const } });
  expect(() => runtime.add({ kind: widgetKind, reconcile }, 4)).toThrow("Widget already has a controller");
  expect(() => runtime.cache(gadgetKind)).toThrow("must be created before the caches run");
  await w.clock.advance(0);
  expect(runtime.hasSynced).toBe(true);
});

describe("with chosen namespaces", () => {
  /** A runtime that follows team-a and team-b, of which each can be taken away and given back. */
  function teams({ refusing = [] as readonly string[] } = {}) {
    const base = plainWorld();
    const refused = new Set(refusing);
    const lists: string[] = [];
    const asked = (namespace: string): void => {
      if (!refused.has(namespace)) return;
      throw new StoreError("Forbidden", `not allowed to list widgets.test.dev in namespace ${namespace}: no`);
    };
    const source = (namespace: string): ObjectSource => ({
      async list(kind, signal) {
        lists.push(`${Math.round(base.clock.monotonic() / 1000)}s ${namespace}`);
        asked(namespace);
        const { items, resourceVersion } = await base.store.list(kind, signal);
        return { items: items.filter(({ metadata }) => metadata.namespace === namespace), resourceVersion };
      },
      async *watch(kind, resourceVersion, signal) {
        asked(namespace);
        for await (const event of base.store.watch(kind, resourceVersion, signal)) {
          if (event.kind === "bookmark" || event.object.metadata.namespace === namespace) yield event;
        }
      },
    });
    const namespaces = new Map(["team-a", "team-b"].map((namespace) => [namespace, source(namespace)]));
    const store: Store = { ...writeThrough(base.store, () => undefined), namespaces };
    const runtime = new Runtime({ ...base, store });
    const reconciled: string[] = [];
    runtime.add(
      {
        kind: widgetKind,
        reconcile: async ({ metadata, spec }) => {
          reconciled.push(`${metadata.namespace}/${metadata.name} ${String(spec)}`);
          return { status: undefined, events: [], again: { kind: "onChange" } };
        },
      },
      4,
    );
    const refuse = (namespace: string): void => {
      refused.add(namespace);
      base.store.cutWatches(new StoreError("Forbidden", "no"));
    };
    const seen = (): readonly string[] =>
      runtime
        .cache(widgetKind)
        .list()
        .map(({ metadata, spec }) => `${metadata.namespace}/${metadata.name} ${String(spec)}`);
    const put = (namespace: string, spec: number) => base.apply("w", spec, widgetKind, namespace);
    const errors = () => base.log.lines.filter(({ level }) => level === "error").map(({ fields }) => fields);
    const start = () => void runtime.run(base.signal);
    return { ...base, runtime, refuse, refused, reconciled, seen, put, lists, errors, start };
  }

  test("one that is lost freezes no other: its objects stay as they were seen, the others go on", async () => {
    const w = teams();
    w.put("team-a", 1);
    w.put("team-b", 1);
    w.start();
    await w.clock.advance(60_000);
    w.refuse("team-b");
    await w.clock.advance(60_000);
    w.put("team-a", 2);
    w.put("team-b", 2);
    await w.clock.advance(100);
    expect(w.seen()).toEqual(["team-a/w 2", "team-b/w 1"]);
    expect(w.reconciled.at(-1)).toBe("team-a/w 2");
    w.store.delete(widgetKind, keyOf("w", "team-a"));
    await w.clock.advance(6 * 3_600_000);
    expect(w.seen()).toEqual(["team-b/w 1"]);
    expect(w.errors()).toMatchObject([{ kind: "Widget", namespace: "team-b" }]);
  });

  test("one that is given back is followed again within half a minute, and what went meanwhile is gone", async () => {
    const w = teams();
    w.put("team-b", 1);
    w.start();
    await w.clock.advance(60_000);
    w.refuse("team-b");
    w.store.delete(widgetKind, keyOf("w", "team-b"));
    await w.clock.advance(3_600_000);
    expect(w.seen()).toEqual(["team-b/w 1"]);
    w.refused.clear();
    await w.clock.advance(30_000);
    expect(w.seen()).toEqual([]);
    w.put("team-b", 2);
    await w.clock.advance(100);
    expect(w.reconciled.at(-1)).toBe("team-b/w 2");
  });

  test("each is listed again every quarter of an hour, whatever happens to the others", async () => {
    const w = teams();
    w.start();
    await w.clock.advance(60_000);
    w.refuse("team-b");
    await w.clock.advance(50 * 60_000);
    const listed = w.lists.filter((line) => line.endsWith("team-a")).map((line) => Number.parseInt(line, 10));
    expect(listed.length).toBeGreaterThan(3);
    for (const [i, at] of listed.slice(1).entries()) expect(at - (listed[i] ?? 0)).toBeLessThan(17 * 60);
  });

  test("the work begins without one that is refused from the start, and takes it up when it is not", async () => {
    const w = teams({ refusing: ["team-b"] });
    w.put("team-a", 1);
    w.put("team-b", 1);
    w.start();
    await w.clock.advance(1000);
    expect([w.runtime.hasSynced, w.reconciled]).toEqual([true, ["team-a/w 1"]]);
    expect([w.runtime.hasListed("team-a"), w.runtime.hasListed("team-b")]).toEqual([true, false]);
    expect(w.runtime.refusedNamespaces).toEqual(["team-b"]);
    w.refused.clear();
    await w.clock.advance(30_000);
    expect(w.reconciled).toEqual(["team-a/w 1", "team-b/w 1"]);
    expect(w.runtime.hasListed("team-b")).toBe(true);
    expect(w.runtime.refusedNamespaces).toEqual([]);
  });

  test("nothing is done while all are refused", async () => {
    const w = teams({ refusing: ["team-a", "team-b"] });
    w.put("team-a", 1);
    w.start();
    await w.clock.advance(3_600_000);
    expect([w.runtime.hasSynced, w.reconciled]).toEqual([false, []]);
  });
});
