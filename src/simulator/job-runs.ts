import type { Environment } from "../aws/batch.ts";
import { isFargate } from "./compute-environment-rules.ts";
import type { Ec2 } from "./ec2.ts";
import type { Iam } from "./iam.ts";
import { attemptOf, type ContainerLog, plannedCourse } from "./job-course.ts";
import { type End, exited, instanceLost } from "./job-end.ts";
import type { JobTransitions } from "./job-transitions.ts";
import type { Logs } from "./logs.ts";
import type { JobPlace, StoredJob } from "./stored-job.ts";
import { taskRoles } from "./task-roles.ts";
import type { World } from "./world.ts";

/** What the tasks of jobs run with. */
export interface RunParts {
  readonly ec2: Ec2;
  readonly iam: Iam;
  readonly logs: Logs;
  readonly transitions: JobTransitions;
  /** Ends an attempt. */
  readonly end: (job: StoredJob, end: End) => void;
}

/** Maximum of the machine's timers. */
const longestTimerMs = 2 ** 31 - 1;

/** The attempts of jobs that have a place: start of the task, pull of the image, run and its log, planned end. */
export class JobRuns {
  readonly #world: World;
  readonly #parts: RunParts;
  /** Images that are in no registry. */
  readonly missingImages = new Set<string>();
  /** Open log streams, by job id. */
  readonly #open = new Map<string, readonly ContainerLog[]>();

  constructor(world: World, parts: RunParts) {
    this.#world = world;
    this.#parts = parts;
  }

  /** An instance is available: the task starts on it. */
  start(job: StoredJob, environment: Environment): void {
    const place = newPlace(environment, this.#world);
    this.#parts.transitions.move(job, { status: "STARTING", statusReason: undefined, place });
    this.#pullLater(job, environment);
  }

  /** Goes on with a job of a snapshot. */
  resume(job: StoredJob, environment: Environment): void {
    if (job.status === "RUNNING") this.#keepRunning(job);
    else this.#pullLater(job, environment);
  }

  /** The attempt of the job is over. */
  close(id: string): void {
    for (const { group, stream } of this.#open.get(id) ?? []) this.#parts.logs.close(group, stream);
    this.#open.delete(id);
  }

  #pullLater({ id }: StoredJob, environment: Environment): void {
    this.#parts.transitions.later(id, this.#world.knobs.containerStartMs, (now) => this.#pull(now, environment));
  }

  #pull(job: StoredJob, { computeResources: resources }: Environment): void {
    const planned = plannedCourse(job);
    if (planned.end === "NotStarted") {
      const { statusReason = "Task failed to start", reason } = planned;
      this.#parts.end(job, { statusReason, reason, retry: true });
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
    this.#parts.end(job, { statusReason: "Task failed to start", reason, retry: true });
  }

  #whyNoPull(
    image: string,
    resources: Environment["computeResources"],
    publicIp: boolean | undefined,
  ): string | undefined {
    if (this.missingImages.has(image)) return "not found";
    const unreachable = resources === undefined ? undefined : this.#parts.ec2.whyNoPull(resources, image, publicIp);
    return unreachable === undefined ? undefined : "dial tcp: i/o timeout";
  }

  #run(job: StoredJob): void {
    const { iam, logs, transitions, end } = this.#parts;
    const unusable = taskRoles(job.definition)
      .map((role) => iam.whyTaskRoleUnusable(role))
      .find((why) => why !== undefined);
    if (unusable !== undefined) {
      end(job, { statusReason: unusable, retry: true });
      return;
    }
    const running = transitions.move(job, { status: "RUNNING", startedAt: this.#world.clock.now() });
    const attempt = attemptOf(running, this.#world.knobs.jobDurationMs);
    for (const log of attempt.logs) logs.open(log, running.startedAt ?? 0);
    this.#open.set(running.id, attempt.logs);
    this.#keepRunning(running);
  }

  /** Plans the end of a running job, from its start on. */
  #keepRunning(running: StoredJob): void {
    const { transitions, end } = this.#parts;
    const timeout = running.request.timeout ?? running.definition.timeout;
    const limitMs = (timeout?.attemptDurationSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    const { durationMs, exitCode } = attemptOf(running, this.#world.knobs.jobDurationMs);
    const agoMs = this.#world.clock.now() - (running.startedAt ?? 0);
    const lastsMs = Math.max(0, Math.min(durationMs, limitMs) - agoMs);
    // It runs until a test or a person ends it.
    if (lastsMs > longestTimerMs) return;
    transitions.later(running.id, lastsMs, (now) => {
      const { end: planned, statusReason } = plannedCourse(now);
      if (durationMs > limitMs) {
        end(now, { exitCode: 137, statusReason: "Job attempt duration exceeded timeout", retry: false });
      } else if (planned === "InstanceLost") {
        end(now, instanceLost(now, statusReason));
      } else {
        // It has printed all of its lines, however exact the timer is.
        this.#open.delete(now.id);
        end(now, exited(now, exitCode));
      }
    });
  }
}

function newPlace(environment: Environment, world: World): JobPlace {
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
