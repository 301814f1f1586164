import { after, answered, anyNumber, type Call, invalid, matching, Pattern, type Row, type Step } from "./row.ts";
import { small, smallQueue } from "./stage.ts";

const runs: Step = {
  operation: "SubmitJob",
  input: {
    jobName: "job",
    jobQueue: smallQueue,
    jobDefinition: "container",
    containerOverrides: { command: ["sleep", "900"] },
  },
  next: "running",
};
const isDescribed: Call = { operation: "DescribeJobs", input: { jobs: ["$jobId"] } };

const aboveZero = new Pattern("a number above 0", (value) => typeof value === "number" && value > 0);

function isNow(job: object, lacks: readonly string[] = []) {
  return answered({ jobs: [job] }, lacks);
}

function desired(desiredvCpus: number): Call {
  return {
    operation: "UpdateComputeEnvironment",
    input: { computeEnvironment: small, computeResources: { desiredvCpus } },
  };
}

/** What AWS says of jobs that run on an instance, and of the instance's environment. In an account one small instance starts. */
export const instanceRows: readonly Row[] = [
  after(
    "UpdateComputeEnvironment: fewer desired vCPUs than now",
    "[UG]",
    [{ ...desired(2), next: "at rest" }],
    desired(1),
    invalid(
      "Manually scaling down compute environment is not supported. Disconnecting job queues from compute " +
        "environment will cause it to scale-down to minvCpus.",
    ),
  ),
  after(
    "a job that RUNS on an instance says where, since when, and where its log is",
    "[SDK] JobDetail",
    [runs],
    isDescribed,
    isNow(
      {
        status: "RUNNING",
        startedAt: anyNumber,
        container: {
          taskArn: matching(/^arn:aws:ecs:us-east-1:123456789012:task\//),
          containerInstanceArn: matching(/^arn:aws:ecs:us-east-1:123456789012:container-instance\//),
          logStreamName: matching(/^container\/default\//),
        },
      },
      ["jobs.0.stoppedAt", "jobs.0.container.exitCode"],
    ),
  ),
  after(
    "CancelJob leaves a job that RUNS",
    "[SDK] CancelJob",
    [runs, { operation: "CancelJob", input: { jobId: "$jobId", reason: "tried" }, next: "at once" }],
    isDescribed,
    isNow({ status: "RUNNING" }),
  ),
  after(
    "TerminateJob fails a job that RUNS, with its reason",
    "[SDK] TerminateJob",
    [runs, { operation: "TerminateJob", input: { jobId: "$jobId", reason: "tried" }, next: "ended" }],
    isDescribed,
    isNow({ status: "FAILED", statusReason: "tried", stoppedAt: anyNumber }),
  ),
  after(
    "an environment whose job RUNS is described with desired vCPUs",
    "[UG] desiredvCpus",
    [runs],
    { operation: "DescribeComputeEnvironments", input: { computeEnvironments: [small] } },
    answered({ computeEnvironments: [{ computeResources: { minvCpus: 0, desiredvCpus: aboveZero } }] }),
  ),
];
