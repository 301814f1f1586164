import { keyText } from "../../api/object.ts";
import { durationText } from "../../api/words.ts";
import type { AttemptRecord } from "../../aws/job-record.ts";
import { needsText } from "../../diagnosis/words.ts";
import type { Document } from "../document/document.ts";
import { isJobHealthy, type JobReport } from "./job-report.ts";
import { environmentTable } from "./queue-document.ts";

/** A diagnosis of a job for people: the answer first, then the facts. Pure. */
export function jobDocument(report: JobReport): Document {
  return [
    { kind: "heading", text: jobHeadline(report), tone: isJobHealthy(report) ? "green" : "red" },
    ...report.findings.map(({ code, sentence, fix, page, needsPerson }) => {
      return { kind: "finding", code, sentence, fix, page, tone: needsPerson ? "red" : "cyan" } as const;
    }),
    { kind: "facts", rows: factRows(report) },
    ...(report.queue === undefined ? [] : [environmentTable(report.queue)]),
  ];
}

/** The answer in one line. */
export function jobHeadline(report: JobReport): string {
  const { object, status, findings, job, now } = report;
  const name = keyText(object.metadata);
  const record = job?.record;
  const ago = (at: number | undefined): string => (at === undefined ? "" : ` for ${durationText(now - at)}`);
  switch (status) {
    case "SUCCEEDED":
      return `${name} has succeeded`;
    case "FAILED":
      return `${name} has failed`;
    case "RUNNING":
      return `${name} runs${ago(record?.startedAt)}`;
    case "STARTING":
      return `${name} is starting`;
    case "NotSubmitted":
      return isJobHealthy(report) ? `${name} is not submitted yet` : `${name} is not submitted until this is fixed`;
    default: {
      const waits = `${name} waits${ago(record?.createdAt)}, ${status}`;
      if (!isJobHealthy(report)) return `${waits}: it does not start until this is fixed`;
      return findings.length === 0 ? waits : `${waits}, for an expected reason`;
    }
  }
}

function factRows(report: JobReport): readonly (readonly [string, string])[] {
  const { object, job, dependencies, account, region, status } = report;
  const { status: reported = {}, spec } = object;
  const record = job?.record;
  const queue = record?.queue ?? reported.jobQueue ?? spec.jobQueueRef?.name ?? spec.jobQueue ?? "";
  const definition =
    record?.definitionArn ?? reported.jobDefinitionArn ?? spec.jobDefinitionRef?.name ?? spec.jobDefinition;
  const id = record?.jobId ?? reported.jobId;
  const exitCode = record?.exitCode ?? reported.exitCode;
  const url = reported.logs?.url;
  return [
    ["job", `${id ?? "none in AWS"}, ${status}${exitCode === undefined ? "" : `, exit code ${exitCode}`}`],
    ["where", `account ${account}, ${region}, queue ${queue}`],
    ["runs", definition?.split("/").at(-1) ?? ""],
    ...(job === undefined ? [] : [["it needs", needsText(job.described.needs)] as const]),
    ...dependencies.map((one, at) => [at === 0 ? "after" : "", `${one.what}, ${one.status}`] as const),
    ...(record?.attempts ?? []).map((attempt, at) => [`attempt ${at + 1}`, attemptText(attempt)] as const),
    ...(url === undefined ? [] : [["log", url] as const]),
  ];
}

function attemptText({ startedAt, stoppedAt, exitCode, reason, statusReason }: AttemptRecord): string {
  const parts = [
    ...(startedAt === undefined || stoppedAt === undefined ? [] : [`ran ${durationText(stoppedAt - startedAt)}`]),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...[reason, statusReason].filter((words) => words !== undefined),
  ];
  return parts.join(", ");
}
