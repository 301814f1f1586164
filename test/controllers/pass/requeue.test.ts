import { describe, expect, it } from "vitest";
import type { Outcome, Step } from "../../../src/controllers/pass/agenda.ts";
import * as again from "../../../src/controllers/pass/requeue.ts";

const minute = 60_000;
const act: Step<object> = { kind: "act", action: {}, reason: "Creating", message: "" };
const againAfter = (next: Step<object>, outcome: Outcome, lastedMs: number, turnsInMs?: number) =>
  again.againAfter({ next, instead: undefined }, outcome, { lastedMs, turnsInMs });
const failed = (kind: string): Outcome => ({
  kind: "failed",
  failure: { kind, operation: "batch:DeleteComputeEnvironment", message: "no", advice: "" } as never,
});

describe("an object is requeued", () => {
  it.each([
    [0, 5000],
    [50_000, 5000],
    [5 * minute, 30_000],
    [100 * minute, 10 * minute],
    [1000 * minute, 10 * minute],
  ])("after AWS has said for %d ms that something is in use or changes, in %d ms", (lastedMs, delayMs) => {
    for (const kind of ["inUse", "busy"]) {
      expect(againAfter(act, failed(kind), lastedMs)).toEqual({ kind: "after", delayMs });
    }
  });

  it("after what AWS will not take, in five minutes, and with growing delays after all else", () => {
    for (const kind of ["invalid", "quota"]) {
      expect(againAfter(act, failed(kind), 0)).toEqual({ kind: "after", delayMs: 5 * minute });
    }
    expect(againAfter(act, failed("denied"), 0)).toEqual({ kind: "backoff" });
  });

  it("in a second after a refusal of what another step need not wait for", () => {
    const requeued = (next: Step<object>, outcome: Outcome) => {
      const instead = { next, serving: true, conditions: [] };
      return again.againAfter({ next: act, instead }, outcome, { lastedMs: 0, turnsInMs: undefined });
    };
    const wait = { kind: "wait", reason: "Deleting", message: "" } as const;
    for (const kind of ["denied", "invalid", "inUse"]) {
      expect(requeued(act, failed(kind))).toEqual({ kind: "after", delayMs: 1000 });
    }
    expect(requeued(wait, failed("denied"))).toEqual({ kind: "backoff" });
    expect(requeued(act, { kind: "none" })).toEqual({ kind: "now" });
  });

  it("at once after a step, and where it waits when it is due", () => {
    const none: Outcome = { kind: "none" };
    const wait = { kind: "wait", reason: "Deleting", message: "" } as const;
    expect(againAfter(act, none, 0)).toEqual({ kind: "now" });
    expect(againAfter(wait, none, 0)).toEqual({ kind: "onChange" });
    expect(againAfter({ ...wait, checkInMs: 10 }, none, 0)).toEqual({ kind: "after", delayMs: 10 });
  });

  it("no later than when a condition turns", () => {
    const none: Outcome = { kind: "none" };
    const wait = { kind: "wait", reason: "Deleting", message: "", checkInMs: 5000 } as const;
    expect(againAfter(act, none, 0, 7)).toEqual({ kind: "now" });
    expect(againAfter(wait, none, 0, 4000)).toEqual({ kind: "after", delayMs: 4000 });
    expect(againAfter(wait, none, 0, 6000)).toEqual({ kind: "after", delayMs: 5000 });
    expect(againAfter({ kind: "blocked", reason: "Invalid", message: "" }, none, 0, 9)).toEqual({
      kind: "after",
      delayMs: 9,
    });
    expect(againAfter(act, failed("denied"), 0, minute)).toEqual({ kind: "backoff", atMostMs: minute });
    expect(again.noLaterThan(5, { kind: "backoff", atMostMs: 3 })).toEqual({ kind: "backoff", atMostMs: 3 });
  });
});
