import { describe, expect, test } from "vitest";
import { sleep } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { StoreError } from "../../src/runtime/store.ts";
import { world } from "./leader-world.ts";

const down = new StoreError("Unavailable", "down");

test("the first to come leads and renews, the others stand by", async () => {
  const w = world();
  const a = w.replica("a");
  await w.clock.advance(0);
  // The lease less the margin for clocks of different speed.
  expect(a.elector.remainingMs()).toBe(14_000);
  const b = w.replica("b");
  await w.clock.advance(3_600_000);
  expect(w.story).toEqual(["0s a leads"]);
  expect([a.elector.remainingMs() > 11_000, b.elector.remainingMs()]).toEqual([true, 0]);
  expect(a.elector.leadershipDeadline()).toBeGreaterThan(3_600_000);
  expect(b.elector.leadershipDeadline()).toBeUndefined();
  expect(b.elector.holder).toBe("a");
  expect(w.leases.lease).toMatchObject({ holderIdentity: "a", leaseDurationSeconds: 15, transitions: 0 });
});

test("two that start at once do not both lead", async () => {
  const w = world();
  const both = [w.replica("a"), w.replica("b")];
  await w.clock.advance(60_000);
  expect(w.story).toHaveLength(1);
  expect(both.filter(({ elector }) => elector.remainingMs() > 0)).toHaveLength(1);
});

describe("handing over", () => {
  test("by stopping releases the lease, and the next one leads within a second", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(0);
    const b = w.replica("b");
    await w.clock.advance(60_000);
    a.stop();
    await w.clock.advance(1000);
    expect(a.result.value).toBe("stopped");
    expect(w.story.slice(0, 3)).toEqual(["0s a leads", "60s a stops its work", "60s a leads no more"]);
    expect(w.story[3]).toMatch(/^6[01](\.\d)?s b leads$/);
    expect(w.leases.lease?.transitions).toBe(1);
    expect(b.elector.remainingMs()).toBeGreaterThan(0);
  });

  test("reports to the next one for how long nobody had written, whatever the clocks say", async () => {
    const w = world();
    const a = w.replica("a", { quietMs: () => 4000 });
    a.clock.wallOffsetMs = -3_600_000;
    await w.clock.advance(0);
    const reported: number[] = [];
    w.replica("b", { lead: async (_signal, quietMs) => void reported.push(quietMs) });
    await w.clock.advance(60_000);
    a.stop();
    await w.clock.advance(2000);
    expect(reported).toEqual([4000]);
  });

  test.each<[string, (w: ReturnType<typeof world>, a: ReturnType<ReturnType<typeof world>["replica"]>) => void]>([
    ["has crashed", (_w, a) => a.clock.pause()],
    [
      "has lost it to a person who deleted it",
      (w, a) => {
        a.clock.pause();
        w.leases.delete();
      },
    ],
    [
      "has lost it to a person who emptied its holder",
      (w, a) => {
        a.clock.pause();
        const { lease } = w.leases;
        if (lease !== undefined)
          void w.leases.update(lease, { ...lease, holderIdentity: "" }, new AbortController().signal);
      },
    ],
  ])("reports no quiet when it %s", async (_name, end) => {
    const w = world();
    const a = w.replica("a", { quietMs: () => 4000 });
    await w.clock.advance(0);
    const reported: number[] = [];
    w.replica("b", { lead: async (_signal, quietMs) => void reported.push(quietMs) });
    await w.clock.advance(60_000);
    end(w, a);
    await w.clock.advance(20_000);
    expect(reported).toEqual([0]);
  });

  test("waits for the end of the work before the release", async () => {
    const w = world();
    const a = w.replica("a", {
      lead: async (signal) => {
        await sleep(w.clock, 1e9, signal).catch(() => undefined);
        await sleep(w.clock, 2000);
      },
    });
    await w.clock.advance(10_000);
    a.stop();
    await w.clock.advance(1999);
    expect(w.leases.lease?.holderIdentity).toBe("a");
    await w.clock.advance(1);
    expect(w.leases.lease?.holderIdentity).toBe("");
  });

  test("does not release the lease while the work goes on forever", async () => {
    const w = world();
    const a = w.replica("a", { lead: () => new Promise(() => undefined) });
    await w.clock.advance(10_000);
    a.stop();
    await w.clock.advance(15_000);
    expect([a.result.value, w.leases.lease?.holderIdentity, a.elector.remainingMs()]).toEqual(["lost", "a", 0]);
  });

  test("also happens when the work ends or fails", async () => {
    const w = world();
    const a = w.replica("a", { lead: () => sleep(w.clock, 5000) });
    await w.clock.advance(6000);
    expect([a.result.value, w.leases.lease?.holderIdentity]).toEqual(["stopped", ""]);
    const b = w.replica("b", { lead: () => Promise.reject(new Error("boom")) });
    await w.clock.advance(6000);
    expect([b.result.value, w.leases.lease?.holderIdentity]).toEqual(["Error: boom", ""]);
  });

  test("succeeds when the answer to the last renewal was lost", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(10_000);
    w.leases.faults.loseResponse("update", 1, down);
    await w.clock.advance(2000);
    a.stop();
    await w.clock.advance(0);
    expect([a.result.value, w.leases.lease?.holderIdentity]).toEqual(["stopped", ""]);
  });

  test("while still waiting for leadership is just an end", async () => {
    const w = world();
    w.replica("a");
    await w.clock.advance(0);
    const b = w.replica("b");
    await w.clock.advance(5000);
    b.stop();
    await w.clock.advance(0);
    expect([b.result.value, w.leases.lease?.holderIdentity]).toEqual(["stopped", "a"]);
  });
});

describe("after a crash of the leader", () => {
  test("another one leads within 17 s", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const w = world();
      const a = w.replica("a", { random: seededRandom(seed) });
      await w.clock.advance(0);
      const b = w.replica("b", { random: seededRandom(seed + 100) });
      await w.clock.advance(30_000 + seed * 97);
      a.clock.pause();
      await w.clock.advance(17_000);
      expect(b.elector.remainingMs()).toBeGreaterThan(0);
    }
  });

  test("the clocks of both may be hours apart", async () => {
    const w = world();
    const a = w.replica("a");
    a.clock.wallOffsetMs = -7_200_000;
    await w.clock.advance(0);
    const b = w.replica("b");
    b.clock.wallOffsetMs = 7_200_000;
    await w.clock.advance(600_000);
    expect(w.story).toEqual(["0s a leads"]);
    a.clock.pause();
    await w.clock.advance(17_000);
    expect(b.elector.remainingMs()).toBeGreaterThan(0);
  });
});

describe("a leader that cannot renew", () => {
  test("stops its work after 10 s, before anybody else leads", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(0);
    w.replica("b");
    await w.clock.advance(60_000);
    a.faults.fail("update", 1000, down);
    a.faults.fail("get", 1000, down);
    await w.clock.advance(30_000);
    expect(a.result.value).toBe("lost");
    const [, stops, ends, next] = w.story.map((line) => Number.parseFloat(line));
    expect(stops).toBeGreaterThanOrEqual(68);
    expect(stops).toBeLessThanOrEqual(70);
    expect(ends).toBe(stops);
    expect(next).toBeGreaterThan(73);
  });

  test("because the API server never answers stops just the same", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(60_000);
    a.faults.hang("update", 1000);
    await w.clock.advance(10_001);
    expect(w.story).toEqual(["0s a leads", expect.stringContaining("a stops its work")]);
    // The release is tried, too, and given up after 3 s.
    await w.clock.advance(3000);
    expect(a.result.value).toBe("lost");
  });

  test("for a while goes on leading", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(0);
    w.replica("b");
    await w.clock.advance(60_000);
    a.faults.fail("update", 3, down);
    await w.clock.advance(60_000);
    expect(w.story).toEqual(["0s a leads"]);
  });

  test("because somebody took the lease, or deleted it, stops at once", async () => {
    for (const take of [true, false]) {
      const w = world();
      const a = w.replica("a");
      await w.clock.advance(60_000);
      const { lease } = w.leases;
      if (lease === undefined) throw new Error("there is no lease");
      if (take) await w.leases.update(lease, { ...lease, holderIdentity: "x" }, new AbortController().signal);
      else w.leases.delete();
      await w.clock.advance(2000);
      expect(a.result.value).toBe("lost");
      expect(w.leases.lease?.holderIdentity).toBe(take ? "x" : undefined);
    }
  });
});

test("a leader that is cut off while its lease is deleted may write no more before another one leads", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const w = world();
    const a = w.replica("a", { random: seededRandom(seed) });
    await w.clock.advance(0);
    const b = w.replica("b", { random: seededRandom(seed + 100) });
    await w.clock.advance(30_000 + seed * 97);
    a.faults.fail("update", 1000, down);
    a.faults.fail("get", 1000, down);
    w.leases.delete();
    while (b.elector.remainingMs() === 0) {
      await w.clock.advance(100);
      expect(Math.min(a.elector.remainingMs(), b.elector.remainingMs())).toBe(0);
      expect(w.clock.monotonic()).toBeLessThan(30_000 + seed * 97 + 17_100);
    }
  }
});

describe("a leader that was paused past its lease", () => {
  for (const sleeping of [false, true]) {
    test(`may not write when it comes to, its monotonic clock ${sleeping ? "frozen" : "running on"}`, async () => {
      const w = world();
      const a = w.replica("a");
      await w.clock.advance(0);
      const b = w.replica("b");
      await w.clock.advance(60_000);
      a.clock.pause({ sleeping });
      await w.clock.advance(40_000);
      expect([a.elector.remainingMs(), b.elector.remainingMs() > 0]).toEqual([0, true]);
      a.clock.resume();
      expect(a.elector.remainingMs()).toBe(0);
      await w.clock.advance(100);
      expect(a.result.value).toBe("lost");
      expect(w.leases.lease?.holderIdentity).toBe("b");
    });
  }

  test("is lost although nobody took the lease, and gives it back", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(10_000);
    a.clock.pause();
    await w.clock.advance(20_000);
    a.clock.resume();
    await w.clock.advance(0);
    expect([a.result.value, w.leases.lease?.holderIdentity]).toEqual(["lost", ""]);
  });

  test("may not write when its machine slept and its wall clock was set back by as much meanwhile", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(10_000);
    a.clock.pause({ sleeping: true });
    await w.clock.advance(40_000);
    a.clock.wallOffsetMs = -40_000;
    expect(a.elector.remainingMs()).toBe(0);
  });

  test("may not write when its whole virtual machine froze, which only the wall clock reports", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(10_000);
    a.clock.wallOffsetMs = 40_000;
    expect(a.elector.remainingMs()).toBe(0);
  });

  test("may not write either when its wall clock was set back meanwhile", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(10_000);
    a.clock.wallOffsetMs = -3_600_000;
    a.clock.pause();
    await w.clock.advance(20_000);
    expect(a.elector.remainingMs()).toBe(0);
  });
});

test("under any mix of pauses, sleep, outages, wrong clocks and a lease that is deleted there are never two that may write", async () => {
  let handovers = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const w = world();
    const random = seededRandom(seed);
    const replicas = ["a", "b", "c"].map((name, index) => w.replica(name, { random: seededRandom(seed * 10 + index) }));
    // Whoever has never seen a holder cannot know that there was one.
    await w.clock.advance(3000);
    let deleted = false;
    for (let step = 0; step < 120; step++) {
      const replica = replicas[Math.floor(random() * replicas.length)];
      if (replica === undefined) continue;
      const dice = random();
      if (dice < 0.08) replica.clock.pause({ sleeping: random() < 0.5 });
      else if (dice < 0.3) replica.clock.resume();
      else if (dice < 0.34) replica.clock.wallOffsetMs += (random() - 0.3) * 60_000;
      else if (dice < 0.4) replica.faults.fail("update", Math.ceil(random() * 8), down);
      else if (dice < 0.44) replica.faults.hang("update", 1);
      else if (dice < 0.48) w.leases.faults.loseResponse("update", 1, down);
      else if (dice < 0.52) replica.faults.delay("update", random() * 4000);
      else if (dice < 0.56 && !deleted) {
        w.leases.delete();
        deleted = true;
      }
      for (const other of replicas) {
        if (other.result.value === undefined) continue;
        delete other.result.value;
        other.start();
      }
      await w.clock.advance(random() * 4000);
      const writers = replicas.filter(({ elector }) => elector.remainingMs() > 0);
      expect(writers.length).toBeLessThanOrEqual(1);
    }
    handovers += w.story.filter((line) => line.endsWith("leads")).length - 1;
  }
  expect(handovers).toBeGreaterThan(50);
});
