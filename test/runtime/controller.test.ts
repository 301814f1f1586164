import { describe, expect, test } from "vitest";
import { type KubeObject, keyText } from "../../src/api/object.ts";
import { sleep } from "../../src/runtime/clock.ts";
import type { Again, ReconcileContext } from "../../src/runtime/controller.ts";
import type { Report } from "../../src/runtime/object-reconciler.ts";
import { Runtime } from "../../src/runtime/runtime.ts";
import { StoreError } from "../../src/runtime/store.ts";
import { keyOf, world as plainWorld, widgetKind } from "./world.ts";

const onChange: Again = { kind: "onChange" };

function report(status: unknown, again: Again = onChange): Report {
  return { status, events: [], again };
}

/** A runtime with one controller of widgets; `seen` reports what it was given, at which second. */
function world(
  reconcile: (object: KubeObject, context: ReconcileContext, runtime: Runtime) => Promise<Report>,
  workers = 4,
) {
  const base = plainWorld();
  const runtime = new Runtime(base);
  const seen: string[] = [];
  const controller = runtime.add(
    {
      kind: widgetKind,
      reconcile: (object, context) => {
        const seconds = Math.round(base.clock.monotonic()) / 1000;
        seen.push(
          `${seconds}: ${object.metadata.name} g${object.metadata.generation} r${object.metadata.resourceVersion}`,
        );
        return reconcile(object, context, runtime);
      },
    },
    workers,
  );
  const started: { ended?: boolean } = {};
  const start = (): Promise<void> =>
    runtime.run(base.signal).then(() => {
      started.ended = true;
    });
  return { ...base, runtime, controller, seen, start, started };
}

describe("a reconcile", () => {
  test("writes the status once and then is silent", async () => {
    const w = world(async (object) => report({ size: object.spec }));
    w.apply("a", 1);
    void w.start();
    await w.clock.advance(3_600_000);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ size: 1 });
    expect(w.seen).toEqual(["0: a g1 r2"]);
    expect(w.store.object(widgetKind, keyOf("a"))?.metadata.resourceVersion).toBe("3");
  });

  test("asks nothing of the API server when the status is as it was", async () => {
    const w = world(async () => report({ ok: true, none: undefined }));
    w.apply("a");
    void w.start();
    await w.clock.advance(1000);
    w.store.faults.fail("applyStatus", 1, new StoreError("Unavailable", "down"));
    w.controller.enqueue(keyOf("a"));
    await w.clock.advance(1000);
    expect(w.seen).toHaveLength(2);
    expect(w.messages()).toEqual([]);
  });

  test("leaves the status alone when it reports none", async () => {
    const w = world(async () => report(undefined));
    w.apply("a");
    void w.start();
    await w.clock.advance(1000);
    expect(w.store.object(widgetKind, keyOf("a"))?.metadata.resourceVersion).toBe("2");
  });

  test("repairs a status that somebody else wrote", async () => {
    const w = world(async () => report({ ok: true }));
    const object = w.apply("a");
    void w.start();
    await w.clock.advance(1000);
    await w.store.applyStatus(widgetKind, object, { ok: false }, w.signal);
    await w.clock.advance(2000);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ ok: true });
    expect(w.seen).toHaveLength(2);
  });

  test("does not chase somebody else who keeps writing its status", async () => {
    const w = world(async () => report({ ok: true }));
    const object = w.apply("a");
    void w.start();
    await w.clock.advance(1000);
    for (let i = 0; i < 100; i++) {
      await w.store.applyStatus(widgetKind, object, { ok: false, i }, w.signal);
      await w.clock.advance(100);
    }
    expect(w.seen.length).toBeLessThanOrEqual(7);
  });

  test("does not lose a change that comes while it runs", async () => {
    const w = world(async (object) => {
      await sleep(w.clock, 1000);
      return report({ size: object.spec });
    });
    w.apply("a", 1);
    void w.start();
    await w.clock.advance(500);
    w.apply("a", 2);
    await w.clock.advance(5000);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ size: 2 });
    expect(w.seen).toEqual(["0: a g1 r2", "1: a g2 r4"]);
  });

  test("does not lose a change that its own write shows before the watch does", async () => {
    const w = world(async (object) => {
      await sleep(w.clock, 1000);
      return report({ size: object.spec });
    });
    w.store.faults.watchDelayMs = 10_000;
    w.apply("a", 1);
    void w.start();
    await w.clock.advance(500);
    w.apply("a", 2);
    await w.clock.advance(2000);
    expect(w.seen).toEqual(["0: a g1 r2", "1: a g2 r4"]);
    await w.clock.advance(60_000);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ size: 2 });
    expect(w.seen).toHaveLength(2);
  });

  test("never sees an object older than its own write, however late the watch is", async () => {
    const w = world(async (object, { signal }, runtime) => {
      if (object.metadata.finalizers !== undefined) return report({ held: true });
      await runtime.store.patchMetadata(widgetKind, object, { addFinalizer: "f" }, signal);
      return report({ held: false }, { kind: "now" });
    });
    w.store.faults.watchDelayMs = 20_000;
    w.apply("a");
    void w.start();
    await w.clock.advance(120_000);
    expect(w.seen).toEqual(["0: a g1 r2", "0: a g1 r4"]);
    expect(w.messages()).toEqual([]);
  });

  test("works on one key once at a time, on several keys side by side", async () => {
    let running = 0;
    let most = 0;
    const w = world(async () => {
      most = Math.max(most, ++running);
      await sleep(w.clock, 1000);
      running--;
      return report(undefined);
    }, 3);
    for (const name of ["a", "b"]) w.apply(name);
    void w.start();
    await w.clock.advance(100);
    for (let wake = 0; wake < 5; wake++) w.controller.enqueue(keyOf("a"));
    await w.clock.advance(10_000);
    expect(most).toBe(2);
    expect(w.seen.map((line) => line.slice(0, 4))).toEqual(["0: a", "0: b", "1: a"]);
  });
});

test("passes of one namespace that all wait for something hold up no pass of another", async () => {
  const w = world(async (object) => {
    if (object.metadata.namespace === "noisy") await sleep(w.clock, 60_000);
    return report(undefined);
  }, 3);
  void w.start();
  for (let index = 0; index < 20; index++) w.apply(`n${index}`, {}, widgetKind, "noisy");
  await w.clock.advance(1000);
  for (const name of ["x", "y"]) w.apply(name, {}, widgetKind, "quiet");
  await w.clock.advance(100);
  expect(w.seen.filter((line) => / [xy] /.test(line))).toHaveLength(2);
  expect(w.controller.running).toBe(3);
});

test("a live read that finds the object changed or gone is known to the next reconcile at once", async () => {
  const w = world(async (object, { signal }, runtime) => {
    const live = await runtime.store.get(widgetKind, object.metadata, signal);
    if (live?.metadata.resourceVersion !== object.metadata.resourceVersion) return report(undefined, { kind: "now" });
    return report({ size: object.spec });
  });
  w.apply("a", 1);
  w.apply("b", 1);
  void w.runtime.runCaches(w.signal);
  await w.clock.advance(0);
  w.store.faults.watchDelayMs = 20_000;
  w.apply("a", 2);
  w.store.delete(widgetKind, keyOf("b"));
  void w.runtime.runControllers(w.signal);
  await w.clock.advance(10);
  expect(w.seen).toEqual(["0: a g1 r2", "0: b g1 r3", "0: a g2 r4"]);
  expect(w.store.objects().map(({ status }) => status)).toEqual([{ size: 2 }]);
  await w.clock.advance(60_000);
  expect(w.seen).toHaveLength(3);
});

test("a live read that fails is an error of the reconcile and changes nothing that is known", async () => {
  const w = world(async (object, { signal }, runtime) => {
    await runtime.store.get(widgetKind, object.metadata, signal);
    return report({ ok: true });
  });
  w.store.faults.fail("get", 1, new StoreError("Unavailable", "down"));
  w.apply("a");
  void w.start();
  await w.clock.advance(10_000);
  expect(w.messages()).toEqual(["error: reconcile failed"]);
  expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ ok: true });
});

test("an observer hears each reconcile with its result, and each status written", async () => {
  const base = plainWorld();
  const heard: string[] = [];
  const ignored = (): void => undefined;
  const runtime = new Runtime({
    ...base,
    observer: {
      controller: (kind) => ({
        reconciled: (result, tookMs) => heard.push(`${kind.kind} ${result} ${tookMs}`),
        statusWritten: () => heard.push("status"),
      }),
      workqueue: () => ({ depth: ignored, added: ignored, retried: ignored, taken: ignored, finished: ignored }),
      reflector: () => ({ listed: ignored, heard: ignored, watchEnded: ignored, listFailed: ignored }),
    },
  });
  const agains: Again[] = [{ kind: "now" }, { kind: "after", delayMs: 10 }, { kind: "backoff" }];
  runtime.add(
    {
      kind: widgetKind,
      reconcile: async () => {
        await sleep(base.clock, 5);
        const again = agains.shift();
        if (again === undefined) throw new Error("boom");
        return report({ left: agains.length }, again);
      },
    },
    4,
  );
  base.apply("a");
  void runtime.run(base.signal);
  await base.clock.advance(300);
  expect(heard.slice(0, 7)).toEqual([
    "status",
    "Widget requeue 5",
    "status",
    "Widget requeue_after 5",
    "status",
    "Widget requeue 5",
    "Widget error 5",
  ]);
});

describe("requeues", () => {
  const cases: { name: string; agains: Again[]; at: number[] }[] = [
    { name: "at once", agains: [{ kind: "now" }, { kind: "now" }, onChange], at: [0, 0, 0] },
    { name: "after a delay", agains: [{ kind: "after", delayMs: 7000 }, onChange], at: [0, 7] },
    {
      name: "after delays that grow",
      agains: [{ kind: "backoff" }, { kind: "backoff" }, { kind: "backoff" }, onChange],
      at: [0, 0.1, 0.3, 0.7],
    },
    {
      name: "after a delay that starts small again once one went well",
      agains: [
        { kind: "backoff" },
        { kind: "backoff" },
        { kind: "after", delayMs: 1000 },
        { kind: "backoff" },
        onChange,
      ],
      at: [0, 0.1, 0.3, 1.3, 1.4],
    },
    { name: "on a change only", agains: [onChange], at: [0] },
    {
      name: "after delays that grow on when the key is passed over in between",
      agains: [
        { kind: "backoff" },
        { kind: "passedOver", until: "othersHadTheirTurn" },
        { kind: "backoff" },
        { kind: "passedOver", until: "othersHadTheirTurn" },
        { kind: "backoff" },
        { kind: "passedOver", until: "onChange" },
      ],
      at: [0, 0.1, 0.1, 0.3, 0.3, 0.7],
    },
  ];
  for (const { name, agains, at } of cases) {
    test(`happens ${name}`, async () => {
      const base = plainWorld();
      const runtime = new Runtime({ ...base, random: () => 0 });
      const times: number[] = [];
      runtime.add(
        {
          kind: widgetKind,
          reconcile: async () => {
            times.push(Math.round(base.clock.monotonic()) / 1000);
            return report(undefined, agains[times.length - 1]);
          },
        },
        4,
      );
      base.apply("a");
      void runtime.run(base.signal);
      await base.clock.advance(600_000);
      expect(times).toEqual(at);
    });
  }

  test("at once comes before what waited less urgently: a change of a person is reported step by step", async () => {
    const steps = new Set<string>();
    const w = world(async ({ metadata: { name } }) => {
      await sleep(w.clock, 10, w.signal);
      const first = !steps.has(name);
      steps.add(name);
      return report(undefined, name === "fresh" && first ? { kind: "now" } : onChange);
    }, 1);
    void w.start();
    await w.clock.advance(10);
    for (const name of ["a", "b", "c"]) w.apply(name);
    await w.clock.advance(1000);
    for (const name of ["a", "b", "c"]) w.controller.enqueue(keyOf(name));
    w.seen.length = 0;
    w.apply("fresh");
    await w.clock.advance(1000);
    const names = w.seen.map((one) => one.split(" ")[1]);
    expect(names.filter((name) => name === "fresh")).toHaveLength(2);
    expect(names.indexOf("c")).toBeGreaterThan(names.lastIndexOf("fresh"));
  });

  test("slows down when an object asks for it without end", async () => {
    const w = world(async () => report(undefined, { kind: "now" }));
    w.apply("a");
    void w.start();
    await w.clock.advance(100);
    expect(w.seen.length).toBe(100);
    await w.clock.advance(60_000);
    expect(w.seen.length).toBe(130);
    expect(w.messages().filter((message) => message === "warn: too many steps without a pause")).toHaveLength(1);
  });
});

describe("failures", () => {
  test("are logged and tried again with growing delays", async () => {
    const w = world(async () => {
      throw new Error("boom");
    });
    w.apply("a");
    void w.start();
    await w.clock.advance(60_000);
    const errors = w.log.lines.filter(({ level }) => level === "error");
    expect(errors.length).toBeGreaterThan(6);
    expect(errors.length).toBeLessThan(12);
    expect(errors[1]?.fields).toMatchObject({ name: "a", failures: 2, controller: "Widget" });
    expect(w.seen.length).toBe(errors.length);
  });

  test("stop nothing else", async () => {
    const w = world(async (object) => {
      if (object.metadata.name === "bad") throw new Error("boom");
      return report({ ok: true });
    }, 1);
    w.apply("bad");
    w.apply("good");
    void w.start();
    await w.clock.advance(10);
    expect(w.store.object(widgetKind, keyOf("good"))?.status).toEqual({ ok: true });
  });

  for (const reason of ["Conflict", "NotFound"] as const) {
    test(`by ${reason} start again and are not errors`, async () => {
      const w = world(async () => report({ ok: true }));
      w.store.faults.fail("applyStatus", 1, new StoreError(reason, "changed"));
      w.apply("a");
      void w.start();
      await w.clock.advance(10_000);
      expect(w.seen).toHaveLength(2);
      expect(w.messages().filter((line) => line.startsWith("error"))).toEqual([]);
      expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ ok: true });
    });
  }

  test("wait at least as long as the server asks", async () => {
    const w = world(async () => report({ ok: true }));
    w.store.faults.fail("applyStatus", 1, new StoreError("TooManyRequests", "later", 30_000));
    w.apply("a");
    void w.start();
    await w.clock.advance(29_999);
    expect(w.seen).toHaveLength(1);
    await w.clock.advance(1);
    expect(w.seen).toHaveLength(2);
  });

  test("by time: a reconcile that takes too long is aborted and tried again", async () => {
    const w = world(async (_object, { signal }) => sleep(w.clock, 3_600_000, signal).then(() => report(undefined)));
    w.apply("a");
    void w.start();
    await w.clock.advance(30_000);
    expect(w.runtime.longestRunningMs()).toBe(30_000);
    await w.clock.advance(271_000);
    expect(w.messages()).toEqual(["error: reconcile failed"]);
    expect(w.seen).toHaveLength(2);
  });

  test("by time count although the reconcile itself took no notice", async () => {
    const event = { type: "Normal", reason: "Done", action: "Do", note: "done" } as const;
    const w = world(async () => {
      await sleep(w.clock, 330_000);
      return { ...report(undefined), events: [event] };
    });
    w.apply("a");
    void w.start();
    await w.clock.advance(340_000);
    expect(w.messages()).toEqual(["error: reconcile failed"]);
    expect(w.store.events()).toEqual([]);
  });
});

describe("deletion", () => {
  test("ends with the last finalizer; nothing is written to what is gone", async () => {
    const w = world(async (object, { signal }, runtime) => {
      const { deletionTimestamp } = object.metadata;
      const patch = deletionTimestamp === undefined ? { addFinalizer: "f" } : { removeFinalizer: "f" };
      await runtime.store.patchMetadata(widgetKind, object, patch, signal);
      return report({ deleting: deletionTimestamp !== undefined });
    });
    w.store.faults.watchDelayMs = 3000;
    w.apply("a");
    void w.start();
    await w.clock.advance(10_000);
    w.store.delete(widgetKind, keyOf("a"));
    await w.clock.advance(60_000);
    expect(w.store.objects()).toEqual([]);
    expect(w.messages()).toEqual([]);
    expect(w.controller.depth).toBe(0);
  });

  test("and a new object of the same name while a reconcile runs: its status is its own", async () => {
    const w = world(async (object) => {
      await sleep(w.clock, 1000);
      return report({ of: object.metadata.uid });
    });
    w.apply("a");
    void w.start();
    await w.clock.advance(500);
    w.store.delete(widgetKind, keyOf("a"));
    w.apply("a");
    await w.clock.advance(1000);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toBeUndefined();
    await w.clock.advance(10_000);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ of: "uid-2" });
    expect(w.seen).toHaveLength(2);
  });

  test("and a new object of the same name that the watch has not shown: the old one's status goes nowhere", async () => {
    const w = world(async (object) => {
      await sleep(w.clock, 1000);
      return report({ of: object.metadata.uid });
    });
    w.apply("a");
    void w.start();
    await w.clock.advance(0);
    w.store.faults.watchDelayMs = 5000;
    w.store.delete(widgetKind, keyOf("a"));
    w.apply("a");
    await w.clock.advance(2000);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toBeUndefined();
    await w.clock.advance(30_000);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ of: "uid-2" });
  });
});

describe("stopping", () => {
  test("aborts what runs, waits for it, and starts nothing more", async () => {
    let cleanedUp = false;
    const w = world(async (_object, { signal }) => {
      await sleep(w.clock, 60_000, signal).catch(() => undefined);
      await sleep(w.clock, 500);
      cleanedUp = true;
      return report({ late: true });
    }, 1);
    w.apply("a");
    w.apply("b");
    const ended = w.start();
    await w.clock.advance(1000);
    w.abort.abort(new Error("stop"));
    await w.clock.advance(499);
    expect(w.started.ended).toBeUndefined();
    await w.clock.advance(1);
    await ended;
    expect(cleanedUp).toBe(true);
    expect(w.seen).toHaveLength(1);
    expect(w.store.object(widgetKind, keyOf("a"))?.status).toBeUndefined();
    expect(w.messages()).toEqual([]);
  });

  test("before the caches have synced reconciles nothing", async () => {
    const w = world(async () => report({}));
    w.store.faults.hang("list", 1);
    w.apply("a");
    const ended = w.start();
    await w.clock.advance(1000);
    w.abort.abort(new Error("stop"));
    await ended;
    expect(w.seen).toEqual([]);
  });
});

test("a standby replica has full caches and reconciles nothing until it may", async () => {
  const w = world(async () => report({ ok: true }));
  void w.runtime.runCaches(w.signal);
  w.apply("a");
  await w.clock.advance(60_000);
  expect(w.runtime.hasSynced).toBe(true);
  expect(w.seen).toEqual([]);
  void w.runtime.runControllers(w.signal);
  await w.clock.advance(0);
  expect(w.store.object(widgetKind, keyOf("a"))?.status).toEqual({ ok: true });
});

test("a standby replica notes nothing to do, however many objects come and go, and then reconciles all that are there", async () => {
  const w = world(async () => report({ ok: true }));
  void w.runtime.runCaches(w.signal);
  for (let i = 0; i < 100; i++) {
    w.apply(`gone-${i}`);
    await w.clock.advance(10);
    w.store.delete(widgetKind, keyOf(`gone-${i}`));
    await w.clock.advance(10);
  }
  w.apply("a");
  w.apply("b");
  await w.clock.advance(3_600_000);
  w.controller.enqueue(keyOf("a"));
  w.controller.enqueueSoon(keyOf("a"));
  expect(w.controller.depth).toBe(0);
  void w.runtime.runControllers(w.signal);
  await w.clock.advance(60_000);
  expect(w.seen.map((line) => line.split(" ")[1])).toEqual(["a", "b"]);
});

test("what is being deleted comes first when a replica begins to write", async () => {
  const w = world(async () => report({ ok: true }), 1);
  void w.runtime.runCaches(w.signal);
  w.apply("a");
  const b = w.apply("b");
  await w.store.patchMetadata(widgetKind, b, { addFinalizer: "f" }, w.signal);
  w.store.delete(widgetKind, keyOf("b"));
  await w.clock.advance(1000);
  void w.runtime.runControllers(w.signal);
  await w.clock.advance(1000);
  expect(w.seen.map((line) => line.split(" ")[1])).toEqual(["b", "a"]);
});

test("many objects under faults all converge to their last spec, then all is silent", async () => {
  const w = world(async (object) => report({ size: object.spec }));
  void w.start();
  const desired = new Map<string, number>();
  for (let round = 0; round < 60; round++) {
    const name = `w${Math.floor(w.random() * 15)}`;
    w.apply(name, round);
    desired.set(name, round);
    if (round % 7 === 0) w.store.cutWatches(new StoreError("Unavailable", "reset"));
    if (round % 11 === 0) w.store.compact();
    if (round % 13 === 0) w.store.silenceWatches();
    if (round % 3 === 0) w.store.faults.loseResponse("applyStatus", 1, new StoreError("Unavailable", "reset"));
    if (round % 5 === 0) w.store.faults.fail("list", 1, new StoreError("Forbidden", "no"));
    await w.clock.advance(Math.floor(w.random() * 4000));
  }
  w.store.faults.clear();
  await w.clock.advance(120_000);
  const statuses = w.store.objects().map((object) => [keyText(object.metadata), object.status]);
  expect(Object.fromEntries(statuses)).toEqual(
    Object.fromEntries([...desired].map(([name, size]) => [`default/${name}`, { size }])),
  );
  const before = w.seen.length;
  await w.clock.advance(3_600_000);
  expect(w.seen.length).toBe(before);
});
