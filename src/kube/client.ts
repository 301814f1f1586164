/**
 * The door of `kube`: our client of Kubernetes' API, and the ports of `runtime` by it. `connection.ts` makes requests,
 * `watch-stream.ts` watches, `list.ts` lists in pages, `lease-store.ts` holds the lease. `memory-*.ts` are the same ports without
 * a cluster, for `local`, the rehearsal of `plan` and tests.
 */

import type { Kind, KubeObject, ObjectKey } from "../api/object.ts";
import { jsonEqual } from "../runtime/json-equal.ts";
import type { Random } from "../runtime/random.ts";
import { type MetadataPatch, type ObjectSource, type RecordedEvent, type Store, StoreError } from "../runtime/store.ts";
import type { ApiRequest, KubeApi, MayWrite } from "./api.ts";
import { ApiError } from "./errors.ts";
import { eventBody, eventKind, type Reporter, series } from "./events-api.ts";
import { listAll } from "./list.ts";
import { oneNamespace } from "./namespaces.ts";
import {
  namespaceKind,
  type ResourceAddress,
  type ResourceKind,
  resourcePath,
  resourceTarget,
  toObject,
} from "./resource.ts";
import { statusAtVersion } from "./status-at-version.ts";
import { watchEvents } from "./watch-stream.ts";

export interface KubeStoreOptions {
  readonly api: KubeApi;
  readonly random: Random;
  /** Field manager; `aws-batch-operator`. */
  readonly fieldManager: string;
  readonly reporter: Reporter;
  /** Called before each write, and again directly before its first byte is sent. */
  readonly mayWrite: MayWrite;
  /** The `namespaces` of the store. Roles in them are enough. */
  readonly watchNamespaces: readonly string[] | undefined;
}

/** An object as a user writes it, without the fields that the API server sets. */
export interface AppliedManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

export interface ApplyOptions {
  /** Dry run: returns the result with defaults and admission, without storing it. */
  readonly dryRun: boolean;
  /** Takes over fields of other managers, which are a `Conflict` otherwise. */
  readonly force: boolean;
  /** Undefined: that of the store. */
  readonly fieldManager: string | undefined;
}

/** An API server as a store, with further operations. */
export interface KubeStore extends Store {
  /**
   * Server-side apply of a whole manifest.
   * @throws StoreError `Invalid` if the server rejects the manifest, `Conflict`
   */
  apply(kind: Kind, manifest: AppliedManifest, options: ApplyOptions, signal: AbortSignal): Promise<KubeObject>;
  /** @throws StoreError `Conflict` if there is an object of this name, `Invalid` */
  create(kind: Kind, manifest: AppliedManifest, signal: AbortSignal): Promise<KubeObject>;
  /** Deletes an object; with `uid` only if it matches. False: it does not exist. */
  delete(kind: Kind, key: ObjectKey, uid: string | undefined, signal: AbortSignal): Promise<boolean>;
}

const mergePatch = "application/merge-patch+json";
/** JSON is YAML. */
const applyPatch = "application/apply-patch+yaml";
const jsonPatch = "application/json-patch+json";
/** Maximum duration of a watch; well below the time after which a reflector treats it as silent. */
const watchSeconds = 45;

/** A store on an API server. */
export function kubeStore(options: KubeStoreOptions): KubeStore {
  const { api, random, fieldManager, reporter, mayWrite, watchNamespaces } = options;
  const call = (kind: ResourceKind, verb: string, address: ResourceAddress, rest: Partial<ApiRequest>): ApiRequest => ({
    method: "GET",
    path: resourcePath(kind, address),
    target: resourceTarget(kind, verb, address),
    ...rest,
  });

  const watchQuery = () => ({
    watch: true,
    allowWatchBookmarks: true,
    // Random, so that not all watches restart at the same time after a restart of the server.
    timeoutSeconds: Math.round(watchSeconds * (1 - 0.1 * random())),
  });
  const sourceOf = (namespace: string | undefined): ObjectSource => ({
    list: (kind, signal, keep) => listAll(api, { kind, namespace, keep }, signal),
    watch(kind, resourceVersion, signal) {
      const request = call(kind, "watch", { namespace }, { query: { ...watchQuery(), resourceVersion } });
      return watchEvents(kind, request.target, api.stream(request, signal));
    },
  });
  /** The objects of a namespace and that Namespace itself, by requests that a Role in it can allow. */
  const sourceWithin = (namespace: string): ObjectSource => {
    const [objects, itself] = [sourceOf(namespace), oneNamespace(api, namespace, watchQuery)];
    const sourceFor = (kind: Kind): ObjectSource => (kind === namespaceKind ? itself : objects);
    return {
      list: (kind, signal, keep) => sourceFor(kind).list(kind, signal, keep),
      watch: (kind, resourceVersion, signal) => sourceFor(kind).watch(kind, resourceVersion, signal),
    };
  };

  /**
   * A status is independent of the spec, so a concurrent change of the spec is not a conflict. But the server also accepts
   * a status with another uid, and only the version prevents a write to a new object with an old name.
   */
  function statusRequest(kind: Kind, { metadata }: KubeObject, resourceVersion: string, status: unknown): ApiRequest {
    const { namespace, name, uid } = metadata;
    return statusPatch(kind, metadata, {
      query: { fieldManager, force: true },
      contentType: applyPatch,
      body: {
        apiVersion: `${kind.group}/${kind.version}`,
        kind: kind.kind,
        metadata: { namespace, name, uid, resourceVersion },
        status,
      },
    });
  }

  /** Replaces the whole status. An outdated version is a `Conflict`. */
  function replacingRequest(kind: Kind, { metadata }: KubeObject, status: unknown): ApiRequest {
    return statusPatch(kind, metadata, {
      query: { fieldManager },
      contentType: jsonPatch,
      body: [
        { op: "replace", path: "/metadata/resourceVersion", value: metadata.resourceVersion },
        { op: "replace", path: "/status", value: status },
      ],
    });
  }

  function statusPatch(kind: Kind, key: ObjectKey, rest: Partial<ApiRequest>): ApiRequest {
    return call(kind, "patch", { ...addressOf(key), subresource: "status" }, { method: "PATCH", mayWrite, ...rest });
  }

  /** @param preconditions what the object must have, or the answer is a `Conflict` */
  function deletion(kind: Kind, key: ObjectKey, preconditions: object | undefined): ApiRequest {
    const body = { apiVersion: "v1", kind: "DeleteOptions", ...(preconditions === undefined ? {} : { preconditions }) };
    return call(kind, "delete", addressOf(key), { method: "DELETE", body, mayWrite });
  }

  const store: KubeStore = {
    ...sourceOf(undefined),
    namespaces: watchNamespaces && new Map(watchNamespaces.map((name) => [name, sourceWithin(name)])),

    async get(kind, key, signal) {
      const found = await foundOr404(api.request(call(kind, "get", addressOf(key), {}), signal));
      return found === undefined ? undefined : toObject(kind, found);
    },

    async patchMetadata(kind, object, patch, signal) {
      const request = call(kind, "patch", addressOf(object.metadata), {
        method: "PATCH",
        query: { fieldManager },
        contentType: mergePatch,
        body: { metadata: metadataPatch(object, patch) },
        mayWrite,
      });
      return toObject(kind, await api.request(request, signal));
    },

    applyStatus: (kind, object, status, signal) =>
      statusAtVersion(
        object,
        `${kind.plural} "${object.metadata.namespace}/${object.metadata.name}"`,
        async (version) => {
          const applied = toObject(kind, await api.request(statusRequest(kind, object, version, status), signal));
          // A field that another manager owns too, after a restore or with cleared managedFields, survives an apply without it.
          if (jsonEqual(applied.status, status)) return applied;
          return toObject(kind, await api.request(replacingRequest(kind, applied, status), signal));
        },
        () => store.get(kind, object.metadata, signal),
      ),

    async deleteObject(kind, { metadata }, signal) {
      const { uid, resourceVersion } = metadata;
      await api.request(deletion(kind, metadata, { uid, resourceVersion }), signal);
    },

    async recordEvent(event, signal) {
      const { namespace } = event.regarding;
      if (event.count > 1) {
        const request = call(
          eventKind,
          "patch",
          { namespace, name: event.name },
          {
            method: "PATCH",
            query: { fieldManager },
            contentType: mergePatch,
            body: { series: series(event) },
            mayWrite,
          },
        );
        // The API server deletes events after an hour; then a new series starts with its count.
        if ((await foundOr404(api.request(request, signal))) !== undefined) return;
      }
      await createEvent(event, signal);
    },

    async apply(kind, manifest, { dryRun, force, fieldManager: manager = fieldManager }, signal) {
      const request = call(kind, "patch", addressOf(manifest.metadata), {
        method: "PATCH",
        query: { fieldManager: manager, force: force || undefined, dryRun: dryRun ? "All" : undefined },
        contentType: applyPatch,
        body: manifest,
        mayWrite: dryRun ? undefined : mayWrite,
      });
      return toObject(kind, await api.request(request, signal));
    },

    async create(kind, manifest, signal) {
      const { namespace } = manifest.metadata;
      const request = call(
        kind,
        "create",
        { namespace },
        { method: "POST", query: { fieldManager }, body: manifest, mayWrite },
      );
      return toObject(kind, await api.request(request, signal));
    },

    async delete(kind, key, uid, signal) {
      return (
        (await foundOr404(api.request(deletion(kind, key, uid === undefined ? undefined : { uid }), signal))) !==
        undefined
      );
    },
  };
  return store;

  async function createEvent(event: RecordedEvent, signal: AbortSignal): Promise<void> {
    const { namespace } = event.regarding;
    const request = call(
      eventKind,
      "create",
      { namespace },
      {
        method: "POST",
        query: { fieldManager },
        body: eventBody(event, reporter),
        mayWrite,
      },
    );
    try {
      await api.request(request, signal);
    } catch (error) {
      // It already exists if the answer to an earlier attempt was lost. A terminating namespace accepts no events.
      if (error instanceof ApiError && (error.code === 409 || error.hasCause("NamespaceTerminating"))) return;
      throw error;
    }
  }
}

function addressOf({ namespace, name }: ObjectKey): ResourceAddress {
  return { namespace, name };
}

/** The answer, or undefined if the object does not exist. */
async function foundOr404(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StoreError && error.reason === "NotFound") return undefined;
    throw error;
  }
}

/** A JSON merge patch. Finalizers are sent as a whole list; the resourceVersion protects those of others. */
function metadataPatch({ metadata }: KubeObject, patch: MetadataPatch): Record<string, unknown> {
  const { addFinalizer, removeFinalizer, annotations } = patch;
  const finalizers = new Set(metadata.finalizers);
  if (addFinalizer !== undefined) finalizers.add(addFinalizer);
  if (removeFinalizer !== undefined) finalizers.delete(removeFinalizer);
  const changesFinalizers = addFinalizer !== undefined || removeFinalizer !== undefined;
  return {
    resourceVersion: metadata.resourceVersion,
    ...(changesFinalizers ? { finalizers: [...finalizers] } : {}),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
