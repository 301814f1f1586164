import { describe, expect, test } from "vitest";
import type { LeaseRecord } from "../../../src/runtime/leader.ts";
import { StoreError } from "../../../src/runtime/store.ts";
import { world } from "../leader-world.ts";

const down = new StoreError("Unavailable", "down");
const never = new AbortController().signal;

/** A lease that another process wrote just now. */
const held = (holderIdentity: string, change: { leaseDurationSeconds?: number; transitions?: number } = {}) => ({
  holderIdentity,
  leaseDurationSeconds: 15,
  acquiredAt: 0,
  renewedAt: 0,
  transitions: 0,
  ...change,
});

describe("a replica that waits", () => {
  test("knows nobody before its first check", async () => {
    const w = world();
    const a = w.replica("a");
    expect(a.elector.holder).toBe("");
    await w.clock.advance(0);
    expect(a.elector.holder).toBe("a");
  });

  test("checks every 0.8 to 1 s", async () => {
    for (const [chance, everyMs] of [
      [0, 800],
      [1, 1000],
    ] as const) {
      const w = world();
      await w.leases.create(held("x"), never);
      const b = w.replica("b", { random: () => chance });
      await w.clock.advance(3 * everyMs);
      expect(b.calls).toEqual([0, 1, 2, 3].map((check) => `${check * everyMs} get`));
    }
  });

  test("says once who leads, and once more when another one does", async () => {
    const w = world();
    const lease = await w.leases.create(held("x"), never);
    const b = w.replica("b");
    await w.clock.advance(5000);
    expect(b.messages()).toEqual(["info: another replica leads"]);
    await w.leases.update(lease, held("y"), never);
    await w.clock.advance(5000);
    expect(b.messages()).toEqual(["info: another replica leads", "info: another replica leads"]);
  });

  test("takes a lease that its own identity holds at once, and counts no change of holder", async () => {
    const w = world();
    await w.leases.create(held("a", { transitions: 3 }), never);
    const a = w.replica("a");
    await w.clock.advance(0);
    expect(a.elector.remainingMs()).toBe(14_000);
    expect(w.leases.lease?.transitions).toBe(3);
  });

  test("waits out the longer of the two durations, the holder's or its own", async () => {
    for (const [seconds, waits] of [
      [60, 60_000],
      [1, 15_000],
    ] as const) {
      const w = world();
      await w.leases.create(held("x", { leaseDurationSeconds: seconds }), never);
      const b = w.replica("b");
      await w.clock.advance(waits - 1);
      expect(b.elector.remainingMs()).toBe(0);
      await w.clock.advance(1);
      expect(b.elector.remainingMs()).toBe(14_000);
    }
  });

  test("counts again from any sign of life: another holder, or another count of changes, at the same time of renewal", async () => {
    for (const sign of [held("y"), held("x", { transitions: 1 })]) {
      const w = world();
      const lease = await w.leases.create(held("x"), never);
      const b = w.replica("b");
      await w.clock.advance(10_000);
      await w.leases.update(lease, sign, never);
      await w.clock.advance(14_999);
      expect(b.elector.remainingMs()).toBe(0);
      await w.clock.advance(3000);
      expect(b.elector.remainingMs()).toBeGreaterThan(0);
    }
  });

  test("waits out the lease of another that was deleted, for it may have been renewed just before, and recreates it", async () => {
    for (const [seconds, waits] of [
      [60, 60_000],
      [15, 15_000],
    ] as const) {
      const w = world();
      await w.leases.create(held("x", { leaseDurationSeconds: seconds }), never);
      const b = w.replica("b", { random: () => 1 });
      await w.clock.advance(3000);
      w.leases.delete();
      // The first check without it is at 4 s.
      await w.clock.advance(1000 + waits - 1);
      expect([b.elector.remainingMs(), b.elector.holder, w.leases.lease]).toEqual([0, "", undefined]);
      await w.clock.advance(1);
      expect(b.elector.remainingMs()).toBe(14_000);
      expect(w.leases.lease).toMatchObject({ holderIdentity: "b", transitions: 0 });
      await w.clock.advance(60_000);
      expect(w.story).toEqual([`${4 + waits / 1000}s b leads`]);
    }
  });

  test("waits out a deleted lease also when it was released or its own when last seen: somebody may have taken it", async () => {
    for (const holder of ["", "b"]) {
      const w = world();
      await w.leases.create(held(holder), never);
      const b = w.replica("b", { random: () => 1 });
      b.faults.fail("update", 1, down);
      await w.clock.advance(0);
      w.leases.delete();
      await w.clock.advance(1000 + 15_000 - 1);
      expect(b.elector.remainingMs()).toBe(0);
      await w.clock.advance(1);
      expect(b.elector.remainingMs()).toBe(14_000);
    }
  });

  test("says once that the lease was deleted, and who leads when somebody made it again", async () => {
    const w = world();
    await w.leases.create(held("x"), never);
    const b = w.replica("b");
    await w.clock.advance(3000);
    w.leases.delete();
    await w.clock.advance(5000);
    const gone = "info: the lease was deleted; this replica creates it once its last holder cannot write any more";
    expect(b.messages()).toEqual(["info: another replica leads", gone]);
    await w.leases.create(held("x"), never);
    await w.clock.advance(14_000);
    expect(b.messages()).toEqual(["info: another replica leads", gone, "info: another replica leads"]);
    expect(b.elector.remainingMs()).toBe(0);
  });

  test("takes a lease that was deleted and recreated as released at once", async () => {
    const w = world();
    await w.leases.create(held("x"), never);
    const b = w.replica("b", { random: () => 1 });
    await w.clock.advance(3000);
    w.leases.delete();
    await w.clock.advance(2000);
    await w.leases.create(held(""), never);
    await w.clock.advance(1000);
    expect(b.elector.remainingMs()).toBe(14_000);
    expect(w.leases.lease).toMatchObject({ holderIdentity: "b", transitions: 1 });
  });

  test("asks no faster when the lease has run out and cannot be taken", async () => {
    const w = world();
    await w.leases.create(held("x"), never);
    const b = w.replica("b");
    b.faults.fail("update", 1000, down);
    await w.clock.advance(35_000);
    expect(b.calls.filter((call) => call.endsWith("update")).length).toBeLessThanOrEqual(26);
    expect(b.elector.remainingMs()).toBe(0);
  });

  test("complains of an API server that fails, not of one who was faster", async () => {
    const w = world();
    const b = w.replica("b");
    b.faults.fail("get", 1, down);
    b.faults.fail("create", 1, new StoreError("Conflict", "somebody was faster"));
    await w.clock.advance(10_000);
    expect(b.messages()).toEqual(["warn: the lease could not be read or written", "info: this replica leads"]);
  });

  test("complains of nothing when it is stopped in the middle of a request", async () => {
    const w = world();
    await w.leases.create(held("x"), never);
    const b = w.replica("b");
    await w.clock.advance(0);
    b.faults.hang("get", 1);
    await w.clock.advance(3000);
    b.stop();
    await w.clock.advance(0);
    expect([b.result.value, b.messages(), b.calls.length]).toEqual(["stopped", ["info: another replica leads"], 2]);
  });
});

describe("a leader", () => {
  test("renews every 1.6 to 2 s and remembers since when it leads", async () => {
    for (const [chance, everyMs] of [
      [0, 1600],
      [1, 2000],
    ] as const) {
      const w = world();
      const a = w.replica("a", { random: () => chance });
      await w.clock.advance(2 * everyMs);
      expect(a.calls).toEqual(["0 get", "0 create", `${everyMs} update`, `${2 * everyMs} update`]);
      const { acquiredAt = 0, renewedAt } = w.leases.lease ?? {};
      expect(renewedAt).toBe(acquiredAt + 2 * everyMs);
    }
  });

  test("gives a renewal that hangs up after 5 s and has time for another", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(10_000);
    a.faults.hang("update", 1);
    await w.clock.advance(30_000);
    expect(w.story).toEqual(["0s a leads"]);
    expect(a.messages()).toEqual(["info: this replica leads", "warn: the lease could not be renewed"]);
  });

  test("waits for an answer that takes its time", async () => {
    const w = world();
    const a = w.replica("a");
    a.faults.delay("update", 3000);
    await w.clock.advance(60_000);
    expect(w.story).toEqual(["0s a leads"]);
  });

  test("reads the lease only where somebody else wrote it", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(0);
    a.faults.fail("update", 2, down);
    await w.clock.advance(10_000);
    expect(a.calls.filter((call) => call.endsWith("get"))).toEqual(["0 get"]);
  });

  test("goes on when the other writer was itself, its answer lost", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(0);
    w.leases.faults.loseResponse("update", 1, down);
    await w.clock.advance(60_000);
    expect(w.story).toEqual(["0s a leads"]);
    expect(a.calls.filter((call) => call.endsWith("get"))).toHaveLength(2);
  });

  test("that is stopped during a renewal gives the lease back and complains of nothing", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(0);
    a.faults.hang("update", 1);
    await w.clock.advance(3000);
    a.stop();
    await w.clock.advance(0);
    expect([a.result.value, w.leases.lease?.holderIdentity]).toEqual(["stopped", ""]);
    expect(a.messages()).toEqual(["info: this replica leads", "info: the lease is released"]);
  });

  test("says that it is lost, and only then", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(0);
    w.leases.delete();
    await w.clock.advance(2000);
    expect(a.messages()).toEqual([
      "info: this replica leads",
      "error: leadership is lost, this replica stops its work",
    ]);
  });

  type World = ReturnType<typeof world>;
  const written = (change: Partial<LeaseRecord>) => async (w: World) => {
    const { lease } = w.leases;
    if (lease === undefined) throw new Error("there is no lease");
    await w.leases.update(lease, { ...lease, ...change }, never);
  };
  const frozen = (sleeping: boolean) => async (w: World, a: ReturnType<World["replica"]>) => {
    a.clock.pause({ sleeping });
    await w.clock.advance(20_000);
    a.clock.resume();
  };
  type Cause = (w: World, a: ReturnType<World["replica"]>) => unknown;
  test.each<[name: string, cause: Cause, why: RegExp]>([
    ["was deleted", (w) => w.leases.delete(), /^the lease was deleted$/],
    ["was emptied", written({ holderIdentity: "" }), /^somebody released the lease$/],
    ["was taken", written({ holderIdentity: "x" }), /^another holds the lease$/],
    ["could not be renewed", (_w, a) => a.faults.fail("update", 9, down), /^renewals failed$/],
    ["hung", (_w, a) => a.faults.hang("update", 9), /^renewals failed$/],
    ["ran out while the loop was blocked", frozen(false), /^this process hardly ran: its event loop was blocked/],
    ["ran out while the machine slept", frozen(true), /^the machine was asleep$/],
    [
      "ran out by the wall clock alone",
      (_w, a) => {
        a.clock.wallOffsetMs = 60_000;
      },
      /^the wall clock went ahead/,
    ],
  ])("that %s says why it is lost", async (_name, cause, why) => {
    const w = world();
    const a = w.replica("a", { lead: () => new Promise(() => undefined) });
    await w.clock.advance(10_500);
    await cause(w, a);
    await w.clock.advance(12_000);
    const loss = a.lines().find(({ message }) => message === "leadership is lost, this replica stops its work");
    expect(loss?.fields["why"]).toMatch(why);
  });

  test("says how long nothing renewed it by which clock, and how many requests failed", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(10_000);
    a.clock.pause({ sleeping: true });
    await w.clock.advance(20_000);
    a.clock.resume();
    await w.clock.advance(0);
    const loss = a.lines().find(({ level }) => level === "error");
    expect(loss?.fields["failures"]).toBe(0);
    const since = loss?.fields["sinceRenewalMs"] ?? {};
    const { monotonic = 0, boot = 0, wall = 0 } = since as Partial<Record<"monotonic" | "boot" | "wall", number>>;
    expect([boot - monotonic, wall - monotonic]).toEqual([20_000, 20_000]);
  });

  test("says when it could not give the lease back", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(1000);
    a.faults.fail("update", 1, down);
    a.stop();
    await w.clock.advance(0);
    expect([a.result.value, w.leases.lease?.holderIdentity]).toEqual(["stopped", "a"]);
    expect(a.messages()[1]).toBe("warn: the lease could not be released, another replica waits until it expires");
  });

  test("whose lease was taken says nothing of a release", async () => {
    const w = world();
    const a = w.replica("a");
    await w.clock.advance(1000);
    const { lease } = w.leases;
    if (lease === undefined) throw new Error("there is no lease");
    await w.leases.update(lease, { ...lease, holderIdentity: "x" }, never);
    a.stop();
    await w.clock.advance(0);
    expect([a.result.value, w.leases.lease?.holderIdentity]).toEqual(["stopped", "x"]);
    expect(a.messages()).toEqual(["info: this replica leads"]);
  });

  test("says when its work does not end in time", async () => {
    const w = world();
    const a = w.replica("a", { lead: () => new Promise(() => undefined) });
    await w.clock.advance(1000);
    a.stop();
    await w.clock.advance(15_000);
    expect(a.messages()[1]).toBe("error: the work did not end before the lease expired");
  });
});
