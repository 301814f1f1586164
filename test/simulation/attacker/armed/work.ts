import type { KubeObject } from "../../../../src/api/object.ts";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import { recordedResult } from "../../../../src/controllers/kinds/batch-job/result.ts";
import { jsonEqual } from "../../../../src/runtime/json-equal.ts";
import type { CallRecord } from "../../../../src/simulator/wire.ts";
import type { Watched } from "../../oracle.ts";
import type { OperatorProcess } from "../../process.ts";
import { attacker } from "../tenants.ts";
import type { Counts } from "./bounds.ts";

const listsJobs: ReadonlySet<string> = new Set(["ListJobs", "ListServiceJobs"]);

/** What the attacker changes, and what the operator does for it. */
export class Work {
  readonly #watched: Watched;
  #changes = 0;
  #changesOfGraph = 0;
  #calls = 0;
  #listings = 0;
  #objectMinutes = 0;
  #minute = 0;
  /** Of each process, also of those that have ended: passes, and steps of the search for circles. */
  readonly #done = new Map<OperatorProcess, { readonly passes: number; readonly steps: number }>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  onObject(before: KubeObject | undefined, after: KubeObject | undefined): void {
    if ((after ?? before)?.metadata.namespace !== attacker) return;
    if (this.#watched.isByUser()) this.#changes++;
    if (!jsonEqual(dependenciesOf(before), dependenciesOf(after))) {
      this.#changesOfGraph += this.#watched.processes().length;
    }
  }

  onCall(call: CallRecord): void {
    if (call.by !== "operator" || !JSON.stringify(call.input).includes(attacker)) return;
    this.#calls++;
    if (listsJobs.has(call.operation)) this.#listings++;
  }

  onTick(): void {
    const own = this.objects;
    const minute = Math.floor(this.#watched.clock.monotonic() / 60_000);
    this.#objectMinutes += own.length * (minute - this.#minute);
    this.#minute = minute;
    for (const process of this.#watched.processes()) {
      const before = this.#done.get(process);
      const passes = process.passes.begun.get(attacker) ?? 0;
      if (before === undefined) this.#changesOfGraph += own.filter(({ kind }) => kind === "BatchJob").length;
      if (passes > 0 && (before?.passes ?? 0) === 0) this.#changes += own.length;
      this.#done.set(process, { passes, steps: process.composed.operator.circles.steps });
    }
  }

  get objects(): readonly KubeObject[] {
    return this.#watched.store.objects().filter(({ metadata }) => metadata.namespace === attacker);
  }

  /** So far. */
  get counts(): Counts {
    const done = [...this.#done.values()];
    return {
      changes: this.#changes,
      "changes and objects at a minute": this.#changes + this.#objectMinutes,
      "changes of its graph of jobs": this.#changesOfGraph,
      passes: done.reduce((sum, { passes }) => sum + passes, 0),
      "AWS calls": this.#calls,
      "AWS calls that list jobs": this.#listings,
      "steps of the search for circles": done.reduce((sum, { steps }) => sum + steps, 0),
    };
  }
}

/** Of a job that is still to be submitted; all others are in no circle. */
function dependenciesOf(object: KubeObject | undefined): unknown {
  if (object?.kind !== "BatchJob") return null;
  const { spec, status } = object as BatchJob;
  const isOpen = status?.jobId === undefined && recordedResult(object as BatchJob) === undefined;
  return isOpen ? [object.metadata.uid, spec.dependsOn ?? []] : null;
}
