import type { JobQueueDetail } from "@aws-sdk/client-batch";
import type { KubeObject } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import { BatchComputeEnvironmentKind, BatchJobKind } from "../../api/v1alpha1/kinds.ts";
import { adviceFor } from "../../aws/advice.ts";
import type { JobDetail } from "../../aws/batch.ts";
import type { BatchApi } from "../../aws/batch-calls.ts";
import { AwsError } from "../../aws/errors.ts";
import { computeEnvironments } from "../../aws/resources/compute-environments.ts";
import { CommandError } from "../../operator/io.ts";
import { readNetwork } from "../../tools/diagnose/network.ts";
import { readQueue } from "../../tools/diagnose/read.ts";
import { type LogStream, logStreamsOf } from "../../tools/jobs/log-streams.ts";
import { type LogLine, LogReader } from "../../tools/jobs/read-log.ts";
import type { ReadOnlyRegion } from "../../tools/read-only-region.ts";
import { environmentStatus } from "./environments.ts";
import { jobLog, mostLogCharacters, mostLogLines } from "./job-log.ts";
import { jobDescription, jobLine, queueDiagnosis } from "./jobs.ts";
import type { Answer, JobDescription, JobList, JobLog, JobStatus, NetworkPicture, QueueDiagnosis } from "./model.ts";
import { networkPicture } from "./network.ts";
import { belongsTo, nameOf, regionOf } from "./place.ts";
import { withStop } from "./problem.ts";
import type { WithRegion } from "./regions.ts";

/** What a person asks about an object, answered by reads of AWS at that moment. */
export interface Questions {
  network(object: KubeObject, signal: AbortSignal): Promise<Answer<NetworkPicture>>;
  /** Why the first job of a queue does not start. */
  queue(object: KubeObject, signal: AbortSignal): Promise<Answer<QueueDiagnosis>>;
  jobs(object: KubeObject, status: JobStatus, signal: AbortSignal): Promise<Answer<JobList>>;
  /** @param object the queue of the job, or its BatchJob */
  job(object: KubeObject, id: string, signal: AbortSignal): Promise<Answer<JobDescription>>;
  /** The last lines that an attempt of a job printed. */
  log(object: KubeObject, of: AttemptOfJob, signal: AbortSignal): Promise<Answer<JobLog>>;
}

export interface AttemptOfJob {
  /** Of the job, of a child of an array, or of a node. */
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
}

export interface QuestionsOptions {
  /** Of the credentials. */
  readonly account: string;
  readonly with: WithRegion;
  /** Wall ms of the clock that AWS lives by. */
  readonly now: () => number;
}

/** A list has one page, so that a queue with many thousand jobs costs one call. */
const mostJobs = 200;

/** Answers with the reads of `diagnose`, about what belongs to the object and to no other. */
export function questions({ account, with: withRegion, now }: QuestionsOptions): Questions {
  const asked = <Data>(
    object: KubeObject,
    signal: AbortSignal,
    ask: (aws: ReadOnlyRegion) => Promise<Answer<Data>>,
  ): Promise<Answer<Data>> =>
    answered(signal, async () => {
      const region = regionOf(object, account);
      return region === undefined ? nothingKept : await withRegion(region, signal, ask);
    });
  const ofQueue = <Data>(
    object: KubeObject,
    signal: AbortSignal,
    ask: (aws: ReadOnlyRegion, name: string) => Promise<Answer<Data>>,
  ): Promise<Answer<Data>> =>
    asked(object, signal, async (aws) => {
      const queue = await ownQueue(object, aws.batch, signal);
      return queue?.jobQueueName === undefined ? nothingKept : await ask(aws, queue.jobQueueName);
    });
  const ofJob = <Data>(
    object: KubeObject,
    id: string,
    signal: AbortSignal,
    ask: (aws: ReadOnlyRegion, job: JobDetail) => Promise<Answer<Data>>,
  ): Promise<Answer<Data>> =>
    asked(object, signal, async (aws) => {
      const job = await describedJob(id, aws.batch, signal);
      if (job === undefined) return forgotten;
      return (await hasJob(object, job, aws.batch, signal)) ? await ask(aws, job) : elsewhere;
    });
  return {
    network: (object, signal) =>
      asked(object, signal, async (aws) => {
        const { serving, target, predecessors = [] } = environmentStatus(object);
        const name = serving ?? target ?? predecessors[0]?.name;
        if (object.kind !== BatchComputeEnvironmentKind.kind || name === undefined) return nothingKept;
        const environment = (await computeEnvironments.list(aws.batch, undefined, signal)).get(name);
        if (environment === undefined || !belongsTo(object, environment.tags)) return nothingKept;
        const network = await aws.network();
        const read = await readNetwork(environment, undefined, { network, region: aws.region, signal });
        return read === undefined ? noSubnets : { data: networkPicture(read.found) };
      }),
    queue: (object, signal) =>
      ofQueue(object, signal, async (aws, name) => {
        const report = await readQueue(name, {
          batch: aws.batch,
          account,
          region: aws.region,
          now,
          object: keyText(object.metadata),
          networkOf: async (environment, job) =>
            await readNetwork(environment, job, { network: await aws.network(), region: aws.region, signal }),
          signal,
        });
        return { data: queueDiagnosis(report) };
      }),
    jobs: (object, jobStatus, signal) =>
      ofQueue(object, signal, async ({ batch }, jobQueue) => {
        const { jobSummaryList = [], nextToken } = await batch.listJobs(
          { jobQueue, jobStatus, maxResults: mostJobs },
          { signal },
        );
        const jobs = jobSummaryList.slice(0, mostJobs).map(jobLine);
        return { data: { jobs, more: nextToken !== undefined && nextToken !== "" } };
      }),
    job: (object, id, signal) => ofJob(object, id, signal, async (_aws, job) => ({ data: jobDescription(job) })),
    log: (object, { id, attempt }, signal) =>
      ofJob(object, id, signal, async (aws, job) => {
        const streams = logStreamsOf(job, attempt);
        if (streams.length === 0) return noStream;
        const linesOf = async (stream: LogStream, { logs }: ReadOnlyRegion): Promise<readonly LogLine[]> =>
          await new LogReader(await logs(), stream, signal).last(mostLogLines + 1, mostLogCharacters);
        const lines = streams.map((stream) =>
          stream.region === undefined
            ? linesOf(stream, aws)
            : withRegion(stream.region, signal, (there) => linesOf(stream, there)),
        );
        return { data: jobLog((await Promise.all(lines)).flat()) };
      }),
  };
}

/** The queue that the operator keeps for an object, by its tags; undefined: none. */
async function ownQueue(object: KubeObject, batch: BatchApi, signal: AbortSignal): Promise<JobQueueDetail | undefined> {
  const name = nameOf(object);
  if (name === undefined) return undefined;
  const { jobQueues = [] } = await batch.describeJobQueues({ jobQueues: [name] }, { signal });
  return jobQueues.find(({ tags }) => belongsTo(object, tags));
}

async function describedJob(id: string, batch: BatchApi, signal: AbortSignal): Promise<JobDetail | undefined> {
  const { jobs = [] } = await batch.describeJobs({ jobs: [id] }, { signal });
  return jobs[0];
}

/** Whether a job is in the queue of an object, or is the job of a BatchJob, or a part of it. */
async function hasJob(object: KubeObject, job: JobDetail, batch: BatchApi, signal: AbortSignal): Promise<boolean> {
  if (object.kind !== BatchJobKind.kind) {
    return job.jobQueue !== undefined && job.jobQueue === (await ownQueue(object, batch, signal))?.jobQueueArn;
  }
  // Children of an array and nodes have the ID of the whole job before their index.
  const [whole = ""] = (job.jobId ?? "").split(/[:#]/);
  const parent = whole === job.jobId ? job : await describedJob(whole, batch, signal);
  return belongsTo(object, parent?.tags);
}

const nothingKept = { problem: "The operator keeps nothing in AWS for this object yet, as far as this account shows." };
const elsewhere = { problem: "This job does not belong to this object." };
const noSubnets = { problem: "The environment has no subnets: AWS or you manage its network." };
const noStream = { problem: "This attempt has not started a container, so it has no log." };
const forgotten = { problem: "AWS does not know this job any more: it forgets jobs seven days after their end." };

/** A refusal of AWS is the answer. */
async function answered<Data>(signal: AbortSignal, ask: () => Promise<Answer<Data>>): Promise<Answer<Data>> {
  try {
    return await ask();
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof CommandError) return { problem: withStop(error) };
    if (!(error instanceof AwsError)) throw error;
    return { problem: `${error.operation}: ${withStop(error)} ${adviceFor(error)}` };
  }
}
