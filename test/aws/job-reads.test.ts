import { expect, test } from "vitest";
import type { BatchApi } from "../../src/aws/batch-calls.ts";
import { AwsError } from "../../src/aws/errors.ts";
import { JobReads } from "../../src/aws/job-reads.ts";

const { signal } = new AbortController();

const detail = (jobId: string) => ({
  jobId,
  jobName: `name-of-${jobId}`,
  jobQueue: "arn:aws:batch:us-east-1:123456789012:job-queue/q",
  jobDefinition: "arn:aws:batch:us-east-1:123456789012:job-definition/d:1",
  status: "RUNNING" as const,
  startedAt: 0,
});

/** Calls that are answered one by one, in order. */
function answering() {
  const calls: string[][] = [];
  const answers: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const batch = {
    describeJobs: async ({ jobs = [] }: { readonly jobs?: readonly string[] | undefined }) => {
      calls.push([...jobs]);
      await new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
      return { jobs: jobs.filter((id) => !id.startsWith("gone")).map(detail) };
    },
  } as unknown as BatchApi;
  const next = async (end: (answer: (typeof answers)[number]) => void): Promise<void> => {
    const answer = answers.shift();
    if (answer === undefined) throw new Error("no call is out");
    end(answer);
    // The next call leaves some turns later.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    reads: new JobReads(batch, signal),
    calls,
    answer: () => next(({ resolve }) => resolve()),
    fail: (error: unknown) => next(({ reject }) => reject(error)),
  };
}

const ids = (records: readonly { readonly jobId: string }[]): readonly string[] => records.map(({ jobId }) => jobId);

test("a job is read at once, and what is asked for meanwhile goes together in the next call", async () => {
  const { reads, calls, answer } = answering();
  const first = reads.read(["a"], "team", signal);
  const second = reads.read(["b"], "team", signal);
  const third = reads.read(["c", "gone"], "other", signal);
  expect(calls).toEqual([["a"]]);
  await answer();
  expect(ids(await first)).toEqual(["a"]);
  expect(calls).toEqual([["a"], ["b", "c", "gone"]]);
  await answer();
  expect(ids(await second)).toEqual(["b"]);
  expect(ids(await third)).toEqual(["c"]);
  void reads.read(["d"], "team", signal);
  expect(calls.at(-1)).toEqual(["d"]);
});

test("several jobs that are asked for together while nothing is read cost one call", async () => {
  const { reads, calls, answer } = answering();
  const records = reads.read(["a", "b", "gone"], "team", signal);
  await answer();
  expect(ids(await records)).toEqual(["a", "b"]);
  expect(calls).toEqual([["a", "b", "gone"]]);
});

test("a job that is asked for after a call has left is read again, also if it is in that call", async () => {
  const { reads, calls, answer } = answering();
  const first = reads.read(["a"], "team", signal);
  const [second, third] = [reads.read(["a"], "team", signal), reads.read(["a"], "other", signal)];
  await answer();
  await answer();
  expect(calls).toEqual([["a"], ["a"]]);
  expect([ids(await first), ids(await second), ids(await third)]).toEqual([["a"], ["a"], ["a"]]);
});

test("a call has a hundred jobs at most, and one of another namespace waits for one call however many a namespace has", async () => {
  const { reads, calls, answer } = answering();
  const many = Array.from({ length: 250 }, (_, at) => reads.read([`m${at}`], "mallory", signal));
  const team = reads.read(["a"], "team", signal);
  await answer();
  await answer();
  expect(ids(await team)).toEqual(["a"]);
  await answer();
  await answer();
  await Promise.all(many);
  expect(calls.map(({ length }) => length)).toEqual([1, 100, 100, 50]);
});

test("a call that fails is the failure of those that are in it, and of no other", async () => {
  const { reads, answer, fail } = answering();
  const throttled = new AwsError("throttled", "batch:DescribeJobs", "TooManyRequestsException", "Too many");
  const first = reads.read(["a"], "team", signal);
  const second = reads.read(["b"], "team", signal);
  await Promise.all([expect(first).rejects.toBe(throttled), fail(throttled)]);
  await answer();
  expect(ids(await second)).toEqual(["b"]);
});

test("whoever gives up waits no longer, and the others are read", async () => {
  const { reads, answer } = answering();
  const given = new AbortController();
  const first = reads.read(["a"], "team", signal);
  const second = reads.read(["b"], "team", given.signal);
  const third = reads.read(["c"], "team", signal);
  const reason = new Error("the pass took too long");
  given.abort(reason);
  await expect(second).rejects.toBe(reason);
  await expect(reads.read(["d"], "team", given.signal)).rejects.toBe(reason);
  await answer();
  await answer();
  expect([ids(await first), ids(await third)]).toEqual([["a"], ["c"]]);
});

test("what was given up before its call leaves takes no place in it, and costs no call", async () => {
  const { reads, calls, answer } = answering();
  const given = new AbortController();
  const first = reads.read(["a"], "team", signal);
  const abandoned = Array.from({ length: 100 }, (_, at) => reads.read([`m${at}`], "team", given.signal));
  const last = reads.read(["b"], "team", signal);
  given.abort(new Error("the pass took too long"));
  await Promise.allSettled(abandoned);
  await answer();
  await answer();
  expect([ids(await first), ids(await last), calls]).toEqual([["a"], ["b"], [["a"], ["b"]]]);
  const later = reads.read(["c"], "team", signal);
  const none = reads.read(["d"], "team", given.signal);
  await Promise.all([expect(none).rejects.toThrow("too long"), answer()]);
  expect([ids(await later), calls.length]).toEqual([["c"], 3]);
});
