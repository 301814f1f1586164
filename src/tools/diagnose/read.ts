import { adviceFor } from "../../aws/advice.ts";
import type { Environment } from "../../aws/batch.ts";
import { AwsError } from "../../aws/errors.ts";
import { knownInstanceTypes } from "../../aws/instance-types.ts";
import type { ConsumableNeed } from "../../aws/job-needs.ts";
import { nameIn } from "../../aws/names.ts";
import { countJobs, type DescribedJob, type QueueJobs, readJobsOf } from "../../aws/queue-jobs.ts";
import { computeEnvironments } from "../../aws/resources/compute-environments.ts";
import { jobQueues } from "../../aws/resources/job-queues.ts";
import { hasServiceJobs } from "../../aws/service-jobs.ts";
import type { Finding } from "../../diagnosis/causes.ts";
import { diagnose } from "../../diagnosis/diagnose.ts";
import { queueFacts } from "../../diagnosis/facts.ts";
import { queuesThere } from "../../diagnosis/words.ts";
import { CommandError, exitCodes } from "../../operator/io.ts";
import { readConsumables } from "./consumables.ts";
import { pendingFinding } from "./pending.ts";
import type { JobCounts, NetworkReport, QueueReport } from "./report.ts";
import { type Reading, readServiceQueue } from "./service-queue.ts";

export interface QueueReading extends Reading {
  /** Reads the network of one environment; undefined: nothing is known of it. */
  readonly networkOf: (environment: Environment, job: DescribedJob | undefined) => Promise<NetworkReport | undefined>;
  /** Why AWS does not have the queue of an object; undefined: nobody knows. */
  readonly whyMissing?: () => Promise<string | undefined>;
}

/**
 * Reads one queue with its environments and jobs, by about ten calls however many jobs it has.
 *
 * @param queue name or ARN
 * @throws AwsError when queues or environments cannot be read, CommandError when there is no such queue
 */
export async function readQueue(queue: string, reading: QueueReading): Promise<QueueReport> {
  const { batch, account, region, signal } = reading;
  const [queues, environments] = await Promise.all([
    jobQueues.list(batch, undefined, signal),
    computeEnvironments.list(batch, undefined, signal),
  ]);
  const name = nameIn(queue);
  const found = queues.get(name);
  if (found === undefined)
    throw noQueue(name, (await reading.whyMissing?.()) ?? queuesThere([...queues.keys()]), reading);

  if (hasServiceJobs(found)) return await readServiceQueue(found, queues.values(), reading);

  const read = await readJobs(name, reading);
  const networks = new Map<string, NetworkReport>();
  for (const { computeEnvironment = "" } of found.computeEnvironmentOrder ?? []) {
    const environment = environments.get(nameIn(computeEnvironment));
    const network =
      environment === undefined ? undefined : await reading.networkOf(environment, read.jobs?.head?.described);
    if (environment !== undefined && network !== undefined) networks.set(environment.computeEnvironmentName, network);
  }
  const needs = read.jobs?.head?.described?.needs.consumables ?? [];
  const consumables = await readConsumables(needs, batch, signal);
  const around = {
    environments,
    queues: queues.values(),
    networkOf: ({ computeEnvironmentName }: { readonly computeEnvironmentName: string }) =>
      networks.get(computeEnvironmentName)?.fact,
    instanceTypes: knownInstanceTypes,
    consumableOf: (need: ConsumableNeed) => consumables.facts.find((fact) => fact.name === need.name),
  };
  const facts = queueFacts(found, around, read.jobs);
  const diagnosis = diagnose(facts, 0);
  const others = [...networks.values()].flatMap((network) => network.others);
  const findings = [...diagnosis.findings, ...others, ...read.findings, ...consumables.findings];
  return {
    account,
    region,
    object: reading.object,
    facts,
    counts: read.counts,
    diagnosis,
    findings,
    networks,
    now: Math.max(reading.now(), read.jobs?.readAt ?? 0),
  };
}

interface ReadJobs {
  readonly jobs: QueueJobs | undefined;
  readonly counts: JobCounts | undefined;
  readonly findings: readonly Finding[];
}

/** Without the permission to read jobs, the report contains the other findings. */
async function readJobs(queue: string, { batch, now, signal }: QueueReading): Promise<ReadJobs> {
  try {
    const { jobs } = await readJobsOf(batch, queue, { clockNow: now(), close: "always" }, signal);
    const none = { count: 0, more: false };
    const counts = {
      submitted: await countJobs(batch, queue, "SUBMITTED", signal),
      pending: await countJobs(batch, queue, "PENDING", signal),
      runnable: jobs.runnable,
      starting: jobs.starting ?? none,
      running: jobs.running ?? none,
    };
    const pending = counts.pending.count === 0 ? undefined : await pendingFinding(batch, queue, signal);
    return { jobs, counts, findings: pending === undefined ? [] : [pending] };
  } catch (error) {
    if (!(error instanceof AwsError) || error.kind !== "denied") throw error;
    const sentence = `the jobs cannot be read (${error.operation}): ${error.message.replace(/\.$/, "")}`;
    const unread: Finding = { code: "JobsNotReadable", sentence, fix: adviceFor(error).replace(/\.$/, "") };
    return { jobs: undefined, counts: undefined, findings: [unread] };
  }
}

function noQueue(name: string, why: string, { account, region, object }: QueueReading): CommandError {
  const of = object === undefined ? "" : ` of JobQueue ${object}`;
  return new CommandError(`AWS has no job queue ${name}${of} in account ${account}, region ${region}: ${why}`, {
    exitCode: exitCodes.unread,
  });
}
