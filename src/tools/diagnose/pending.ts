import { counted } from "../../api/words.ts";
import type { JobDetail } from "../../aws/batch.ts";
import type { BatchApi } from "../../aws/batch-calls.ts";
import type { Finding } from "../../diagnosis/causes.ts";

/** One call describes at most so many jobs. */
const describedLimit = 100;

/**
 * What the jobs in PENDING wait for, with at most three calls; undefined if they are parents of arrays, which wait only
 * for their children.
 *
 * @throws AwsError
 */
export async function pendingFinding(
  batch: BatchApi,
  queue: string,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const listed = await batch.listJobs(
    { jobQueue: queue, jobStatus: "PENDING", maxResults: describedLimit },
    { signal },
  );
  const ids = (listed.jobSummaryList ?? []).flatMap(({ jobId, arrayProperties }) =>
    jobId === undefined || arrayProperties?.size !== undefined ? [] : [jobId],
  );
  if (ids.length === 0) return undefined;
  const { jobs = [] } = await batch.describeJobs({ jobs: ids.slice(0, describedLimit) }, { signal });
  const needed = [...new Set(jobs.flatMap(({ dependsOn = [] }) => dependsOn.map(({ jobId = "" }) => jobId)))];
  const asked = needed.filter((id) => id !== "").slice(0, describedLimit);
  const { jobs: awaited = [] } = asked.length === 0 ? {} : await batch.describeJobs({ jobs: asked }, { signal });
  const unfinished = awaited.filter(({ status }) => status !== "SUCCEEDED");
  const [first] = unfinished;
  const more = listed.nextToken === undefined ? "" : " or more";
  const waits = `${counted(ids.length, "job")}${more} in PENDING ${ids.length === 1 && more === "" ? "waits" : "wait"} for`;
  if (first === undefined) {
    return { code: "Dependencies", sentence: `${waits} other jobs`, fix: "" };
  }
  const others = unfinished.length > 1 ? ` and ${counted(unfinished.length - 1, "other job")}` : "";
  return {
    code: "Dependencies",
    sentence: `${waits} ${jobText(first)}${others}`,
    fix: "",
  };
}

function jobText({ jobId, jobName, status, jobQueue }: JobDetail): string {
  return `${jobId} ("${jobName}", ${status} in ${jobQueue?.split("/").at(-1)})`;
}
