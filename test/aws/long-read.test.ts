import { describe, expect, it } from "vitest";
import { type BatchApi, guardedBatch } from "../../src/aws/batch-calls.ts";
import { longRead } from "../../src/aws/long-read.ts";
import { jobQueues } from "../../src/aws/resources/job-queues.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { FakeBatch, sdkError } from "./fake-batch.ts";
import { aGuard } from "./given.ts";

const throttled = sdkError("TooManyRequestsException", "Too Many Requests", 429);
const expired = sdkError("ClientException", "The nextToken has expired");

/** Five queues, one a page, with the calls of one long read; `fails` names the calls (from 1) that fail. */
function fiveQueues(fails: (call: number) => Error | undefined) {
  const clock = new VirtualClock();
  const aws = new FakeBatch(clock);
  aws.pageSize = 1;
  for (const name of ["a", "b", "c", "d", "e"]) aws.queue(name);
  aws.refuse = () => fails(aws.calls.length);
  const guarded = guardedBatch(aws, aGuard({ clock }));
  return { clock, aws, batch: longRead({ batch: guarded, clock, random: seededRandom(1) }) };
}

const names = async (batch: BatchApi, signal = new AbortController().signal) => [
  ...(await jobQueues.list(batch, [], signal)).keys(),
];

/** How it ended, once virtual time has run for two minutes. */
async function ended<T>(clock: VirtualClock, promise: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  const outcome = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await clock.advance(120_000);
  return await outcome;
}

describe("a long read", () => {
  it.each([
    ["is throttled", throttled],
    ["fails at AWS", sdkError("ServerException", "oops", 500)],
    ["is reset", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" })],
  ])("goes on with the same page when one %s", async (_what, failure) => {
    const { clock, aws, batch } = fiveQueues((call) => (call === 3 || call === 4 ? failure : undefined));
    expect(await ended(clock, names(batch))).toEqual({ value: ["a", "b", "c", "d", "e"] });
    const tokens = aws.calls.map(({ input }) => (input as { nextToken?: string }).nextToken);
    expect(new Set(tokens.slice(2, 5)).size).toBe(1);
    expect(tokens).toHaveLength(7);
  });

  it("pauses before each try, longer each time", async () => {
    const { clock, aws, batch } = fiveQueues((call) => (call > 1 && call < 6 ? throttled : undefined));
    await ended(clock, names(batch));
    const [first, second, third] = [1, 2, 3].map(
      (index) => (aws.calls[index + 1]?.at ?? 0) - (aws.calls[index]?.at ?? 0),
    );
    expect(first).toBeGreaterThanOrEqual(500);
    expect(second).toBeGreaterThan(first ?? 0);
    expect(third).toBeGreaterThan(second ?? 0);
  });

  it("fails at once where nothing was read yet", async () => {
    const { clock, aws, batch } = fiveQueues(() => throttled);
    expect(await ended(clock, names(batch))).toMatchObject({ error: { kind: "throttled" } });
    expect(aws.calls).toHaveLength(1);
  });

  it("fails when a page is refused, for its token may have expired", async () => {
    const { clock, aws, batch } = fiveQueues((call) => (call === 3 ? throttled : call === 4 ? expired : undefined));
    expect(await ended(clock, names(batch))).toMatchObject({ error: { kind: "invalid" } });
    expect(aws.calls).toHaveLength(4);
  });

  it("fails within a minute when a page goes on failing", async () => {
    const { clock, aws, batch } = fiveQueues((call) => (call > 1 ? throttled : undefined));
    expect(await ended(clock, names(batch))).toMatchObject({ error: { kind: "throttled" } });
    expect(aws.calls).toHaveLength(8);
    expect(aws.calls.at(-1)?.at).toBeLessThan(60_000);
  });

  it("ends in a pause when its caller gives up", async () => {
    const { clock, aws, batch } = fiveQueues((call) => (call > 1 ? throttled : undefined));
    const controller = new AbortController();
    const reading = ended(clock, names(batch, controller.signal));
    clock.schedule(100, () => controller.abort(new Error("no time")));
    expect(await reading).toMatchObject({ error: { message: "no time" } });
    expect(aws.calls).toHaveLength(2);
  });

  it("never repeats a write", async () => {
    const { clock, aws, batch } = fiveQueues((call) => (call > 5 ? throttled : undefined));
    await ended(clock, names(batch));
    expect(await ended(clock, batch.deleteJobQueue({ jobQueue: "a" }))).toMatchObject({ error: { kind: "throttled" } });
    expect(aws.count("deleteJobQueue")).toBe(1);
  });
});
