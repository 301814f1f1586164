import { describe, expect, it } from "vitest";
import { CallBudget, type CallKind, type TakeOptions } from "../../src/aws/budget.ts";
import { sleep, VirtualClock } from "../../src/runtime/clock.ts";

const byOperator: TakeOptions = { signal: undefined, onBehalfOf: undefined };

function setUp(ratePerSecond = 10, keptForFew = 0) {
  const clock = new VirtualClock();
  const waits: { kind: CallKind; waitedMs: number }[] = [];
  const budget = new CallBudget({
    clock,
    ratePerSecond,
    keptForFew,
    onWait: (kind, waitedMs) => waits.push({ kind, waitedMs }),
  });
  const left: string[] = [];
  const take = (name: string, kind: CallKind = "read", options: Partial<TakeOptions> = {}): Promise<void> =>
    budget.take(kind, { ...byOperator, ...options }).then(
      () => void left.push(name),
      (reason: unknown) => void left.push(`${name} gave up: ${String(reason)}`),
    );
  const takeMany = (count: number, kind: CallKind = "read"): void => {
    for (let index = 0; index < count; index++) void take(`${kind} ${index}`, kind);
  };
  return { clock, budget, left, take, takeMany, waits };
}

describe("CallBudget", () => {
  it("lets a second's worth leave at once and then keeps the rate", async () => {
    const { clock, left, takeMany } = setUp();
    takeMany(25);
    await clock.advance(0);
    expect(left).toHaveLength(10);
    await clock.advance(500);
    expect(left).toHaveLength(15);
    await clock.advance(1000);
    expect(left).toHaveLength(25);
  });

  it("does not save up more than one second's worth", async () => {
    const { clock, left, takeMany } = setUp();
    await clock.advance(60_000);
    takeMany(25);
    await clock.advance(0);
    expect(left).toHaveLength(10);
  });

  it("lets writes go before reads that came earlier, and keeps the order within each", async () => {
    const { clock, left, take, takeMany } = setUp();
    takeMany(10);
    await clock.advance(0);
    left.length = 0;
    void take("read a");
    void take("read b");
    void take("write a", "write");
    void take("write b", "write");
    await clock.advance(1000);
    expect(left).toEqual(["write a", "write b", "read a", "read b"]);
  });

  it("gives every fifth call to the reads while they wait next to writes", async () => {
    const { clock, left, take, takeMany } = setUp();
    takeMany(10);
    await clock.advance(0);
    left.length = 0;
    takeMany(9, "write");
    void take("read a");
    void take("read b");
    void take("read c");
    await clock.advance(1200);
    const kinds = left.map((name) => name.slice(0, name.lastIndexOf(" ")));
    const four = ["write", "write", "write", "write"];
    expect(kinds).toEqual([...four, "read", ...four, "read", "write", "read"]);
  });

  it("lets four writes go before a read that comes in the middle of many", async () => {
    const { clock, left, take, takeMany } = setUp();
    takeMany(30, "write");
    await clock.advance(500);
    left.length = 0;
    void take("read");
    await clock.advance(500);
    expect(left).toEqual(["write 15", "write 16", "write 17", "write 18", "read"]);
  });

  it("owes the reads nothing any more once one of them went", async () => {
    const { clock, left, take, takeMany } = setUp();
    takeMany(10);
    await clock.advance(0);
    void take("read a");
    takeMany(3, "write");
    await clock.advance(400);
    left.length = 0;
    void take("read b");
    takeMany(4, "write");
    await clock.advance(500);
    expect(left).toEqual(["write 0", "write 1", "write 2", "write 3", "read b"]);
  });

  it("lets writes go on when the read whose turn it is gives up", async () => {
    const { clock, left, take, takeMany } = setUp();
    takeMany(10);
    await clock.advance(0);
    const controller = new AbortController();
    takeMany(6, "write");
    void take("read", "read", { signal: controller.signal });
    await clock.advance(400);
    controller.abort("no longer needed");
    left.length = 0;
    await clock.advance(200);
    expect(left).toEqual(["read gave up: no longer needed", "write 4", "write 5"]);
  });

  it("lets no read wait for the end of many writes that come one after the other", async () => {
    const { clock, budget, left, take } = setUp();
    void (async () => {
      for (let index = 0; index < 3000; index++) {
        await budget.take("write", byOperator);
        await sleep(clock, 30);
      }
    })();
    await clock.advance(5000);
    void take("read");
    await clock.advance(500);
    expect(left).toEqual(["read"]);
  });

  it("halves the rate when throttled, down to one call a second, and grows back within a minute", async () => {
    const { clock, budget, left, takeMany } = setUp();
    budget.throttled();
    expect(budget.ratePerSecond).toBe(5);
    takeMany(1);
    await clock.advance(100);
    expect(left).toHaveLength(0);
    for (let index = 0; index < 6; index++) {
      await clock.advance(1000);
      budget.throttled();
    }
    expect(budget.ratePerSecond).toBeLessThan(1.3);
    expect(budget.ratePerSecond).toBeGreaterThanOrEqual(1);
    await clock.advance(30_000);
    expect(budget.ratePerSecond).toBeGreaterThan(5);
    expect(budget.ratePerSecond).toBeLessThan(10);
    await clock.advance(30_000);
    expect(budget.ratePerSecond).toBe(10);
  });

  it("slows down once for answers that come together", () => {
    const { budget } = setUp();
    for (let index = 0; index < 10; index++) budget.throttled();
    expect(budget.ratePerSecond).toBe(5);
  });

  it("forgets a caller that gives up, and its place goes to the next", async () => {
    const { clock, budget, left, take, takeMany } = setUp(1);
    takeMany(1);
    await clock.advance(0);
    const controller = new AbortController();
    void take("first", "read", { signal: controller.signal });
    void take("second");
    expect(budget.waiting).toBe(2);
    controller.abort("no longer needed");
    await clock.advance(0);
    expect(budget.waiting).toBe(1);
    await clock.advance(1000);
    expect(left).toEqual(["read 0", "first gave up: no longer needed", "second"]);
  });

  it("refuses a caller that has given up already", async () => {
    const { budget } = setUp();
    await expect(budget.take("read", { ...byOperator, signal: AbortSignal.abort(new Error("over")) })).rejects.toThrow(
      "over",
    );
  });

  describe("lets namespaces take turns", () => {
    it.each<CallKind>(["read", "write"])("so that a hundred %ss of one delay another's by one", async (kind) => {
      const { clock, left, take } = setUp();
      for (let index = 0; index < 100; index++) void take(`mallory ${index}`, kind, { onBehalfOf: "mallory" });
      await clock.advance(0);
      left.length = 0;
      void take("team", kind, { onBehalfOf: "team" });
      await clock.advance(200);
      expect(left).toEqual(["mallory 10", "team"]);
    });

    it("so that the writes of one, however many, delay another's read by one", async () => {
      const { clock, left, take } = setUp();
      for (let index = 0; index < 100; index++) void take(`mallory ${index}`, "write", { onBehalfOf: "mallory" });
      await clock.advance(0);
      left.length = 0;
      void take("team", "read", { onBehalfOf: "team" });
      await clock.advance(200);
      expect(left).toEqual(["mallory 10", "team"]);
    });

    it("in the order of their calls within each", async () => {
      const { clock, left, take, takeMany } = setUp();
      takeMany(10);
      await clock.advance(0);
      left.length = 0;
      for (const name of ["a1", "a2", "b1", "a3", "b2", "c1"]) void take(name, "read", { onBehalfOf: name.charAt(0) });
      await clock.advance(600);
      expect(left).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
    });

    it("and the operator itself is one of them", async () => {
      const { clock, left, take } = setUp();
      for (let index = 0; index < 100; index++) void take(`mallory ${index}`, "read", { onBehalfOf: "mallory" });
      await clock.advance(0);
      left.length = 0;
      void take("a listing");
      await clock.advance(200);
      expect(left).toEqual(["mallory 10", "a listing"]);
    });

    it("also where all calls of one have given up", async () => {
      const { clock, budget, left, take, takeMany } = setUp();
      takeMany(10);
      await clock.advance(0);
      const controller = new AbortController();
      for (const name of ["a1", "a2"]) void take(name, "read", { onBehalfOf: "a", signal: controller.signal });
      void take("b1", "read", { onBehalfOf: "b" });
      controller.abort("over");
      await clock.advance(100);
      expect([budget.waiting, left.slice(10)]).toEqual([0, ["a1 gave up: over", "a2 gave up: over", "b1"]]);
    });

    it("whether or not a namespace comes back each time with one more call", async () => {
      const { clock, budget, left, take } = setUp();
      for (let worker = 0; worker < 4; worker++) {
        void (async () => {
          for (;;) await budget.take("write", { ...byOperator, onBehalfOf: "mallory" });
        })();
      }
      await clock.advance(1000);
      void take("team", "write", { onBehalfOf: "team" });
      void take("team", "read", { onBehalfOf: "team" });
      await clock.advance(600);
      expect(left).toEqual(["team", "team"]);
    });
  });

  describe("keeps some calls for whoever makes few", () => {
    const setUpKept = () => {
      const { clock, budget, left, take } = setUp(10, 10);
      const callsOf = (namespace: string, count: number): void => {
        for (let call = 0; call < count; call++) void take(namespace, "read", { onBehalfOf: namespace });
      };
      const leftOf = (namespace: string): number => left.filter((name) => name === namespace).length;
      return { clock, budget, left, callsOf, leftOf };
    };

    it("so that their calls leave at once, where another uses up the rate", async () => {
      const { clock, left, callsOf } = setUpKept();
      callsOf("many", 200);
      await clock.advance(5000);
      left.length = 0;
      callsOf("few", 4);
      await clock.advance(0);
      expect(left).toEqual(["few", "few", "few", "few"]);
    });

    it("and lets them wait for their turn with what is more", async () => {
      const { clock, left, callsOf } = setUpKept();
      callsOf("many", 200);
      await clock.advance(5000);
      left.length = 0;
      callsOf("few", 10);
      await clock.advance(0);
      expect(left).toHaveLength(4);
      await clock.advance(400);
      expect(left.length).toBeLessThanOrEqual(8);
    });

    it.each([2, 3, 5, 6, 9])("and has them again, while %d namespaces use up the rate", async (busy) => {
      const { clock, left, callsOf, leftOf } = setUpKept();
      for (let index = 0; index < busy; index++) callsOf(`many ${index}`, 200);
      await clock.advance(20_000);
      expect(left.length).toBeLessThanOrEqual(10 + 10 + 200);
      left.length = 0;
      callsOf("few", 1);
      await clock.advance(0);
      expect(leftOf("few")).toBe(busy < 9 ? 1 : 0);
    });

    it("but none while AWS throttles", async () => {
      const { clock, budget, left, callsOf } = setUpKept();
      for (let second = 0; second < 5; second++) {
        budget.throttled();
        await clock.advance(1000);
      }
      budget.throttled();
      callsOf("many", 20);
      left.length = 0;
      await clock.advance(3000);
      expect(left.length).toBeGreaterThanOrEqual(2);
    });

    it("and gives the others in turn all that the rate allows", async () => {
      const { clock, left, callsOf, leftOf } = setUpKept();
      for (const namespace of ["a", "b"]) callsOf(namespace, 200);
      await clock.advance(20_000);
      expect(left.length).toBeGreaterThanOrEqual(200);
      // One may make all the calls of a pause.
      expect(Math.min(leftOf("a"), leftOf("b"))).toBeGreaterThanOrEqual(95);
    });
  });

  it("counts how long calls waited", async () => {
    const { clock, budget, takeMany, waits } = setUp(1);
    await clock.advance(5000);
    takeMany(1);
    takeMany(2, "write");
    await clock.advance(2000);
    expect(waits).toEqual([
      { kind: "write", waitedMs: 1000 },
      { kind: "write", waitedMs: 2000 },
    ]);
    expect(budget.waitedMs).toBe(3000);
  });
});
