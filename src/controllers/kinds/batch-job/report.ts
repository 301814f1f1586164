import type { BatchJob, BatchJobStatus } from "../../../api/v1alpha1/batch-job.ts";
import { durationText } from "../../../api/words.ts";
import type { JobRecord } from "../../../aws/job-record.ts";
import { hasEnded } from "../../../aws/job-record.ts";
import { consoleDomain } from "../../../aws/names.ts";
import type { Plan } from "../../pass/agenda.ts";
import { timestamp } from "../../pass/conditions.ts";
import { displayed, withoutRequestIds } from "../../wording.ts";
import type { Action } from "./action.ts";
import { rangesText } from "./formats.ts";
import type { Seen } from "./seen.ts";
import { shownStatus } from "./shown-status.ts";

/** The fields of status that only jobs have. Pure. */

type JobStatusFields = Partial<
  Pick<
    BatchJobStatus,
    | "name"
    | "arn"
    | "status"
    | "statusReason"
    | "jobId"
    | "jobArn"
    | "jobQueue"
    | "jobDefinitionArn"
    | "exitCode"
    | "createdAt"
    | "startedAt"
    | "stoppedAt"
    | "duration"
    | "attempts"
    | "array"
    | "logs"
  >
>;

const own = [
  "name",
  "arn",
  "status",
  "statusReason",
  "jobId",
  "jobArn",
  "jobQueue",
  "jobDefinitionArn",
  "exitCode",
  "createdAt",
  "startedAt",
  "stoppedAt",
  "duration",
  "attempts",
  "array",
  "logs",
] as const satisfies readonly (keyof JobStatusFields)[];

const wordsLimit = 1024;

/** @param conditions of the plan: a job that failed without a submission shows it where that of AWS would be */
export function report(
  object: BatchJob,
  seen: Seen,
  { conditions }: Pick<Plan<Action>, "conditions">,
): JobStatusFields {
  const { job, recorded } = seen;
  const before = object.status ?? {};
  const kept = Object.fromEntries(
    own.flatMap((field) => (before[field] === undefined ? [] : [[field, before[field]]])),
  );
  if (recorded !== undefined) return kept;
  if (job.kind !== "known") {
    const failed = conditions.some(({ type, status }) => type === "Failed" && status === "True");
    return { name: seen.jobName, ...(failed ? { status: "FAILED" } : {}) };
  }
  const { record, jobId, jobArn, queue, failedChildren } = job;
  if (record === undefined) {
    return {
      name: seen.jobName,
      jobId,
      status: "SUBMITTED",
      ...(jobArn === undefined ? {} : { arn: jobArn, jobArn }),
      ...(queue === undefined ? {} : { jobQueue: queue }),
      ...(before.jobId === jobId ? kept : {}),
    };
  }
  // It is written once, and whole.
  if (job.listsMore) return { name: seen.jobName, jobId, ...kept };
  // What is shown is as far as this: the rest of it would change with every step of AWS.
  const status = shownStatus(object, record);
  if (before.jobId === jobId && before.status === status) return kept;
  return fieldsOf(record, status, failedChildren, seen.place);
}

function fieldsOf(
  record: JobRecord,
  status: string,
  failedChildren: readonly number[],
  place: Seen["place"],
): JobStatusFields {
  const { jobArn, statusReason, exitCode, startedAt, stoppedAt, createdAt, array, attempts } = record;
  return {
    name: record.jobName,
    jobId: record.jobId,
    ...(jobArn === undefined ? {} : { arn: jobArn, jobArn }),
    status,
    ...(statusReason === undefined ? {} : { statusReason: displayed(withoutRequestIds(statusReason), 4096) }),
    jobQueue: record.queue,
    jobDefinitionArn: record.definitionArn,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...timesOf({ createdAt, startedAt, stoppedAt }),
    ...(hasEnded(record) && startedAt !== undefined && stoppedAt !== undefined
      ? { duration: durationText(stoppedAt - startedAt) }
      : {}),
    ...(attempts.length === 0 ? {} : { attempts: attempts.slice(-10).map(attemptFields) }),
    ...(array === undefined ? {} : { array: arrayFields(array, failedChildren) }),
    ...(record.logs === undefined ? {} : { logs: logFields(record.logs, place) }),
  };
}

function timesOf(
  times: Readonly<Record<"createdAt" | "startedAt" | "stoppedAt", number | undefined>>,
): JobStatusFields {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, at]) => (at === undefined ? [] : [[name, timestamp(at)]])),
  );
}

function attemptFields(attempt: JobRecord["attempts"][number]): NonNullable<JobStatusFields["attempts"]>[number] {
  const { startedAt, stoppedAt, exitCode, reason, statusReason, logStream } = attempt;
  return {
    ...(startedAt === undefined ? {} : { startedAt: timestamp(startedAt) }),
    ...(stoppedAt === undefined ? {} : { stoppedAt: timestamp(stoppedAt) }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason: displayed(reason, wordsLimit) }),
    ...(statusReason === undefined ? {} : { statusReason: displayed(withoutRequestIds(statusReason), wordsLimit) }),
    ...(logStream === undefined ? {} : { logStream }),
  };
}

function arrayFields(
  { size, counts }: NonNullable<JobRecord["array"]>,
  failedChildren: readonly number[],
): NonNullable<JobStatusFields["array"]> {
  const listed = Object.entries(counts).map(([status, count]) => ({ status, count }));
  return {
    size,
    ...(listed.length === 0 ? {} : { counts: listed }),
    ...(failedChildren.length === 0 ? {} : { failedIndices: rangesText(failedChildren, 4096) }),
  };
}

/** The console's own way to write names in a link: percent-encoded twice, with `$` for `%`. */
function logFields(
  { group, stream, region: ofLogs }: NonNullable<JobRecord["logs"]>,
  { region, partition }: Seen["place"],
): NonNullable<JobStatusFields["logs"]> {
  const twice = (text: string): string => encodeURIComponent(encodeURIComponent(text)).replaceAll("%", "$");
  const at = ofLogs ?? region;
  const page = `#logsV2:log-groups/log-group/${twice(group)}/log-events/${twice(stream)}`;
  const url = `https://console.${consoleDomain(partition)}/cloudwatch/home?region=${at}${page}`;
  return { group, stream, url };
}
