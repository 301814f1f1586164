import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import type { JobDetail } from "../../aws/batch.ts";
import { type JobRecord, jobRecord } from "../../aws/job-record.ts";
import { describedJob } from "../../aws/queue-jobs.ts";
import { recordedResult } from "../../controllers/kinds/batch-job/result.ts";
import { lineOf, orderInLine } from "../../controllers/kinds/batch-job/submission-order.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import type { SeenObjects } from "../jobs/objects.ts";
import { chainFrom, isHeldJob } from "./chain.ts";
import { jobFindings } from "./job-findings.ts";
import type { DependencyFacts, JobFacts, JobReport } from "./job-report.ts";
import { type QueueReading, readQueue } from "./read.ts";

export interface JobReading extends Omit<QueueReading, "object"> {
  readonly objects: Pick<SeenObjects, "object" | "objects">;
  /** What leads another command to the namespace of the job, e.g. `-n`, `team`. */
  readonly where: readonly string[];
}

/**
 * Reads the job of an object, what it depends on, and while it waits for resources its queue, by about twelve calls.
 *
 * @throws AwsError, CommandError when its queue is gone, or an object cannot be read
 */
export async function readJob(object: BatchJob, reading: JobReading): Promise<JobReport> {
  const { account, region, now, objects, where } = reading;
  const id = object.status?.jobId;
  const [detail] = id === undefined ? [] : await described([id], reading);
  const record = detail === undefined ? undefined : jobRecord(detail);
  const job =
    detail === undefined || record === undefined ? undefined : { record, described: describedJob(detail, now()) };
  const facts: JobFacts = {
    object,
    where,
    job,
    dependencies: await dependenciesOf(object, reading),
    chain: isHeldJob(object) ? await chainFrom(object, BatchJobKind, (kind, key) => objects.object(kind, key)) : [],
    inLineBefore: isInLine(object) ? inLineBefore(object, await neighboursOf(object, objects), region) : [],
    queue: waitsForResources(record) ? await readQueue(record.queue, { ...reading, object: undefined }) : undefined,
  };
  const failed = recordedResult(object)?.kind === "failed" ? "FAILED" : "NotSubmitted";
  return {
    ...facts,
    account,
    region,
    status: record?.status ?? object.status?.status ?? failed,
    findings: jobFindings(facts),
    now: now(),
  };
}

async function neighboursOf({ metadata }: BatchJob, objects: JobReading["objects"]): Promise<readonly BatchJob[]> {
  return (await objects.objects(BatchJobKind, metadata.namespace)) as readonly BatchJob[];
}

/** The operator writes no status while a job waits for its turn. */
function isInLine(object: BatchJob): boolean {
  if (object.status?.jobId !== undefined) return false;
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  return ready === undefined || ready.reason === "Pending" || ready.reason === "Submitting";
}

function inLineBefore(object: BatchJob, neighbours: readonly BatchJob[], region: string): readonly string[] {
  const [line, order] = [lineOf(object, region), orderInLine(object)];
  if (line === undefined) return [];
  return neighbours
    .filter((one) => isInLine(one) && lineOf(one, region) === line && orderInLine(one) < order)
    .toSorted((left, right) => (orderInLine(left) < orderInLine(right) ? -1 : 1))
    .map(({ metadata }) => metadata.name);
}

/** RUNNABLE, or an array of which no child has begun. */
function waitsForResources(record: JobRecord | undefined): record is JobRecord {
  if (record === undefined) return false;
  const { status, array } = record;
  if (status === "RUNNABLE") return true;
  const counts = array?.counts ?? {};
  return status === "PENDING" && counts["RUNNABLE"] !== undefined && counts["RUNNING"] === undefined;
}

async function described(ids: readonly string[], { batch, signal }: JobReading): Promise<readonly JobDetail[]> {
  const { jobs = [] } = await batch.describeJobs({ jobs: [...ids] }, { signal });
  return jobs;
}

async function dependenciesOf({ spec, metadata }: BatchJob, reading: JobReading): Promise<readonly DependencyFacts[]> {
  const { dependsOn = [] } = spec;
  const ids = dependsOn.flatMap(({ jobId }) => (jobId === undefined ? [] : [jobId]));
  const details = ids.length === 0 ? [] : await described(ids, reading);
  const byId = new Map(details.map((detail) => [detail.jobId, detail]));
  const names = dependsOn.flatMap(({ jobRef }) => (jobRef === undefined ? [] : [jobRef.name]));
  const objects = await Promise.all(
    names.map(async (name) => await ofObject({ namespace: metadata.namespace, name }, reading.objects)),
  );
  return [...objects, ...ids.map((id) => ofJob(id, byId.get(id)))];
}

async function ofObject(key: ObjectKey, objects: JobReading["objects"]): Promise<DependencyFacts> {
  const object = (await objects.object(BatchJobKind, key)) as BatchJob | undefined;
  const what = `BatchJob ${keyText(key)}`;
  if (object === undefined) return { what, status: "Missing", failure: undefined };
  const result = recordedResult(object);
  const failure = result?.kind === "failed" ? result.message : undefined;
  const unsubmitted = failure === undefined ? "NotSubmitted" : "FAILED";
  return { what, status: object.status?.status ?? unsubmitted, failure };
}

function ofJob(id: string, detail: JobDetail | undefined): DependencyFacts {
  const { status = "Missing", statusReason = "AWS gives no reason" } = detail ?? {};
  return { what: `job ${id}`, status, failure: status === "FAILED" ? statusReason : undefined };
}
