import { type Kind, type KubeObject, keyText } from "../../api/object.ts";
import { pausedAnnotation } from "../../api/v1alpha1/annotations.ts";
import { kinds } from "../../api/v1alpha1/kinds.ts";
import { counted } from "../../api/words.ts";
import { timestamp } from "../../controllers/pass/conditions.ts";
import { isFinalized } from "../../controllers/pass/directives.ts";
import { roomLimits } from "../../runtime/cache-limits.ts";
import { sleep } from "../../runtime/clock.ts";
import { type Store, StoreError, sourcesOf } from "../../runtime/store.ts";
import { ComposedOperator, type CompositionOptions, type OperatorPorts, unobserved } from "../compose.ts";
import { releasingStore } from "./releasing-store.ts";

/** Options of a release; it composes the rest of the operator itself. */
export interface ReleaseOptions extends Omit<CompositionOptions, "ports" | "roomLimits"> {
  readonly ports: Pick<OperatorPorts, "clock" | "random" | "log" | "openCloud">;
  readonly store: Store;
  readonly timeoutMs: number;
  readonly onProgress: (line: string) => void;
}

export interface Released {
  /** `JobQueue team/q`: released objects with resources that stay in AWS. */
  readonly released: readonly string[];
  /** Objects without a finalizer: never created in AWS, or released before. */
  readonly untouched: readonly string[];
  /** Objects that could not be released in time, and why. */
  readonly held: readonly { readonly object: string; readonly why: string }[];
}

const pollMs = 200;
/** For each object whose pause is taken back. */
const resumeMs = 10_000;

/**
 * Releases all objects of the store: AWS keeps their resources, marked as retained, and their finalizers are removed, so
 * that the objects, their namespaces and the CRDs can be deleted without changing AWS. It pauses the objects first, so
 * that a running operator writes nothing more for them. When it fails, it takes that back: nobody else would.
 * @throws StoreError when the store cannot be read or written
 * @throws CommandError when AWS has the objects under another cluster name
 */
export async function release(options: ReleaseOptions, signal: AbortSignal): Promise<Released> {
  const { store, onProgress } = options;
  const objects = await allObjects(store, signal);
  const finalized = objects.filter(({ object }) => isFinalized(object));
  const untouched = objects.filter(({ object }) => !isFinalized(object)).map(({ object }) => nameOf(object));
  const paused: Listed[] = [];
  try {
    for (const one of objects) if (await setPaused(store, one, "true", signal)) paused.push(one);
    return finalized.length === 0
      ? { released: [], untouched, held: [] }
      : { ...(await releasePaused(finalized, options, signal)), untouched };
  } catch (error) {
    // Also after an interruption.
    for (const one of paused) await setPaused(store, one, null, AbortSignal.timeout(resumeMs));
    onProgress(`${counted(paused.length, "object")} that the release had paused continue as before`);
    throw error;
  }
}

/** @param finalized all that is to be released, paused */
async function releasePaused(
  finalized: readonly Listed[],
  { flags, region, clusterUid, ports, store, onProgress, timeoutMs }: ReleaseOptions,
  signal: AbortSignal,
): Promise<Omit<Released, "untouched">> {
  const { clock } = ports;

  const waiting = new Set(finalized.map(({ object }) => nameOf(object)));
  const reasons = new Map<string, string>();
  const released: string[] = [];
  const since = clock.now();
  const onWait = (object: KubeObject, message: string): void => {
    const name = nameOf(object);
    if (reasons.get(name) === message) return;
    reasons.set(name, message);
    onProgress(`${name} waits: ${message}`);
  };
  const composed = new ComposedOperator({
    // A release changes tags of what the objects have already, wherever that is.
    flags: { ...flags, allowedRegions: flags.allowedRegions ?? ["*"] },
    region,
    clusterUid,
    roomLimits,
    ports: {
      ...ports,
      store: () => releasingStore(store, timestamp(since), onWait),
      election: undefined,
      awsIsNew: false,
      ...unobserved,
    },
  });
  for (const kind of kinds) {
    composed.operator.runtime.cache(kind).onChange(({ before, after }) => {
      const object = after ?? before;
      if (object === undefined || (after !== undefined && isFinalized(after))) return;
      const name = nameOf(object);
      if (!waiting.delete(name)) return;
      released.push(name);
      onProgress(`${name} is released`);
    });
  }
  const stop = new AbortController();
  const eitherEnd = AbortSignal.any([signal, stop.signal]);
  const allReleased = async (): Promise<void> => {
    while (waiting.size > 0 && clock.now() - since < timeoutMs) await sleep(clock, pollMs, eitherEnd);
  };
  const running = composed.run(eitherEnd);
  try {
    await Promise.race([running, allReleased()]);
  } finally {
    stop.abort(new Error("the release ends"));
    await running;
  }
  const held = [...waiting].map((object) => ({ object, why: reasons.get(object) ?? "AWS was not read in time" }));
  return { released, held };
}

interface Listed {
  readonly kind: Kind;
  readonly object: KubeObject;
}

async function allObjects(store: Store, signal: AbortSignal): Promise<readonly Listed[]> {
  const lists = await Promise.all(
    [...sourcesOf(store).values()].flatMap((source) =>
      kinds.map(async (kind) => (await source.list(kind, signal)).items.map((object) => ({ kind, object }))),
    ),
  );
  return lists.flat();
}

/** Pauses an object, or takes that back: sets or removes the annotation on the current object, also if it changes at the same time; false: it was so before. */
async function setPaused(
  store: Store,
  { kind, object: listed }: Listed,
  value: "true" | null,
  signal: AbortSignal,
): Promise<boolean> {
  let object: KubeObject | undefined = value === null ? await store.get(kind, listed.metadata, signal) : listed;
  while (object !== undefined && (object.metadata.annotations?.[pausedAnnotation] === "true") !== (value === "true")) {
    try {
      await store.patchMetadata(kind, object, { annotations: { [pausedAnnotation]: value } }, signal);
      return true;
    } catch (error) {
      if (!(error instanceof StoreError) || (error.reason !== "Conflict" && error.reason !== "NotFound")) throw error;
      object = await store.get(kind, listed.metadata, signal);
    }
  }
  return false;
}

function nameOf(object: KubeObject): string {
  return `${object.kind} ${keyText(object.metadata)}`;
}
