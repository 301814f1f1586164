import { expect, test } from "vitest";
import { MemoryLeaseStore } from "../../src/kube/memory-lease-store.ts";
import { LeaderElector } from "../../src/runtime/leader.ts";
import { Runtime } from "../../src/runtime/runtime.ts";
import { gadgetKind, keyOf, world as plainWorld, widgetKind } from "./world.ts";

/** Replicas of one operator in one process, on one clock, one store and one lease. */
function world() {
  const base = plainWorld();
  const leases = new MemoryLeaseStore(base.clock);
  const written: string[] = [];
  const replica = (name: string) => {
    const abort = new AbortController();
    const runtime = new Runtime(base);
    runtime.add({
      kind: widgetKind,
      reconcile: async (object) => {
        written.push(`${name}: ${object.metadata.name} ${String(object.spec)}`);
        return { status: { by: name, of: object.spec }, events: [], again: { kind: "onChange" } };
      },
    });
    const elector = new LeaderElector({ ...base, leases, identity: name });
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
  expect(() => runtime.add({ kind: widgetKind, reconcile })).toThrow("Widget has a controller already");
  expect(() => runtime.cache(gadgetKind)).toThrow("must be asked for before the caches run");
  await w.clock.advance(0);
  expect(runtime.hasSynced).toBe(true);
});
