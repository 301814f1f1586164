import type { Kind, KubeObject } from "../../api/object.ts";
import { kinds } from "../../api/v1alpha1/kinds.ts";
import type { KubeApi } from "../../kube/api.ts";
import { type KubeStore, kubeStore } from "../../kube/client.ts";
import { exitCodes } from "../../operator/io.ts";
import { orCommandError } from "../../operator/kubernetes.ts";
import { roomLimits } from "../../runtime/cache-limits.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import { Runtime } from "../../runtime/runtime.ts";
import { ClusterEvents } from "./cluster-events.ts";
import type { Answer, EventLine, Events } from "./model.ts";

/** The objects of a cluster, kept up to date by a watch, and their events. */
export interface Cluster {
  objects(): readonly KubeObject[];
  eventsOf(object: KubeObject, signal: AbortSignal): Promise<Events>;
  eventsOfKind(kind: Kind, signal: AbortSignal): Promise<Answer<ReadonlyMap<string, readonly EventLine[]>>>;
  /** Watches until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

export interface ClusterOptions {
  readonly api: KubeApi;
  /** Undefined: all. */
  readonly namespaces: readonly string[] | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

const manager = "aws-batch-operator-ui";

/**
 * Reads all objects once, so that a missing permission is an error and not an empty page.
 * @throws CommandError if they cannot be read
 */
export async function openCluster(options: ClusterOptions, signal: AbortSignal): Promise<Cluster> {
  const { api, namespaces, clock, random, log } = options;
  const store = kubeStore({
    api,
    random,
    fieldManager: manager,
    reporter: { controller: manager, instance: manager },
    mayWrite() {
      throw new Error("ui only reads");
    },
    watchNamespaces: namespaces,
  });
  await orCommandError(() => readOnce(store, signal), exitCodes.cannotStart, signal);
  const runtime = new Runtime({ store, clock, random, log, observer: undefined, roomLimits });
  const caches = kinds.map((kind) => runtime.cache(kind));
  const events = new ClusterEvents(api, namespaces, clock);
  return {
    objects: () => caches.flatMap((cache) => cache.list()),
    eventsOf: (object, inner) => events.of(object, inner),
    eventsOfKind: (kind, inner) => events.ofKind(kind, inner),
    follow: (inner) => runtime.runCaches(inner),
  };
}

async function readOnce(store: KubeStore, signal: AbortSignal): Promise<void> {
  const sources = store.namespaces === undefined ? [store] : [...store.namespaces.values()];
  for (const source of sources) for (const kind of kinds) await source.list(kind, signal);
}
