import { type JobRecord, jobRecord } from "../../aws/job-record.ts";
import { describedJob } from "../../aws/queue-jobs.ts";
import { waiting } from "./job-findings.ts";
import type { DependencyFacts, JobFinding } from "./job-report.ts";
import { type QueueReading, readQueue } from "./read.ts";
import type { QueueReport } from "./report.ts";

/** Jobs in AWS that keep others waiting. */

/** RUNNABLE, or an array with children that are. */
export function waitsForResources({ status, array }: JobRecord): boolean {
  return status === "RUNNABLE" || (status === "PENDING" && array?.counts["RUNNABLE"] !== undefined);
}

/** Jobs may depend on each other in a long line. */
const mostJobs = 20;

/** Finds what a person has to do before a job can start, along the jobs that it depends on. */
export class HoldUps {
  readonly #reading: Omit<QueueReading, "object">;
  readonly #queues = new Map<string, Promise<QueueReport>>();
  readonly #passed = new Set<string>();

  constructor(reading: Omit<QueueReading, "object">) {
    this.#reading = reading;
  }

  async queue(name: string): Promise<QueueReport> {
    const known = this.#queues.get(name) ?? readQueue(name, { ...this.#reading, object: undefined });
    this.#queues.set(name, known);
    return await known;
  }

  /**
   * What keeps a job of AWS waiting until a person does something; undefined: nothing, it is not there, or it has been asked
   * for already.
   *
   * @throws AwsError, CommandError when its queue is gone
   */
  async of(jobId: string): Promise<JobFinding | undefined> {
    if (this.#passed.has(jobId) || this.#passed.size >= mostJobs) return undefined;
    this.#passed.add(jobId);
    const { batch, signal, now } = this.#reading;
    const { jobs: [detail] = [] } = await batch.describeJobs({ jobs: [jobId] }, { signal });
    const record = detail === undefined ? undefined : jobRecord(detail);
    if (detail === undefined || record === undefined) return undefined;
    const queue = waitsForResources(record) ? await this.queue(record.queue) : undefined;
    const dependencies: DependencyFacts[] = [];
    if (record.status === "PENDING" && queue === undefined) {
      for (const { jobId: id = "" } of detail.dependsOn ?? []) {
        dependencies.push({ what: `job ${id}`, status: "", failure: undefined, blocked: await this.of(id) });
      }
    }
    const job = { record, described: describedJob(detail, now()) };
    return waiting(record, { job, queue, dependencies }).find(({ needsPerson }) => needsPerson);
  }
}
