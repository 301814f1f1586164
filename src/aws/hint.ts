import { stalenessMs } from "./effects.ts";
import type { ResourceType } from "./resources/index.ts";

/**
 * What AWS may have another state of than was last read: a reason to read it early, and nothing else. Whoever gives one may
 * be wrong, or lie.
 */
export type Hint =
  | { readonly kind: "job"; readonly jobId: string }
  /** A job of this array has another state: it ends by an event of its own, and only its counts are different. */
  | { readonly kind: "child"; readonly jobId: string }
  /** No job of the queue starts. */
  | { readonly kind: "blocked"; readonly queue: string }
  | { readonly kind: "resource"; readonly type: ResourceType; readonly name: string };

/** What events announce: that jobs move, and that somebody has changed a resource. */
export type Announced = "jobs" | "resources";

/** What the observer of a region knows of the events about it. */
export interface Announcements {
  /** Whether nothing happens unannounced, so that it need not be read each minute. */
  trusts(what: Announced): boolean;
  /** A read has shown that a job has ended. */
  readonly onEnd: (jobId: string) => void;
}

/** Where nothing is announced. */
export const unannounced: Announcements = { trusts: () => false, onEnd: () => undefined };

/** Between two reads because of hints, whatever their number. */
const heardPauseMs = 4000;

/**
 * When hints make a read due: at once or some seconds after the read before, and once more when AWS is sure to show what
 * they were about. Times are monotonic ms.
 */
export class HintsHeard {
  #lastAt = Number.NEGATIVE_INFINITY;

  hear(now: number): void {
    this.#lastAt = now;
  }

  /** @param begunAt when the last read began */
  due(begunAt: number): number {
    if (begunAt < this.#lastAt) return begunAt + heardPauseMs;
    const sureAt = this.#lastAt + stalenessMs;
    return begunAt < sureAt ? sureAt : Number.POSITIVE_INFINITY;
  }
}
