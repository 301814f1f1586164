import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyText, type ObjectKey } from "../../src/api/object.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { Workqueue, type WorkqueueOptions } from "../../src/runtime/workqueue.ts";
import { keyOf } from "./world.ts";

const a = keyOf("a");
const b = keyOf("b");
const c = keyOf("c");

function world(options: Partial<WorkqueueOptions> = {}) {
  const clock = new VirtualClock();
  const queue = new Workqueue({ clock, random: () => 0, observer: undefined, ...options });
  const taken: string[] = [];
  /** Takes everything that waits and is done with it at once. */
  const drain = async (): Promise<string[]> => {
    const names: string[] = [];
    while (queue.depth > 0) {
      const key = await queue.get();
      if (key === undefined) break;
      names.push(key.name);
      queue.done(key);
    }
    return names;
  };
  /** A worker that is done with each key at once and notes when it came. */
  const work = async (): Promise<void> => {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      taken.push(`${clock.monotonic()} ${key.name}`);
      queue.done(key);
    }
  };
  return { clock, queue, taken, drain, work };
}

async function take(queue: Workqueue): Promise<ObjectKey> {
  const key = await queue.get();
  if (key === undefined) throw new Error("the queue is shut down");
  return key;
}

describe("keys", () => {
  test("are named to whoever counts the work", async () => {
    const seen: string[] = [];
    const note = (what: string) => (_value: unknown, key: ObjectKey) => void seen.push(`${what} ${keyText(key)}`);
    const observer = { depth: () => undefined, retried: () => undefined };
    const counted = { added: note("added"), taken: note("taken"), finished: note("finished") };
    const { queue, drain } = world({ observer: { ...observer, ...counted } });
    queue.add(a);
    await drain();
    expect(seen).toEqual(["added", "taken", "finished"].map((what) => `${what} ${keyText(a)}`));
  });

  test("wait once, however often they are added", async () => {
    const { queue, drain } = world();
    for (const key of [a, b, a, a, b]) queue.add(key);
    expect(await drain()).toEqual(["a", "b"]);
  });

  test("go on in the class in which they were taken", async () => {
    const { queue, drain } = world();
    queue.add(a, { priority: "high" });
    const key = await take(queue);
    queue.add(b);
    queue.goOn(key);
    queue.done(key);
    expect(await drain()).toEqual(["a", "b"]);
    queue.add(c, { priority: "low" });
    const low = await take(queue);
    queue.goOn(low);
    queue.add(b);
    queue.done(low);
    expect(await drain()).toEqual(["b", "c"]);
    queue.goOn(a);
    expect(await drain()).toEqual(["a"]);
  });

  test("added while they are worked on come back afterwards, once", async () => {
    const { queue, drain } = world();
    queue.add(a);
    const key = await take(queue);
    queue.add(a);
    queue.add(a);
    expect(queue.depth).toBe(0);
    queue.done(key);
    expect(await drain()).toEqual(["a"]);
  });

  test("go to a worker that waits already", async () => {
    const { queue } = world();
    const first = queue.get();
    const second = queue.get();
    queue.add(a);
    queue.add(b);
    expect([await first, await second]).toEqual([a, b]);
  });

  test("that nobody works on cannot be done", () => {
    const { queue } = world();
    queue.add(a);
    expect(() => queue.done(a)).toThrow("default/a is not being worked on");
  });
});

describe("what is asked of a key that nobody added", () => {
  test("has an answer", () => {
    const { queue } = world();
    expect(queue.failures(a)).toBe(0);
    queue.forget(a);
    expect(() => queue.done(a)).toThrow("default/a is not being worked on");
  });
});

test("a key that was added during its work goes to the worker that waits, as soon as it is done", async () => {
  const { clock, queue } = world();
  queue.add(a);
  const key = await take(queue);
  const got: (ObjectKey | undefined)[] = [];
  const waiting = (async (): Promise<void> => {
    got.push(await queue.get());
  })();
  queue.add(a);
  await clock.advance(0);
  expect(got).toEqual([]);
  queue.done(key);
  await waiting;
  expect(got).toEqual([a]);
});

describe("order", () => {
  test("is by class, then by age", async () => {
    const { queue, drain } = world();
    queue.add(a, { priority: "low" });
    queue.add(b, { priority: "normal" });
    queue.add(c, { priority: "high" });
    queue.add(keyOf("d"), { priority: "high" });
    expect(await drain()).toEqual(["c", "d", "b", "a"]);
  });

  test("follows the higher of two classes, whichever came first", async () => {
    const { queue, drain } = world();
    queue.add(a, { priority: "low" });
    queue.add(b, { priority: "low" });
    queue.add(b, { priority: "high" });
    queue.add(b, { priority: "low" });
    expect(await drain()).toEqual(["b", "a"]);
  });

  test("keeps the higher class of what is added during work", async () => {
    const { queue, drain } = world();
    queue.add(a);
    const key = await take(queue);
    queue.add(a, { priority: "high" });
    queue.add(a, { priority: "low" });
    queue.add(b, { priority: "normal" });
    queue.done(key);
    expect(await drain()).toEqual(["a", "b"]);
  });

  test("lets namespaces take turns, so that a flood in one holds up no other", async () => {
    const { queue, drain } = world();
    for (let i = 0; i < 1000; i++) queue.add(keyOf(`flood-${i}`, "noisy"), { priority: "high" });
    queue.add(keyOf("x", "quiet"), { priority: "high" });
    queue.add(keyOf("y", "quiet"), { priority: "high" });
    const order = await drain();
    expect([order.indexOf("x"), order.indexOf("y")]).toEqual([1, 3]);
    expect(order).toHaveLength(1002);
  });

  test.each([
    ["was woken", "normal"],
    ["a list has shown", "low"],
  ] as const)("lets no changes in one namespace hold up what %s in another", async (_how, priority) => {
    const { queue } = world();
    for (let i = 0; i < 100; i++) queue.add(keyOf(`change-${i}`, "noisy"), { priority: "high" });
    const order: string[] = [];
    for (let i = 0; i < 10; i++) {
      queue.add(keyOf("waits", "quiet"), { priority });
      for (const _turn of ["noisy", "quiet"]) {
        const key = await take(queue);
        order.push(key.namespace);
        queue.done(key);
      }
    }
    expect(order.filter((namespace) => namespace === "quiet")).toHaveLength(10);
  });

  test("after a restart gives the kept worker a change before what a list has shown in each namespace", async () => {
    const { queue } = world();
    for (let i = 0; i < 100; i++) queue.add(keyOf("listed", `tenant-${i}`), { priority: "low" });
    queue.add(keyOf("change", "tenant-99"), { priority: "high" });
    queue.add(keyOf("woken", "tenant-98"));
    const given = [
      await queue.get("idleNamespace"),
      await queue.get("idleNamespace"),
      await queue.get("idleNamespace"),
    ];
    expect(given).toEqual([keyOf("woken", "tenant-98"), keyOf("change", "tenant-99"), keyOf("listed", "tenant-0")]);
  });

  test("gives a worker that is kept for it the next key of a namespace of which none is worked on, of any class", async () => {
    const { queue } = world();
    for (const name of ["1", "2"]) queue.add(keyOf(name, "noisy"), { priority: "high" });
    const working = [await take(queue), await take(queue)];
    queue.add(keyOf("3", "noisy"), { priority: "high" });
    queue.add(keyOf("x", "quiet"), { priority: "low" });
    expect(await queue.get("idleNamespace")).toEqual(keyOf("x", "quiet"));
    queue.add(keyOf("y", "quiet"));
    const given: (ObjectKey | undefined)[] = [];
    void queue.get("idleNamespace").then((key) => given.push(key));
    for (const key of working) queue.done(key);
    await Promise.resolve();
    expect(given).toEqual([keyOf("3", "noisy")]);
    void queue.get("idleNamespace").then((key) => given.push(key));
    await Promise.resolve();
    expect(given).toHaveLength(1);
    queue.done(keyOf("x", "quiet"));
    await Promise.resolve();
    expect(given).toEqual([keyOf("3", "noisy"), keyOf("y", "quiet")]);
  });

  test("lets each class through while the others never run dry", async () => {
    const { queue } = world();
    const order: string[] = [];
    for (let i = 0; i < 80; i++) {
      for (const priority of ["high", "normal", "low"] as const) {
        for (const _twice of [1, 2]) queue.add(keyOf(`${priority}-${order.length}-${_twice}`, "busy"), { priority });
      }
      if (i === 8) queue.add(keyOf("mine", "quiet"), { priority: "normal" });
      const key = await take(queue);
      order.push(key.name.split("-")[0] ?? "");
      queue.done(key);
    }
    const counts = Object.groupBy(order, (name) => name);
    expect([counts["high"]?.length, counts["normal"]?.length, counts["low"]?.length]).toEqual([60, 10, 9]);
    expect(order.indexOf("mine")).toBeLessThanOrEqual(8 + 2);
  });

  test("lets the lowest class through now and then while the highest never runs dry", async () => {
    const { queue } = world();
    queue.add(a, { priority: "low" });
    const order: string[] = [];
    for (let i = 0; i < 10; i++) {
      queue.add(keyOf(`h${i}`), { priority: "high" });
      queue.add(keyOf(`h${i}x`), { priority: "high" });
      const key = await take(queue);
      order.push(key.name);
      queue.done(key);
    }
    expect(order.indexOf("a")).toBe(7);
  });
});

describe("delays", () => {
  test("of several the earliest wins", async () => {
    const { clock, queue, taken, work } = world();
    void work();
    queue.addAfter(a, 5000);
    queue.addAfter(a, 2000);
    queue.addAfter(a, 9000);
    queue.addAfter(b, 0);
    await clock.advance(60_000);
    expect(taken).toEqual(["0 b", "2000 a"]);
  });

  test("of nothing or less are none", () => {
    const { queue } = world();
    queue.addAfter(a, 0);
    queue.addAfter(b, -1);
    expect(queue.depth).toBe(2);
  });

  test("keep their class, and of two at one time the first has it", async () => {
    const { clock, queue, drain } = world();
    queue.addAfter(a, 1000, { priority: "high" });
    queue.addAfter(a, 1000, { priority: "low" });
    queue.addAfter(b, 500);
    queue.addAfter(c, 400, { priority: "low" });
    await clock.advance(1000);
    expect(await drain()).toEqual(["a", "b", "c"]);
  });

  test("end when the key is worked on before", async () => {
    const { clock, queue, taken, work } = world();
    queue.addAfter(a, 5000);
    queue.add(a);
    void work();
    await clock.advance(60_000);
    expect(taken).toEqual(["0 a"]);
  });

  test("asked for during the work stay", async () => {
    const { clock, queue, taken, work } = world();
    queue.add(a);
    const key = await take(queue);
    queue.addAfter(a, 5000);
    queue.done(key);
    void work();
    await clock.advance(60_000);
    expect(taken).toEqual(["5000 a"]);
  });

  test("of retries double up to the limit and start again after forget", async () => {
    const { clock, queue, taken, work } = world();
    void work();
    for (let retry = 0; retry < 13; retry++) {
      queue.addRateLimited(a);
      await clock.advance(300_000);
    }
    expect(queue.failures(a)).toBe(13);
    queue.forget(a);
    queue.addRateLimited(a);
    await clock.advance(1000);
    const delays = taken.map((text, retry) => Number.parseInt(text, 10) - 300_000 * retry);
    const growing = Array.from({ length: 11 }, (_, retry) => 100 * 2 ** retry);
    expect(delays).toEqual([...growing, 150_000, 150_000, 100]);
  });

  test("of retries are at least what is asked for", async () => {
    const { clock, queue, taken, work } = world();
    void work();
    queue.addRateLimited(a, { atLeastMs: 7000 });
    await clock.advance(60_000);
    expect(taken).toEqual(["7000 a"]);
  });

  test("of retries are spread over half of their length", async () => {
    const { clock, queue, taken, work } = world({ random: () => 0.5 });
    void work();
    queue.addRateLimited(a);
    await clock.advance(1000);
    expect(taken).toEqual(["150 a"]);
  });
});

describe("shutting down", () => {
  test("hands out nothing more and waits for what runs", async () => {
    const { clock, queue } = world();
    queue.add(a);
    queue.add(b);
    queue.addAfter(c, 10);
    const key = await take(queue);
    let drained = false;
    void queue.shutDown().then(() => {
      drained = true;
    });
    queue.add(c);
    await clock.advance(1000);
    expect(await queue.get()).toBeUndefined();
    expect(drained).toBe(false);
    queue.done(key);
    await clock.advance(0);
    expect(drained).toBe(true);
  });

  test("waits for the last of several", async () => {
    const { clock, queue } = world();
    queue.add(a);
    queue.add(b);
    const keys = [await take(queue), await take(queue)];
    let drained = 0;
    for (let times = 0; times < 2; times++) void queue.shutDown().then(() => drained++);
    for (const key of keys) {
      await clock.advance(0);
      expect(drained).toBe(0);
      queue.done(key);
    }
    await clock.advance(0);
    expect(drained).toBe(2);
  });

  test("is the end of adding", async () => {
    const heard: string[] = [];
    const report = (what: string) => () => heard.push(what);
    const { clock, queue } = world({
      observer: {
        depth: report("depth"),
        added: report("added"),
        retried: report("retried"),
        taken: report("taken"),
        finished: report("finished"),
      },
    });
    await queue.shutDown();
    queue.add(a);
    queue.addAfter(a, 10);
    queue.addAfter(a, 0);
    queue.addRateLimited(a);
    await clock.advance(1000);
    expect([queue.depth, queue.failures(a), heard]).toEqual([0, 0, []]);
  });

  test("sends idle workers home", async () => {
    const { queue } = world();
    const idle = [queue.get(), queue.get(), queue.get("idleNamespace")];
    await queue.shutDown();
    expect(await Promise.all(idle)).toEqual([undefined, undefined, undefined]);
  });
});

test("an observer hears depth, adds, retries and times", async () => {
  const heard: string[] = [];
  const { clock, queue } = world({
    observer: {
      depth: (keys) => heard.push(`depth ${keys}`),
      added: (priority) => heard.push(`added ${priority}`),
      retried: () => heard.push("retried"),
      taken: (waitedMs) => heard.push(`taken ${waitedMs}`),
      finished: (workedMs) => heard.push(`finished ${workedMs}`),
    },
  });
  queue.addRateLimited(a);
  await clock.advance(150);
  const key = await take(queue);
  await clock.advance(30);
  queue.done(key);
  expect(heard).toEqual(["retried", "added normal", "depth 1", "taken 50", "depth 0", "finished 30"]);
});

test("whatever happens, no key is worked on twice at a time and none that was added is forgotten", async () => {
  const command = fc.record({
    what: fc.constantFrom("add", "addAfter", "addRateLimited", "forget", "take", "done", "advance"),
    name: fc.integer({ min: 0, max: 4 }),
    priority: fc.constantFrom("high", "normal", "low"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 80 }), async (commands) => {
      const { clock, queue } = world();
      const working: ObjectKey[] = [];
      const wanted = new Set<string>();
      const took = (key: ObjectKey): void => {
        expect(working.map(keyText)).not.toContain(keyText(key));
        working.push(key);
        wanted.delete(keyText(key));
      };
      for (const { what, name, priority } of commands) {
        const key = keyOf(`k${name}`, `n${name % 2}`);
        if (what === "take" && queue.depth > 0) took(await take(queue));
        const over = what === "done" ? working.shift() : undefined;
        if (over !== undefined) queue.done(over);
        if (what === "forget") queue.forget(key);
        if (what === "advance") await clock.advance(100);
        if (what !== "add" && what !== "addAfter" && what !== "addRateLimited") continue;
        wanted.add(keyText(key));
        if (what === "add") queue.add(key, { priority });
        else if (what === "addAfter") queue.addAfter(key, 1000 * name, { priority });
        else queue.addRateLimited(key);
      }
      for (const key of working.splice(0)) queue.done(key);
      await clock.advance(600_000);
      while (queue.depth > 0) {
        const key = await take(queue);
        took(key);
        queue.done(key);
        working.pop();
      }
      expect([...wanted]).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
