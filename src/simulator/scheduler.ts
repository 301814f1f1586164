import type { Environment } from "../aws/batch.ts";
import type { Timer } from "../runtime/clock.ts";
import { isFargate } from "./compute-environment-rules.ts";
import type { ComputeEnvironments, Tenants } from "./compute-environments.ts";
import type { Ec2 } from "./ec2.ts";
import type { Iam } from "./iam.ts";
import { byPriority, hasEnded, occupies, type Place, type StoredJob } from "./job-detail.ts";
import { environmentsOf, type JobQueues } from "./job-queues.ts";
import { isRetried } from "./job-submission.ts";
import type { Jobs } from "./jobs.ts";
import { choose, inOrder, isOpen } from "./placement.ts";
import { taskRoles } from "./task-roles.ts";
import type { World } from "./world.ts";

interface End {
  readonly exitCode?: number;
  readonly statusReason: string;
  /** Of the container. */
  readonly reason?: string;
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
  readonly #ec2: Ec2;
  readonly #iam: Iam;
  /** Environment ARNs without instances because of a capacity shortage. */
  readonly short = new Set<string>();
  /** Environment ARNs without instances and without a reason from AWS: an exhausted quota of EC2. */
  readonly silentlyShort = new Set<string>();
  /** Images that are in no registry. */
  readonly missingImages = new Set<string>();
  /** Names of consumable resources that others use completely. */
  readonly takenConsumables = new Set<string>();
  /** RUNNABLE jobs with a starting instance or task, by job id. */
  readonly #placed = new Map<string, string>();
  readonly #timers = new Map<string, Timer>();
  readonly #blocked = new Map<string, Blocked>();
  /** Since when no started instance of an environment has joined its cluster (monotonic). */
  readonly #notJoinedSince = new Map<string, number>();
  #awake = false;

  constructor(world: World, environments: ComputeEnvironments, queues: JobQueues, jobs: Jobs, ec2: Ec2, iam: Iam) {
    this.#world = world;
    this.#environments = environments;
    this.#queues = queues;
    this.#jobs = jobs;
    this.#ec2 = ec2;
    this.#iam = iam;
    world.onChange(({ kind }) => {
      if (kind === "computeEnvironment" || kind === "jobQueue") this.wake();
    });
  }

  /** Soon places the jobs that can be placed. */
  wake(): void {
    if (this.#awake || this.#jobs.all().every(hasEnded)) return;
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
    for (const job of this.#on(environmentArn)) {
      const id = job.place?.instance?.id ?? "i-00000000000000000";
      this.#end(job, { statusReason: `Host EC2 (instance ${id}) terminated.`, retry: true });
    }
  }

  cancel(job: StoredJob, reason: string): void {
    if (hasEnded(job) || occupies(job)) return;
    this.#end(job, { statusReason: reason, retry: false, mark: { isCancelled: true } });
  }

  terminate(job: StoredJob, reason: string): void {
    if (hasEnded(job)) return;
    if (!occupies(job)) {
      this.#end(job, { statusReason: reason, retry: false, mark: { isTerminated: true } });
      return;
    }
    this.#jobs.put({ ...job, isTerminated: true });
    this.#later(job.id, this.#world.knobs.jobStopMs, (now) =>
      this.#end(now, { exitCode: 137, statusReason: reason, retry: false, mark: { isTerminated: true } }),
    );
  }

  /** Ends a running job as if its container had exited. */
  exit(job: StoredJob, exitCode: number): void {
    this.#end(job, { exitCode, statusReason: "Essential container in task exited", retry: exitCode !== 0 });
  }

  /** Ends all jobs of a queue that is being deleted. */
  endAllOf(queueArn: string): void {
    for (const job of this.#jobs.all()) {
      if (job.queueArn !== queueArn || job.size !== undefined || hasEnded(job)) continue;
      const statusReason = "Job Queue deleted"; // our words
      this.#end(job, { statusReason, retry: false, mark: { isTerminated: true } });
    }
  }

  #resolveDependencies(): void {
    for (const job of this.#jobs.all()) {
      if (job.status !== "SUBMITTED" && job.status !== "PENDING") continue;
      if (job.size !== undefined) continue;
      const needed = this.#dependenciesOf(job);
      if (needed.some((one) => one.status === "FAILED")) {
        this.#end(job, { statusReason: "Dependent Job failed", retry: false });
      } else if (needed.every((one) => one.status === "SUCCEEDED")) {
        this.#move(job, { status: "RUNNABLE" });
      } else if (job.status === "SUBMITTED") {
        this.#move(job, { status: "PENDING" });
      }
    }
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
      .all()
      .filter((job) => job.queueArn === queueArn && job.status === "RUNNABLE" && job.size === undefined)
      .filter((job) => !this.#placed.has(job.id))
      .toSorted(byPriority);
    for (const job of waiting) {
      // It waits, and AWS gives no reason.
      if (consumablesOf(job).some((name) => this.takenConsumables.has(name))) continue;
      const choice = choose(job, environments, {
        used: (arn) => this.#used(arn),
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
    const timeout = running.request.timeout ?? running.definition.timeout;
    const limitMs = (timeout?.attemptDurationSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    const { durationMs, exitCode } = running.plan;
    const lastsMs = Math.min(durationMs, limitMs);
    // It runs until a test or a person ends it.
    if (lastsMs > longestTimerMs) return;
    this.#later(job.id, lastsMs, (now) => {
      if (durationMs <= limitMs) this.exit(now, exitCode);
      else this.#end(now, { exitCode: 137, statusReason: "Job attempt duration exceeded timeout", retry: false });
    });
  }

  #end(job: StoredJob, end: End): void {
    this.#timers.get(job.id)?.cancel();
    this.#unplace(job.id);
    this.#blocked.delete(job.id);
    const stoppedAt = this.#world.clock.now();
    const ran = occupies(job);
    const attempt = {
      container: {
        taskArn: job.place?.taskArn,
        containerInstanceArn: job.place?.instance?.arn,
        exitCode: end.exitCode,
        reason: end.reason,
      },
      startedAt: job.startedAt,
      stoppedAt,
      statusReason: end.statusReason,
    };
    const attempts = ran ? [...job.attempts, attempt] : job.attempts;
    const strategy = job.request.retryStrategy ?? job.definition.retryStrategy;
    const judged = { exitCode: end.exitCode, reason: end.reason, statusReason: end.statusReason };
    const common = { attempts, statusReason: end.statusReason };
    if (end.retry && end.exitCode !== 0 && !job.isTerminated && isRetried(strategy, attempts.length, judged)) {
      this.#move(job, { ...common, status: "RUNNABLE", place: undefined, startedAt: undefined });
    } else {
      const status = end.exitCode === 0 ? "SUCCEEDED" : "FAILED";
      this.#move(job, { ...common, ...end.mark, status, stoppedAt, exitCode: end.exitCode });
    }
    if (job.place !== undefined) this.#scale(job.place.environmentArn);
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
    const children = this.#jobs.childrenOf(id);
    if (children.every(hasEnded)) {
      const failed = children.some((child) => child.status === "FAILED");
      const stoppedAt = this.#world.clock.now();
      const end = failed
        ? ({ status: "FAILED", statusReason: "Array Child Job failed" } as const)
        : ({ status: "SUCCEEDED" } as const);
      this.#jobs.put({ ...parent, ...end, stoppedAt });
    } else if (parent.status === "SUBMITTED" && children.some((child) => child.status !== "SUBMITTED")) {
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
    this.#timers.get(id)?.cancel();
    this.#scale(arn);
    this.wake();
  }

  #on(environmentArn: string): StoredJob[] {
    return this.#jobs.all().filter((job) => occupies(job) && job.place?.environmentArn === environmentArn);
  }

  #used(environmentArn: string): number {
    const coming = this.#placed.entries().filter(([, arn]) => arn === environmentArn);
    const waiting = coming.reduce((sum, [id]) => sum + (this.#jobs.get(id)?.vcpus ?? 0), 0);
    return this.#on(environmentArn).reduce((sum, job) => sum + job.vcpus, waiting);
  }

  #scale(environmentArn: string): void {
    this.#environments.scaleTo(environmentArn, this.#used(environmentArn));
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

function consumablesOf({ request, definition }: StoredJob): readonly string[] {
  const { consumableResourceList = [] } =
    request.consumableResourcePropertiesOverride ?? definition.consumableResourceProperties ?? {};
  return consumableResourceList.flatMap(({ consumableResource: name }) => (name === undefined ? [] : [name]));
}
