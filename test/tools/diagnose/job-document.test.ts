import { describe, expect, it } from "vitest";
import { jobDocument, jobHeadline } from "../../../src/tools/diagnose/job-document.ts";
import { jobJson } from "../../../src/tools/diagnose/job-json.ts";
import type { JobFacts } from "../../../src/tools/diagnose/job-report.ts";
import { documentText } from "../../../src/tools/document/text.ts";
import { paintFor } from "../../../src/tools/terminal/paint.ts";
import { jobObject } from "../../controllers/kinds/batch-job/seen.ts";
import { environment, facts, job, jobs, now } from "../../diagnosis/given.ts";
import { condition, inAws, jobId, jobReport, queueReport } from "./given-job.ts";

const plain = { paint: paintFor({ colour: false, unicode: true }), columns: 100 };
const attempt = {
  startedAt: now - 90_000,
  stoppedAt: now,
  exitCode: 137,
  reason: "OutOfMemoryError: Container killed due to memory usage",
  statusReason: "Essential container in task exited",
  logStream: "train/default/1",
};
const failed: Partial<JobFacts> = {
  object: jobObject({}, { jobId, logs: { group: "g", stream: "s", url: "https://console.aws.amazon.com/cloudwatch" } }),
  job: inAws({
    status: "FAILED",
    statusReason: "Essential container in task exited",
    reason: "OutOfMemoryError: Container killed due to memory usage",
    exitCode: 137,
    attempts: [attempt, attempt],
  }),
  dependencies: [{ what: "BatchJob team/prepare", status: "SUCCEEDED", failure: undefined }],
};
const blocked = facts({ environments: [environment("small", {}, { maxvCpus: 0 })], jobs: jobs(job()) });

describe("a diagnosis of a job", () => {
  it("gives the answer first, then the remedy, then the facts", async () => {
    await expect(documentText(jobDocument(jobReport(failed)), plain)).toMatchFileSnapshot(
      "../../golden/diagnose/job-failed.txt",
    );
  });

  it("shows the environments of its queue while it waits for resources", async () => {
    const report = jobReport({ job: inAws({ status: "RUNNABLE" }), queue: queueReport(blocked) });
    await expect(documentText(jobDocument(report), plain)).toMatchFileSnapshot("../../golden/diagnose/job-waiting.txt");
  });

  it("has these members as JSON", async () => {
    const json = `${JSON.stringify(JSON.parse(jobJson(jobReport(failed))), undefined, 2)}\n`;
    await expect(json).toMatchFileSnapshot("../../golden/diagnose/job-failed.json");
    expect(JSON.parse(jobJson(jobReport()))).toMatchObject({ status: "NotSubmitted", healthy: false });
  });

  it("shows controls that AWS wrote into its reasons", () => {
    const text = documentText(
      jobDocument(jobReport({ job: inAws({ status: "FAILED", statusReason: "\u001b[2Jno\u202e" }) })),
      plain,
    );
    expect(text).toContain("\\u001b[2Jno");
    expect(text).toMatch(/^[\n\P{Cc}]*$/u);
  });

  it.each<[string, Partial<JobFacts>, string?]>([
    ["team/hello has succeeded", { job: inAws({ status: "SUCCEEDED" }) }],
    ["team/hello has failed", failed],
    ["team/hello runs for 10m", { job: inAws({ status: "RUNNING", startedAt: now - 600_000 }) }],
    ["team/hello runs", {}, "RUNNING"],
    ["team/hello is starting", { job: inAws({ status: "STARTING" }) }],
    ["team/hello is not submitted until this is fixed", {}],
    [
      "team/hello is not submitted yet",
      { object: jobObject({}, { conditions: [condition("Ready", "Suspended", "spec.suspend is true")] }) },
    ],
    [
      "team/hello waits for 1h, RUNNABLE: it does not start until this is fixed",
      { job: inAws({ status: "RUNNABLE" }), queue: queueReport(blocked) },
    ],
    ["team/hello waits for 1h, PENDING, for an expected reason", { job: inAws({ status: "PENDING" }) }],
    ["team/hello waits for 1h, RUNNABLE", { job: inAws({ status: "RUNNABLE" }) }],
  ])("%s", (headline, change, status) => {
    expect(jobHeadline(jobReport(change, status))).toBe(headline);
  });
});
