import { expect, it } from "vitest";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { createSimulatedAws } from "../../../../src/simulator/simulated-aws.ts";
import { copiedBatch } from "../../../../src/tools/plan/copy/batch.ts";
import { CopiedJobs } from "../../../../src/tools/plan/copy/jobs.ts";
import { AccountReads } from "../../../../src/tools/plan/copy/reads.ts";
import { accountWithQueue, containerJob } from "../../../simulator/account.ts";

const job = { jobQueue: "q", jobDefinition: "jd" };
const byName = (name: string) => ({ jobQueue: "q", filters: [{ name: "JOB_NAME", values: [name] }] });

/** A copy of an account with a job `theirs`. */
async function copied() {
  const { aws, clock } = await accountWithQueue();
  await aws.outside.registerJobDefinition(containerJob("jd"));
  const { jobId: theirs = "" } = await aws.outside.submitJob({ ...job, jobName: "theirs" });
  const { computeEnvironments: environments, jobDefinitions: definitions } = aws.snapshot();
  const records = {
    computeEnvironments: environments,
    jobDefinitions: definitions,
    jobQueues: aws.truth.jobQueues(),
    schedulingPolicies: [],
    serviceEnvironments: [],
    consumableResources: [],
    quotaShares: [],
  };
  const knobs = { latencyMs: 0, stalenessMs: 0 };
  const copy = createSimulatedAws({ clock, random: seededRandom(2), knobs });
  const ec2 = { provide: async () => undefined } as never;
  const jobs = new CopiedJobs();
  const batch = copiedBatch({ copy, records, real: aws.batch, reads: new AccountReads(), ec2, jobs });
  return { aws, batch, theirs };
}

it("a job that a plan submits is in the copy alone, next to those of the account", async () => {
  const { aws, batch, theirs } = await copied();
  const { jobId: ours = "" } = await batch.submitJob({ ...job, jobName: "ours" });
  const { jobs = [] } = await batch.describeJobs({ jobs: [ours, theirs] });
  expect(jobs.map(({ jobName }) => jobName)).toEqual(["ours", "theirs"]);
  const listed = async (name: string) => (await batch.listJobs(byName(name))).jobSummaryList?.map(({ jobId }) => jobId);
  expect([await listed("ours"), await listed("theirs")]).toEqual([[ours], [theirs]]);
  expect(aws.truth.jobs().map(({ request }) => request.jobName)).toEqual(["theirs"]);
});

it("a plan ends its own job in the copy, and shows one of the account as ended", async () => {
  const { aws, batch, theirs } = await copied();
  const { jobId: ours = "" } = await batch.submitJob({ ...job, jobName: "ours" });
  for (const jobId of [ours, theirs]) await batch.terminateJob({ jobId, reason: "planned" });
  const { jobs = [] } = await batch.describeJobs({ jobs: [ours, theirs] });
  expect(jobs.map(({ jobName, isTerminated }) => [jobName, isTerminated])).toEqual([
    ["ours", true],
    ["theirs", true],
  ]);
  expect(jobs.find(({ jobName }) => jobName === "theirs")?.status).toBe("FAILED");
  expect(aws.log.map(({ operation }) => operation)).not.toContain("TerminateJob");
});
