import { type KubeObject, keyOf, type ObjectKey } from "../../../api/object.ts";
import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import type { Change } from "../../../runtime/cache.ts";
import type { Clock } from "../../../runtime/clock.ts";
import { circlesRestMs } from "../../intervals.ts";
import { type Circle, Circles } from "./circles.ts";
import { recordedResult } from "./result.ts";

export interface JobCirclesOptions {
  readonly clock: Pick<Clock, "schedule">;
  /** What is to be said of the circle of this object has changed. */
  readonly wake: (key: ObjectKey) => void;
}

/** Steps of a search in one turn of the event loop: about a millisecond. */
const stepsAtOnce = 2048;

/**
 * The circles of the jobs that are still to be submitted, by namespace: dependencies do not leave it
 * (docs/decisions/0055-circles-are-found-once.md).
 *
 * Expected flow: each change of a job in the cache is taken in, and searched at once as far as the steps of this turn go; the rest
 * follows in later turns, in which namespaces take turns. Whoever is found on a circle is woken.
 *
 * Guarantees: a question costs no search. No change and no turn takes more than `stepsAtOnce` steps, and one for each job of a circle.
 */
export class JobCircles {
  readonly #options: JobCirclesOptions;
  readonly #graphs = new Map<string, Circles>();
  /** Namespaces with something left to search; the first one is next. */
  readonly #unsettled = new Set<string>();
  #stepsLeft = stepsAtOnce;
  #rests = false;
  /** All steps so far. */
  steps = 0;

  constructor(options: JobCirclesOptions) {
    this.#options = options;
  }

  /** Takes in a change of a job in the cache. */
  changed({ before, after }: Change): void {
    const object = after ?? before;
    if (object === undefined) return;
    const { namespace, name } = object.metadata;
    const graph = this.#graphs.get(namespace) ?? new Circles();
    if (after !== undefined && isOpen(after as BatchJob)) graph.set(name, neededBy(after as BatchJob));
    else graph.delete(name);
    if (graph.size > 0) this.#graphs.set(namespace, graph);
    else this.#graphs.delete(namespace);
    if (!graph.isSettled) this.#unsettled.add(namespace);
    this.#search();
  }

  /** The circle on which a job is, as far as it was found. */
  circleOf(object: KubeObject): Circle | undefined {
    const { namespace, name } = keyOf(object);
    return this.#graphs.get(namespace)?.circleOf(name);
  }

  #search(): void {
    for (const namespace of this.#unsettled) {
      if (this.#stepsLeft <= 0) break;
      this.#unsettled.delete(namespace);
      const graph = this.#graphs.get(namespace);
      if (graph === undefined) continue;
      const { steps, changed } = graph.search(this.#stepsLeft);
      this.steps += steps;
      this.#stepsLeft -= steps;
      if (!graph.isSettled) this.#unsettled.add(namespace);
      for (const name of changed) this.#options.wake({ namespace, name });
    }
    if (this.#stepsLeft < stepsAtOnce) this.#rest();
  }

  #rest(): void {
    if (this.#rests) return;
    this.#rests = true;
    this.#options.clock.schedule(circlesRestMs, () => {
      this.#rests = false;
      this.#stepsLeft = stepsAtOnce;
      this.#search();
    });
  }
}

/** Whether others that need it wait for its submission. */
function isOpen(object: BatchJob): boolean {
  return object.status?.jobId === undefined && recordedResult(object) === undefined;
}

/** The names of the jobs that a job needs, each once. */
export function neededBy({ spec }: Pick<BatchJob, "spec">): readonly string[] {
  return [...new Set((spec.dependsOn ?? []).flatMap(({ jobRef }) => (jobRef === undefined ? [] : [jobRef.name])))];
}
