import type { Timer } from "../runtime/clock.ts";
import type { Jobs } from "./jobs.ts";
import type { StoredJob } from "./stored-job.ts";
import type { World } from "./world.ts";

/** What jobs become, and when the next change of each is due; an array follows its children. */
export class JobTransitions {
  readonly #world: World;
  readonly #jobs: Jobs;
  readonly #timers = new Map<string, Timer>();

  constructor(world: World, jobs: Jobs) {
    this.#world = world;
    this.#jobs = jobs;
  }

  move(job: StoredJob, change: Partial<StoredJob>): StoredJob {
    const moved = { ...job, ...change };
    this.#jobs.put(moved);
    if (moved.child !== undefined) this.#refreshArray(moved.child.parentId);
    return moved;
  }

  /** The next transition of a job; a new one replaces an old one. */
  later(id: string, delayMs: number, task: (job: StoredJob) => void): void {
    this.cancel(id);
    this.#timers.set(
      id,
      this.#world.clock.schedule(delayMs, () => {
        const job = this.#jobs.get(id);
        if (job !== undefined) task(job);
      }),
    );
  }

  /** Nothing is due for the job any more. */
  cancel(id: string): void {
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
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
}
