import { keyText, type ObjectKey } from "../../api/object.ts";
import type { BatchJob } from "../../api/v1alpha1/batch-job.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import type { GetObject } from "./chain.ts";
import type { JobObjects } from "./cluster.ts";
import { type Course, courseOf } from "./job-object.ts";
import { onTheWay } from "./on-the-way.ts";
import { Patience } from "./patience.ts";

/** What follows objects. */
export interface ObjectsFollowing {
  readonly objects: Pick<JobObjects, "list" | "object">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a command shows of objects while their jobs go on. */
export interface ObjectsView {
  /** Called with each new course of a job, the first one included. */
  readonly course: (key: ObjectKey, course: Course, object: BatchJob | undefined) => void;
  /** Called with the reason when the API server does not answer for now. */
  readonly waits: (why: string) => void;
  /** Prints the log of a job to its end; called once it has an ID. Undefined: the log is not read. */
  readonly log: ((key: ObjectKey, status: SubmittedStatus) => Promise<void>) | undefined;
}

/** The status of an object whose job has an ID. */
export interface SubmittedStatus {
  readonly jobId: string;
  readonly region: string | undefined;
  readonly accountId: string | undefined;
}

/** Time between two reads of the objects. */
const readMs = 1_000;
/** Time between two reads of what jobs wait for, of which there may be as many as jobs. */
const othersMs = 10_000;

/**
 * Follows the jobs of objects until each has ended, or only a person can go on.
 *
 * @returns the ends, in the order of the keys
 * @throws CommandError if the API server refuses, or does not answer for long
 */
export async function followObjects(
  keys: readonly ObjectKey[],
  following: ObjectsFollowing,
  view: ObjectsView,
): Promise<readonly Course["end"][]> {
  const patience = new Patience(following.clock, following.signal, view.waits);
  const list = (namespace: string | undefined) => patience.read(() => following.objects.list(namespace));
  const reads = new SharedReads({ ...following, list }, [...new Set(keys.map(({ namespace }) => namespace))]);
  return await Promise.all(keys.map((key) => followOne(key, reads, view)));
}

async function followOne(key: ObjectKey, reads: SharedReads, { course, log }: ObjectsView): Promise<Course["end"]> {
  let shown: string | undefined;
  let before: BatchJob | undefined;
  const [end] = await Promise.all([
    reads.first(key, async (object) => {
      const now = await onTheWay(courseOf(object, before), object, reads.get);
      before = object;
      if (now.text !== shown) course(key, now, object);
      shown = now.text;
      return now.end;
    }),
    log === undefined ? undefined : logOf(key, reads, log),
  ]);
  return end;
}

async function logOf(key: ObjectKey, reads: SharedReads, log: NonNullable<ObjectsView["log"]>): Promise<void> {
  const submitted = await reads.first(key, async (object) => {
    const { jobId, region, accountId } = object?.status ?? {};
    if (jobId !== undefined) return { jobId, region, accountId };
    const { end } = await onTheWay(courseOf(object), object, reads.get);
    return end === undefined ? undefined : "never";
  });
  if (submitted !== "never") await log(key, submitted);
}

type SharedFollowing = Omit<ObjectsFollowing, "objects"> &
  Pick<JobObjects, "list"> & { readonly objects: Pick<JobObjects, "object"> };

/** Reads of all namespaces, which everybody who waits shares. */
class SharedReads {
  readonly #following: SharedFollowing;
  readonly #namespaces: readonly string[];
  #readAt = Number.NEGATIVE_INFINITY;
  #read: Promise<ReadonlyMap<string, BatchJob>> | undefined;
  #othersAt = Number.NEGATIVE_INFINITY;
  readonly #others = new Map<string, ReturnType<GetObject>>();

  constructor(following: SharedFollowing, namespaces: readonly string[]) {
    this.#following = following;
    this.#namespaces = namespaces;
  }

  /** The first thing that is found in an object, or in its absence. */
  async first<Found>(
    key: ObjectKey,
    find: (object: BatchJob | undefined) => Promise<Found | undefined>,
  ): Promise<Found> {
    const { clock, signal } = this.#following;
    for (;;) {
      const found = await find((await this.#latest()).get(keyText(key)));
      if (found !== undefined) return found;
      await sleep(clock, readMs, signal);
    }
  }

  /** An object on the way of jobs, as it was in the last seconds. */
  readonly get: GetObject = (kind, key) => {
    const now = this.#following.clock.monotonic();
    if (now - this.#othersAt >= othersMs) {
      this.#othersAt = now;
      this.#others.clear();
    }
    const place = `${kind.kind} ${keyText(key)}`;
    const read = this.#others.get(place) ?? this.#following.objects.object(kind, key);
    this.#others.set(place, read);
    return read;
  };

  #latest(): Promise<ReadonlyMap<string, BatchJob>> {
    const now = this.#following.clock.monotonic();
    if (this.#read === undefined || now - this.#readAt >= readMs) {
      this.#readAt = now;
      this.#read = this.#all();
    }
    return this.#read;
  }

  async #all(): Promise<ReadonlyMap<string, BatchJob>> {
    const lists = await Promise.all(this.#namespaces.map((name) => this.#following.list(name)));
    return new Map(lists.flat().map((object) => [keyText(object.metadata), object]));
  }
}
