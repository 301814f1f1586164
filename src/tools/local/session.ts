/**
 * The door of `local`: a session applies the manifests of a directory to a store, lets the operator work on it, and shows what
 * happens until the goal is reached or somebody stops it. `start.ts` puts it together, `view.ts` is what a person sees,
 * `state.ts` what is kept.
 */

import { type KubeObject, keyText } from "../../api/object.ts";
import { cleanupFinalizer, manifestAnnotation } from "../../api/v1alpha1/annotations.ts";
import { BatchJobKind, kindOf } from "../../api/v1alpha1/kinds.ts";
import type { MemoryStore } from "../../kube/memory-store.ts";
import type { Clock, Timer } from "../../runtime/clock.ts";
import { changeProblems, manifestOf, type ReadManifests } from "../manifests.ts";
import type { Problem } from "../validation/problem.ts";
import type { ValidManifest } from "../validation/validate.ts";
import type { ManifestSource } from "./directory.ts";
import { type Goal, type Outcome, verdictOn } from "./goal.ts";
import { inAws } from "./in-aws.ts";
import { type ObjectRow, type Presence, rowOf } from "./rows.ts";
import { StateNotWritten } from "./state.ts";
import type { View } from "./view.ts";

export interface SessionOptions {
  readonly source: ManifestSource;
  /** Contains the objects of an earlier session. */
  readonly store: MemoryStore;
  /** Runs the operator on the store until the signal aborts. */
  readonly operate: (signal: AbortSignal) => Promise<void>;
  /** Real time: for the interval of reading files, and for `timeoutMs`. */
  readonly real: Clock;
  readonly view: View;
  /** Saves the contents of the store. */
  readonly save: () => void;
  /** Whether an object without a manifest is deleted in AWS. */
  readonly prune: boolean;
  /** Delete everything in the manifests, instead of keeping it. */
  readonly deleteAll: boolean;
  readonly until: Goal | undefined;
  readonly timeoutMs: number | undefined;
  readonly interrupted: AbortSignal;
}

export interface SessionEnd {
  readonly outcome: Outcome;
  readonly rows: readonly ObjectRow[];
  readonly objectsAtStart: number;
  readonly tookMs: number;
}

/** Interval of reading the files. */
const readMs = 500;
/** Time without a manifest until its object is deleted, because editors and Git remove and rewrite files. */
const vanishMs = 5000;

/** Keeps the store equal to the manifests, from their first read until the goal, the timeout or a person ends it. */
export class LocalSession {
  readonly #options: SessionOptions;
  readonly #stop = new AbortController();
  /** The last valid manifests, by object. */
  #manifests = new Map<string, ValidManifest>();
  /** All of them are valid, and there is at least one: only then a removal counts as intended. */
  #whole = true;
  #fingerprint = "";
  /** Why the last read failed, as reported; undefined: it succeeded. */
  #unreadText: string | undefined;
  /** By object: since when its manifest is missing, monotonic. */
  readonly #missingSince = new Map<string, number>();
  /** Objects without a manifest that stay in AWS. */
  readonly #removed = new Set<string>();
  /** Rows of objects as they are: a changed object is another one, and thousands of others stay the same. */
  readonly #known = new WeakMap<KubeObject, { readonly presence: Presence; readonly row: ObjectRow }>();
  #timer: Timer | undefined;
  #end: ((outcome: Outcome) => void) | undefined;
  #fail: ((error: unknown) => void) | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * @param first the manifests, read and valid
   * @param fingerprint of the source, taken before they were read
   */
  async run(first: ReadManifests, fingerprint: string): Promise<SessionEnd> {
    const { real, store, operate, interrupted, timeoutMs, until, prune } = this.#options;
    const startedAt = real.monotonic();
    this.#fingerprint = fingerprint;
    this.#take(first);
    for (const object of store.objects())
      if (!prune && this.#isMissing(object)) this.#removed.add(textOfObject(object));
    if (this.#options.deleteAll) await this.#deleteAll();
    const objectsAtStart = this.#rows().filter(({ phase }) => phase !== "removed").length;

    const ended = new Promise<Outcome>((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    const interrupt = (): void => this.#end?.({ kind: "interrupted" });
    if (interrupted.aborted) interrupt();
    else interrupted.addEventListener("abort", interrupt, { once: true });
    const deadline =
      timeoutMs === undefined || until === undefined
        ? undefined
        : real.schedule(timeoutMs, () => this.#end?.({ kind: "timeout", goal: until }));
    this.#readLater();
    this.changed();
    const operating = operate(this.#stop.signal);
    try {
      // An operator that ends by itself has failed and rejects.
      const outcome = await Promise.race([ended, operating.then(() => ended)]);
      return { outcome, rows: this.#rows(), objectsAtStart, tookMs: real.monotonic() - startedAt };
    } finally {
      this.#end = undefined;
      this.#fail = undefined;
      this.#timer?.cancel();
      deadline?.cancel();
      interrupted.removeEventListener("abort", interrupt);
      this.#stop.abort(new Error("the session has ended"));
      await operating;
    }
  }

  /** Stops the operator; `run` then rejects with the error. */
  fail(error: unknown): void {
    this.#fail?.(error);
  }

  /** Call this after every change of the store. */
  changed(): void {
    const rows = this.#rows();
    this.#options.view.objects(rows);
    const { until } = this.#options;
    if (until === undefined) return;
    const verdict = verdictOn(until, rows);
    if (verdict.kind === "reached") this.#end?.({ kind: "reached", goal: until });
    if (verdict.kind === "stalled") this.#end?.({ kind: "stalled", rows: verdict.rows });
  }

  #readLater(): void {
    this.#timer = this.#options.real.schedule(readMs, () => {
      this.#read()
        .catch((error: unknown) => {
          if (error instanceof StateNotWritten) this.fail(error);
          else if (!this.#stop.signal.aborted) this.#unread(error);
        })
        .finally(() => {
          if (!this.#stop.signal.aborted) this.#readLater();
        });
    });
  }

  /** After a failed read nothing counts as removed, and the next one reads everything again. */
  #unread(error: unknown): void {
    this.#whole = false;
    this.#fingerprint = "";
    this.#missingSince.clear();
    const text = `the manifests cannot be read: ${String(error)}`;
    if (text !== this.#unreadText) this.#options.view.notice(text);
    this.#unreadText = text;
  }

  async #read(): Promise<void> {
    const { source, view } = this.#options;
    const fingerprint = await source.fingerprint();
    if (fingerprint !== this.#fingerprint) {
      const read = await source.read(this.#stop.signal);
      // Somebody is still writing: the next read will be complete.
      if ((await source.fingerprint()) !== fingerprint) return;
      this.#fingerprint = fingerprint;
      this.#unreadText = undefined;
      const problems = [...read.problems, ...(read.problems.length === 0 ? conflicts(read, this.#options.store) : [])];
      this.#whole = problems.length === 0 && read.manifests.length > 0;
      view.edit(problems);
      if (this.#whole && !this.#options.deleteAll) this.#take(read);
      else if (problems.length === 0 && read.manifests.length === 0) {
        view.notice(`${source.name} has no manifests any more: no object is deleted because of that`);
      }
    }
    if (!this.#options.deleteAll && this.#sweep()) {
      this.#options.save();
      this.changed();
    }
  }

  /** Applies valid manifests. */
  #take(read: ReadManifests): void {
    this.#manifests = new Map(read.manifests.map((manifest) => [textOf(manifest.object.kind, manifest.key), manifest]));
    for (const [name, metadata] of read.namespaces) this.#options.store.setNamespace(name, metadata);
    for (const manifest of read.manifests) this.#apply(manifest);
    this.#holdJobs();
    this.#options.save();
    this.changed();
  }

  /** The job of an object without a manifest is not submitted any more. A manifest that comes back takes this away. */
  #holdJobs(): void {
    const { store } = this.#options;
    for (const object of store.objects(BatchJobKind)) {
      const isOpen = ["nothing", "unknown"].includes(inAws(object));
      if (isOpen && this.#isMissing(object)) store.patchSpec(BatchJobKind, object, { suspend: true });
    }
  }

  #apply(manifest: ValidManifest): void {
    // The new object waits until the old one is deleted, as in a cluster.
    if (this.#objectOf(manifest)?.metadata.deletionTimestamp !== undefined) return;
    const { store, source } = this.#options;
    const { metadata, ...rest } = manifestOf(manifest);
    const { kind } = manifest.object;
    // An object that the operator deleted would be created again at once.
    const marks = kindOf(kind).expires === true ? { [manifestAnnotation]: source.name } : {};
    store.apply({ ...rest, metadata: { ...metadata, annotations: { ...metadata.annotations, ...marks } } });
  }

  /** Detects removed manifests, and objects to create again. Returns whether anything changed. */
  #sweep(): boolean {
    const gone = this.#options.store.objects().filter((object) => this.#goneNow(object));
    const again = [...this.#manifests.values()].filter((manifest) => this.#objectOf(manifest) === undefined);
    for (const manifest of again) this.#apply(manifest);
    return gone.length + again.length > 0;
  }

  /**
   * Deletes an object, or shows it as removed, once its manifest has been missing for long enough. One of which AWS has nothing
   * is not kept: there is nothing that a person could still want to delete.
   */
  #goneNow(object: KubeObject): boolean {
    const { store, real, prune } = this.#options;
    const text = textOfObject(object);
    if (!this.#isMissing(object) || !this.#whole) {
      this.#missingSince.delete(text);
      return this.#manifests.has(text) && this.#removed.delete(text);
    }
    const since = this.#missingSince.get(text) ?? real.monotonic();
    this.#missingSince.set(text, since);
    if (real.monotonic() - since < vanishMs) return false;
    if (prune || inAws(object) === "nothing") return store.delete(kindOf(object.kind), object.metadata);
    if (this.#removed.has(text)) return false;
    this.#removed.add(text);
    return true;
  }

  #isMissing(object: KubeObject): boolean {
    return object.metadata.deletionTimestamp === undefined && !this.#manifests.has(textOfObject(object));
  }

  /** Sets the finalizer first: an object that was never reconciled here may still have resources in AWS. */
  async #deleteAll(): Promise<void> {
    const { store, save } = this.#options;
    for (const object of store.objects()) {
      if (this.#removed.has(textOfObject(object)) || object.metadata.deletionTimestamp !== undefined) continue;
      const kind = kindOf(object.kind);
      await store.patchMetadata(kind, object, { addFinalizer: cleanupFinalizer }, this.#stop.signal);
      store.delete(kind, object.metadata);
    }
    save();
  }

  #objectOf({ object, key }: ValidManifest): KubeObject | undefined {
    return this.#options.store.object(kindOf(object.kind), key);
  }

  #rows(): readonly ObjectRow[] {
    return this.#options.store.objects().map((object) => {
      const presence = this.#presenceOf(object);
      const known = this.#known.get(object);
      if (known?.presence === presence) return known.row;
      const row = rowOf(object, presence);
      this.#known.set(object, { presence, row });
      return row;
    });
  }

  #presenceOf(object: KubeObject): Presence {
    if (!this.#isMissing(object)) return "present";
    if (this.#removed.has(textOfObject(object))) return "removed";
    return this.#options.prune ? "vanishing" : "present";
  }
}

/** Conflicts of manifests with existing objects: changes of immutable fields. */
export function conflicts(read: ReadManifests, store: MemoryStore): readonly Problem[] {
  return read.manifests.flatMap((manifest) => {
    const before = store.object(kindOf(manifest.object.kind), manifest.key);
    return before === undefined ? [] : changeProblems(manifest, before);
  });
}

function textOf(kind: string, key: { readonly namespace: string; readonly name: string }): string {
  return `${kind} ${keyText(key)}`;
}

function textOfObject({ kind, metadata }: KubeObject): string {
  return textOf(kind, metadata);
}
