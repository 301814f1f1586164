import { describe, expect, it, onTestFinished } from "vitest";
import { type EventQueue, Listener } from "../../src/events/listener.ts";
import { sleep, VirtualClock } from "../../src/runtime/clock.ts";
import { collectingLog } from "../../src/runtime/log.ts";

/** A queue from which a listener reads. `refuse` makes calls fail. */
function listening(bodies: readonly string[], refuse: () => Error | undefined = () => undefined) {
  const clock = new VirtualClock();
  const log = collectingLog();
  const left = [...bodies];
  const steps: string[] = [];
  const failing = (): void => {
    const error = refuse();
    if (error !== undefined) throw error;
  };
  let polls = 0;
  const queue: EventQueue = {
    url: "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
    async receive(waits, signal) {
      polls++;
      await sleep(clock, left.length === 0 && waits ? 20_000 : 50, signal);
      failing();
      return left.splice(0, 10).map((body) => ({ body, handle: `handle of ${body}` }));
    },
    async delete(handles) {
      failing();
      steps.push(...handles.map((handle) => `delete ${handle}`));
    },
  };
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const take = (body: string): void => {
    steps.push(`take ${body}`);
  };
  const ended = new Listener({ queue, clock, random: () => 0.5, log, take }).run(ending.signal);
  return { clock, log, left, steps, ending, ended, polls: () => polls };
}

describe("a listener", () => {
  it("deletes messages after whom they concern was woken", async () => {
    const { clock, steps } = listening(["a", "b"]);
    await clock.advance(100);
    expect(steps).toEqual(["take a", "take b", "delete handle of a", "delete handle of b"]);
  });

  it("takes ten thousand in seconds, by several lines of calls", async () => {
    const { clock, left } = listening(Array.from({ length: 10_000 }, (_, index) => String(index)));
    await clock.advance(15_000);
    expect(left).toEqual([]);
  });

  it("waits for messages without further calls", async () => {
    const { clock, polls } = listening([]);
    await clock.advance(60_000);
    expect(polls()).toBeLessThanOrEqual(4);
  });

  it("says once that the queue cannot be read and why, asks less and less often, and says when it can again", async () => {
    let refusal: Error | undefined = new Error("Access to the resource is denied.");
    const { clock, log, polls } = listening([], () => refusal);
    await clock.advance(3_600_000);
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
      ["warn", "the events queue cannot be read"],
    ]);
    expect(log.lines[0]?.fields).toMatchObject({
      error: { message: "Access to the resource is denied." },
      next: expect.stringContaining("sqs:ReceiveMessage"),
    });
    expect(polls()).toBeLessThan(100);
    refusal = undefined;
    await clock.advance(120_000);
    expect(log.lines.at(-1)).toMatchObject({ level: "info", message: "the events queue can be read again" });
  });

  it("goes on when only the deletion is refused, and takes what comes again", async () => {
    let refusal: Error | undefined;
    const { clock, steps, left } = listening(["a"], () => refusal);
    refusal = new Error("no");
    await clock.advance(100);
    expect(steps).toEqual([]);
    refusal = undefined;
    left.push("a");
    await clock.advance(60_000);
    expect(steps).toContain("delete handle of a");
  });

  it("ends with the signal, in the middle of a call", async () => {
    const { clock, ending, ended, log } = listening([]);
    await clock.advance(5_000);
    ending.abort();
    await ended;
    expect(log.lines).toEqual([]);
  });
});
