import { describe, expect, test } from "vitest";
import { abortable, childSignal, withDeadline } from "../../src/runtime/abort.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";

const never = new AbortController().signal;
const deaf = (): Promise<never> => new Promise(() => undefined);

describe("a child signal", () => {
  test("follows its parent until it is released", () => {
    const parent = new AbortController();
    const tied = childSignal(parent.signal);
    const released = childSignal(parent.signal);
    released.release();
    parent.abort("stop");
    expect([tied.signal.reason, released.signal.aborted]).toEqual(["stop", false]);
    expect(childSignal(parent.signal).signal.reason).toBe("stop");
  });

  test("can abort alone", () => {
    const parent = new AbortController();
    const child = childSignal(parent.signal);
    child.abort("late");
    expect([child.signal.reason, parent.signal.aborted]).toEqual(["late", false]);
  });
});

describe("abortable work", () => {
  test("gives its result or its error", async () => {
    await expect(abortable(Promise.resolve(1), never)).resolves.toBe(1);
    await expect(abortable(Promise.reject(new Error("no")), never)).rejects.toThrow("no");
  });

  test("ends with the signal although it does not listen, and its later failure is nobody's", async () => {
    const abort = new AbortController();
    const { promise, reject } = Promise.withResolvers<void>();
    const work = abortable(promise, abort.signal);
    abort.abort(new Error("stop"));
    await expect(work).rejects.toThrow("stop");
    reject(new Error("unheard"));
    await expect(abortable(deaf(), abort.signal)).rejects.toThrow("stop");
  });
});

describe("a deadline", () => {
  test("aborts the work's signal and says what took too long", async () => {
    const clock = new VirtualClock();
    const seen: { reason?: unknown } = {};
    const work = withDeadline(clock, 3000, never, "the list", (signal) => {
      signal.addEventListener("abort", () => {
        seen.reason = signal.reason;
      });
      return deaf();
    });
    const failed = expect(work).rejects.toThrow("the list did not answer within 3 s");
    await clock.advance(3000);
    await failed;
    expect(seen.reason).toMatchObject({ name: "DeadlineExceeded" });
  });

  test("starts no work for a parent that is over", async () => {
    let started = false;
    const work = withDeadline(new VirtualClock(), 1000, AbortSignal.abort("over"), "it", async () => {
      started = true;
    });
    await expect(work).rejects.toBe("over");
    expect(started).toBe(false);
  });
});
