import type { KubeObject } from "../../api/object.ts";
import type { QuotaShareSpec } from "../../api/v1alpha1/quota-share.ts";
import type { QuotaShareRecord } from "../../aws/batch.ts";
import { AwsError } from "../../aws/errors.ts";
import { activeJobs, unfinishedJobs } from "../../aws/jobs.ts";
import { hasServiceJobs, unfinishedServiceJobs } from "../../aws/service-jobs.ts";
import { fieldDifferences } from "../../controllers/fields/differences.ts";
import { quotaShareFields } from "../../controllers/kinds/quota-share/lowering.ts";
import { crds } from "../manifests.ts";
import { schemaOf } from "../validation/object.ts";
import type { ReadRegion } from "./copy/cloud.ts";
import { isJobEnd } from "./effects.ts";
import { type AffectedQueue, type JobsEffect, noJobs } from "./entry.ts";
import type { WriteStep } from "./steps.ts";

/** How many jobs of a queue are affected. @throws AwsError */
export type JobCounter = (queue: string, region: ReadRegion, signal: AbortSignal) => Promise<number>;

/** Those that start or run now, children of arrays among them. */
export const startedJobs: JobCounter = async (queue, { batch }, signal) =>
  (await activeJobs(batch, queue, signal)).length;

/** Those that have not ended; an array is one. */
export const unendedJobs: JobCounter = async (name, { batch, records }, signal) => {
  const queue = records.jobQueues.find(({ jobQueueName }) => jobQueueName === name);
  const read = queue !== undefined && hasServiceJobs(queue) ? unfinishedServiceJobs : unfinishedJobs;
  return (await read(batch, name, signal)).length;
};

/** Those of a quota share, and those of its queue of which AWS does not say the share. */
export function unendedJobsIn(share: string): JobCounter {
  return async (queue, { batch }, signal) => {
    const jobs = await unfinishedServiceJobs(batch, queue, signal);
    return jobs.filter((job) => job.share === undefined || job.share === share).length;
  };
}

/** The queues with their affected jobs. A count that AWS denies does not fail the plan. */
export async function countJobs(
  queues: readonly string[],
  region: ReadRegion,
  signal: AbortSignal,
  count: JobCounter = startedJobs,
): Promise<readonly AffectedQueue[]> {
  const counted: AffectedQueue[] = [];
  for (const name of queues) counted.push({ name, jobs: await affected(count(name, region, signal)) });
  return counted;
}

async function affected(count: Promise<number>): Promise<number | undefined> {
  try {
    return await count;
  } catch (error) {
    if (error instanceof AwsError && error.kind !== "credentials") return undefined;
    throw error;
  }
}

interface JobsSpec {
  readonly drain?: { readonly policy?: string; readonly timeoutSeconds?: number };
  readonly updatePolicy?: { readonly terminateJobsOnUpdate?: boolean; readonly jobExecutionTimeoutMinutes?: number };
}

/** What happens to running jobs while AWS replaces the instances of an environment that stays. */
export function jobsOfUpdate({ spec }: KubeObject): JobsEffect {
  const { terminateJobsOnUpdate = false, jobExecutionTimeoutMinutes = 30 } = (spec as JobsSpec).updatePolicy ?? {};
  return {
    kind: "mayEnd",
    why: terminateJobsOnUpdate
      ? "running jobs are ended at once (updatePolicy.terminateJobsOnUpdate)"
      : `jobs that run ${jobExecutionTimeoutMinutes} minutes longer are ended (updatePolicy)`,
  };
}

/** What happens to the jobs of a quota share that stays. */
export function jobsOfShare({ spec }: KubeObject, record: QuotaShareRecord): JobsEffect {
  const desired = spec as QuotaShareSpec;
  if (fieldDifferences(quotaShareFields, desired, record).every(({ loss }) => loss === undefined)) return noJobs;
  return desired.drain?.policy === "Terminate"
    ? { kind: "mayEnd", why: "AWS may end jobs of a share that gets less capacity (drain.policy Terminate)" }
    : { kind: "waitedFor", why: "the share gets less capacity once it has no unfinished job (drain.policy Wait)" };
}

/** What happens to the job of a BatchJob. */
export function jobsOfJob({ metadata }: KubeObject, writes: readonly WriteStep[]): JobsEffect {
  if (!writes.some(({ operation }) => isJobEnd(operation))) return noJobs;
  const isDeleted = metadata.deletionTimestamp !== undefined;
  return { kind: "mayEnd", why: `its job is ended (${isDeleted ? "deletionPolicy Delete" : "spec.cancel"})` };
}

/** What happens to jobs when an object goes: kinds without `drain` have none. */
export function jobsOfDrain({ kind, spec }: KubeObject): JobsEffect {
  const { drain } = spec as JobsSpec;
  const crd = crds.find((one) => one.spec.names.kind === kind);
  if (crd === undefined || schemaOf(crd).properties?.["spec"]?.properties?.["drain"] === undefined) return noJobs;
  if (drain?.policy === "Terminate") {
    return {
      kind: "mayEnd",
      why: `jobs that have not ended ${drain.timeoutSeconds ?? 0} s after it was taken out of service are ended (drain.policy Terminate)`,
    };
  }
  return { kind: "waitedFor", why: "unfinished jobs end by themselves before it is deleted (drain.policy Wait)" };
}
