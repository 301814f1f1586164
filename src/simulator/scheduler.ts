import type { Environment } from "../aws/batch.ts";
import { BlockedJobs } from "./blocked-jobs.ts";
import { isFargate } from "./compute-environment-rules.ts";
import type { ComputeEnvironments, Tenants } from "./compute-environments.ts";
import type { ConsumableResources } from "./consumable-resources.ts";
import type { Ec2 } from "./ec2.ts";
import { EnvironmentLoad } from "./environment-load.ts";
import type { Iam } from "./iam.ts";
import { InstanceJoins } from "./instance-joins.ts";
import { dependenciesOf, resolved } from "./job-dependencies.ts";
import { byPriority } from "./job-detail.ts";
import { afterEnd, type End, exited, instanceLost } from "./job-end.ts";
import { environmentsOf, type JobQueues } from "./job-queues.ts";
import { JobRuns } from "./job-runs.ts";
import { JobTransitions } from "./job-transitions.ts";
import type { JobProgress, Jobs } from "./jobs.ts";
import type { Logs } from "./logs.ts";
import { choose, inOrder, isOpen } from "./placement.ts";
import { hasEnded, occupies, type StoredJob } from "./stored-job.ts";
import type { World } from "./world.ts";

/** What the scheduler works with. */
export interface SchedulerParts {
  readonly environments: ComputeEnvironments;
  readonly queues: JobQueues;
  readonly jobs: Jobs;
  readonly consumables: ConsumableResources;
  readonly ec2: Ec2;
  readonly iam: Iam;
  readonly logs: Logs;
}

/** Interval at which an instance's agent tries to join its cluster. */
const joinRetryMs = 10_000;

/**
 * Moves jobs from SUBMITTED to their end: dependencies, placement on environments in the order of the queue, retry, and
 * ends caused from outside.
 */
export class Scheduler implements Tenants, JobProgress {
  readonly #world: World;
  readonly #environments: ComputeEnvironments;
  readonly #queues: JobQueues;
  readonly #jobs: Jobs;
  readonly #consumables: ConsumableResources;
  readonly #transitions: JobTransitions;
  readonly #load: EnvironmentLoad;
  readonly #blocked: BlockedJobs;
  readonly joins: InstanceJoins;
  readonly runs: JobRuns;
  /** Environment ARNs without instances because of a capacity shortage. */
  readonly short = new Set<string>();
  /** RUNNABLE jobs with a starting instance or task, by job id. */
  readonly #placed = new Map<string, string>();
  #awake = false;

  constructor(world: World, { environments, queues, jobs, consumables, ec2, iam, logs }: SchedulerParts) {
    this.#world = world;
    this.#environments = environments;
    this.#queues = queues;
    this.#jobs = jobs;
    this.#consumables = consumables;
    const transitions = new JobTransitions(world, jobs);
    this.#transitions = transitions;
    this.#load = new EnvironmentLoad(environments);
    this.#blocked = new BlockedJobs(world, queues, jobs, this);
    this.joins = new InstanceJoins(world, environments, ec2);
    this.runs = new JobRuns(world, { ec2, iam, logs, transitions, end: (job, end) => this.#end(job, end) });
    world.onChange(({ kind }) => {
      if (kind === "computeEnvironment" || kind === "jobQueue" || kind === "consumableResource") this.wake();
    });
  }

  /** Soon places the jobs that can be placed. */
  wake(): void {
    if (this.#awake || this.#jobs.active().length === 0) return;
    this.#awake = true;
    this.#world.clock.schedule(0, () => {
      this.#awake = false;
      this.#resolveDependencies();
      for (const queue of inOrder(this.#queues.all())) {
        if (queue.status === "VALID" || queue.status === "UPDATING") this.#placeJobsOf(queue.jobQueueArn);
      }
    });
  }

  count(environmentArn: string): number {
    return this.#on(environmentArn).length;
  }

  evict(environmentArn: string): void {
    for (const [id, arn] of this.#placed) if (arn === environmentArn) this.#unplace(id);
    for (const job of this.#on(environmentArn)) this.loseInstance(job);
  }

  /** EC2 takes the instance of a started job away. */
  loseInstance(job: StoredJob): void {
    this.#end(job, instanceLost(job));
  }

  cancel(job: StoredJob, reason: string): void {
    if (hasEnded(job) || occupies(job)) return;
    this.#endUnstarted(job, { statusReason: reason, retry: false, mark: { isCancelled: true } });
  }

  terminate(job: StoredJob, reason: string): void {
    if (hasEnded(job)) return;
    const end: End = { statusReason: reason, retry: false, mark: { isTerminated: true } };
    if (!occupies(job)) {
      this.#endUnstarted(job, end);
      return;
    }
    this.#jobs.put({ ...job, isTerminated: true, endReason: reason });
    this.#stop(job);
  }

  /** A job that waits for others ends after them, as AWS has it: until then it only has the mark. */
  #endUnstarted(job: StoredJob, end: End): void {
    if (job.status === "PENDING" && !dependenciesOf(job, this.#jobs).every(hasEnded)) {
      this.#jobs.put({ ...job, ...end.mark, endReason: end.statusReason });
    } else {
      this.#end(job, end);
    }
  }

  /** Ends a started job by its signal. */
  #stop(job: StoredJob): void {
    this.#transitions.later(job.id, this.#world.knobs.jobStopMs, (now) =>
      this.#end(now, { exitCode: 137, statusReason: now.endReason ?? "", retry: false, mark: { isTerminated: true } }),
    );
  }

  /** Ends a running job as if its container had exited. */
  exit(job: StoredJob, exitCode: number): void {
    this.#end(job, exited(job, exitCode));
  }

  /** Ends all jobs of a queue that is being deleted. */
  endAllOf(queueArn: string): void {
    for (const job of this.#jobs.active()) {
      if (job.queueArn !== queueArn || job.size !== undefined || hasEnded(job)) continue;
      const statusReason = "Job Queue deleted"; // our words
      this.#end(job, { statusReason, retry: false, mark: { isTerminated: true } });
    }
  }

  /** Goes on with the jobs of a snapshot. */
  resume(): void {
    for (const job of this.#jobs.active()) {
      if (job.size !== undefined || job.place === undefined || !occupies(job)) continue;
      const { environmentArn } = job.place;
      this.#load.take(job, environmentArn);
      this.#consumables.resume(job);
      const environment = this.#environments.find(environmentArn);
      if (environment === undefined) this.loseInstance(job);
      else if (job.endReason !== undefined) this.#stop(job);
      else this.runs.resume(job, environment);
    }
    this.wake();
  }

  #resolveDependencies(): void {
    for (const job of this.#jobs.active()) {
      if (job.status !== "SUBMITTED" && job.status !== "PENDING") continue;
      if (job.size !== undefined || this.#isTooNew(job)) continue;
      const next = resolved(job, dependenciesOf(job, this.#jobs));
      if (next === undefined) continue;
      if ("status" in next) this.#transitions.move(job, next);
      else this.#end(job, next);
    }
  }

  /** The scheduler has not evaluated it yet; it will. */
  #isTooNew({ id, status, createdAt }: StoredJob): boolean {
    const { clock, knobs } = this.#world;
    const leftMs = createdAt + knobs.jobSubmittedMs - clock.now();
    if (status !== "SUBMITTED" || leftMs <= 0) return false;
    this.#transitions.later(id, leftMs, () => this.wake());
    return true;
  }

  #placeJobsOf(queueArn: string): void {
    const queue = this.#queues.find(queueArn);
    if (queue === undefined) return;
    const environments = this.#queues.environmentsOf(queue);
    const waiting = this.#jobs
      .active()
      .filter((job) => job.queueArn === queueArn && job.status === "RUNNABLE" && job.size === undefined)
      .filter((job) => !this.#placed.has(job.id))
      .toSorted(byPriority);
    for (const job of waiting) {
      // It waits, and AWS gives no reason.
      if (!this.#consumables.hasFor(job)) continue;
      const choice = choose(job, environments, {
        used: (arn) => this.#load.used(arn),
        short: (arn) => this.short.has(arn),
      });
      if (choice.kind === "place") {
        this.#blocked.forget(job.id);
        this.#place(job, choice.environment);
        continue;
      }
      this.#blocked.block(job, choice.code, choice.statusReason);
      return;
    }
  }

  #place(job: StoredJob, environment: Environment): void {
    const arn = environment.computeEnvironmentArn;
    this.#placed.set(job.id, arn);
    this.#consumables.reserve(job);
    this.#load.take(job, arn);
    this.#load.scale(arn);
    const { fargateTaskStartMs, ec2InstanceStartMs } = this.#world.knobs;
    const delayMs = isFargate(environment.computeResources) ? fargateTaskStartMs : ec2InstanceStartMs;
    this.#transitions.later(job.id, delayMs, (now) => this.#start(now, arn));
  }

  /** An instance is available: the task starts on it, unless the environment was disabled or detached meanwhile. */
  #start(job: StoredJob, environmentArn: string): void {
    const environment = this.#environments.find(environmentArn);
    const queue = this.#queues.find(job.queueArn);
    const isNamed = queue !== undefined && environmentsOf(queue).includes(environmentArn);
    if (environment === undefined || !isOpen(environment) || !isNamed) {
      this.#unplace(job.id);
      return;
    }
    if (this.joins.isAwaited(environment)) {
      this.#transitions.later(job.id, joinRetryMs, (now) => this.#start(now, environmentArn));
      return;
    }
    this.#placed.delete(job.id);
    this.#consumables.take(job);
    this.runs.start(job, environment);
  }

  #unplace(id: string): void {
    const arn = this.#placed.get(id);
    if (arn === undefined) return;
    this.#placed.delete(id);
    this.#load.release(id);
    this.#consumables.release(id);
    this.#transitions.cancel(id);
    this.#load.scale(arn);
    this.wake();
  }

  #end(job: StoredJob, end: End): void {
    const { id, place } = job;
    this.#transitions.cancel(id);
    this.#unplace(id);
    this.#load.release(id);
    this.#consumables.release(id);
    this.#blocked.forget(id);
    this.runs.close(id);
    this.#transitions.move(job, afterEnd(job, end, this.#world.clock.now()));
    if (place !== undefined) this.#load.scale(place.environmentArn);
    this.wake();
  }

  #on(environmentArn: string): StoredJob[] {
    return this.#jobs.active().filter((job) => occupies(job) && job.place?.environmentArn === environmentArn);
  }
}
