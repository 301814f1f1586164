import { describe, expect, it } from "vitest";
import { readRegion } from "../../../src/cli/plan/region.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { FakeBatch, noJobsOf } from "../../aws/fake-batch.ts";

describe("the job definitions of a region that a plan is made for", () => {
  it("have their revisions with the newest first, and the body of that one", async () => {
    const clock = new VirtualClock();
    const batch = new FakeBatch(clock);
    for (const revision of [2, 10, 9]) batch.revision("jd", revision);
    const none = () => Promise.reject(new Error("not asked for"));
    const connection = {
      account: "123456789012",
      partition: "aws",
      batch,
      iam: none,
      ec2: none,
      close: () => undefined,
    };
    const { signal } = new AbortController();
    const region = await readRegion("us-east-1", connection, { clock, requestsPerSecond: 1000, signal });
    expect(
      region
        .snapshot()
        .definitions?.get("jd")
        ?.map(({ revision }) => revision),
    ).toEqual([10, 9, 2]);
    const newest = "arn:aws:batch:us-east-1:123456789012:job-definition/jd:10";
    expect(await region.definitionBody(newest, signal)).toMatchObject({ containerProperties: { image: "jd:10" } });
  });
});

describe("the jobs of a region that a plan is made for", () => {
  it("are counted although there is a queue of SageMaker's, of which AWS lists no such jobs", async () => {
    const clock = new VirtualClock();
    const batch = new FakeBatch(clock);
    batch.queue("q");
    batch.queue("training", { jobQueueType: "SAGEMAKER_TRAINING" });
    const jobDefinition = "arn:aws:batch:us-east-1:123456789012:job-definition/jd:1";
    batch.state.jobs.push({ jobId: "single", jobName: "single", status: "RUNNING", queue: "q", jobDefinition });
    batch.refuse = noJobsOf("training");
    const none = () => Promise.reject(new Error("not asked for"));
    const connection = {
      account: "123456789012",
      partition: "aws",
      batch,
      iam: none,
      ec2: none,
      close: () => undefined,
    };
    const { signal } = new AbortController();
    const region = await readRegion("us-east-1", connection, { clock, requestsPerSecond: 1000, signal });
    expect(await region.jobsOfDefinition("jd", signal)).toBe(1);
    expect((await region.activeJobs("all", 0, signal))?.jobs).toMatchObject([{ jobId: "single" }]);
  });
});
