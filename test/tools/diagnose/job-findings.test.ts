import { describe, expect, it } from "vitest";
import { jobFindings } from "../../../src/tools/diagnose/job-findings.ts";
import { isJobHealthy, type JobFacts } from "../../../src/tools/diagnose/job-report.ts";
import { jobObject } from "../../controllers/kinds/batch-job/seen.ts";
import { environment, facts, job, jobs, now } from "../../diagnosis/given.ts";
import { condition, inAws, jobFacts, jobId, queueReport } from "./given-job.ts";

/** `code: sentence. Fix: fix`, with `!` where a person has to fix something. */
function found(change: Partial<JobFacts>): readonly string[] {
  return jobFindings(jobFacts(change)).map(
    ({ code, sentence, fix, needsPerson }) =>
      `${needsPerson ? "! " : ""}${code}: ${sentence}${fix === "" ? "" : `. Fix: ${fix}`}`,
  );
}

const ready = (reason: string, message: string) => ({
  ...condition("Ready", reason, message),
  status: "False" as const,
});
const attempt = {
  startedAt: now - 60_000,
  stoppedAt: now,
  exitCode: undefined,
  reason: "CannotPullContainerError: pull access denied",
  statusReason: "Task failed to start",
  logStream: undefined,
};

const withLog = { ...attempt, reason: undefined, statusReason: undefined, logStream: "hello/default/1" };
const withoutContainer = { ...withLog, startedAt: undefined, logStream: undefined };

describe("a job that is not in AWS", () => {
  it.each<[string, Partial<JobFacts>, readonly string[]]>([
    [
      "has no status at all",
      {},
      [
        "! NotReconciled: the operator has reported nothing about this object. Fix: check that the operator runs, watches this namespace, and reconciles this object (its labels, if there are several operators)",
      ],
    ],
    [
      "is held back",
      { object: jobObject({}, { conditions: [ready("Suspended", "spec.suspend is true.")] }) },
      ["Suspended: spec.suspend is true. Fix: set suspend: false"],
    ],
    [
      "waits for its queue",
      { object: jobObject({}, { conditions: [ready("WaitingForQueue", "JobQueue team/main is not in AWS yet")] }) },
      ["! WaitingForQueue: JobQueue team/main is not in AWS yet. Fix: check the queue that the message names"],
    ],
    [
      "waits for another job",
      {
        object: jobObject({}, { conditions: [ready("WaitingForJob", "waiting until BatchJob prepare is submitted")] }),
      },
      ["WaitingForJob: waiting until BatchJob prepare is submitted"],
    ],
    [
      "has a failed dependency",
      {
        object: jobObject(
          {},
          {
            conditions: [
              ready("DependencyFailed", "BatchJob prepare failed"),
              condition("Failed", "DependencyFailed", "BatchJob prepare failed"),
            ],
          },
        ),
        dependencies: [{ what: "BatchJob team/prepare", status: "FAILED", failure: "exit code 3" }],
      },
      [
        "! DependencyFailed: BatchJob team/prepare, on which this job depends, failed: exit code 3. Fix: fix and run that one again, then delete this object and create it again",
      ],
    ],
    [
      "was cancelled as somebody asked",
      {
        object: jobObject(
          {},
          {
            conditions: [
              ready("JobCancelled", "cancelled before it was submitted"),
              condition("Failed", "JobCancelled", "cancelled before it was submitted"),
            ],
          },
        ),
      },
      [
        "JobCancelled: cancelled before it was submitted. Fix: to run it again, create another BatchJob, or delete this one and create it again",
      ],
    ],
    [
      "has failed, and AWS has forgotten it",
      {
        object: jobObject(
          {},
          {
            jobId,
            conditions: [
              ready("JobFailed", "job 6b1f failed: exit code 1"),
              condition("Failed", "JobFailed", "job 6b1f failed: exit code 1"),
            ],
          },
        ),
      },
      [
        "! JobFailed: job 6b1f failed: exit code 1. Fix: to run it again, create another BatchJob, or delete this one and create it again",
      ],
    ],
  ])("%s", (_what, change, findings) => {
    expect(found(change)).toEqual(findings);
  });

  it("has nothing to say of one that succeeded, in AWS or long ago", () => {
    const complete = { conditions: [condition("Complete", "Succeeded", "job succeeded")] };
    expect(found({ object: jobObject({}, complete) })).toEqual([]);
    expect(found({ job: inAws({ status: "SUCCEEDED" }) })).toEqual([]);
  });
});

describe("a job that failed", () => {
  it.each<[string, Partial<JobFacts>, readonly string[]]>([
    [
      "by its exit code",
      { job: inAws({ status: "FAILED", statusReason: "Essential container in task exited", exitCode: 127 }) },
      [
        "! JobFailed: the job failed: AWS says: Essential container in task exited; exit code 127. Fix: The command does not exist in the image: check command and image",
      ],
    ],
    [
      "for a reason that only its log has",
      { job: inAws({ status: "FAILED", exitCode: 3, attempts: [attempt, attempt] }) },
      [
        "! JobFailed: the job failed: exit code 3; after 2 attempts. Fix: read its log (aws-batch-operator logs -n team hello)",
      ],
    ],
    [
      "whose last attempt started no container, so that an earlier one has its last log",
      { job: inAws({ status: "FAILED", exitCode: 3, attempts: [withLog, withLog, withoutContainer] }) },
      [
        "! JobFailed: the job failed: exit code 3; after 3 attempts. Fix: its last attempt started no container; read the log of an earlier one (aws-batch-operator logs -n team hello --attempt 2)",
      ],
    ],
    [
      "of which no attempt started a container",
      { job: inAws({ status: "FAILED", startedAt: undefined, attempts: [withoutContainer] }) },
      [
        "! JobFailed: the job failed: AWS gives no reason. Fix: no container was started, so there is no log: check that the image can be pulled, and the execution role, the secrets and the log group of the job definition",
      ],
    ],
    [
      "with some children of an array",
      { job: inAws({ status: "FAILED", array: { size: 50, counts: { FAILED: 2, SUCCEEDED: 48 } } }) },
      [
        "! JobFailed: the job failed: 2 of 50 children failed. Fix: read the logs of those that failed (aws-batch-operator logs -n team hello --failed)",
      ],
    ],
    [
      "because another failed",
      {
        job: inAws({ status: "FAILED", statusReason: "Dependent Job failed", reason: "Dependent Job failed" }),
        dependencies: [{ what: "BatchJob team/prepare", status: "FAILED", failure: "exit code 3" }],
      },
      [
        "! JobFailed: the job failed: AWS says: Dependent Job failed; BatchJob team/prepare failed: exit code 3. Fix: A job that it depends on failed: see that one",
      ],
    ],
    [
      "without a reason",
      { job: inAws({ status: "FAILED", startedAt: now }) },
      ["! JobFailed: the job failed: AWS gives no reason. Fix: read its log (aws-batch-operator logs -n team hello)"],
    ],
  ])("%s", (_what, change, findings) => {
    expect(found(change)).toEqual(findings);
  });
});

describe("a job that waits", () => {
  const blocked = facts({ environments: [environment("ce", {}, { maxvCpus: 0 })], jobs: jobs(job()) });
  const [first = ""] = blocked.jobs === undefined ? [] : [blocked.jobs.head?.jobId];
  const maxVcpus =
    "! MaxVcpusTooSmall: maxvCpus of ce is 0: it never has room for a job. Fix: raise computeResources.maxvCpus of the environment ce";

  it("names the jobs that it waits for, with their states", () => {
    const dependencies = [
      { what: "BatchJob team/prepare", status: "RUNNING", failure: undefined },
      { what: "BatchJob team/done", status: "SUCCEEDED", failure: undefined },
      { what: "job 7c", status: "RUNNABLE", failure: undefined },
    ];
    expect(found({ job: inAws({ status: "PENDING" }), dependencies })).toEqual([
      "Dependencies: the job waits for BatchJob team/prepare (RUNNING) and job 7c (RUNNABLE)",
    ]);
    expect(found({ job: inAws({ status: "SUBMITTED" }) })).toEqual([
      "Dependencies: the job waits for its dependencies",
    ]);
  });

  it("has the causes of its queue where it is the first", () => {
    const change = { job: inAws({ status: "RUNNABLE", jobId: first }), queue: queueReport(blocked) };
    expect(found(change)).toEqual([maxVcpus]);
    expect(isJobHealthy({ findings: jobFindings(jobFacts(change)) })).toBe(false);
  });

  it("has its own obstacle, the job before it, and what keeps that one waiting", () => {
    const small = facts({ environments: [environment("ce", {}, { maxvCpus: 8 })], jobs: jobs(job(), { minutes: 1 }) });
    const mine = { ...inAws({ status: "RUNNABLE", jobId: "other" }), described: job({ vcpus: 16 }) };
    expect(found({ job: mine, queue: queueReport(small) })).toEqual([
      "! MaxVcpusTooSmall: the job needs 16 vCPUs, but ce is limited to 8 (maxvCpus). Fix: raise computeResources.maxvCpus of the environment ce to at least 16, or request less in the job definition",
      `JobRunnable: 3 RUNNABLE jobs are in q, and this one is not the first: that is ${first} ("train")`,
      "ScalingUp: instances may be starting in ce",
    ]);
  });

  it("says the same obstacle once", () => {
    const mine = inAws({ status: "RUNNABLE", jobId: "other" });
    expect(found({ job: mine, queue: queueReport(blocked) })).toEqual([
      maxVcpus,
      `JobRunnable: 3 RUNNABLE jobs are in q, and this one is not the first: that is ${first} ("train")`,
    ]);
  });

  it("has the findings of its queue where AWS shows no first job", () => {
    const none = facts({ queue: { state: "DISABLED" }, jobs: undefined });
    expect(found({ job: inAws({ status: "RUNNABLE" }), queue: queueReport(none) })).toEqual([
      "! QueueDisabled: the queue q is DISABLED: it accepts no new jobs; jobs that are already in it still run. Fix: set the state of the queue q to ENABLED",
    ]);
  });

  it("waits for its children, of which AWS shows one as the first, if it is an array", () => {
    const array = { size: 50, counts: { RUNNABLE: 50 } };
    const shown = {
      ...blocked,
      jobs: { ...jobs(job()), head: { ...jobs(job()).head, jobId: `${first}:0`, since: now, described: job() } },
    };
    const change = { job: inAws({ status: "PENDING", jobId: first, array }), queue: queueReport(shown) };
    expect(found(change)).toEqual([maxVcpus, "JobPending: the array waits for its 50 children: 50 RUNNABLE"]);
    expect(found({ job: inAws({ status: "PENDING", array: { size: 50, counts: {} } }) })).toEqual([
      "Dependencies: the job waits for its dependencies",
    ]);
  });

  it("has the attempt before the one that starts", () => {
    expect(found({ job: inAws({ status: "STARTING", attempts: [attempt] }) })).toEqual([
      "! ImagePullFailed: the only attempt failed: CannotPullContainerError: pull access denied. Fix: The image cannot be pulled: check its name, and that the execution role and the network reach the registry",
    ]);
    const exited = { ...attempt, reason: undefined, statusReason: "Essential container in task exited", exitCode: 1 };
    expect(found({ job: inAws({ status: "STARTING", attempts: [exited] }) })).toEqual([
      "JobStarting: the only attempt failed: Essential container in task exited",
    ]);
    expect(found({ job: inAws({ status: "STARTING" }) })).toEqual([]);
  });

  it("is being ended", () => {
    expect(found({ job: inAws({ status: "RUNNING", isEnding: true }) })).toEqual([
      "Ending: AWS was asked to end the job",
    ]);
    expect(found({ job: inAws({ status: "PENDING", isEnding: true }) })[0]).toBe(
      "Ending: AWS was asked to end the job, which it does only after the jobs that this one waits for",
    );
  });
});
