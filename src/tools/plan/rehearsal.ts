import { randomUUID } from "node:crypto";
import { type Condition, type KubeObject, keyText } from "../../api/object.ts";
import { conditionsOf } from "../../controllers/pass/conditions.ts";
import { labelSelector } from "../../kube/label-selector.ts";
import { MemoryStore, type StoredObject } from "../../kube/memory-store.ts";
import type { NamespaceMetadata } from "../../kube/namespaces.ts";
import { type ComposedFlags, ComposedOperator, unobserved } from "../../operator/compose.ts";
import { roomLimits } from "../../runtime/cache-limits.ts";
import { VirtualClock } from "../../runtime/clock.ts";
import { silentLog } from "../../runtime/log.ts";
import { seededRandom } from "../../runtime/random.ts";
import type { RecordedEvent } from "../../runtime/store.ts";
import { CopiedCloud, type ReadAccount } from "./copy/cloud.ts";
import { objectText, type Step, Steps } from "./steps.ts";

/** The operator at work on a copy of the account, until nothing is left but waits that it cannot end. */

export interface RehearsalOptions {
  readonly account: ReadAccount;
  /** The objects as the operator will find them. */
  readonly objects: readonly KubeObject[];
  /** Those that the operator works on, by `objectText`; it only observes the others. */
  readonly reconciled: ReadonlySet<string>;
  /** By name; a namespace without an entry has no labels and annotations. */
  readonly namespaces: ReadonlyMap<string, NamespaceMetadata>;
  readonly flags: ComposedFlags;
  readonly clusterUid: string;
  /** Wall time (ms) at which it begins. */
  readonly startAt: number;
  readonly signal: AbortSignal;
}

export interface Rehearsed {
  /** By `objectText`; what belongs to no object has the key "". */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  /** Names and ids that only the copy has, with the words for them. */
  readonly invented: ReadonlyMap<string, string>;
  /** As they are at the end, by `objectText`; one that is gone is missing. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  /** What AWS calls what the operator has adopted, by `objectText`. */
  readonly adopted: ReadonlyMap<string, string>;
  /** The operator's last words about each object that is gone, by `objectText`. */
  readonly gone: ReadonlyMap<string, string>;
}

const stepMs = 10_000;
/** So long (ms) without a write or a turn of a condition nothing more is expected. */
const quietMs = 20 * 60_000;
/** The same once no object is on its way. */
const settledMs = 5 * 60_000;
const longestMs = 24 * 3_600_000;

/** @throws AwsError when the account cannot be read, CommandError when the operator would refuse to start */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsed> {
  const { account, namespaces, clusterUid, startAt, signal } = options;
  const objects = options.objects.map((object) => labelled(object, options.reconciled));
  const clock = new VirtualClock(startAt, () => account.reads.underWay());
  const store = new MemoryStore({ clock, newUid: randomUUID, admit: undefined });
  store.restore({ resourceVersion: objects.length, objects: objects.map(storedAt) });
  for (const [name, metadata] of namespaces) store.setNamespace(name, metadata);
  const steps = new Steps();
  const copied = new CopiedCloud(account, clock);
  const composed = new ComposedOperator({
    flags: { ...options.flags, shardSelector: labelSelector(reconciledLabel) },
    region: copied.region,
    clusterUid,
    roomLimits,
    ports: {
      clock,
      random: seededRandom(1),
      log: steps.log(silentLog),
      store: () => store,
      openCloud: async () => steps.cloud(copied),
      election: undefined,
      awsIsNew: true,
      ...unobserved,
    },
  });
  const stillness = new Stillness(clock, store, steps);
  store.onChange((_before, after) => {
    if (after !== undefined) steps.reported(after);
  });
  const adoptions: RecordedEvent[] = [];
  const gone = new Map<string, string>();
  store.onEvent((event) => {
    if (event.reason === "Adopted") adoptions.push(event);
    if (event.action === "Delete") gone.set(regardingText(event), event.note);
  });
  const stop = new AbortController();
  const running = composed.run(stop.signal);
  const eitherEnd = AbortSignal.any([signal, stop.signal]);
  const still = async () => await Promise.race([stillness.reached(eitherEnd), running]);
  try {
    await still();
    const waiting = store.objects().filter((object) => isReconciled(object) && !isSettled(object));
    if (copied.jobs.shown && waiting.length > 0) {
      for (const object of waiting) steps.assume(object);
      copied.jobs.end();
      await still();
    }
  } finally {
    stop.abort(new Error("the rehearsal has ended"));
    await clock.advance(0);
    await running;
  }
  return {
    steps: steps.of,
    invented: steps.invented,
    objects: new Map(store.objects().map((object) => [objectText(object), object])),
    adopted: adoptedIn(adoptions, steps.of),
    gone,
  };
}

/** Lets time go on until nothing happens any more. */
class Stillness {
  readonly #clock: VirtualClock;
  readonly #store: MemoryStore;
  readonly #steps: Steps;
  readonly #quietMs: number;
  #movedAt = 0;

  constructor(clock: VirtualClock, store: MemoryStore, steps: Steps) {
    this.#clock = clock;
    this.#store = store;
    this.#steps = steps;
    this.#quietMs = quietMs + Math.max(0, ...store.objects().map(longestWaitMs));
    store.onChange((before, after) => {
      if (turns(before) !== turns(after)) this.#movedAt = clock.monotonic();
    });
  }

  async reached(signal: AbortSignal): Promise<void> {
    const [clock, steps] = [this.#clock, this.#steps];
    const until = clock.monotonic() + longestMs + this.#quietMs;
    this.#movedAt = clock.monotonic();
    let writes = steps.writes;
    while (clock.monotonic() < until) {
      signal.throwIfAborted();
      await clock.advance(stepMs);
      if (steps.writes !== writes) this.#movedAt = clock.monotonic();
      writes = steps.writes;
      const stillMs = clock.monotonic() - this.#movedAt;
      if (stillMs >= this.#quietMs) return;
      if (stillMs >= settledMs && this.#store.objects().filter(isReconciled).every(isSettled)) return;
    }
  }
}

function adoptedIn(
  events: readonly RecordedEvent[],
  steps: ReadonlyMap<string, readonly Step[]>,
): ReadonlyMap<string, string> {
  const adopted = new Map<string, string>();
  for (const event of events) {
    const text = regardingText(event);
    const write = steps.get(text)?.find((step) => step.kind === "write" && step.operation === "TagResource");
    if (write?.kind === "write") adopted.set(text, write.subject);
  }
  return adopted;
}

/** As `objectText` of the object that an event is about. */
function regardingText({ regarding }: RecordedEvent): string {
  return `${regarding.kind.kind} ${keyText(regarding)}`;
}

/** Of the objects in the rehearsal that the operator works on; AWS never sees labels. */
const reconciledLabel = "awsbatch.dev/reconciled-in-plan";

function labelled(object: KubeObject, reconciled: ReadonlySet<string>): KubeObject {
  if (!reconciled.has(objectText(object))) return object;
  const labels = { ...object.metadata.labels, [reconciledLabel]: "true" };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function isReconciled({ metadata }: KubeObject): boolean {
  return metadata.labels?.[reconciledLabel] !== undefined;
}

function storedAt(object: KubeObject, index: number): StoredObject {
  const resourceVersion = String(index + 1);
  const { labels = {}, annotations = {} } = object.metadata;
  return {
    object: { ...object, metadata: { ...object.metadata, resourceVersion } },
    applied: { labels: Object.keys(labels), annotations: Object.keys(annotations) },
  };
}

/** Neither on its way, nor with predecessors that are. */
function isSettled(object: KubeObject): boolean {
  const conditions = conditionsOf(object);
  const isTrue = (wanted: string): boolean =>
    conditions.some(({ type, status }) => type === wanted && status === "True");
  const ready = conditions.find(({ type }) => type === "Ready");
  const isReported = ready?.observedGeneration === object.metadata.generation;
  return isReported && !isTrue("Reconciling") && !isTrue("Retiring");
}

/** Conditions without their words, which may count. */
function turns(object: KubeObject | undefined): string {
  return conditionsOf(object ?? ({} as KubeObject))
    .map(({ type, status, reason }: Condition) => `${type} ${status} ${reason}`)
    .join(", ");
}

interface Waiting {
  readonly replacement?: { readonly soakSeconds?: number };
  readonly drain?: { readonly timeoutSeconds?: number };
}

function longestWaitMs({ spec }: KubeObject): number {
  const { replacement, drain } = spec as Waiting;
  return 1000 * ((replacement?.soakSeconds ?? 0) + (drain?.timeoutSeconds ?? 0));
}
