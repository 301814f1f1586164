import { adviceFor } from "../../aws/advice.ts";
import type { Queue, ServiceJobSummary } from "../../aws/batch.ts";
import type { BatchApi } from "../../aws/batch-calls.ts";
import { AwsError } from "../../aws/errors.ts";
import { knownInstanceTypes } from "../../aws/instance-types.ts";
import { everyPage, listed } from "../../aws/listing.ts";
import { nameIn } from "../../aws/names.ts";
import type { JobCount } from "../../aws/queue-jobs.ts";
import { serviceEnvironments } from "../../aws/resources/service-environments.ts";
import {
  capacityIn,
  diagnoseServiceQueue,
  type ServiceQueueFacts,
  type TrainingJob,
  type TrainingNeeds,
} from "../../diagnosis/service-queue.ts";
import type { QueueReport } from "./report.ts";

/** What a queue is read with. */
export interface Reading {
  /** Which only reads. */
  readonly batch: BatchApi;
  readonly account: string;
  readonly region: string;
  /** Of the clock that the jobs live by, wall ms. */
  readonly now: () => number;
  readonly object: string | undefined;
  readonly signal: AbortSignal;
}

/** So many jobs that are next are described, each by one call: of a queue with more shares those that wait longest. */
const mostNext = 5;
/** AWS lists no more in one page. */
const listLimit = 100;

type Status = NonNullable<ServiceJobSummary["status"]>;

/**
 * Reads one queue of SageMaker with its service environment, quota shares and jobs, by about a dozen calls however many
 * jobs it has.
 *
 * @param queues all that there are
 * @throws AwsError unless AWS denies reading the jobs
 */
export async function readServiceQueue(queue: Queue, queues: Iterable<Queue>, reading: Reading): Promise<QueueReport> {
  const { account, region, object, now } = reading;
  const around = await readAround(queue, queues, reading);
  const jobs = await readJobs(queue, reading);
  const { next = [], started = [], moreStarted = false } = jobs.read ?? {};
  const facts: ServiceQueueFacts = { ...around, next: next.map(({ job }) => job), started, moreStarted };
  const { verdict, findings } = diagnoseServiceQueue(facts);
  const [first] = next;
  const readAt = Math.max(now(), jobs.read?.readAt ?? 0);
  const head = first === undefined ? undefined : { jobId: first.job.jobId, since: first.since, described: undefined };
  const counts = jobs.read?.counts;
  const queueJobs = counts && {
    readAt,
    runnable: counts.runnable,
    starting: counts.starting,
    running: counts.running,
    head,
  };
  const ofJobs = { environments: [], preferred: [], instanceTypes: knownInstanceTypes, consumables: [] };
  return {
    account,
    region,
    object,
    facts: { queue, jobs: queueJobs, ...ofJobs },
    counts,
    diagnosis: { verdict },
    findings: [...findings, ...jobs.findings],
    networks: new Map(),
    capacity: capacityIn(facts),
    now: readAt,
  };
}

async function readAround(
  queue: Queue,
  queues: Iterable<Queue>,
  { batch, account, region, signal }: Reading,
): Promise<Pick<ServiceQueueFacts, "queue" | "service" | "sharedWith" | "shares">> {
  const at = { partition: queue.jobQueueArn.split(":")[1] ?? "aws", account, region };
  const name = serviceOf(queue);
  const described = await serviceEnvironments.describe({ batch, at, names: new Set([name]) }, signal);
  const others = [...queues].filter((other) => other.jobQueueArn !== queue.jobQueueArn && serviceOf(other) === name);
  return {
    queue,
    service: { name, record: described.get(name) },
    sharedWith: others.map(({ jobQueueName }) => jobQueueName),
    shares: queue.schedulingPolicyArn === undefined ? [] : await readShares(queue.jobQueueName, batch, signal),
  };
}

function serviceOf({ serviceEnvironmentOrder: [entry] = [] }: Queue): string {
  return nameIn(entry?.serviceEnvironment ?? "");
}

async function readShares(
  jobQueue: string,
  batch: BatchApi,
  signal: AbortSignal,
): Promise<ServiceQueueFacts["shares"]> {
  const read = (nextToken: string | undefined) => batch.listQuotaShares({ jobQueue, nextToken }, { signal });
  const shares: ServiceQueueFacts["shares"][number][] = [];
  for await (const page of everyPage("batch:ListQuotaShares", read, ({ nextToken }) => nextToken)) {
    for (const share of listed(page.quotaShares, "ListQuotaShares")) {
      const { quotaShareName = "", quotaShareArn = "", jobQueueArn = "" } = share;
      shares.push({ ...share, quotaShareName, quotaShareArn, jobQueueArn });
    }
  }
  return shares;
}

interface ReadJobs {
  readonly readAt: number;
  readonly counts: NonNullable<QueueReport["counts"]>;
  /** Those that wait longest first. */
  readonly next: readonly { readonly job: TrainingJob; readonly since: number }[];
  readonly started: readonly TrainingJob[];
  readonly moreStarted: boolean;
}

/** Without the permission to read jobs, the report contains the other findings. */
async function readJobs(
  queue: Queue,
  reading: Reading,
): Promise<{ readonly read: ReadJobs | undefined; readonly findings: QueueReport["findings"] }> {
  try {
    return { read: await jobsOf(queue, reading), findings: [] };
  } catch (error) {
    if (!(error instanceof AwsError) || error.kind !== "denied") throw error;
    const sentence = `the jobs cannot be read (${error.operation}): ${error.message.replace(/\.$/, "")}`;
    const fix = adviceFor(error).replace(/\.$/, "");
    return { read: undefined, findings: [{ code: "JobsNotReadable", sentence, fix }] };
  }
}

async function jobsOf({ jobQueueName: jobQueue }: Queue, { batch, signal }: Reading): Promise<ReadJobs> {
  const { frontOfQueue, frontOfQuotaShares } = await batch.getJobQueueSnapshot({ jobQueue }, { signal });
  const { quotaShares = {}, lastUpdatedAt: sharesAt = 0 } = frontOfQuotaShares ?? {};
  const fronts = [frontOfQueue?.jobs?.[0], ...Object.values(quotaShares).map(([first]) => first)]
    .flatMap(({ jobArn, earliestTimeAtPosition: since = 0 } = {}) =>
      jobArn === undefined ? [] : [{ jobId: nameIn(jobArn), since }],
    )
    .toSorted((left, right) => left.since - right.since);
  const next: ReadJobs["next"][number][] = [];
  for (const { jobId, since } of fronts.slice(0, mostNext))
    next.push({ job: await described(jobId, batch, signal), since });
  const list = async (jobStatus: Status): Promise<JobCount & { readonly jobs: readonly TrainingJob[] }> => {
    const answer = await batch.listServiceJobs({ jobQueue, jobStatus, maxResults: listLimit }, { signal });
    const jobs = listed(answer.jobSummaryList, "ListServiceJobs").map(summarised);
    return { count: jobs.length, more: answer.nextToken !== undefined && answer.nextToken !== "", jobs };
  };
  const [submitted, runnable] = [await list("SUBMITTED"), await list("RUNNABLE")];
  const [scheduled, starting, running] = [await list("SCHEDULED"), await list("STARTING"), await list("RUNNING")];
  const started = [running, starting, scheduled];
  const countOf = ({ count, more }: JobCount): JobCount => ({ count, more });
  return {
    readAt: Math.max(frontOfQueue?.lastUpdatedAt ?? 0, sharesAt),
    counts: {
      submitted: countOf(submitted),
      pending: { count: 0, more: false },
      runnable: countOf(runnable),
      starting: { count: scheduled.count + starting.count, more: scheduled.more || starting.more },
      running: countOf(running),
    },
    next,
    started: started.flatMap(({ jobs }) => jobs),
    moreStarted: started.some(({ more }) => more),
  };
}

function summarised(summary: ServiceJobSummary): TrainingJob {
  const { jobId = "", jobName = "", status = "", statusReason, quotaShareName: share, capacityUsage = [] } = summary;
  const [{ capacityUnit: instanceType, quantity: instances } = {}] = capacityUsage;
  const needs = instanceType === undefined || instances === undefined ? undefined : { instanceType, instances };
  return { jobId, name: jobName, status, statusReason, share, needs };
}

async function described(jobId: string, batch: BatchApi, signal: AbortSignal): Promise<TrainingJob> {
  const job = await batch.describeServiceJob({ jobId }, { signal });
  const { jobName: name = "", status = "", statusReason, quotaShareName: share, serviceRequestPayload } = job;
  return { jobId, name, status, statusReason, share, needs: needsIn(serviceRequestPayload) };
}

/** What a request to CreateTrainingJob asks for; undefined: it is of several instance groups, or cannot be read. */
function needsIn(payload = ""): TrainingNeeds | undefined {
  const { InstanceType: instanceType, InstanceCount: instances = 1 } = resourcesIn(payload);
  return instanceType === undefined ? undefined : { instanceType, instances };
}

interface Resources {
  readonly InstanceType?: string;
  readonly InstanceCount?: number;
}

function resourcesIn(payload: string): Resources {
  try {
    const training = JSON.parse(payload) as { readonly ResourceConfig?: Resources } | null;
    return training?.ResourceConfig ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
