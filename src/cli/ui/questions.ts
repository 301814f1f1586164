import type { KubeObject } from "../../api/object.ts";
import { keyText } from "../../api/object.ts";
import { BatchComputeEnvironmentKind, JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { adviceFor } from "../../aws/advice.ts";
import { AwsError } from "../../aws/errors.ts";
import { computeEnvironments } from "../../aws/resources/compute-environments.ts";
import { awsNameOf } from "../../controllers/naming.ts";
import { readNetwork } from "../diagnose/network.ts";
import { readQueue } from "../diagnose/read.ts";
import { CommandError } from "../io.ts";
import { logStreamsOf } from "../jobs/log-streams.ts";
import { LogReader } from "../jobs/read-log.ts";
import type { ReadOnlyRegion } from "../read-only-region.ts";
import { environmentStatus } from "./environments.ts";
import { jobLog, mostLogCharacters, mostLogLines } from "./job-log.ts";
import { jobDescription, jobLine, queueDiagnosis } from "./jobs.ts";
import type { Answer, JobDescription, JobList, JobLog, JobStatus, NetworkPicture, QueueDiagnosis } from "./model.ts";
import { networkPicture } from "./network.ts";
import { regionOf } from "./place.ts";

/** What a person asks about an object, answered by reads of AWS at that moment. */
export interface Questions {
  network(object: KubeObject, signal: AbortSignal): Promise<Answer<NetworkPicture>>;
  /** Why the first job of a queue does not start. */
  queue(object: KubeObject, signal: AbortSignal): Promise<Answer<QueueDiagnosis>>;
  jobs(object: KubeObject, status: JobStatus, signal: AbortSignal): Promise<Answer<JobList>>;
  /** @param object the queue of the job */
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
  readonly account: string;
  /** Default region of objects. */
  readonly region: string;
  readonly in: (region: string, signal: AbortSignal) => Promise<ReadOnlyRegion>;
  /** Wall ms of the clock that AWS lives by. */
  readonly now: () => number;
}

/** A list has one page, so that a queue with many thousand jobs costs one call. */
const mostJobs = 200;

/** Answers with the reads of `diagnose`. */
export function questions({ account, region: preset, in: inRegion, now }: QuestionsOptions): Questions {
  const regionFor = (object: KubeObject, signal: AbortSignal) => inRegion(regionOf(object, preset), signal);
  return {
    network: (object, signal) =>
      answered(signal, async () => {
        const { serving, target } = environmentStatus(object);
        const name = serving ?? target;
        if (object.kind !== BatchComputeEnvironmentKind.kind || name === undefined) return noEnvironment;
        const aws = await regionFor(object, signal);
        const environment = (await computeEnvironments.list(aws.batch, undefined, signal)).get(name);
        if (environment === undefined) return noEnvironment;
        const network = await aws.network();
        const read = await readNetwork(environment, undefined, { network, region: aws.region, signal });
        return read === undefined ? noSubnets : { data: networkPicture(read.found) };
      }),
    queue: (object, signal) =>
      answered(signal, async () => {
        const aws = await regionFor(object, signal);
        const report = await readQueue(awsNameOf(JobQueueKind, object), {
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
      answered(signal, async () => {
        const { batch } = await regionFor(object, signal);
        const jobQueue = awsNameOf(JobQueueKind, object);
        const { jobSummaryList = [], nextToken } = await batch.listJobs(
          { jobQueue, jobStatus, maxResults: mostJobs },
          { signal },
        );
        return { data: { jobs: jobSummaryList.map(jobLine), more: nextToken !== undefined && nextToken !== "" } };
      }),
    job: (object, id, signal) =>
      answered(signal, async () => {
        const { batch } = await regionFor(object, signal);
        const { jobs = [] } = await batch.describeJobs({ jobs: [id] }, { signal });
        const [job] = jobs;
        return job === undefined ? forgotten : { data: jobDescription(job) };
      }),
    log: (object, { id, attempt }, signal) =>
      answered(signal, async () => {
        const aws = await regionFor(object, signal);
        const { jobs = [] } = await aws.batch.describeJobs({ jobs: [id] }, { signal });
        const [job] = jobs;
        if (job === undefined) return forgotten;
        const streams = logStreamsOf(job, attempt);
        if (streams.length === 0) return noStream;
        const lines = streams.map(async (stream) => {
          const { logs } = stream.region === undefined ? aws : await inRegion(stream.region, signal);
          return await new LogReader(await logs(), stream, signal).last(mostLogLines + 1, mostLogCharacters);
        });
        return { data: jobLog((await Promise.all(lines)).flat()) };
      }),
  };
}

const noEnvironment = { problem: "The object has no environment in AWS yet." };
const noSubnets = { problem: "The environment has no subnets: AWS or you manage its network." };
const noStream = { problem: "This attempt has not started a container, so it has no log." };
const forgotten = { problem: "AWS does not know this job any more: it forgets jobs seven days after their end." };

/** A refusal of AWS is the answer. */
async function answered<Data>(signal: AbortSignal, ask: () => Promise<Answer<Data>>): Promise<Answer<Data>> {
  try {
    return await ask();
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof CommandError) return { problem: `${error.message}.` };
    if (!(error instanceof AwsError)) throw error;
    return { problem: `${error.operation}: ${error.message.replace(/\.$/, "")}. ${adviceFor(error)}` };
  }
}
