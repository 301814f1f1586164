import { describe, expect, test } from "vitest";
import { EventRecorder } from "../../src/runtime/recorder.ts";
import { type ObjectEvent, StoreError } from "../../src/runtime/store.ts";
import { world as plainWorld, widgetKind } from "./world.ts";

const minute = 60_000;

function event(note = "made it", extra: Partial<ObjectEvent> = {}): ObjectEvent {
  return { type: "Normal", reason: "Created", action: "Create", note, ...extra };
}

function world() {
  const base = plainWorld();
  const recorder = new EventRecorder(base);
  const object = base.apply("a");
  const state: { ended?: boolean } = {};
  void recorder.run(base.signal).then(() => {
    state.ended = true;
  });
  return {
    ...base,
    recorder,
    object,
    state,
    record: (note?: string, extra?: Partial<ObjectEvent>) => recorder.record(widgetKind, object, event(note, extra)),
    published: () => base.store.events().map(({ reason, note, count }) => `${reason} ${note} x${count}`),
  };
}

test("an event is published once, with what it regards", async () => {
  const w = world();
  w.record();
  await w.clock.advance(0);
  expect(w.store.events()).toEqual([
    {
      ...event(),
      regarding: { kind: widgetKind, namespace: "default", name: "a", uid: "uid-1" },
      name: expect.stringMatching(/^a\.[0-9a-f]{16}$/) as string,
      firstAt: Date.UTC(2026, 0, 1),
      lastAt: Date.UTC(2026, 0, 1),
      count: 1,
    },
  ]);
});

test("controls in a note are shown, not passed to the reader's terminal", async () => {
  const w = world();
  w.record("made\u001b[2J it\nNormal Ready");
  await w.clock.advance(0);
  expect(w.published()).toEqual(["Created made\\u001b[2J it\\nNormal Ready x1"]);
});

test("the same event at the same time has the same name in each process", async () => {
  const names = await Promise.all(
    [world(), world()].map(async (w) => {
      w.record();
      await w.clock.advance(0);
      return w.store.events()[0]?.name;
    }),
  );
  expect(names[0]).toBeDefined();
  expect(names[0]).toBe(names[1]);
});

describe("repeats", () => {
  test("within 6 minutes of the last are one series", async () => {
    const w = world();
    for (let i = 0; i < 3; i++) {
      w.record();
      await w.clock.advance(5 * minute);
    }
    expect(w.published()).toEqual(["Created made it x3"]);
    expect(w.store.events()[0]).toMatchObject({
      firstAt: Date.UTC(2026, 0, 1),
      lastAt: Date.UTC(2026, 0, 1, 0, 10),
    });
  });

  test("later than that are a new event", async () => {
    const w = world();
    w.record();
    await w.clock.advance(6 * minute);
    w.record();
    await w.clock.advance(0);
    expect(w.published()).toEqual(["Created made it x1", "Created made it x1"]);
  });

  test("differ in any of type, reason, action or note: they are not repeats", async () => {
    const w = world();
    w.record();
    w.record("made another");
    w.record("made it", { type: "Warning" });
    w.record("made it", { reason: "Remade" });
    w.record("made it", { action: "Remake" });
    await w.clock.advance(0);
    expect(w.store.events()).toHaveLength(5);
  });

  test("that wait to be sent are sent as one", async () => {
    const w = world();
    w.store.faults.delay("recordEvent", 1000);
    w.record("first");
    await w.clock.advance(10);
    for (let i = 0; i < 5; i++) w.record("second");
    let sent = 0;
    const send = w.store.recordEvent.bind(w.store);
    w.store.recordEvent = (...args) => {
      sent++;
      return send(...args);
    };
    await w.clock.advance(10_000);
    expect(w.published()).toEqual(["Created first x1", "Created second x5"]);
    expect(sent).toBe(1);
  });
});

test("more than 10 notes of one reason within 10 minutes are combined", async () => {
  const w = world();
  for (let i = 0; i < 14; i++) w.record(`job ${i}`);
  await w.clock.advance(0);
  expect(w.store.events()).toHaveLength(11);
  expect(w.published().at(-1)).toBe("Created (combined from similar events) job 13 x4");
  w.record("job 0");
  await w.clock.advance(0);
  expect(w.published()).toContain("Created job 0 x2");
  await w.clock.advance(10 * minute);
  w.record("job 99");
  await w.clock.advance(0);
  expect(w.published().at(-1)).toBe("Created job 99 x1");
});

test("one object may publish 25 at once, then one per 5 minutes, and no count is lost", async () => {
  const w = world();
  for (let i = 0; i < 30; i++) {
    w.record();
    await w.clock.advance(10);
  }
  expect(w.published()).toEqual(["Created made it x25"]);
  const other = w.apply("b");
  w.recorder.record(widgetKind, other, event("other"));
  await w.clock.advance(5 * minute);
  w.record();
  w.record();
  await w.clock.advance(0);
  expect(w.published()).toEqual(["Created made it x31", "Created other x1"]);
});

describe("a store that fails", () => {
  test.each([
    new StoreError("Unavailable", "down"),
    new StoreError("TooManyRequests", "later"),
    new StoreError("Unauthorized", "the token has expired"),
  ])("is tried three times, then the event is dropped and logged, and the next one goes on: $reason", async (error) => {
    const w = world();
    w.store.faults.fail("recordEvent", 3, error);
    w.record("lost");
    w.record("kept");
    await w.clock.advance(minute);
    expect(w.published()).toEqual(["Created kept x1"]);
    expect(w.log.lines.map(({ fields }) => fields.last)).toEqual([false, false, true]);
  });

  test.each(["Forbidden", "Invalid", "NotFound", "CrdMissing", "Conflict", "Gone"] as const)(
    "for what it refuses is asked once, and no other event waits: %s",
    async (reason) => {
      const w = world();
      w.store.faults.fail("recordEvent", 2, new StoreError(reason, "no"));
      w.record("refused");
      w.record("refused too");
      w.record("kept");
      await w.clock.advance(0);
      expect(w.published()).toEqual(["Created kept x1"]);
      expect(w.log.lines.map(({ fields }) => fields.last)).toEqual([true, true]);
    },
  );

  test("by never answering holds up nobody for long", async () => {
    const w = world();
    w.store.faults.hang("recordEvent", 1);
    w.record();
    await w.clock.advance(20_000);
    expect(w.published()).toEqual(["Created made it x1"]);
  });

  test("for long fills no memory: too many waiting events are dropped", async () => {
    const w = world();
    w.store.faults.delay("recordEvent", 5000);
    for (let i = 0; i < 1200; i++) w.recorder.record(widgetKind, w.apply(`w${i}`), event());
    await w.clock.advance(3_600_000 * 2);
    expect(w.store.events().length).toBeLessThanOrEqual(1001);
    expect(w.messages().filter((line) => line.includes("too many events")).length).toBeGreaterThan(150);
  });
});

test("who records thousands loses its own events, and delays those of another namespace by one", async () => {
  const w = world();
  w.store.faults.delay("recordEvent", 1000);
  for (let i = 0; i < 2000; i++) w.recorder.record(widgetKind, w.apply(`w${i}`), event(`flood ${i}`));
  const { metadata, ...rest } = w.object;
  w.recorder.record(widgetKind, { ...rest, metadata: { ...metadata, namespace: "quiet" } }, event("mine"));
  await w.clock.advance(3000);
  expect(w.store.events().map(({ note }) => note)).toContain("mine");
});

test("ends at once when asked to stop, idle or in the middle of a retry", async () => {
  const idle = world();
  await idle.clock.advance(0);
  idle.abort.abort(new Error("stop"));
  await idle.clock.advance(0);
  expect(idle.state.ended).toBe(true);
  const busy = world();
  busy.store.faults.fail("recordEvent", 9, new StoreError("Unavailable", "down"));
  busy.record();
  await busy.clock.advance(100);
  busy.abort.abort(new Error("stop"));
  await busy.clock.advance(0);
  expect(busy.state.ended).toBe(true);
});
