import { expect, test } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import { type CountedJobs, countedJobs } from "../../../src/controllers/draining/counted-jobs.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";

/** Counts of `jobs`, each of which takes a second; what each had to be from. */
function counting() {
  const clock = new VirtualClock();
  const counts: CountedJobs = new Map();
  const asked: number[] = [];
  let jobs: readonly string[] | AwsError = [];
  const read = async (from: number) => {
    asked.push(from);
    if (jobs instanceof AwsError) throw jobs;
    return { jobs, begunAt: clock.monotonic(), endedAt: clock.monotonic() + 1000 };
  };
  const after = async (ms: number, now: readonly string[] | AwsError) => {
    jobs = now;
    await clock.advance(ms);
    const seen = await countedJobs("q", counts, read, clock);
    return seen.kind === "read" ? seen.zeroForMs : seen.kind;
  };
  return { after, asked };
}

test("each check of jobs that go on needs a count that is newer than the last one, and no newer one", async () => {
  const { after, asked } = counting();
  for (const ms of [0, 60_000, 70_000]) expect(await after(ms, ["j"])).toBeUndefined();
  expect(asked).toEqual([0, 1000, 61_000]);
});

test("the count that decides, after one that shows no jobs, begins now", async () => {
  const { after, asked } = counting();
  await after(0, ["j"]);
  expect(await after(60_000, [])).toBe(0);
  expect(await after(6000, [])).toBe(5000);
  expect(await after(1000, [])).toBe(6000);
  expect(asked).toEqual([0, 1000, 66_000, 67_000]);
});

test("a count that shows a job, or fails, says that the ones before are not the last word", async () => {
  const { after } = counting();
  const failure = new AwsError("throttled", "batch:ListJobs", "TooManyRequestsException", "no");
  expect(await after(0, [])).toBe(0);
  expect(await after(5000, failure)).toBe("unread");
  expect(await after(5000, [])).toBe(0);
  expect(await after(5000, ["j"])).toBeUndefined();
  expect(await after(5000, [])).toBe(0);
});
