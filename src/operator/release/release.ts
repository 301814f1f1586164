import { type Kind, type KubeObject, keyText } from "../../api/object.ts";
import { pausedAnnotation } from "../../api/v1alpha1/annotations.ts";
import { kinds } from "../../api/v1alpha1/kinds.ts";
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

/**
 * Releases all objects of the store: AWS keeps their resources, marked as retained, and their finalizers are removed, so
 * that the objects, their namespaces and the CRDs can be deleted without changing AWS. It pauses the objects first, so
 * that a running operator writes nothing more for them.
 * @throws StoreError when the store cannot be read or written
 */
export async function release(options: ReleaseOptions, signal: AbortSignal): Promise<Released> {
  const { flags, region, clusterUid, ports, store, onProgress } = options;
  const { clock } = ports;
  const objects = await allObjects(store, signal);
  const finalized = objects.filter(({ object }) => isFinalized(object));
  const untouched = objects.filter(({ object }) => !isFinalized(object)).map(({ object }) => nameOf(object));
  for (const { kind, object } of objects) await pause(store, kind, object, signal);
  if (finalized.length === 0) return { released: [], untouched, held: [] };

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
    flags,
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
    while (waiting.size > 0 && clock.now() - since < options.timeoutMs) await sleep(clock, pollMs, eitherEnd);
  };
  const running = composed.run(eitherEnd);
  try {
    await Promise.race([running, allReleased()]);
  } finally {
    stop.abort(new Error("the release ends"));
    await running;
  }
  const held = [...waiting].map((object) => ({ object, why: reasons.get(object) ?? "AWS was not read in time" }));
  return { released, untouched, held };
}

async function allObjects(
  store: Store,
  signal: AbortSignal,
): Promise<readonly { readonly kind: Kind; readonly object: KubeObject }[]> {
  const lists = await Promise.all(
    [...sourcesOf(store).values()].flatMap((source) =>
      kinds.map(async (kind) => (await source.list(kind, signal)).items.map((object) => ({ kind, object }))),
    ),
  );
  return lists.flat();
}

/** Sets the annotation on the current object, also if it changes at the same time. */
async function pause(store: Store, kind: Kind, listed: KubeObject, signal: AbortSignal): Promise<void> {
  let object: KubeObject | undefined = listed;
  while (object !== undefined && object.metadata.annotations?.[pausedAnnotation] !== "true") {
    try {
      await store.patchMetadata(kind, object, { annotations: { [pausedAnnotation]: "true" } }, signal);
      return;
    } catch (error) {
      if (!(error instanceof StoreError) || (error.reason !== "Conflict" && error.reason !== "NotFound")) throw error;
      object = await store.get(kind, listed.metadata, signal);
    }
  }
}

function nameOf(object: KubeObject): string {
  return `${object.kind} ${keyText(object.metadata)}`;
}
