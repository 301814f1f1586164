import type { KubeObject } from "../../api/object.ts";
import { JobQueueKind } from "../../api/v1alpha1/kinds.ts";
import type { Environment } from "../../aws/batch.ts";
import type { BatchApi } from "../../aws/batch-calls.ts";
import { nameIn } from "../../aws/names.ts";
import { countJobs } from "../../aws/queue-jobs.ts";
import { computeEnvironments } from "../../aws/resources/compute-environments.ts";
import { jobQueues } from "../../aws/resources/job-queues.ts";
import { hasServiceJobs } from "../../aws/service-jobs.ts";
import { uidTag } from "../../controllers/ownership/ownership.ts";
import type { ReadOnlyRegion } from "../../tools/read-only-region.ts";
import { type AwsSeen, type JobsRead, ownedKey } from "./known.ts";
import { regionOf } from "./place.ts";
import { problemOf } from "./problem.ts";
import { mostRegions, type WithRegion } from "./regions.ts";

/** What is known of AWS, and how to read it again. */
export interface AwsSource {
  /** The last round. */
  readonly seen: AwsSeen;
  /** Pause between two rounds (ms). */
  readonly pauseMs: number;
  round(signal: AbortSignal): Promise<void>;
}

export interface AwsReaderOptions {
  /** Of the credentials. */
  readonly account: string;
  /** Region that is always read. */
  readonly region: string;
  readonly with: WithRegion;
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

  /** Reads the default region, and each in which the operator keeps something for an object. Never rejects. */
  async round(signal: AbortSignal): Promise<void> {
    const { account, region: preset, objects } = this.#options;
    const used = objects().flatMap((object) => regionOf(object, account) ?? []);
    const all = [...new Set([preset, ...used])];
    const environments = new Map<string, Environment>();
    const jobs = new Map<string, JobsRead>();
    const problems: string[] = [];
    for (const region of all.slice(0, mostRegions)) {
      try {
        await this.#options.with(region, signal, (aws) => this.#readRegion(aws, { environments, jobs }, signal));
      } catch (error) {
        if (signal.aborted) return;
        problems.push(`AWS Batch in ${region} cannot be read${problemOf(error)}`);
      }
    }
    if (all.length > mostRegions) {
      problems.push(`Objects are in ${all.length} regions, of which the page reads ${mostRegions}.`);
    }
    this.#seen = { environments, jobs, problems };
  }

  async #readRegion(
    { batch }: ReadOnlyRegion,
    into: { readonly environments: Map<string, Environment>; readonly jobs: Map<string, JobsRead> },
    signal: AbortSignal,
  ): Promise<void> {
    for (const [name, environment] of await computeEnvironments.list(batch, undefined, signal)) {
      into.environments.set(ownedKey(environment.tags?.[uidTag], name), environment);
    }
    const queues = this.#options.objects().filter(({ kind }) => kind === JobQueueKind.kind);
    const uids = new Set(queues.map(({ metadata }) => metadata.uid));
    for (const [name, queue] of await jobQueues.list(batch, undefined, signal)) {
      const uid = queue.tags?.[uidTag];
      if (uid !== undefined && uids.has(uid) && !hasServiceJobs(queue)) {
        into.jobs.set(ownedKey(uid, nameIn(name)), await this.#count(batch, name, signal));
      }
    }
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
