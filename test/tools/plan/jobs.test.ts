import { expect, test } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import type { ReadRegion } from "../../../src/tools/plan/copy/cloud.ts";
import { countJobs, jobsOfShare, unendedJobsIn } from "../../../src/tools/plan/jobs.ts";
import { FakeBatch } from "../../aws/fake-batch.ts";
import { object, record } from "../../controllers/kinds/quota-share/given.ts";

const { signal } = new AbortController();
const region = {} as ReadRegion;

const refusing = (kind: AwsError["kind"]) => async (queue: string) => {
  if (queue === "closed") throw new AwsError(kind, "batch:ListJobs", "X", "no");
  return 3;
};

test("a queue whose jobs AWS does not show is in the plan without their number", async () => {
  expect(await countJobs(["open", "closed"], region, signal, refusing("denied"))).toEqual([
    { name: "open", jobs: 3 },
    { name: "closed", jobs: undefined },
  ]);
});

test("credentials that are not accepted end the plan", async () => {
  await expect(countJobs(["open", "closed"], region, signal, refusing("credentials"))).rejects.toThrow("no");
});

test("the jobs of a quota share are its own, and those of its queue of which AWS does not say the share", async () => {
  const batch = new FakeBatch(new VirtualClock());
  for (const quotaShareName of ["s", "other", undefined]) {
    const job = { jobId: `of ${quotaShareName}`, jobName: "job", serviceJobType: "SAGEMAKER_TRAINING" as const };
    batch.state.serviceJobs.push({ ...job, queue: "q", status: "RUNNING", quotaShareName });
  }
  const region = { batch } as unknown as ReadRegion;
  expect(await countJobs(["q"], region, signal, unendedJobsIn("s"))).toEqual([{ name: "q", jobs: 2 }]);
});

test("a quota share with less capacity waits for its jobs, or may end them", () => {
  const less = { capacityLimits: [{ capacityUnit: "ml.m5.large", maxCapacity: 1 }] };
  expect(jobsOfShare(object(), record())).toEqual({ kind: "none" });
  expect(jobsOfShare(object(less), record())).toMatchObject({ kind: "waitedFor" });
  const drain = { policy: "Terminate" as const, timeoutSeconds: 0 };
  expect(jobsOfShare(object({ ...less, drain }), record())).toMatchObject({ kind: "mayEnd" });
});
