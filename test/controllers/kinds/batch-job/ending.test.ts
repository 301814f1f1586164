import { expect, test } from "vitest";
import type { JobStatus } from "../../../../src/aws/batch.ts";
import { terminateAgainMs } from "../../../../src/controllers/intervals.ts";
import { ending } from "../../../../src/controllers/kinds/batch-job/ending.ts";

const job = (status: JobStatus, isEnding = false) => ({ jobId: "job-1", status, isEnding });

test.each<JobStatus>(["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"])(
  "AWS is asked once to end a job that is %s",
  (status) => {
    const step = ending(job(status), {}, "cancel");
    expect(step).toMatchObject({ kind: "act", action: { kind: "end", jobId: "job-1", purpose: "cancel" } });
    expect(step.message).toContain(status);
    expect(ending(job(status), { "job-1": terminateAgainMs - 1 }, "cancel").kind).toBe("wait");
    expect(ending(job(status, true), {}, "cancel").kind).toBe("wait");
  },
);

test("a request that AWS does not show is repeated after a while", () => {
  expect(ending(job("RUNNING"), { "job-1": terminateAgainMs }, "cancel").kind).toBe("act");
  expect(ending(job("RUNNING"), { "job-2": 1 }, "cancel").kind).toBe("act");
});

test("AWS and the object are given what asked for the end", () => {
  expect(ending(job("RUNNING"), {}, "cancel").message).toContain("spec.cancel is true");
  expect(ending(job("RUNNING"), {}, "deletion").message).toContain("deletionPolicy is Delete");
});

test("the wait for a PENDING job says for what AWS waits, that for another does not", () => {
  expect(ending(job("PENDING", true), {}, "deletion").message).toContain("only after the jobs that it waits for");
  expect(ending(job("RUNNING", true), {}, "deletion").message).toBe("waiting for the end of job job-1");
});
