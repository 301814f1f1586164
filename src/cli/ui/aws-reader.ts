import type { KubeObject } from "../../api/object.ts";
import { JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import { adviceFor } from "../../aws/advice.ts";
import type { BatchApi, Environment } from "../../aws/batch.ts";
import { AwsError } from "../../aws/errors.ts";
import { nameIn } from "../../aws/names.ts";
import { countJobs } from "../../aws/queue-jobs.ts";
import { computeEnvironments } from "../../aws/resources/compute-environments.ts";
import { jobQueues } from "../../aws/resources/job-queues.ts";
import { hasServiceJobs } from "../../aws/service-jobs.ts";
import { awsNameOf, memoryKey } from "../../controllers/naming.ts";
import type { AwsSeen, JobsRead } from "./known.ts";
import { regionOf } from "./place.ts";
import type { Regions } from "./regions.ts";

/** What is known of AWS, and how to read it again. */
export interface AwsSource {
  /** The last round. */
  readonly seen: AwsSeen;
  /** Pause between two rounds (ms). */
  readonly pauseMs: number;
  round(signal: AbortSignal): Promise<void>;
}

export interface AwsReaderOptions {
  /** Default region of objects. */
  readonly region: string;
  readonly regions: Regions;
  /** Wall ms. */
  readonly now: () => number;
  readonly objects: () => readonly KubeObject[];
  readonly pauseMs: number;
}

const nothing: AwsSeen = { environments: new Map(), jobs: new Map(), problems: [] };

/** Where AWS is not read. */
export const unreadAws: AwsSource = { seen: nothing, pauseMs: 60_000, round: async () => undefined };

/** Reads environments and unfinished jobs from AWS, in rounds. */
export class AwsReader implements AwsSource {
  readonly pauseMs: number;
  readonly #options: AwsReaderOptions;
  #seen = nothing;

  constructor(options: AwsReaderOptions) {
    this.#options = options;
    this.pauseMs = options.pauseMs;
  }

  get seen(): AwsSeen {
    return this.#seen;
  }

  /** Reads each region in which there are objects, and the default one. */
  async round(signal: AbortSignal): Promise<void> {
    const { region: preset, objects } = this.#options;
    const regions = new Set([preset, ...objects().map((object) => regionOf(object, preset))]);
    const environments = new Map<string, Environment>();
    const jobs = new Map<string, JobsRead>();
    const problems: string[] = [];
    for (const region of regions) {
      try {
        await this.#readRegion(region, { environments, jobs }, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof AwsError)) throw error;
        const text = `AWS Batch in ${region} cannot be read (${error.operation}): ${error.message.replace(/\.$/, "")}`;
        problems.push(`${text}. ${adviceFor(error)}`);
      }
    }
    this.#seen = { environments, jobs, problems };
  }

  async #readRegion(
    region: string,
    into: { readonly environments: Map<string, Environment>; readonly jobs: Map<string, JobsRead> },
    signal: AbortSignal,
  ): Promise<void> {
    const { batch } = await this.#options.regions(region, signal);
    const described = await computeEnvironments.list(batch, undefined, signal);
    for (const [name, environment] of described) into.environments.set(memoryKey({ region }, name), environment);
    const queues = await jobQueues.list(batch, undefined, signal);
    const wanted = this.#queuesIn(region);
    for (const [name, queue] of queues) {
      if (wanted.has(nameIn(name)) && !hasServiceJobs(queue))
        into.jobs.set(memoryKey({ region }, name), await this.#count(batch, name, signal));
    }
  }

  #queuesIn(region: string): ReadonlySet<string> {
    const { region: preset, objects } = this.#options;
    const queues = objects().filter(({ kind }) => kind === JobQueueKind.kind);
    return new Set(
      queues.filter((object) => regionOf(object, preset) === region).map((object) => awsNameOf(JobQueueKind, object)),
    );
  }

  async #count(batch: BatchApi, queue: string, signal: AbortSignal): Promise<JobsRead> {
    const readAt = this.#options.now();
    const counts = {
      submitted: await countJobs(batch, queue, "SUBMITTED", signal),
      pending: await countJobs(batch, queue, "PENDING", signal),
      runnable: await countJobs(batch, queue, "RUNNABLE", signal),
      starting: await countJobs(batch, queue, "STARTING", signal),
      running: await countJobs(batch, queue, "RUNNING", signal),
    };
    return { counts, readAt };
  }
}
