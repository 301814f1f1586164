import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { sleep, systemClock, VirtualClock } from "../../src/runtime/clock.ts";

describe("the virtual clock", () => {
  test("fires timers by time, then by creation, and lets promises run between two of them", async () => {
    const clock = new VirtualClock(1000);
    const fired: string[] = [];
    const note = (text: string) => () => {
      fired.push(`${clock.monotonic()} ${text}`);
      void Promise.resolve().then(() => fired.push(`${clock.monotonic()} after ${text}`));
    };
    clock.schedule(20, note("c"));
    clock.schedule(10, note("a"));
    clock.schedule(10, note("b"));
    clock.schedule(-5, note("first"));
    await clock.advance(15);
    expect(fired).toEqual(["0 first", "0 after first", "10 a", "10 after a", "10 b", "10 after b"]);
    expect([clock.now(), clock.monotonic()]).toEqual([1015, 15]);
  });

  test("fires what remains after any cancellations, in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 30 }), async (timers) => {
        const clock = new VirtualClock();
        const fired: [number, number][] = [];
        const made = timers.map(([delayMs], index) => clock.schedule(delayMs, () => fired.push([delayMs, index])));
        timers.forEach(([, cancelled], index) => {
          if (cancelled) made[index]?.cancel();
        });
        await clock.advance(50);
        const left = timers.flatMap(([delayMs, cancelled], index) => (cancelled ? [] : [[delayMs, index]]));
        expect(fired).toEqual(left.toSorted((one, other) => (one[0] ?? 0) - (other[0] ?? 0)));
        made[0]?.cancel();
      }),
      { numRuns: 50 },
    );
  });

  test("stops while work outside of it is under way, and runs what follows from that first", async () => {
    const seen: string[] = [];
    let reading: Promise<void> | undefined;
    const clock = new VirtualClock(0, () => reading);
    clock.schedule(1000, () => {
      reading = new Promise((resolve) => setImmediate(resolve)).then(() => {
        reading = undefined;
        seen.push(`read at ${clock.now()}`);
      });
    });
    clock.schedule(1001, () => seen.push(`later at ${clock.now()}`));
    await clock.advance(2000);
    expect(seen).toEqual(["read at 1000", "later at 1001"]);
  });

  test("advances until something holds, and says when it does not", async () => {
    const clock = new VirtualClock();
    let done = false;
    clock.schedule(5000, () => {
      done = true;
    });
    await clock.advanceUntil(() => done, 10_000);
    expect(clock.monotonic()).toBe(5000);
    clock.schedule(2000, () => undefined);
    await expect(clock.advanceUntil(() => false, 1000, "peace")).rejects.toThrow(
      "peace did not hold within 1 s of virtual time",
    );
  });
});

test("a sleep ends with its signal, and at once when that has aborted already", async () => {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const ended = expect(sleep(clock, 1000, abort.signal)).rejects.toThrow("stop");
  await clock.advance(500);
  abort.abort(new Error("stop"));
  await ended;
  await expect(sleep(clock, 1000, abort.signal)).rejects.toThrow("stop");
});

test("a faster clock of the machine compresses its timers and its wall time alike", async () => {
  const clock = systemClock(1e6);
  const wall = clock.now();
  const start = clock.monotonic();
  const cancelled = clock.schedule(1000, () => expect.unreachable());
  cancelled.cancel();
  await sleep(clock, 10_000);
  expect(clock.monotonic() - start).toBeGreaterThanOrEqual(10_000);
  expect(clock.now() - wall).toBeGreaterThanOrEqual(10_000);
});

describe("a timer of the machine's clock for longer than one of Node's can last", () => {
  const dayMs = 86_400_000;

  test.each([1, 2])("does not fire earlier than asked, at %d times the speed", (speed) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let fired = 0;
    systemClock(speed).schedule(60 * dayMs * speed, () => {
      fired++;
    });
    vi.advanceTimersByTime(60 * dayMs - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is cancelled at any time, and one without an end never fires", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const timers = [60 * dayMs, Number.POSITIVE_INFINITY].map((delayMs) =>
      systemClock().schedule(delayMs, () => expect.unreachable()),
    );
    vi.advanceTimersByTime(40 * dayMs);
    timers[0]?.cancel();
    vi.advanceTimersByTime(400 * dayMs);
    timers[1]?.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });
});
