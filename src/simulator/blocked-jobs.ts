import type { JobQueues } from "./job-queues.ts";
import type { JobProgress, Jobs } from "./jobs.ts";
import type { StoredJob } from "./stored-job.ts";
import type { World } from "./world.ts";

/** Why a job at the head of its queue is blocked; times are monotonic. */
interface Blocked {
  readonly code: string;
  readonly since: number;
  /** When a time limit of the queue cancels it for that reason. */
  readonly until: number | undefined;
}

/** The jobs at the heads of their queues that no environment can run, and the time limits of the queues for that. */
export class BlockedJobs {
  readonly #world: World;
  readonly #queues: JobQueues;
  readonly #jobs: Jobs;
  readonly #scheduler: JobProgress;
  /** By job id. */
  readonly #blocked = new Map<string, Blocked>();

  constructor(world: World, queues: JobQueues, jobs: Jobs, scheduler: JobProgress) {
    this.#world = world;
    this.#queues = queues;
    this.#jobs = jobs;
    this.#scheduler = scheduler;
  }

  /** @param code the reason in time limit actions; undefined: the job only waits for others to end */
  block(job: StoredJob, code: string | undefined, statusReason: string | undefined): void {
    if (job.statusReason !== statusReason) this.#jobs.put({ ...job, statusReason });
    if (code === undefined) {
      this.forget(job.id);
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
    if (until <= now) this.#scheduler.cancel(job, `Canceled by JobStateTimeLimit action due to reason: ${code}`);
    else if (until !== before?.until) this.#world.clock.schedule(until - now, () => this.#scheduler.wake());
  }

  forget(id: string): void {
    this.#blocked.delete(id);
  }
}
