import { describe, expect, it } from "vitest";
import { batchCalls, guardedBatch } from "../../src/aws/batch-calls.ts";
import { type CallReport, NotSent } from "../../src/aws/calls.ts";
import { AwsError } from "../../src/aws/errors.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { FakeBatch, sdkError } from "./fake-batch.ts";
import { aBudget, aGuard } from "./given.ts";

function setUp(options: { ratePerSecond?: number; leaseLeftMs?: () => number } = {}) {
  const clock = new VirtualClock();
  const raw = new FakeBatch(clock);
  const budget = aBudget(clock, options.ratePerSecond ?? 10);
  const reports: CallReport[] = [];
  const batch = guardedBatch(raw, {
    clock,
    budget,
    mayWrite: () => {
      const deadlineMs = options.leaseLeftMs?.() ?? 60_000;
      if (deadlineMs <= 0) throw new Error("this replica does not hold the lease");
      return { deadlineMs };
    },
    onCall: (report) => reports.push(report),
    jobBudgets: undefined,
  });
  return { clock, raw, budget, batch, reports };
}

/** What became of a promise, readable without awaiting it. */
function watched(promise: Promise<unknown>): { error: unknown; settled: boolean } {
  const seen = { error: undefined as unknown, settled: false };
  promise.then(
    () => {
      seen.settled = true;
    },
    (error: unknown) => {
      seen.settled = true;
      seen.error = error;
    },
  );
  return seen;
}

describe("guardedBatch", () => {
  it("reports each call with its operation, kind, outcome and time", async () => {
    const { clock, raw, batch, reports } = setUp();
    raw.latencyMs = 40;
    const read = batch.describeJobQueues({});
    await clock.advance(40);
    await read;
    const write = watched(batch.deleteJobQueue({ jobQueue: "q" }));
    raw.refuse = () => sdkError("ClientException", "Cannot delete, resource is being modified");
    await clock.advance(40);
    expect(write.error).toMatchObject({ kind: "busy", operation: "batch:DeleteJobQueue" });
    expect(reports).toEqual([
      { operation: "batch:DescribeJobQueues", kind: "read", outcome: "ok", durationMs: 40 },
      { operation: "batch:DeleteJobQueue", kind: "write", outcome: "busy", durationMs: 20 },
    ]);
  });

  it("takes every call that changes something for a write", () => {
    const writes = Object.entries(batchCalls).filter(([, { kind }]) => kind === "write");
    expect(
      writes
        .map(([name]) => name)
        .every((name) => /^(create|update|delete|register|deregister|submit|cancel|tag|untag|terminate)/.test(name)),
    ).toBe(true);
    const reads = Object.entries(batchCalls).filter(([, { kind }]) => kind === "read");
    expect(reads.map(([name]) => name).every((name) => /^(describe|get|list)/.test(name))).toBe(true);
  });

  it("passes each call on to its namesake", async () => {
    const { clock, raw, batch } = setUp({ ratePerSecond: 100 });
    const names = Object.keys(batchCalls) as (keyof typeof batchCalls)[];
    const calls = names.map((name) => {
      const call: (input: never) => Promise<unknown> = batch[name];
      return call({} as never);
    });
    const settled = Promise.allSettled(calls);
    await clock.advance(0);
    await settled;
    expect(raw.calls.map(({ operation }) => operation).toSorted()).toEqual(names.toSorted());
  });

  it("gives up a call after the deadline, which may have happened", async () => {
    const { clock, raw, batch, reports } = setUp();
    raw.latencyMs = 60_000;
    const call = watched(batch.createJobQueue({ jobQueueName: "q", priority: 1 }));
    await clock.advance(9_999);
    expect(call.settled).toBe(false);
    await clock.advance(1);
    expect(call.error).toBeInstanceOf(AwsError);
    expect(call.error).toMatchObject({ kind: "unavailable" });
    expect(reports.at(-1)?.durationMs).toBe(10_000);
  });

  it("gives up a write before the lease is over", async () => {
    const { clock, raw, batch } = setUp({ leaseLeftMs: () => 3000 });
    raw.latencyMs = 60_000;
    const write = watched(batch.deleteJobQueue({ jobQueue: "q" }));
    const read = watched(batch.describeJobQueues({}));
    await clock.advance(3000);
    expect(write.error).toMatchObject({ kind: "unavailable" });
    expect(read.settled).toBe(false);
  });

  it("starts no write when the lease ended while it waited for its turn", async () => {
    const { clock, raw, batch, reports } = setUp({ ratePerSecond: 1, leaseLeftMs: () => 500 - clock.monotonic() });
    const first = watched(batch.deleteJobQueue({ jobQueue: "a" }));
    const second = watched(batch.deleteJobQueue({ jobQueue: "b" }));
    await clock.advance(1000);
    expect(first).toEqual({ settled: true, error: undefined });
    expect(second.error).toBeInstanceOf(NotSent);
    expect(second.error).toMatchObject({
      message: "batch:DeleteJobQueue was not sent: this replica does not hold the lease",
    });
    expect(raw.calls).toHaveLength(1);
    expect(reports.map(({ outcome }) => outcome)).toEqual(["ok", "notSent"]);
  });

  it("asks for the lease again in the last step before the bytes leave", async () => {
    let leaseLeftMs = 5000;
    const { clock, raw, batch, reports } = setUp({ leaseLeftMs: () => leaseLeftMs });
    const original = raw.deleteJobQueue;
    raw.deleteJobQueue = (input, options) => {
      // Credentials took their time.
      leaseLeftMs = 0;
      return original(input, options);
    };
    const write = watched(batch.deleteJobQueue({ jobQueue: "q" }));
    raw.queue("q");
    await clock.advance(0);
    expect(write.error).toBeInstanceOf(NotSent);
    expect(raw.state.queues[0]?.status).toBe("VALID");
    expect(reports.map(({ outcome }) => outcome)).toEqual(["notSent"]);
  });

  it("asks its caller once more when the turn of a write has come, and does not send what is out of date", async () => {
    const { clock, raw, batch, reports } = setUp({ ratePerSecond: 1, leaseLeftMs: () => 60_000 });
    let holds = true;
    const beforeSend = (): void => {
      if (!holds) throw new Error("a queue names it since");
    };
    const first = watched(batch.deleteJobQueue({ jobQueue: "a" }, { beforeSend }));
    const second = watched(batch.deleteJobQueue({ jobQueue: "b" }, { beforeSend }));
    await clock.advance(0);
    holds = false;
    await clock.advance(1000);
    expect(first).toEqual({ settled: true, error: undefined });
    expect(second.error).toBeInstanceOf(NotSent);
    expect(second.error).toMatchObject({ message: "batch:DeleteJobQueue was not sent: a queue names it since" });
    expect([raw.calls.length, reports.map(({ outcome }) => outcome)]).toEqual([1, ["ok", "notSent"]]);
  });

  it("lets a replica without the lease read", async () => {
    const { clock, batch } = setUp({ leaseLeftMs: () => 0 });
    const read = watched(batch.describeJobQueues({}));
    await clock.advance(0);
    expect(read).toEqual({ settled: true, error: undefined });
  });

  it("does not send what its caller gave up while it waited", async () => {
    const { clock, raw, batch } = setUp({ ratePerSecond: 1 });
    const controller = new AbortController();
    void batch.describeJobQueues({});
    const call = watched(batch.deleteJobQueue({ jobQueue: "q" }, { signal: controller.signal }));
    await clock.advance(100);
    controller.abort(new Error("shutting down"));
    await clock.advance(5000);
    expect(call.error).toBeInstanceOf(NotSent);
    expect(raw.count("deleteJobQueue")).toBe(0);
  });

  it("says that a call which its caller gave up under way may have happened", async () => {
    const { clock, raw, batch } = setUp();
    raw.latencyMs = 1000;
    const controller = new AbortController();
    const call = watched(batch.deleteJobQueue({ jobQueue: "q" }, { signal: controller.signal }));
    await clock.advance(100);
    controller.abort();
    await clock.advance(0);
    expect(call.error).toMatchObject({ kind: "unavailable", operation: "batch:DeleteJobQueue" });
  });

  describe("with budgets of their own for the calls that submit and end jobs", () => {
    const batchOf = (clock: VirtualClock, raw: FakeBatch) =>
      guardedBatch(raw, {
        ...aGuard({ clock, budget: aBudget(clock, 1) }),
        jobBudgets: { submit: aBudget(clock, 25), end: aBudget(clock, 25) },
      });
    const job = { jobName: "j", jobQueue: "q", jobDefinition: "d" };

    it("lets a thousand jobs leave next to other calls, 25 a second", async () => {
      const clock = new VirtualClock();
      const raw = new FakeBatch(clock);
      const batch = batchOf(clock, raw);
      for (let index = 0; index < 1000; index++) void batch.submitJob(job).catch(() => undefined);
      for (let index = 0; index < 100; index++) void batch.terminateJob({ jobId: "j", reason: "r" });
      const read = watched(batch.describeJobQueues({}));
      await clock.advance(0);
      expect(read.settled).toBe(true);
      expect([raw.count("submitJob"), raw.count("terminateJob")]).toEqual([25, 25]);
      await clock.advance(3000);
      expect([raw.count("submitJob"), raw.count("terminateJob")]).toEqual([100, 100]);
      await clock.advance(36_000);
      expect(raw.count("submitJob")).toBe(1000);
    });

    it("slows down only what AWS throttles", async () => {
      const clock = new VirtualClock();
      const raw = new FakeBatch(clock);
      const batch = batchOf(clock, raw);
      raw.refuse = ({ operation }) =>
        operation === "submitJob" ? sdkError("TooManyRequestsException", "Too Many Requests") : undefined;
      const first = watched(batch.submitJob(job));
      await clock.advance(0);
      expect(first.error).toMatchObject({ kind: "throttled" });
      for (let index = 0; index < 100; index++) {
        void batch.submitJob(job).catch(() => undefined);
        void batch.cancelJob({ jobId: "j", reason: "r" });
      }
      await clock.advance(1000);
      expect(raw.count("submitJob")).toBeLessThan(15);
      expect(raw.count("cancelJob")).toBe(50);
    });
  });

  describe("when a connection breaks, as one does that was closed while it was idle", () => {
    const broken = (code = "ECONNRESET"): Error => Object.assign(new Error(`read ${code}`), { code });

    it.each(["ECONNRESET", "EPIPE"])("sends a read once more (%s), and reports both tries", async (code) => {
      const { clock, raw, batch, reports } = setUp();
      raw.lose = () => (raw.calls.length === 1 ? broken(code) : undefined);
      const read = watched(batch.describeJobQueues({ jobQueues: ["q"] }));
      await clock.advance(0);
      expect(read).toEqual({ settled: true, error: undefined });
      expect(raw.calls.map(({ operation, input }) => [operation, input])).toEqual([
        ["describeJobQueues", { jobQueues: ["q"] }],
        ["describeJobQueues", { jobQueues: ["q"] }],
      ]);
      expect(reports.map(({ outcome }) => outcome)).toEqual(["unavailable", "ok"]);
    });

    it("sends no read a third time", async () => {
      const { clock, raw, batch } = setUp();
      raw.lose = () => broken();
      const read = watched(batch.describeJobQueues({}));
      await clock.advance(60_000);
      expect(read.error).toMatchObject({ kind: "unavailable", operation: "batch:DescribeJobQueues" });
      expect(raw.calls).toHaveLength(2);
    });

    it("never sends a write again, which may have happened", async () => {
      const { clock, raw, batch } = setUp();
      raw.lose = () => broken();
      const write = watched(batch.deleteJobQueue({ jobQueue: "q" }));
      await clock.advance(60_000);
      expect(write.error).toMatchObject({ kind: "unavailable" });
      expect(raw.calls).toHaveLength(1);
    });

    it("has the second try wait for the budget as any call", async () => {
      const { clock, raw, batch } = setUp({ ratePerSecond: 1 });
      raw.lose = () => (raw.calls.length === 1 ? broken() : undefined);
      const read = watched(batch.describeJobQueues({}));
      await clock.advance(999);
      expect([raw.calls.length, read.settled]).toEqual([1, false]);
      await clock.advance(1);
      expect([raw.calls.length, read.settled]).toEqual([2, true]);
    });

    it("sends nothing again for a caller that gave up", async () => {
      const { clock, raw, batch } = setUp();
      const caller = new AbortController();
      raw.lose = () => {
        caller.abort();
        return broken();
      };
      const read = watched(batch.describeJobQueues({}, { signal: caller.signal }));
      await clock.advance(0);
      expect(read.error).toMatchObject({ kind: "unavailable" });
      expect(raw.calls).toHaveLength(1);
    });

    it.each([
      ["refused", Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })],
      ["answered with a failure", sdkError("ServerException", "internal failure", 500)],
    ])("sends nothing again that was %s", async (_how, failure) => {
      const { clock, raw, batch } = setUp();
      raw.lose = () => failure;
      const read = watched(batch.describeJobQueues({}));
      await clock.advance(0);
      expect(read.error).toMatchObject({ kind: "unavailable" });
      expect(raw.calls).toHaveLength(1);
    });
  });

  it("slows the budget down when AWS throttles", async () => {
    const { clock, raw, batch, budget } = setUp();
    raw.refuse = () => sdkError("TooManyRequestsException", "Too Many Requests", 429);
    const call = watched(batch.describeJobQueues({}));
    await clock.advance(0);
    expect(call.error).toMatchObject({ kind: "throttled" });
    expect(budget.ratePerSecond).toBe(5);
  });

  it("lets writes pass reads that wait for the budget", async () => {
    const { clock, raw, batch } = setUp({ ratePerSecond: 1 });
    void batch.describeJobQueues({});
    void batch.describeComputeEnvironments({});
    void batch.deleteJobQueue({ jobQueue: "q" });
    await clock.advance(3000);
    expect(raw.calls.map(({ operation }) => operation)).toEqual([
      "describeJobQueues",
      "deleteJobQueue",
      "describeComputeEnvironments",
    ]);
  });
});
