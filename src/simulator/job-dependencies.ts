import type { End } from "./job-end.ts";
import type { Jobs } from "./jobs.ts";
import { hasEnded, type StoredJob } from "./stored-job.ts";

/** What a job waits for before it is RUNNABLE. Pure, but for the jobs that are read. */

/** The jobs that it depends on, as far as AWS still knows them. */
export function dependenciesOf(job: StoredJob, jobs: Jobs): readonly StoredJob[] {
  return (job.request.dependsOn ?? [])
    .map(({ jobId, type }) => {
      if (type === "SEQUENTIAL" && job.child !== undefined) {
        return job.child.index === 0 ? undefined : jobs.get(`${job.child.parentId}:${job.child.index - 1}`);
      }
      return jobs.get(type === "N_TO_N" ? `${jobId}:${job.child?.index ?? 0}` : (jobId ?? ""));
    })
    .filter((one) => one !== undefined);
}

/**
 * What becomes of a job that is SUBMITTED or PENDING: its end, or another status; undefined: nothing.
 *
 * @param needed `dependenciesOf` it
 */
export function resolved(
  job: StoredJob,
  needed: readonly StoredJob[],
): End | { readonly status: "RUNNABLE" | "PENDING" } | undefined {
  if (job.endReason !== undefined && needed.every(hasEnded)) return { statusReason: job.endReason, retry: false };
  if (needed.some(({ status }) => status === "FAILED")) return { statusReason: "Dependent Job failed", retry: false };
  if (needed.every(({ status }) => status === "SUCCEEDED")) return { status: "RUNNABLE" };
  return job.status === "SUBMITTED" ? { status: "PENDING" } : undefined;
}
