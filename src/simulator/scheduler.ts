import type { Environment } from "../aws/batch.ts";
import type { Timer } from "../runtime/clock.ts";
import { isFargate } from "./compute-environment-rules.ts";
import type { ComputeEnvironments, Tenants } from "./compute-environments.ts";
import type { ConsumableResources } from "./consumable-resources.ts";
import type { Ec2 } from "./ec2.ts";
import type { Iam } from "./iam.ts";
import { attemptOf, type ContainerLog, plannedCourse } from "./job-course.ts";
import { byPriority } from "./job-detail.ts";
import { environmentsOf, type JobQueues } from "./job-queues.ts";
import { isRetried } from "./job-submission.ts";
import type { Jobs } from "./jobs.ts";
import type { Logs } from "./logs.ts";
import { choose, inOrder, isOpen } from "./placement.ts";
import { hasEnded, occupies, type Place, type StoredJob } from "./stored-job.ts";
import { taskRoles } from "./task-roles.ts";
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

interface End {
  readonly exitCode?: number | undefined;
  readonly statusReason: string;
  /** Of the container. */
  readonly reason?: string | undefined;
  readonly retry: boolean;
  readonly mark?: { readonly isCancelled?: true; readonly isTerminated?: true };
}

/** Why a job at the head of its queue is blocked; times are monotonic. */
interface Blocked {
  readonly code: string;
  readonly since: number;
  /** When a time limit of the queue cancels it for that reason. */
  readonly until: number | undefined;
}

/** Interval at which an instance's agent tries to join its cluster. */
const joinRetryMs = 10_000;

/** Maximum of the machine's timers. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Moves jobs from SUBMITTED to their end: dependencies, placement on environments in the order of the queue, start,
 * run, retry, and ends caused from outside.
 */
export class Scheduler implements Tenants {
  readonly #world: World;
  readonly #environments: ComputeEnvironments;
  readonly #queues: JobQueues;
  readonly #jobs: Jobs;
  readonly #consumables: ConsumableResources;
  readonly #ec2: Ec2;
  readonly #iam: Iam;
  readonly #logs: Logs;
  /** Environment ARNs without instances because of a capacity shortage. */
  readonly short = new Set<string>();
  /** Environment ARNs without instances and without a reason from AWS: an exhausted quota of EC2. */
  readonly silentlyShort = new Set<string>();
  /** Images that are in no registry. */
  readonly missingImages = new Set<string>();
  /** RUNNABLE jobs with a starting instance or task, by job id. */
  readonly #placed = new Map<string, string>();
  /** vCPUs of placed and running jobs: by job id, and of all jobs of an environment. */
  readonly #taken = new Map<string, { readonly environmentArn: string; readonly vcpus: number }>();
  readonly #used = new Map<string, number>();
  /** Open log streams, by job id. */
  readonly #open = new Map<string, readonly ContainerLog[]>();
  readonly #timers = new Map<string, Timer>();
  readonly #blocked = new Map<string, Blocked>();
  /** Since when no started instance of an environment has joined its cluster (monotonic). */
  readonly #notJoinedSince = new Map<string, number>();
  #awake = false;

  constructor(world: World, { environments, queues, jobs, consumables, ec2, iam, logs }: SchedulerParts) {
    this.#world = world;
    this.#environments = environments;
    this.#queues = queues;
    this.#jobs = jobs;
    this.#consumables = consumables;
    this.#ec2 = ec2;
    this.#iam = iam;
    this.#logs = logs;
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
  loseInstance(job: StoredJob, statusReason?: string): void {
    const id = job.place?.instance?.id ?? "i-00000000000000000";
    this.#end(job, { statusReason: statusReason ?? `Host EC2 (instance ${id}) terminated.`, retry: true });
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
    if (job.status === "PENDING" && !this.#dependenciesOf(job).every(hasEnded)) {
      this.#jobs.put({ ...job, ...end.mark, endReason: end.statusReason });
    } else {
      this.#end(job, end);
    }
  }

  /** Ends a started job by its signal. */
  #stop(job: StoredJob): void {
    this.#later(job.id, this.#world.knobs.jobStopMs, (now) =>
      this.#end(now, { exitCode: 137, statusReason: now.endReason ?? "", retry: false, mark: { isTerminated: true } }),
    );
  }

  /** Ends a running job as if its container had exited. */
  exit(job: StoredJob, exitCode: number): void {
    const { reason, statusReason = "Essential container in task exited" } = plannedCourse(job);
    this.#end(job, { exitCode, reason, statusReason, retry: exitCode !== 0 });
  }

  /** Ends all jobs of a queue that is being deleted. */
  endAllOf(queueArn: string): void {
    for (const job of this.#jobs.active()) {
      if (job.queueArn !== queueArn || job.size !== undefined || hasEnded(job)) continue;
      const statusReason = "Job Queue deleted"; // our words
      this.#end(job, { statusReason, retry: false, mark: { isTerminated: true } });
    }
  }

  #resolveDependencies(): void {
    for (const job of this.#jobs.active()) {
      if (job.status !== "SUBMITTED" && job.status !== "PENDING") continue;
      if (job.size !== undefined || this.#isTooNew(job)) continue;
      const needed = this.#dependenciesOf(job);
      if (job.endReason !== undefined && needed.every(hasEnded)) {
        this.#end(job, { statusReason: job.endReason, retry: false });
      } else if (needed.some((one) => one.status === "FAILED")) {
        this.#end(job, { statusReason: "Dependent Job failed", retry: false });
      } else if (needed.every((one) => one.status === "SUCCEEDED")) {
        this.#move(job, { status: "RUNNABLE" });
      } else if (job.status === "SUBMITTED") {
        this.#move(job, { status: "PENDING" });
      }
    }
  }

  /** The scheduler has not evaluated it yet; it will. */
  #isTooNew({ id, status, createdAt }: StoredJob): boolean {
    const { clock, knobs } = this.#world;
    const leftMs = createdAt + knobs.jobSubmittedMs - clock.now();
    if (status !== "SUBMITTED" || leftMs <= 0) return false;
    this.#later(id, leftMs, () => this.wake());
    return true;
  }

  #dependenciesOf(job: StoredJob): StoredJob[] {
    return (job.request.dependsOn ?? [])
      .map(({ jobId, type }) => {
        if (type === "SEQUENTIAL" && job.child !== undefined) {
          return job.child.index === 0 ? undefined : this.#jobs.get(`${job.child.parentId}:${job.child.index - 1}`);
        }
        return this.#jobs.get(type === "N_TO_N" ? `${jobId}:${job.child?.index ?? 0}` : (jobId ?? ""));
      })
      .filter((one) => one !== undefined);
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
        used: (arn) => this.#used.get(arn) ?? 0,
        short: (arn) => this.short.has(arn),
      });
      if (choice.kind === "place") {
        this.#blocked.delete(job.id);
        this.#place(job, choice.environment);
        continue;
      }
      this.#block(job, choice.code, choice.statusReason);
      return;
    }
  }

  #block(job: StoredJob, code: string | undefined, statusReason: string | undefined): void {
    if (job.statusReason !== statusReason) this.#jobs.put({ ...job, statusReason });
    if (code === undefined) {
      this.#blocked.delete(job.id);
      return;
    }
    const now = this.#world.clock.monotonic();
    const before = this.#blocked.get(job.id);
    const since = before?.code === code ? before.since : now;
    const actions = this.#queues.find(job.queueArn)?.jobStateTimeLimitActions ?? [];
    const action = actions.find((one) => one.reason === code);
    const until = action === undefined ? undefined : since + (action.maxTimeSeconds ?? 0) * 1000;
    this.#blocked.set(job.id, { code, since, until });
    if (until === undefined) return;
    if (until <= now) this.cancel(job, `Canceled by JobStateTimeLimit action due to reason: ${code}`);
    else if (until !== before?.until) this.#world.clock.schedule(until - now, () => this.wake());
  }

  #place(job: StoredJob, environment: Environment): void {
    const arn = environment.computeEnvironmentArn;
    this.#placed.set(job.id, arn);
    this.#consumables.reserve(job);
    this.#take(job, arn);
    this.#scale(arn);
    const { fargateTaskStartMs, ec2InstanceStartMs } = this.#world.knobs;
    const delayMs = isFargate(environment.computeResources) ? fargateTaskStartMs : ec2InstanceStartMs;
    this.#later(job.id, delayMs, (now) => this.#start(now, arn));
  }

  /** An instance is available: the task starts on it, unless the environment was disabled or detached meanwhile. */
  #start(job: StoredJob, environmentArn: string): void {
    const environment = this.#environments.find(environmentArn);
    const queue = this.#queues.find(job.queueArn);
    const stillWanted = queue !== undefined && environmentsOf(queue).includes(environmentArn);
    if (environment === undefined || !isOpen(environment) || !stillWanted) {
      this.#unplace(job.id);
      return;
    }
    if (this.silentlyShort.has(environmentArn) || this.#waitsForInstances(environment)) {
      this.#later(job.id, joinRetryMs, (now) => this.#start(now, environmentArn));
      return;
    }
    this.#placed.delete(job.id);
    this.#consumables.take(job);
    this.#move(job, { status: "STARTING", statusReason: undefined, place: this.#newPlace(environment) });
    this.#later(job.id, this.#world.knobs.containerStartMs, (now) => this.#pull(now, environment));
  }

  /** Instances that cannot reach their cluster never join it; finally AWS marks the environment INVALID. */
  #waitsForInstances(environment: Environment): boolean {
    const { computeEnvironmentArn: arn, computeResources: resources, containerOrchestrationType: kind } = environment;
    if (resources === undefined || isFargate(resources) || this.#ec2.whyNoInstanceJoins(resources) === undefined) {
      this.#notJoinedSince.delete(arn);
      return false;
    }
    const now = this.#world.clock.monotonic();
    const since = this.#notJoinedSince.get(arn) ?? now;
    this.#notJoinedSince.set(arn, since);
    if (now - since < this.#world.knobs.neverJoinedMs) return true;
    this.#notJoinedSince.delete(arn);
    const [things, cluster] = kind === "EKS" ? ["nodes", "EKS"] : ["instances", "ECS"];
    this.#environments.invalidateOnce(
      arn,
      `Your compute environment has been INVALIDATED and scaled down because none of the ${things} joined the underlying ${cluster} Cluster. Common issues preventing ${things} joining are the following: VPC/Subnet configuration preventing communication to ${cluster}, incorrect Instance Profile policy preventing authorization to ${cluster}, or customized AMI or LaunchTemplate configurations affecting ${cluster} agent.`,
    );
    return true;
  }

  #pull(job: StoredJob, { computeResources: resources }: Environment): void {
    const planned = plannedCourse(job);
    if (planned.end === "NotStarted") {
      this.#end(job, {
        statusReason: planned.statusReason ?? "Task failed to start",
        reason: planned.reason,
        retry: true,
      });
      return;
    }
    const container = job.definition.containerProperties;
    const publicIp = isFargate(resources) ? container?.networkConfiguration?.assignPublicIp === "ENABLED" : undefined;
    const image = container?.image;
    const obstacle = image === undefined ? undefined : this.#whyNoPull(image, resources, publicIp);
    if (obstacle === undefined) {
      this.#run(job);
      return;
    }
    const reason = `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${obstacle}`;
    this.#end(job, { statusReason: "Task failed to start", reason, retry: true });
  }

  #whyNoPull(
    image: string,
    resources: Environment["computeResources"],
    publicIp: boolean | undefined,
  ): string | undefined {
    if (this.missingImages.has(image)) return "not found";
    const unreachable = resources === undefined ? undefined : this.#ec2.whyNoPull(resources, image, publicIp);
    return unreachable === undefined ? undefined : "dial tcp: i/o timeout";
  }

  #run(job: StoredJob): void {
    const unusable = taskRoles(job.definition)
      .map((role) => this.#iam.whyTaskRoleUnusable(role))
      .find((why) => why !== undefined);
    if (unusable !== undefined) {
      this.#end(job, { statusReason: unusable, retry: true });
      return;
    }
    const running = this.#move(job, { status: "RUNNING", startedAt: this.#world.clock.now() });
    const { logs } = attemptOf(running, this.#world.knobs.jobDurationMs);
    for (const log of logs) this.#logs.open(log, running.startedAt ?? 0);
    this.#open.set(running.id, logs);
    this.#keepRunning(running);
  }

  /** Plans the end of a running job, from its start on. */
  #keepRunning(running: StoredJob): void {
    const timeout = running.request.timeout ?? running.definition.timeout;
    const limitMs = (timeout?.attemptDurationSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    const { durationMs, exitCode } = attemptOf(running, this.#world.knobs.jobDurationMs);
    const agoMs = this.#world.clock.now() - (running.startedAt ?? 0);
    const lastsMs = Math.max(0, Math.min(durationMs, limitMs) - agoMs);
    // It runs until a test or a person ends it.
    if (lastsMs > longestTimerMs) return;
    this.#later(running.id, lastsMs, (now) => {
      const { end, statusReason } = plannedCourse(now);
      if (durationMs > limitMs) {
        this.#end(now, { exitCode: 137, statusReason: "Job attempt duration exceeded timeout", retry: false });
      } else if (end === "InstanceLost") {
        this.loseInstance(now, statusReason);
      } else {
        // It has printed all of its lines, however exact the timer is.
        this.#open.delete(now.id);
        this.exit(now, exitCode);
      }
    });
  }

  /** Goes on with the jobs of a snapshot. */
  resume(): void {
    for (const job of this.#jobs.active()) {
      if (job.size !== undefined || job.place === undefined || !occupies(job)) continue;
      const { environmentArn } = job.place;
      this.#take(job, environmentArn);
      this.#consumables.resume(job);
      const environment = this.#environments.find(environmentArn);
      if (environment === undefined) this.loseInstance(job);
      else if (job.endReason !== undefined) this.#stop(job);
      else if (job.status === "RUNNING") this.#keepRunning(job);
      else this.#later(job.id, this.#world.knobs.containerStartMs, (now) => this.#pull(now, environment));
    }
    this.wake();
  }

  #end(job: StoredJob, end: End): void {
    this.#timers.get(job.id)?.cancel();
    this.#timers.delete(job.id);
    this.#unplace(job.id);
    this.#release(job.id);
    this.#consumables.release(job.id);
    this.#blocked.delete(job.id);
    for (const { group, stream } of this.#open.get(job.id) ?? []) this.#logs.close(group, stream);
    this.#open.delete(job.id);
    const stoppedAt = this.#world.clock.now();
    const { place, startedAt } = job;
    const { exitCode, reason, statusReason } = end;
    const attempts = occupies(job)
      ? [...job.attempts, { place, exitCode, reason, startedAt, stoppedAt, statusReason }]
      : job.attempts;
    const strategy = job.request.retryStrategy ?? job.definition.retryStrategy;
    const common = { attempts, statusReason };
    const isOver = exitCode === 0 || job.isTerminated === true || !end.retry;
    if (!isOver && isRetried(strategy, attempts.length, { exitCode, reason, statusReason })) {
      this.#move(job, { ...common, status: "RUNNABLE", place: undefined, startedAt: undefined });
    } else {
      const status = exitCode === 0 ? "SUCCEEDED" : "FAILED";
      this.#move(job, { ...common, ...end.mark, status, stoppedAt, exitCode, reason, endReason: undefined });
    }
    if (place !== undefined) this.#scale(place.environmentArn);
    this.wake();
  }

  #move(job: StoredJob, change: Partial<StoredJob>): StoredJob {
    const moved = { ...job, ...change };
    this.#jobs.put(moved);
    if (moved.child !== undefined) this.#refreshArray(moved.child.parentId);
    return moved;
  }

  #refreshArray(id: string): void {
    const parent = this.#jobs.get(id);
    if (parent === undefined) return;
    const { open, failed } = this.#jobs.tally(id);
    if (open === 0) {
      const stoppedAt = this.#world.clock.now();
      const end =
        failed > 0
          ? ({ status: "FAILED", statusReason: "Array Child Job failed" } as const)
          : ({ status: "SUCCEEDED" } as const);
      this.#jobs.put({ ...parent, ...end, stoppedAt });
    } else if (parent.status === "SUBMITTED") {
      this.#jobs.put({ ...parent, status: "PENDING" });
    }
  }

  #newPlace(environment: Environment): Place {
    const world = this.#world;
    const cluster = environment.ecsClusterArn?.split("/").at(-1) ?? "none";
    const instance = {
      id: `i-${world.hex(17)}`,
      arn: world.arn("ecs", `container-instance/${cluster}/${world.hex(32)}`),
    };
    return {
      environmentArn: environment.computeEnvironmentArn,
      clusterArn: environment.ecsClusterArn,
      taskArn: world.arn("ecs", `task/${cluster}/${world.hex(32)}`),
      instance: isFargate(environment.computeResources) ? undefined : instance,
    };
  }

  #unplace(id: string): void {
    const arn = this.#placed.get(id);
    if (arn === undefined) return;
    this.#placed.delete(id);
    this.#release(id);
    this.#consumables.release(id);
    this.#timers.get(id)?.cancel();
    this.#scale(arn);
    this.wake();
  }

  #on(environmentArn: string): StoredJob[] {
    return this.#jobs.active().filter((job) => occupies(job) && job.place?.environmentArn === environmentArn);
  }

  /** From its placement to its end a job takes vCPUs of its environment. */
  #take({ id, vcpus }: StoredJob, environmentArn: string): void {
    this.#taken.set(id, { environmentArn, vcpus });
    this.#used.set(environmentArn, (this.#used.get(environmentArn) ?? 0) + vcpus);
  }

  #release(id: string): void {
    const taken = this.#taken.get(id);
    if (taken === undefined) return;
    this.#taken.delete(id);
    this.#used.set(taken.environmentArn, (this.#used.get(taken.environmentArn) ?? 0) - taken.vcpus);
  }

  #scale(environmentArn: string): void {
    this.#environments.scaleTo(environmentArn, this.#used.get(environmentArn) ?? 0);
  }

  /** The next transition of a job; a new one replaces an old one. */
  #later(id: string, delayMs: number, task: (job: StoredJob) => void): void {
    this.#timers.get(id)?.cancel();
    this.#timers.set(
      id,
      this.#world.clock.schedule(delayMs, () => {
        const job = this.#jobs.get(id);
        if (job !== undefined) task(job);
      }),
    );
  }
}
