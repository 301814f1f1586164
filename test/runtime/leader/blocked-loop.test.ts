import { describe, expect, test } from "vitest";
import { StoreError } from "../../../src/runtime/store.ts";
import { world } from "../leader-world.ts";

/** From a renewal to after the next one: whatever the leader does in the meantime, the loop is blocked in the middle of it. */
const moments = Array.from({ length: 28 }, (_, index) => index * 100);
/** What an answer of the API server takes. */
const down = new StoreError("Unavailable", "the connection broke");
const latencies = [0, 20, 500];

describe.each(latencies)("where the API server takes %i ms", (latencyMs) => {
  const blockedFor = async (blockedMs: number, momentMs: number) => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(0);
    const b = w.replica("b");
    for (const call of ["get", "update"] as const) {
      a.faults.delay(call, latencyMs);
      b.faults.delay(call, latencyMs);
    }
    await w.clock.advance(30_000 + momentMs);
    a.clock.pause();
    await w.clock.advance(blockedMs);
    return { w, a, b };
  };

  test("a loop that is blocked for 5 s, at whatever moment, loses no lease", async () => {
    for (const moment of moments) {
      const { w, a } = await blockedFor(5000, moment);
      a.clock.resume();
      await w.clock.advance(30_000);
      expect([moment, w.story, a.elector.remainingMs() > 0]).toEqual([moment, ["0s a leads"], true]);
    }
  });

  test("one that is blocked for 5 s again and again, with 2 s between, loses none either", async () => {
    const { w, a } = await blockedFor(5000, 0);
    for (let times = 0; times < 20; times++) {
      a.clock.resume();
      await w.clock.advance(2000);
      a.clock.pause();
      await w.clock.advance(5000);
    }
    expect(w.story).toEqual(["0s a leads"]);
  });

  test("one that is blocked for 20 s may not write from the moment it comes to, and has lost the lease", async () => {
    for (const moment of moments) {
      const { w, a, b } = await blockedFor(20_000, moment);
      expect([moment, a.elector.remainingMs(), a.elector.leadershipDeadline()]).toEqual([moment, 0, undefined]);
      a.clock.resume();
      expect([moment, a.elector.remainingMs()]).toEqual([moment, 0]);
      await w.clock.advance(30_000);
      expect([moment, a.result.value, a.elector.remainingMs()]).toEqual([moment, "lost", 0]);
      expect(b.elector.remainingMs()).toBeGreaterThan(0);
    }
  });

  test("also where nobody else wanted the lease: an answer that has waited renews nothing", async () => {
    for (const moment of moments) {
      const w = world();
      const a = w.replica("a");
      a.faults.delay("update", latencyMs);
      a.faults.delay("get", latencyMs);
      await w.clock.advance(28_000);
      // The answer to a renewal is lost, so the next one finds another version, reads who wrote it, and is blocked there.
      w.leases.faults.loseResponse("update", 1, down);
      await w.clock.advance(2000 + moment);
      a.clock.pause();
      await w.clock.advance(20_000);
      a.clock.resume();
      const most: number[] = [];
      for (let turn = 0; turn < 30; turn++) {
        most.push(a.elector.remainingMs());
        await w.clock.advance(100);
      }
      expect([moment, Math.max(...most), a.result.value]).toEqual([moment, 0, "lost"]);
    }
  });
});
