import type { JobDetail } from "../../aws/batch.ts";
import type { BatchApi } from "../../aws/batch-calls.ts";
import { CommandError } from "../../operator/io.ts";
import { shell } from "../../runtime/shell.ts";

/** What finds a job: the calls, and an end. */
export interface Finding {
  readonly batch: Pick<BatchApi, "describeJobs" | "listJobs">;
  readonly signal: AbortSignal;
}

/** As AWS makes them, also of a child of an array and of a node. */
const jobId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}([:#]\d+)?$/;

/** The ID in an ID or ARN of a job; undefined: it is a name. */
export function jobIdIn(named: string): string | undefined {
  const id = /^arn:[^:]+:batch:[^:]+:\d{12}:job\/(.+)$/.exec(named)?.[1] ?? named;
  return jobId.test(id) ? id : undefined;
}

/**
 * The job of an ID or ARN; of a name the newest one in the queue.
 *
 * @throws CommandError if there is none, AwsError
 */
export async function findJob(named: string, queue: string | undefined, finding: Finding): Promise<JobDetail> {
  const id = jobIdIn(named) ?? (await newestNamed(named, queue, finding));
  const job = await describeJob(id, finding);
  if (job !== undefined) return job;
  const ofSageMaker = shell`aws batch describe-service-job --job-id ${id}`;
  throw new CommandError(
    `AWS knows no job ${id} in this region. It forgets a job seven days after its end; the log stays in CloudWatch Logs. Jobs of SageMaker are apart: ${ofSageMaker}`,
  );
}

/** The job of an object in AWS: its ID, or its name in a queue. */
export type ObjectsJob =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "name"; readonly name: string; readonly queue: string };

/** The ID of the job of an object. @throws CommandError if there is none, AwsError */
export async function idOf(job: ObjectsJob, finding: Finding): Promise<string> {
  if (job.kind === "id") return job.id;
  const { jobId = "" } = await findJob(job.name, job.queue, finding);
  return jobId;
}

/** Undefined: AWS does not know it yet, or not any more. @throws AwsError */
export async function describeJob(id: string, { batch, signal }: Finding): Promise<JobDetail | undefined> {
  const { jobs: [job] = [] } = await batch.describeJobs({ jobs: [id] }, { signal });
  return job;
}

async function newestNamed(name: string, queue: string | undefined, finding: Finding): Promise<string> {
  if (queue === undefined) {
    throw new CommandError(
      `${name} is not a job ID: give one, or also --queue, the queue in which the job has this name`,
    );
  }
  const id = await newestId(name, queue, finding);
  if (id !== undefined) return id;
  throw new CommandError(
    `queue ${queue} has no job named ${name}. AWS shows a new job after a moment, and forgets one seven days after its end`,
  );
}

/** The ID of the newest job of a name in a queue. @throws AwsError */
export async function newestId(name: string, queue: string, { batch, signal }: Finding): Promise<string | undefined> {
  const filters = [{ name: "JOB_NAME", values: [name] }];
  const { jobSummaryList = [] } = await batch.listJobs({ jobQueue: queue, filters }, { signal });
  // AWS compares without regard to case.
  const named = jobSummaryList.filter(({ jobName }) => jobName === name);
  const [newest] = named.toSorted((left, right) => (right.createdAt ?? 0) - (left.createdAt ?? 0));
  return newest?.jobId;
}
