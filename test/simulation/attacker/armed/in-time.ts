import type { KubeObject } from "../../../../src/api/object.ts";
import { referencesOf } from "../../../../src/api/references.ts";
import type { BatchJob } from "../../../../src/api/v1alpha1/batch-job.ts";
import { kindOf } from "../../../../src/api/v1alpha1/kinds.ts";
import { intentOf as noteOf } from "../../../../src/controllers/kinds/batch-job/intent.ts";
import { recordedResult } from "../../../../src/controllers/kinds/batch-job/result.ts";
import { conditionsOf } from "../../../../src/controllers/pass/conditions.ts";
import { jsonEqual } from "../../../../src/runtime/json-equal.ts";
import type { OracleFactory, Watched } from "../../oracle.ts";
import { textOf } from "../../oracles/reading.ts";
import type { OperatorProcess } from "../../process.ts";
import { isVictim } from "../tenants.ts";
import { boundSeconds, deletionSeconds, doubtSeconds, takeOverMs } from "./bounds.ts";

/** What a tenant wants of each of its objects is carried out, or is not old. Times are monotonic ms. */
export class Pending {
  readonly #watched: Watched;
  /** By text: since when the object is not as its spec says. */
  readonly #since = new Map<string, { readonly at: number; readonly object: KubeObject }>();
  /** By text: when it last came to be as its spec says. */
  readonly #doneAt = new Map<string, number>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** @returns how long it took, ms, if this carries out a change */
  onObject(before: KubeObject | undefined, after: KubeObject | undefined): number | undefined {
    const one = after ?? before;
    if (one === undefined || !isVictim(one.metadata.namespace)) return undefined;
    const [text, now] = [textOf(one), this.#watched.clock.monotonic()];
    const known = this.#since.get(text);
    if (after === undefined || isCarriedOut(after)) {
      this.#since.delete(text);
      if (after === undefined) this.#doneAt.delete(text);
      else if (known !== undefined || !this.#doneAt.has(text)) this.#doneAt.set(text, now);
      return known && this.waitedMs(known);
    }
    const isOther = !jsonEqual(intentOf(before), intentOf(after));
    this.#since.set(text, { at: known === undefined || isOther ? now : known.at, object: after });
    return undefined;
  }

  /** What is not carried out yet, and waits for nothing but the operator. */
  get all(): readonly { readonly object: KubeObject; readonly waitedMs: number }[] {
    return [...this.#since.values()]
      .filter(({ object }) => this.#needed(object).every((text) => this.#doneAt.has(text) && !this.#since.has(text)))
      .map((one) => ({ object: one.object, waitedMs: this.waitedMs(one) }));
  }

  /** Since it changed, what it refers to was there, and whoever leads after the last fault has begun. */
  waitedMs({ at, object }: { readonly at: number; readonly object: KubeObject }): number {
    const since = this.#needed(object).map((text) => this.#doneAt.get(text) ?? at);
    return this.#watched.clock.monotonic() - Math.max(at, this.#watched.lastFault() + takeOverMs, ...since);
  }

  /** Texts of the objects that must be there before. */
  #needed({ kind, metadata: { namespace, deletionTimestamp }, spec }: KubeObject): readonly string[] {
    if (deletionTimestamp !== undefined) return [];
    return referencesOf(kindOf(kind), { namespace, spec }).map(({ to, key }) => `${to} ${key.namespace}/${key.name}`);
  }
}

function intentOf(object: KubeObject | undefined): unknown {
  return object === undefined ? null : [object.spec, object.metadata.deletionTimestamp ?? null];
}

function isCarriedOut(object: KubeObject): boolean {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp !== undefined) return false;
  if (object.kind === "BatchJob") {
    return (object as BatchJob).status?.jobId !== undefined || recordedResult(object as BatchJob) !== undefined;
  }
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  return ready?.status === "True" && ready.observedGeneration === generation;
}

/** Whatever one tenant does, the work for the others goes on. */
export const inTime: OracleFactory = (watched) => {
  const pending = new Pending(watched);
  return {
    name: "a tenant's change is carried out in time, whatever another does",
    onObject(before, after) {
      pending.onObject(before, after);
      return undefined;
    },
    onTick() {
      const late = pending.all.find(({ object, waitedMs }) => waitedMs > boundOf(object, watched) * 1000);
      if (late === undefined) return undefined;
      const { reason, message } = conditionsOf(late.object).find(({ type }) => type === "Ready") ?? {};
      const seconds = Math.round(late.waitedMs / 1000);
      return `${textOf(late.object)} waits for ${seconds} s, at most ${boundOf(late.object, watched)} are promised: ${reason}: ${message}`;
    },
  };
};

/** In seconds. */
function boundOf(object: KubeObject, watched: Watched): number {
  if (object.metadata.deletionTimestamp !== undefined) return deletionSeconds;
  return (boundSeconds[object.kind] ?? 0) + (isInDoubt(object, watched) ? doubtSeconds : 0);
}

/** Whether a process that leads no more has written the note of a job. */
function isInDoubt(object: KubeObject, { processes }: Watched): boolean {
  const writer = object.kind === "BatchJob" ? noteOf(object as BatchJob)?.by : undefined;
  const isWriter = ({ leads, composed }: OperatorProcess): boolean =>
    leads && composed.operator.ports.processId() === writer;
  return writer !== undefined && !processes().some(isWriter);
}
