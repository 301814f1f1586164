import type { BatchApi } from "./batch-calls.ts";
import { AwsError } from "./errors.ts";
import type { JobReads } from "./job-reads.ts";
import type { JobRecord } from "./job-record.ts";
import type { JobsOfObjects, NamedJob } from "./jobs-of-objects.ts";
import { everyPage, listed } from "./listing.ts";

/** Reads the jobs that are followed. */
interface Followed extends Pick<JobsOfObjects, "follow" | "unfollow"> {
  /** Keeps what an answer shows of the jobs that were asked for. */
  note(asked: readonly (readonly [owner: string, jobId: string])[], records: readonly JobRecord[]): void;
  /** The job was written: it is about to change. */
  expectChange(jobId: string): void;
}

/** The jobs of objects: what is followed, what is read with those of other namespaces, and the calls, made by this `batch`. */
export function jobsOfObjects(
  followed: Followed,
  reads: JobReads,
  { batch, namespace }: { readonly batch: BatchApi; readonly namespace: string },
): JobsOfObjects {
  return {
    follow: (owner, jobId, shown) => followed.follow(owner, jobId, shown),
    unfollow: (owner) => followed.unfollow(owner),
    async read(owner, jobId, signal) {
      followed.follow(owner, jobId);
      followed.note([[owner, jobId]], await reads.read([jobId], namespace, signal));
      return followed.follow(owner, jobId);
    },
    named: (queue, name, how, signal) => namedJobs(batch, { queue, name, how }, signal),
    described: (jobIds, signal) => reads.read(jobIds, namespace, signal),
    failedChildren: (jobId, signal) => failedChildren(batch, jobId, signal),
    async submit(request, signal, beforeSend) {
      const { jobId, jobArn } = await batch.submitJob(request, { signal, beforeSend });
      if (jobId !== undefined) return { jobId, jobArn };
      throw new AwsError("unknown", "batch:SubmitJob", "IncompleteAnswer", "AWS accepted a job without giving its id");
    },
    async cancel(jobId, reason, signal) {
      await batch.cancelJob({ jobId, reason }, { signal });
      followed.expectChange(jobId);
    },
    async terminate(jobId, reason, signal) {
      await batch.terminateJob({ jobId, reason }, { signal });
      followed.expectChange(jobId);
    },
    async changeTags(jobArn, { set, remove }, signal) {
      if (Object.keys(set).length > 0) await batch.tagResource({ resourceArn: jobArn, tags: set }, { signal });
      if (remove.length > 0) await batch.untagResource({ resourceArn: jobArn, tagKeys: [...remove] }, { signal });
      followed.expectChange(jobArn.slice(jobArn.lastIndexOf("/") + 1));
    },
  };
}

/** Undefined: AWS has no such queue. @throws AwsError */
async function namedJobs(
  batch: BatchApi,
  { queue, name, how }: { readonly queue: string; readonly name: string; readonly how: "exactly" | "prefix" },
  signal: AbortSignal,
): Promise<readonly NamedJob[] | undefined> {
  const filters = [{ name: "JOB_NAME", values: [how === "prefix" ? `${name}*` : name] }];
  const read = (nextToken: string | undefined) => batch.listJobs({ jobQueue: queue, filters, nextToken }, { signal });
  const found: NamedJob[] = [];
  try {
    for await (const page of everyPage("batch:ListJobs", read, ({ nextToken }) => nextToken)) {
      for (const summary of listed(page.jobSummaryList, "ListJobs")) {
        const { jobId, jobName, status, statusReason, createdAt = 0 } = summary;
        if (jobId === undefined || jobName === undefined || status === undefined) continue;
        const isMeant = how === "prefix" ? jobName.startsWith(name) : jobName === name;
        const isEnding = summary.isCancelled === true || summary.isTerminated === true;
        if (isMeant) found.push({ jobId, jobName, status, statusReason, createdAt, isEnding });
      }
    }
  } catch (error) {
    if (error instanceof AwsError && error.kind === "notFound") return undefined;
    throw error;
  }
  return found.sort((left, right) => left.createdAt - right.createdAt || (left.jobId < right.jobId ? -1 : 1));
}

/** The indices of the children of an array that failed, in ascending order. @throws AwsError */
export async function failedChildren(
  batch: Pick<BatchApi, "listJobs">,
  jobId: string,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const read = (nextToken: string | undefined) =>
    batch.listJobs({ arrayJobId: jobId, jobStatus: "FAILED", nextToken }, { signal });
  const indices: number[] = [];
  for await (const page of everyPage("batch:ListJobs", read, ({ nextToken }) => nextToken)) {
    for (const { arrayProperties } of listed(page.jobSummaryList, "ListJobs")) {
      if (arrayProperties?.index !== undefined) indices.push(arrayProperties.index);
    }
  }
  return indices.sort((left, right) => left - right);
}
