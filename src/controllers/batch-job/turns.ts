import { keyOf, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import type { Change } from "../../runtime/cache.ts";
import type { Clock, Timer } from "../../runtime/clock.ts";
import { differOnlyInStatus } from "../../runtime/object-reconciler.ts";
import { turnMs } from "../intervals.ts";
import { orderInLine } from "./line.ts";

export interface TurnsOptions {
  readonly clock: Pick<Clock, "schedule">;
  /** The queue for which a job is still to be submitted in turn; undefined: it has been, or waits for no other. */
  readonly queueOf: (object: BatchJob) => string | undefined;
  /** It is the turn of this object. */
  readonly wake: (key: ObjectKey) => void;
}

/** Whether a pass over an object may begin: now; after what has been woken together with it; or when it is woken. */
export type Turn = "now" | "soon" | "later";

interface Place {
  readonly uid: string;
  readonly key: ObjectKey;
  readonly queue: string;
  readonly order: string;
  timer: Timer | undefined;
}

/**
 * Whose turn it is to be submitted: of the jobs for one queue the oldest's, one at a time
 * (docs/decisions/0052-jobs-are-submitted-in-turn.md).
 *
 * Expected flow: a job that appears, or is changed, gets a place in the line of its queue. The first one has its passes until
 * it is submitted, or waits for something else: then it leaves the line, and the next one is woken. One that has left comes
 * back at its next pass.
 *
 * Guarantees: a place costs O(log n) comparisons. A job is the first one for at most a minute; one that has been is from then
 * on passed over after each pass.
 *
 * Assumptions: nothing in here is needed after a restart. The store's list shows every job again.
 */
export class Turns {
  readonly #options: TurnsOptions;
  /** By queue; in the order of their turns. */
  readonly #lines = new Map<string, Place[]>();
  /** By uid. */
  readonly #places = new Map<string, Place>();
  /** Uids of those that have been the first one for a minute. */
  readonly #slow = new Set<string>();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Jobs that have a place. */
  get size(): number {
    return this.#places.size;
  }

  /** Takes in a change of a job in the cache. */
  changed({ before, after }: Change): void {
    if (after === undefined) {
      if (before !== undefined) this.#forget(before.metadata.uid);
      return;
    }
    const object = after as BatchJob;
    const queue = this.#options.queueOf(object);
    if (queue === undefined) this.#forget(object.metadata.uid);
    // Its status says nothing about whether it may go on: what it waits for wakes it.
    else if (before === undefined || !differOnlyInStatus(before, after)) this.#join(object, queue);
  }

  /** A pass over the object is about to begin. */
  begin(object: BatchJob): Turn {
    const { uid } = object.metadata;
    const queue = this.#options.queueOf(object);
    if (queue === undefined) {
      this.#forget(uid);
      return "now";
    }
    const place = this.#places.get(uid);
    if (place === undefined) {
      // Others that were woken by the same change may be older.
      this.#join(object, queue);
      return "soon";
    }
    if (this.#firstOf(place.queue) !== place) return "later";
    place.timer ??= this.#options.clock.schedule(turnMs, () => this.#tookLong(place));
    return "now";
  }

  /** The pass has ended. @param goesOn whether the job is about to be submitted, by another pass */
  end({ metadata: { uid } }: BatchJob, goesOn: boolean): void {
    if (!goesOn || this.#slow.has(uid)) this.#leave(uid);
  }

  #tookLong(place: Place): void {
    place.timer = undefined;
    // An older one has come in between.
    if (this.#firstOf(place.queue) !== place) return;
    this.#slow.add(place.uid);
    this.#leave(place.uid);
  }

  #firstOf(queue: string): Place | undefined {
    return this.#lines.get(queue)?.[0];
  }

  #join(object: BatchJob, queue: string): void {
    const { uid } = object.metadata;
    if (this.#places.has(uid)) return;
    const place: Place = { uid, key: keyOf(object), queue, order: orderInLine(object), timer: undefined };
    const line = this.#lines.get(queue) ?? [];
    line.splice(indexIn(line, place), 0, place);
    this.#lines.set(queue, line);
    this.#places.set(uid, place);
  }

  #leave(uid: string): void {
    const place = this.#places.get(uid);
    if (place === undefined) return;
    place.timer?.cancel();
    this.#places.delete(uid);
    const line = this.#lines.get(place.queue) ?? [];
    const index = indexIn(line, place);
    line.splice(index, 1);
    const next = line[0];
    if (next === undefined) this.#lines.delete(place.queue);
    else if (index === 0) this.#options.wake(next.key);
  }

  #forget(uid: string): void {
    this.#slow.delete(uid);
    this.#leave(uid);
  }
}

/** Where a place is in a line, or is to be. */
function indexIn(line: readonly Place[], { order }: Place): number {
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((line[middle]?.order ?? "") < order) from = middle + 1;
    else to = middle;
  }
  return from;
}
