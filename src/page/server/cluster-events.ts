import type { Kind, KubeObject } from "../../api/object.ts";
import type { KubeApi } from "../../kube/api.ts";
import { eventKind } from "../../kube/events-api.ts";
import { resourcePath, resourceTarget } from "../../kube/resource.ts";
import type { Clock } from "../../runtime/clock.ts";
import { StoreError } from "../../runtime/store.ts";
import type { Answer, EventLine, Events } from "./model.ts";
import { idFor } from "./snapshot.ts";

/** How old the events of an open object may be (ms). */
const freshMs = 5000;

/** Of one answer. */
const pageSize = 500;
/** Of the events of a kind, in each namespace that is listed by itself. */
const mostPages = 10;

interface EventBody {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly metadata?: { readonly creationTimestamp?: string };
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly regarding?: { readonly namespace?: string; readonly name?: string };
}

interface EventPage {
  readonly items?: readonly EventBody[];
  readonly metadata?: { readonly continue?: string };
}

/** The events of a cluster, which keeps them for an hour. */
export class ClusterEvents {
  readonly #api: KubeApi;
  readonly #namespaces: readonly string[] | undefined;
  readonly #clock: Clock;
  /** By uid; one for each object that was open. */
  readonly #read = new Map<string, { readonly at: number; readonly events: Promise<Events> }>();

  /** @param namespaces undefined: all */
  constructor(api: KubeApi, namespaces: readonly string[] | undefined, clock: Clock) {
    this.#api = api;
    this.#namespaces = namespaces;
    this.#clock = clock;
  }

  /** Of an object that somebody has open. */
  of(object: KubeObject, signal: AbortSignal): Promise<Events> {
    const { uid } = object.metadata;
    const known = this.#read.get(uid);
    const now = this.#clock.monotonic();
    if (known !== undefined && now - known.at < freshMs) return known.events;
    const events = this.#ofObject(object, signal);
    this.#read.set(uid, { at: now, events });
    return events;
  }

  /** Of all objects of a kind, by ID of the object. */
  async ofKind({ kind }: Kind, signal: AbortSignal): Promise<Answer<ReadonlyMap<string, readonly EventLine[]>>> {
    const bodies: EventBody[] = [];
    try {
      for (const namespace of this.#namespaces ?? [undefined]) {
        let token: string | undefined;
        for (let pages = 0; pages < mostPages && (pages === 0 || token !== undefined); pages++) {
          const selector = `regarding.kind=${kind}`;
          const page = await this.#page(
            namespace,
            { fieldSelector: selector, limit: pageSize, continue: token },
            signal,
          );
          bodies.push(...(page.items ?? []));
          token = page.metadata?.continue || undefined;
        }
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { problem: `Events cannot be read: ${error.message}` };
    }
    const byObject = Map.groupBy(bodies, ({ regarding: { namespace = "", name = "" } = {} }) =>
      idFor(kind, { namespace, name }),
    );
    return { data: new Map([...byObject].map(([id, events]) => [id, events.map(lineOf)])) };
  }

  async #ofObject({ metadata: { namespace, uid } }: KubeObject, signal: AbortSignal): Promise<Events> {
    try {
      const page = await this.#page(namespace, { fieldSelector: `regarding.uid=${uid}`, limit: 200 }, signal);
      return { lines: (page.items ?? []).map(lineOf) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { lines: [], problem: error.message };
    }
  }

  async #page(
    namespace: string | undefined,
    query: { readonly fieldSelector: string; readonly limit: number; readonly continue?: string | undefined },
    signal: AbortSignal,
  ): Promise<EventPage> {
    const path = resourcePath(eventKind, { namespace });
    const target = resourceTarget(eventKind, "list", { namespace });
    return (await this.#api.request({ method: "GET", path, query, target }, signal)) as EventPage;
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
