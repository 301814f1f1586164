import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import type { JobDetail } from "../../aws/batch.ts";
import { jobRecord } from "../../aws/job-record.ts";
import { describedJob } from "../../aws/queue-jobs.ts";
import { recordedResult } from "../../controllers/kinds/batch-job/result.ts";
import { lineOf, orderInLine } from "../../controllers/kinds/batch-job/submission-order.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { chainFrom, isHeldJob } from "../jobs/chain.ts";
import type { SeenObjects } from "../jobs/objects.ts";
import { HoldUps, waitsForResources } from "./held-up.ts";
import { jobFindings } from "./job-findings.ts";
import type { DependencyFacts, JobFacts, JobReport } from "./job-report.ts";
import type { QueueReading } from "./read.ts";

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
  const holdUps = new HoldUps(reading);
  const facts: JobFacts = {
    object,
    where,
    job,
    dependencies: await dependenciesOf(object, record?.status === "PENDING" ? holdUps : undefined, reading),
    chain: isHeldJob(object) ? await chainFrom(object, BatchJobKind, (kind, key) => objects.object(kind, key)) : [],
    inLineBefore: isInLine(object) ? inLineBefore(object, await neighboursOf(object, objects), region) : [],
    queue: record !== undefined && waitsForResources(record) ? await holdUps.queue(record.queue) : undefined,
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

async function described(ids: readonly string[], { batch, signal }: JobReading): Promise<readonly JobDetail[]> {
  const { jobs = [] } = await batch.describeJobs({ jobs: [...ids] }, { signal });
  return jobs;
}

/** @param holdUps finds what keeps those waiting that have not ended; undefined: nobody asks */
async function dependenciesOf(
  { spec, metadata }: BatchJob,
  holdUps: HoldUps | undefined,
  reading: JobReading,
): Promise<readonly DependencyFacts[]> {
  const { dependsOn = [] } = spec;
  const ids = dependsOn.flatMap(({ jobId }) => (jobId === undefined ? [] : [jobId]));
  const details = ids.length === 0 ? [] : await described(ids, reading);
  const byId = new Map(details.map((detail) => [detail.jobId, detail]));
  const names = dependsOn.flatMap(({ jobRef }) => (jobRef === undefined ? [] : [jobRef.name]));
  const objects = await Promise.all(
    names.map(async (name) => await ofObject({ namespace: metadata.namespace, name }, reading.objects)),
  );
  const all = [...objects, ...ids.map((id) => ({ jobId: id, ...ofJob(id, byId.get(id)) }))];
  const facts: DependencyFacts[] = [];
  for (const { jobId, ...one } of all) {
    const isOpen = jobId !== undefined && one.failure === undefined && one.status !== "SUCCEEDED";
    facts.push({ ...one, blocked: isOpen ? await holdUps?.of(jobId) : undefined });
  }
  return facts;
}

async function ofObject(
  key: ObjectKey,
  objects: JobReading["objects"],
): Promise<DependencyFacts & { readonly jobId: string | undefined }> {
  const object = (await objects.object(BatchJobKind, key)) as BatchJob | undefined;
  const what = `BatchJob ${keyText(key)}`;
  if (object === undefined) return { jobId: undefined, what, status: "Missing", failure: undefined };
  const result = recordedResult(object);
  const failure = result?.kind === "failed" ? result.message : undefined;
  const unsubmitted = failure === undefined ? "NotSubmitted" : "FAILED";
  return { jobId: object.status?.jobId, what, status: object.status?.status ?? unsubmitted, failure };
}

function ofJob(id: string, detail: JobDetail | undefined): DependencyFacts {
  const { status = "Missing", statusReason = "AWS gives no reason" } = detail ?? {};
  return { what: `job ${id}`, status, failure: status === "FAILED" ? statusReason : undefined };
}
