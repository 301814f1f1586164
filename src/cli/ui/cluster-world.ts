import type { KubeObject } from "../../api/object.ts";
import { kinds } from "../../api/v1alpha1/kinds.ts";
import type { KubeApi } from "../../kube/api.ts";
import { type KubeStore, kubeStore } from "../../kube/client.ts";
import { eventKind } from "../../kube/events-api.ts";
import { resourcePath, resourceTarget } from "../../kube/resource.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import { Runtime } from "../../runtime/runtime.ts";
import { StoreError } from "../../runtime/store.ts";
import { exitCodes } from "../io.ts";
import { orCommandError } from "../kubernetes.ts";
import type { EventLine, Events } from "./model.ts";

/** The objects of a cluster, kept up to date by a watch, and their events. */
export interface Cluster {
  objects(): readonly KubeObject[];
  eventsOf(object: KubeObject, signal: AbortSignal): Promise<Events>;
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
  const runtime = new Runtime({ store, clock, random, log });
  const caches = kinds.map((kind) => runtime.cache(kind));
  const events = new RecentEvents(api, clock);
  return {
    objects: () => caches.flatMap((cache) => cache.list()),
    eventsOf: (object, inner) => events.of(object, inner),
    follow: (inner) => runtime.runCaches(inner),
  };
}

async function readOnce(store: KubeStore, signal: AbortSignal): Promise<void> {
  const sources = store.namespaces === undefined ? [store] : [...store.namespaces.values()];
  for (const source of sources) for (const kind of kinds) await source.list(kind, signal);
}

/** How old events may be (ms). */
const freshMs = 5000;

interface EventBody {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly metadata?: { readonly creationTimestamp?: string };
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
}

/** Events of the objects that somebody has open. */
class RecentEvents {
  readonly #api: KubeApi;
  readonly #clock: Clock;
  /** By uid; one for each object that was open. */
  readonly #read = new Map<string, { readonly at: number; readonly events: Promise<Events> }>();

  constructor(api: KubeApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  of(object: KubeObject, signal: AbortSignal): Promise<Events> {
    const { uid } = object.metadata;
    const known = this.#read.get(uid);
    const now = this.#clock.monotonic();
    if (known !== undefined && now - known.at < freshMs) return known.events;
    const events = this.#list(object, signal);
    this.#read.set(uid, { at: now, events });
    return events;
  }

  async #list({ metadata }: KubeObject, signal: AbortSignal): Promise<Events> {
    const { namespace, uid } = metadata;
    const path = resourcePath(eventKind, { namespace });
    const target = resourceTarget(eventKind, "list", { namespace });
    const query = { fieldSelector: `regarding.uid=${uid}`, limit: 200 };
    try {
      const answer = await this.#api.request({ method: "GET", path, query, target }, signal);
      const { items = [] } = answer as { readonly items?: readonly EventBody[] };
      return { lines: items.map(lineOf) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { lines: [], problem: error.message };
    }
  }
}

function lineOf({ type, reason, note, eventTime, deprecatedLastTimestamp, metadata, series }: EventBody): EventLine {
  return {
    at: series?.lastObservedTime ?? eventTime ?? deprecatedLastTimestamp ?? metadata?.creationTimestamp ?? "",
    type: type ?? "Normal",
    reason: reason ?? "",
    note: note ?? "",
    count: series?.count ?? 1,
  };
}
