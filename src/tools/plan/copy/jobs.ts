import type { JobDetail } from "../../../aws/batch.ts";

interface Listed<Summary> {
  readonly jobSummaryList?: Summary[] | undefined;
}

type Tags = Readonly<Record<string, string>>;

/**
 * The jobs of the account, as the operator's reads show them in the copy: they neither start nor end, but those that the
 * operator terminates, and all of them once `end` was called. They have the tags that the operator gives them. A job that
 * verifies an environment has succeeded, as one does that the plan submits: a plan shows what follows then.
 */
export class CopiedJobs {
  readonly #terminated = new Set<string>();
  /** By job, in the order in which they were made. */
  readonly #tagChanges = new Map<string, readonly ((tags: Tags) => Tags)[]>();
  #ended = false;
  #shown = false;

  /** Whether the operator was shown an unfinished job. */
  get shown(): boolean {
    return this.#shown;
  }

  /** From now on no job is unfinished. */
  end(): void {
    this.#ended = true;
  }

  terminate(jobId: string | undefined): void {
    if (jobId !== undefined) this.#terminated.add(jobId);
  }

  retag(jobId: string, change: (tags: Tags) => Tags): void {
    this.#tagChanges.set(jobId, [...(this.#tagChanges.get(jobId) ?? []), change]);
  }

  isOver(jobId: string | undefined): boolean {
    return this.#ended || (jobId !== undefined && this.#terminated.has(jobId));
  }

  /**
   * A job as AWS would describe it after what the plan does: one that it ends has failed, any other one has succeeded.
   *
   * @param verifies whether it verifies an environment
   */
  described(asItIs: JobDetail, verifies: boolean): JobDetail {
    const job = this.#tagged(asItIs);
    const { jobId, status } = job;
    if (status === "SUCCEEDED" || status === "FAILED") return job;
    if (!(verifies || this.isOver(jobId))) {
      this.#shown = true;
      return job;
    }
    const isTerminated = jobId !== undefined && this.#terminated.has(jobId);
    return { ...job, status: isTerminated ? "FAILED" : "SUCCEEDED", isTerminated };
  }

  #tagged(job: JobDetail): JobDetail {
    const changes = this.#tagChanges.get(job.jobId ?? "");
    if (changes === undefined) return job;
    return { ...job, tags: changes.reduce((tags, change) => change(tags), (job.tags ?? {}) as Tags) };
  }

  /** @param verify whether they verify an environment */
  summaries<Summary extends { readonly jobId: string | undefined }, List extends Listed<Summary>>(
    listed: List & Listed<Summary>,
    verify = false,
  ): List {
    const jobs = (listed.jobSummaryList ?? []).filter(({ jobId }) => !(verify || this.isOver(jobId)));
    if (jobs.length > 0) this.#shown = true;
    return { ...listed, jobSummaryList: jobs };
  }
}
