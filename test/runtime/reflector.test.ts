import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { LoopTurn } from "../../src/runtime/loop-turn.ts";
import { reflect } from "../../src/runtime/reflector.ts";
import { type Store, StoreError } from "../../src/runtime/store.ts";
import { keyOf, world as plainWorld, widgetCache, widgetKind } from "./world.ts";

function world(options: Parameters<typeof plainWorld>[0] = {}) {
  const base = plainWorld(options);
  const cache = widgetCache({ clock: base.clock, log: base.log });
  const calls: string[] = [];
  const at = (): number => Math.round(base.clock.monotonic() / 1000);
  const store: Pick<Store, "list" | "watch"> & Store = {
    list: (kind, signal) => {
      calls.push(`${at()}s list`);
      return base.store.list(kind, signal);
    },
    watch: (kind, resourceVersion, signal) => {
      calls.push(`${at()}s watch ${resourceVersion}`);
      return base.store.watch(kind, resourceVersion, signal);
    },
    get: (...args) => base.store.get(...args),
    patchMetadata: (...args) => base.store.patchMetadata(...args),
    applyStatus: (...args) => base.store.applyStatus(...args),
    deleteObject: (...args) => base.store.deleteObject(...args),
    recordEvent: (...args) => base.store.recordEvent(...args),
  };
  const ends: string[] = [];
  const state: { ended?: boolean } = {};
  const start = (): Promise<void> =>
    reflect(
      {
        ...base,
        turn: new LoopTurn(base.clock),
        kind: widgetKind,
        store,
        cache,
        observer: {
          listed: (objects) => ends.push(`listed ${objects}`),
          heard: () => undefined,
          watchEnded: (end) => ends.push(end),
          listFailed: () => ends.push("list failed"),
        },
      },
      base.signal,
    ).then(() => {
      state.ended = true;
    });
  const names = (): string[] => cache.list().map(({ metadata }) => metadata.name);
  return { ...base, cache, calls, ends, state, start, names };
}

test("lists once, then follows the watch over its ends without listing again", async () => {
  const w = world();
  w.apply("a");
  void w.start();
  await w.clock.advance(0);
  expect([w.names(), w.cache.hasSynced]).toEqual([["a"], true]);
  w.apply("b");
  await w.clock.advance(100_000);
  w.store.delete(widgetKind, keyOf("a"));
  await w.clock.advance(0);
  expect(w.names()).toEqual(["b"]);
  expect(w.calls).toEqual(["0s list", "0s watch 2", "45s watch 3", "90s watch 3"]);
  expect(w.messages()).toEqual([]);
});

test("takes bookmarks along, so that a quiet kind needs no list after the history moved on", async () => {
  const w = world({ historyLimit: 5 });
  void w.start();
  await w.clock.advance(20_000);
  for (let i = 0; i < 100; i++)
    w.store.apply({ apiVersion: "test.dev/v1", kind: "Gadget", metadata: { name: `g${i}` } });
  await w.clock.advance(30_000);
  expect(w.calls).toEqual(["0s list", "0s watch 1", "45s watch 101"]);
});

describe("a failure", () => {
  test("of the list is tried again until it works", async () => {
    const w = world();
    w.apply("a");
    w.store.faults.fail("list", 3, new StoreError("Unavailable", "down"));
    void w.start();
    await w.clock.advance(20_000);
    expect(w.ends).toEqual(["list failed", "list failed", "list failed", "listed 1"]);
    expect(w.names()).toEqual(["a"]);
  });

  test("of the list waits as long as the server asks", async () => {
    const w = world();
    w.store.faults.fail("list", 1, new StoreError("TooManyRequests", "later", 17_000));
    void w.start();
    await w.clock.advance(60_000);
    expect(w.calls.slice(0, 2)).toEqual(["0s list", "17s list"]);
  });

  test("in the middle of a watch resumes from the last version seen", async () => {
    const w = world();
    void w.start();
    await w.clock.advance(0);
    w.apply("a");
    await w.clock.advance(0);
    w.store.cutWatches(new StoreError("Unavailable", "reset"));
    w.apply("b");
    await w.clock.advance(2000);
    expect(w.names()).toEqual(["a", "b"]);
    expect(w.calls.filter((call) => call.includes("list"))).toHaveLength(1);
  });

  test("by Gone lists again and finds what was deleted meanwhile", async () => {
    const w = world();
    w.apply("a");
    w.apply("b");
    void w.start();
    await w.clock.advance(0);
    w.store.faults.fail("watch", 2, new StoreError("Unavailable", "down"));
    w.store.cutWatches(new StoreError("Unavailable", "reset"));
    w.store.delete(widgetKind, keyOf("a"));
    w.apply("c");
    w.store.compact();
    await w.clock.advance(10_000);
    expect(w.ends).toEqual(["listed 2", "failed", "failed", "failed", "gone", "listed 2"]);
    expect(w.names()).toEqual(["b", "c"]);
  });

  test("of every watch from one version ends in a new list", async () => {
    const w = world();
    w.store.faults.fail("watch", 6, new StoreError("Unavailable", "too large resource version"));
    void w.start();
    await w.clock.advance(60_000);
    expect(w.ends.filter((end) => end.startsWith("listed")).length).toBeGreaterThan(1);
    w.apply("a");
    await w.clock.advance(0);
    expect(w.names()).toEqual(["a"]);
  });

  test("of a handler stops nothing", async () => {
    const w = world();
    w.cache.onChange(() => {
      throw new Error("boom");
    });
    void w.start();
    await w.clock.advance(0);
    w.apply("a");
    w.apply("b");
    await w.clock.advance(0);
    expect(w.names()).toEqual(["a", "b"]);
    expect(w.ends).toEqual(["listed 0"]);
  });

  test("to understand an event closes the connection and tries again", async () => {
    const w = world();
    const signals: AbortSignal[] = [];
    const odd: Store = Object.create(w.store, {
      list: { value: async () => ({ items: [], resourceVersion: "1" }) },
      watch: {
        value: async function* (_kind: unknown, _from: string, signal: AbortSignal) {
          signals.push(signal);
          yield { kind: "added", object: { status: "an error page" } };
        },
      },
    }) as Store;
    void reflect({ ...w, turn: new LoopTurn(w.clock), kind: widgetKind, store: odd }, w.signal);
    await w.clock.advance(10_000);
    expect(signals.length).toBeGreaterThan(2);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(w.messages()[0]).toBe("warn: a watch failed");
  });

  test("that goes on is met with growing pauses", async () => {
    const w = world();
    w.store.faults.fail("list", 1000, new StoreError("Forbidden", "no"));
    void w.start();
    await w.clock.advance(600_000);
    expect(w.calls.length).toBeGreaterThan(20);
    expect(w.calls.length).toBeLessThan(45);
  });
});

describe("the pauses", () => {
  /** The same pause each time: the shortest. */
  const shortest = (options: Parameters<typeof world>[0] = {}) => {
    const w = world(options);
    const times: number[] = [];
    const timed: Store = Object.create(w.store, {
      list: {
        value: (...args: Parameters<Store["list"]>) => {
          times.push(w.clock.monotonic());
          return w.store.list(args[0], args[1]);
        },
      },
      watch: {
        value: (...args: Parameters<Store["watch"]>) => {
          times.push(w.clock.monotonic());
          return w.store.watch(...args);
        },
      },
    }) as Store;
    const start = () =>
      void reflect({ ...w, turn: new LoopTurn(w.clock), kind: widgetKind, store: timed, random: () => 0 }, w.signal);
    return { ...w, times, start };
  };
  const steps = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));

  test("between failures double, and begin again once a watch has shown something", async () => {
    const w = shortest();
    w.store.faults.fail("watch", 3, new StoreError("Unavailable", "down"));
    w.start();
    await w.clock.advance(5000);
    expect(steps(w.times)).toEqual([0, 400, 800, 1600]);
    w.apply("a");
    await w.clock.advance(0);
    w.store.faults.fail("watch", 1, new StoreError("Unavailable", "down"));
    w.store.cutWatches(new StoreError("Unavailable", "reset"));
    await w.clock.advance(5000);
    expect(steps(w.times).slice(4)).toEqual([5000 - 2800 + 400, 800]);
  });

  test("begin again after a watch that ended in order though it showed nothing", async () => {
    const w = shortest();
    w.store.faults.fail("watch", 2, new StoreError("Unavailable", "down"));
    w.start();
    await w.clock.advance(3000);
    w.store.cutWatches();
    w.store.faults.fail("watch", 1, new StoreError("Unavailable", "down"));
    await w.clock.advance(3000);
    expect(steps(w.times)).toEqual([0, 400, 800, 1800, 400]);
  });

  test("between lists that are too old at once grow, too", async () => {
    const w = shortest();
    w.store.faults.fail("watch", 4, new StoreError("Gone", "too old"));
    w.start();
    await w.clock.advance(20_000);
    expect(steps(w.times)).toEqual([0, 400, 0, 800, 0, 1600, 0, 3200, 0]);
  });

  test("end in a new list after exactly five failures in a row", async () => {
    const w = world();
    w.store.faults.fail("watch", 5, new StoreError("Unavailable", "down"));
    void w.start();
    await w.clock.advance(60_000);
    const ends = w.ends.filter((end) => end !== "closed");
    expect(ends).toEqual(["listed 0", "failed", "failed", "failed", "failed", "failed", "listed 0"]);
  });

  test("are as long as the server asks, also before the next watch", async () => {
    const w = shortest();
    w.store.faults.fail("watch", 1, new StoreError("TooManyRequests", "later", 7000));
    w.start();
    await w.clock.advance(20_000);
    expect(steps(w.times)).toEqual([0, 7000]);
  });

  test("between watches that the server ends at once fill up the second", async () => {
    const w = shortest({ watchMs: 400 });
    w.start();
    await w.clock.advance(3500);
    expect(steps(w.times)).toEqual([0, 1000, 1000, 1000]);
  });

  test("are none after a watch of a second or more", async () => {
    const w = shortest({ watchMs: 1000 });
    w.start();
    await w.clock.advance(2500);
    expect(steps(w.times)).toEqual([0, 1000, 1000]);
  });
});

test("everything is listed again after a quarter of an hour of good watches, and not before", async () => {
  const w = world({ watchMs: 10_000 });
  void w.start();
  await w.clock.advance(50 * 60_000);
  expect(w.calls.filter((call) => call.endsWith("list"))).toEqual(["0s list", "900s list", "1800s list", "2700s list"]);
});

test.each([
  ["fails", (store: ReturnType<typeof world>["store"]) => store.cutWatches(new StoreError("Unavailable", "reset"))],
  ["falls silent", (store: ReturnType<typeof world>["store"]) => store.silenceWatches()],
])(
  "everything is listed again after a quarter of an hour also when each watch %s after it showed something",
  async (_how, end) => {
    const w = world({ watchMs: 1e9 });
    void w.start();
    for (let minute = 0; minute < 40; minute++) {
      w.apply("a", { minute });
      await w.clock.advance(1000);
      end(w.store);
      await w.clock.advance(59_000);
    }
    expect(w.ends).not.toContain("closed");
    const listed = w.calls.filter((call) => call.endsWith("list")).map((call) => Number.parseInt(call, 10));
    expect(listed).toHaveLength(3);
    for (const [index, at] of listed.slice(1).entries()) expect(at - (listed[index] ?? 0)).toBeGreaterThanOrEqual(900);
  },
);

describe("silence", () => {
  test("of a watch is noticed within a minute and resumed without a list", async () => {
    const w = world();
    void w.start();
    await w.clock.advance(10_000);
    w.store.silenceWatches();
    w.apply("a");
    await w.clock.advance(50_000);
    expect(w.names()).toEqual(["a"]);
    expect(w.ends).toEqual(["listed 0", "silent"]);
    expect(w.store.openWatches).toBe(1);
  });

  test("is reported with its duration", async () => {
    const w = world();
    void w.start();
    await w.clock.advance(1000);
    w.store.silenceWatches();
    await w.clock.advance(60_000);
    expect(w.messages()).toEqual(["warn: a watch failed"]);
    expect(JSON.stringify(w.log.lines[0])).toContain("was silent for 55 s");
  });

  test("is broken by bookmarks: a watch that shows them is not given up", async () => {
    const w = world({ watchMs: 300_000 });
    void w.start();
    await w.clock.advance(290_000);
    expect(w.calls).toEqual(["0s list", "0s watch 1"]);
  });

  test("of a list is given up after four minutes", async () => {
    const w = world();
    w.store.faults.hang("list", 1);
    w.apply("a");
    void w.start();
    await w.clock.advance(242_000);
    expect(w.names()).toEqual(["a"]);
  });
});

test("a server that ends each watch at once is asked at most once a second", async () => {
  const w = world({ watchMs: 0 });
  void w.start();
  await w.clock.advance(60_000);
  const watches = w.calls.filter((call) => call.includes("watch")).length;
  expect(watches).toBeGreaterThan(25);
  expect(watches).toBeLessThanOrEqual(61);
});

describe("stopping", () => {
  test("during the list shows nothing and opens no watch", async () => {
    const w = world();
    w.apply("a");
    w.store.faults.delay("list", 1000);
    const ended = w.start();
    await w.clock.advance(500);
    w.abort.abort(new Error("stop"));
    await ended;
    await w.clock.advance(10_000);
    expect(w.calls).toEqual(["0s list"]);
    expect([w.names(), w.cache.hasSynced]).toEqual([[], false]);
    expect(w.messages()).toEqual([]);
  });

  test("during a list that never answers, and does not listen, ends at once", async () => {
    const w = world();
    const deaf: Store = Object.create(w.store, {
      list: { value: () => new Promise(() => undefined) },
    }) as Store;
    let ended = false;
    void reflect({ ...w, turn: new LoopTurn(w.clock), kind: widgetKind, store: deaf }, w.signal).then(() => {
      ended = true;
    });
    await w.clock.advance(100);
    w.abort.abort(new Error("stop"));
    await w.clock.advance(0);
    expect(ended).toBe(true);
  });

  test("during the watch closes it", async () => {
    const w = world();
    const ended = w.start();
    await w.clock.advance(1000);
    w.abort.abort(new Error("stop"));
    await ended;
    expect([w.store.openWatches, w.messages()]).toEqual([0, []]);
    w.apply("a");
    await w.clock.advance(100_000);
    expect(w.names()).toEqual([]);
  });

  test("during a pause ends at once", async () => {
    const w = world();
    w.store.faults.fail("list", 100, new StoreError("Unavailable", "down"));
    void w.start();
    await w.clock.advance(60_000);
    w.abort.abort(new Error("stop"));
    await w.clock.advance(0);
    expect(w.state.ended).toBe(true);
  });
});

test("an event that was never shown is made good within a quarter of an hour, though every watch goes well", async () => {
  const w = world();
  w.apply("a");
  void w.start();
  await w.clock.advance(0);
  w.store.faults.dropEvents(1);
  w.store.delete(widgetKind, keyOf("a"));
  await w.clock.advance(14 * 60_000);
  expect(w.names()).toEqual(["a"]);
  await w.clock.advance(2 * 60_000);
  expect(w.names()).toEqual([]);
  expect(w.ends.every((end) => end === "closed" || end.startsWith("listed"))).toBe(true);
});

test("events that were never shown are made good by the next list", async () => {
  const w = world();
  w.apply("a");
  void w.start();
  await w.clock.advance(0);
  w.store.faults.dropEvents(2);
  w.store.delete(widgetKind, keyOf("a"));
  w.apply("b");
  w.apply("c");
  await w.clock.advance(0);
  expect(w.names()).toEqual(["a", "c"]);
  w.store.compact();
  w.apply("d");
  w.store.compact();
  w.store.cutWatches(new StoreError("Gone", "too old"));
  await w.clock.advance(10_000);
  expect(w.names().toSorted()).toEqual(["b", "c", "d"]);
});

/** A virtual clock on which work also takes time. */
class WorkClock extends VirtualClock {
  worked = 0;

  override monotonic(): number {
    return super.monotonic() + this.worked;
  }
}

test("a long list lets what waits for the event loop have its turn, and is synced only when all of it is there", async () => {
  const w = plainWorld();
  const clock = new WorkClock();
  const cache = widgetCache({ clock, log: w.log });
  const seen: string[] = [];
  cache.onChange(({ after }) => {
    clock.worked += 4;
    seen.push(after?.metadata.name ?? "");
    if (seen.length === 1) clock.schedule(0, () => void seen.push(`a timer, synced: ${cache.hasSynced}`));
  });
  for (const name of ["a", "b", "c", "d", "e", "f", "g"]) w.apply(name);
  void reflect({ ...w, clock, turn: new LoopTurn(clock), kind: widgetKind, cache }, w.signal);
  await clock.advance(10);
  expect(seen.slice(0, 5)).toContain("a timer, synced: false");
  expect([seen.length, cache.hasSynced]).toEqual([8, true]);
});
