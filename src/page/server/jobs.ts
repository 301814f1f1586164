import type { JobDetail } from "../../aws/batch.ts";
import { headline } from "../../tools/diagnose/queue-document.ts";
import { isHealthy, type QueueReport } from "../../tools/diagnose/report.ts";
import { latestAttempt } from "../../tools/jobs/log-streams.ts";
import type { JobDescription, JobLine, QueueDiagnosis } from "./model.ts";
import { momentOf } from "./moment.ts";

/** The parts of `ListJobs` that the page shows. */
interface ShownSummary {
  readonly jobId?: string | undefined;
  readonly jobName?: string | undefined;
  readonly status?: string | undefined;
  readonly statusReason?: string | undefined;
  readonly createdAt?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  readonly arrayProperties?: { readonly size?: number | undefined } | undefined;
}

/** A job of a list. Pure. */
export function jobLine(job: ShownSummary): JobLine {
  const { jobId = "", jobName = "", status = "", statusReason, createdAt, startedAt, stoppedAt, arrayProperties } = job;
  return {
    id: jobId,
    name: jobName,
    status,
    statusReason,
    createdAt: momentOf(createdAt),
    startedAt: momentOf(startedAt),
    stoppedAt: momentOf(stoppedAt),
    children: arrayProperties?.size,
  };
}

/** A job with its attempts: never its command or environment. Pure. */
export function jobDescription(detail: JobDetail): JobDescription {
  const { jobDefinition = "", attempts = [], dependsOn = [], container } = detail;
  return {
    ...jobLine(detail),
    definition: jobDefinition.slice(jobDefinition.lastIndexOf("/") + 1),
    exitCode: container?.exitCode,
    reason: container?.reason,
    logStream: container?.logStreamName,
    dependsOn: dependsOn.flatMap(({ jobId }) => (jobId === undefined ? [] : [jobId])),
    nodes: detail.nodeProperties?.numNodes,
    latestAttempt: latestAttempt(detail),
    attempts: attempts.map((attempt) => ({
      startedAt: momentOf(attempt.startedAt),
      stoppedAt: momentOf(attempt.stoppedAt),
      exitCode: attempt.container?.exitCode,
      reason: attempt.container?.reason ?? attempt.statusReason,
      logStream: attempt.container?.logStreamName,
    })),
  };
}

/** Why the first job of a queue does not start, as `diagnose` says it. Pure. */
export function queueDiagnosis(report: QueueReport): QueueDiagnosis {
  return {
    headline: headline(report),
    healthy: isHealthy(report),
    firstJob: report.facts.jobs?.head?.jobId,
    findings: report.findings.map(({ code, sentence, fix }) => ({ code, sentence, fix })),
  };
}
