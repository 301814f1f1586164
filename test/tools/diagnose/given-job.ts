import type { Condition } from "../../../src/api/object.ts";
import type { JobRecord } from "../../../src/aws/job-record.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import type { QueueFacts } from "../../../src/diagnosis/facts.ts";
import { jobFindings } from "../../../src/tools/diagnose/job-findings.ts";
import type { JobFacts, JobReport } from "../../../src/tools/diagnose/job-report.ts";
import type { QueueReport } from "../../../src/tools/diagnose/report.ts";
import { jobObject, record } from "../../controllers/kinds/batch-job/seen.ts";
import { job, now } from "../../diagnosis/given.ts";

/** A BatchJob and what was read of it. A test names only what it is about. */

export const jobId = "6b1f6a7e-0000-4000-8000-000000000000";

export function condition(type: Condition["type"], reason: string, message: string): Condition {
  return { type, status: "True", reason, message, lastTransitionTime: "2026-01-01T11:00:00Z", observedGeneration: 1 };
}

/** @param change of the job as AWS shows it */
export function inAws(change: Partial<JobRecord> = {}): NonNullable<JobFacts["job"]> {
  return { record: record({ jobId, queue: "q", createdAt: now - 3_600_000, ...change }), described: job() };
}

export function queueReport(facts: QueueFacts): QueueReport {
  const diagnosis = diagnose(facts, 0);
  return {
    account: "123456789012",
    region: "us-east-1",
    object: undefined,
    facts,
    counts: undefined,
    diagnosis,
    findings: diagnosis.findings,
    networks: new Map(),
    now,
  };
}

export function jobFacts(change: Partial<JobFacts> = {}): JobFacts {
  return {
    object: jobObject(),
    where: ["-n", "team"],
    job: undefined,
    dependencies: [],
    chain: [],
    inLineBefore: [],
    queue: undefined,
    ...change,
  };
}

export function jobReport(
  change: Partial<JobFacts> = {},
  status = change.job?.record.status ?? "NotSubmitted",
): JobReport {
  const facts = jobFacts(change);
  return { ...facts, account: "123456789012", region: "us-east-1", status, findings: jobFindings(facts), now };
}
