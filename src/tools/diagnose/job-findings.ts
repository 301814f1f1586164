/** Why a BatchJob does not start, or has failed, and what to do about it. Pure. */

import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { counted } from "../../api/words.ts";
import type { AttemptRecord, JobRecord } from "../../aws/job-record.ts";
import { countText } from "../../aws/queue-jobs.ts";
import { remedyFor } from "../../controllers/kinds/batch-job/remedies.ts";
import { recordedResult } from "../../controllers/kinds/batch-job/result.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { causeInAttempt } from "../../diagnosis/aws-reasons.ts";
import { causeKind, type Finding } from "../../diagnosis/causes.ts";
import { diagnose } from "../../diagnosis/diagnose.ts";
import { awsWords, lastAttempt, listed } from "../../diagnosis/words.ts";
import { shellCommand } from "../../runtime/shell.ts";
import { chainFix, chainText, todoOf } from "../jobs/chain.ts";
import type { DependencyFacts, JobFacts, JobFinding } from "./job-report.ts";
import type { QueueReport } from "./report.ts";

const reasonsPage = "docs/kinds/batch-job.md#status";

/** Reasons of the operator that pass without action, or are as somebody asked for. */
const expected: ReadonlySet<string> = new Set([
  "Suspended",
  "WaitingForJob",
  "Submitting",
  "CheckingSubmission",
  "JobSubmitted",
  "JobPending",
  "JobRunnable",
  "JobStarting",
  "JobRunning",
  "JobNotShown",
  "Tagging",
  "Ending",
  "Deleting",
  "JobCancelled",
]);

/** What keeps the job from its success; the cause first. Empty: it has succeeded, or gets on. */
export function jobFindings(facts: JobFacts): readonly JobFinding[] {
  const { object, job } = facts;
  const recorded = recordedResult(object);
  if (recorded?.kind === "complete") return [];
  if (job === undefined || (recorded !== undefined && recorded.reason !== "JobFailed")) return [ofObject(facts)];
  const { record } = job;
  if (record.status === "SUCCEEDED") return [];
  if (record.status === "FAILED") return [failure(record, facts)];
  return [...ending(record), ...waiting(record, facts)];
}

/** As the operator reports it: the job is not in AWS, or AWS knows it no more. */
function ofObject({ object, where, dependencies, inLineBefore, chain }: JobFacts): JobFinding {
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  const [next] = inLineBefore;
  if (next !== undefined) {
    const older = counted(inLineBefore.length, "older job");
    const sentence = `the jobs for a queue are sent one at a time, the oldest first: ${older} of this namespace ${inLineBefore.length === 1 ? "is" : "are"} before this one, next ${next}`;
    return {
      ...finding("Pending", sentence, `${command("diagnose", where, `bj/${next}`)}, if that job makes no progress`),
      needsPerson: false,
    };
  }
  if (ready === undefined) {
    return finding(
      "NotReconciled",
      "the operator has reported nothing about this object",
      "check that the operator runs, watches this namespace, and reconciles this object (its labels, if there are several operators)",
    );
  }
  const { reason, message } = ready;
  const failed = dependencies.find((one) => one.failure !== undefined);
  if (reason === "DependencyFailed" && failed !== undefined) {
    return finding(
      reason,
      `${failed.what}, on which this job depends, failed: ${failed.failure}`,
      "fix and run that one again, then delete this object and create it again",
    );
  }
  const end = chain.at(-1);
  if (end !== undefined) {
    return finding(end.ready?.reason ?? "ReferenceNotFound", chainText("the job", chain), chainFix(chain));
  }
  return finding(reason, awsWords(message), todoOf(reason, BatchJobKind));
}

/** One that a person copies. */
function command(name: string, where: JobFacts["where"], ...others: readonly string[]): string {
  return shellCommand(["aws-batch-operator", name, ...where, ...others]);
}

function failure(record: JobRecord, { dependencies, object, where }: JobFacts): JobFinding {
  const { statusReason, reason, exitCode, attempts, array } = record;
  const failed = array?.counts["FAILED"];
  const { failedIndices } = object.status?.array ?? {};
  const which = failedIndices === undefined ? "" : `: ${failedIndices}`;
  const facts = [
    ...(statusReason === undefined ? [] : [`AWS says: ${awsWords(statusReason)}`]),
    ...(reason === undefined || reason === statusReason ? [] : [`the container: ${awsWords(reason)}`]),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(failed === undefined ? [] : [`${failed} of ${array?.size} children failed${which}`]),
    ...(attempts.length > 1 ? [`after ${counted(attempts.length, "attempt")}`] : []),
  ];
  const why = facts.length === 0 ? "AWS gives no reason" : facts.join("; ");
  const other = dependencies.find((one) => one.failure !== undefined);
  const dependency = other === undefined ? "" : `; ${other.what} failed: ${other.failure}`;
  const { name } = object.metadata;
  const step = remedyFor(record) ?? inLog(record, (...flags) => command("logs", where, name, ...flags));
  return finding("JobFailed", `the job failed: ${why}${dependency}`, step);
}

/** Where a log has more; only an attempt that started a container has one. */
function inLog(record: JobRecord, logs: (...flags: readonly string[]) => string): string {
  const { array, attempts, startedAt } = record;
  if (array !== undefined) return `read the logs of those that failed (${logs("--failed")})`;
  const hasLog = (attempt: AttemptRecord): boolean => attempt.logStream !== undefined;
  const latest = attempts.findLastIndex(hasLog) + 1;
  if (latest > 0 && latest < attempts.length) {
    return `its last attempt started no container; read the log of an earlier one (${logs("--attempt", `${latest}`)})`;
  }
  // Jobs on EKS and on several nodes have no stream of their own: the command says where theirs are.
  const hasStarted = latest > 0 || [startedAt, ...attempts.map((one) => one.startedAt)].some((at) => at !== undefined);
  if (hasStarted) return `read its log (${logs()})`;
  return "no container was started, so there is no log: check that the image can be pulled, and the execution role, the secrets and the log group of the job definition";
}

type WaitingFacts = Pick<JobFacts, "job" | "queue" | "dependencies">;

function ending({ isEnding, status }: JobRecord): readonly JobFinding[] {
  if (!isEnding) return [];
  const after = status === "PENDING" ? ", which it does only after the jobs that this one waits for" : "";
  return [finding("Ending", `AWS was asked to end the job${after}`, "")];
}

/** Why a job of AWS does not run yet; the cause first. */
export function waiting(record: JobRecord, facts: WaitingFacts): readonly JobFinding[] {
  switch (record.status) {
    case "SUBMITTED":
    case "PENDING":
      return record.array === undefined ? pending(facts.dependencies) : ofArray(record, facts);
    case "RUNNABLE":
      return runnable(facts);
    case "STARTING":
      return earlierAttempt(record);
    default:
      return [];
  }
}

function pending(dependencies: readonly DependencyFacts[]): readonly JobFinding[] {
  const open = dependencies.filter(({ status }) => status !== "SUCCEEDED");
  const what = open.length === 0 ? "its dependencies" : listed(open.map((one) => `${one.what} (${one.status})`));
  const waits = cause({ code: "Dependencies", sentence: `the job waits for ${what}`, fix: "" });
  const blocked = open.flatMap((one) => (one.blocked === undefined ? [] : [{ ...one.blocked, of: one.what }]));
  return [...blocked.map(({ of, ...why }) => ({ ...why, sentence: `${of} does not start: ${why.sentence}` })), waits];
}

/** A parent waits for its children, which wait like other jobs. */
function ofArray({ array }: JobRecord, facts: WaitingFacts): readonly JobFinding[] {
  if (array === undefined || Object.keys(array.counts).length === 0) return pending(facts.dependencies);
  const counts = Object.entries(array.counts).map(([status, count]) => `${count} ${status}`);
  const sentence = `the array waits for its ${array.size} children: ${counts.join(", ")}`;
  return [...runnable(facts), finding("JobPending", sentence, "")];
}

/** Why it does not start: its own obstacles, then what keeps the first job of its queue waiting. */
function runnable({ queue, job }: WaitingFacts): readonly JobFinding[] {
  if (queue === undefined || job === undefined) return [];
  const { jobs } = queue.facts;
  const head = jobs?.head;
  if (jobs === undefined || head === undefined || isFirst(queue, job.record)) return queue.findings.map(cause);
  // For a job that is not the first, what passes without action is the matter of the first one.
  const own = { jobId: job.record.jobId, since: jobs.readAt, described: job.described };
  const mine = diagnose({ ...queue.facts, jobs: { ...jobs, head: own } }, 0).cause;
  const blocked = mine !== undefined && causeKind(mine.code) === "blocked" ? [mine] : [];
  const name = head.described === undefined ? "" : ` ("${head.described.name}")`;
  const behind: JobFinding = finding(
    "JobRunnable",
    `${countText(jobs.runnable)} RUNNABLE jobs are in ${queue.facts.queue.jobQueueName}, and this one is not the first: that is ${head.jobId}${name}`,
    "",
  );
  const others = queue.findings.filter((one) => one.sentence !== mine?.sentence);
  return [...blocked.map(cause), behind, ...others.map(cause)];
}

/** Also of an array, of which AWS shows a child as the first. */
function isFirst({ facts: { jobs } }: QueueReport, { jobId }: JobRecord): boolean {
  const first = jobs?.head?.jobId;
  return first === jobId || first?.startsWith(`${jobId}:`) === true;
}

/** It starts; the attempt before this one may say how that ends. */
function earlierAttempt(record: JobRecord): readonly JobFinding[] {
  const last = record.attempts.at(-1);
  const words = last?.reason ?? last?.statusReason;
  if (last === undefined || words === undefined) return [];
  const { reason, statusReason, exitCode } = last;
  const sentence = `${lastAttempt(record.attempts)} failed: ${awsWords(words)}`;
  const fix = remedyFor({ ...record, reason, statusReason, exitCode }) ?? "";
  const code = causeInAttempt([reason, statusReason].join(" "));
  return [code === undefined ? finding("JobStarting", sentence, fix) : cause({ code, sentence, fix })];
}

function cause({ code, sentence, fix }: Finding): JobFinding {
  const needsPerson = causeKind(code) !== "waiting";
  return { code, needsPerson, page: `docs/jobs-not-starting.md#${code.toLowerCase()}`, sentence, fix };
}

function finding(code: string, sentence: string, fix: string): JobFinding {
  return { code, needsPerson: !expected.has(code), page: reasonsPage, sentence, fix };
}
