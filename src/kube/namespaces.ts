import type { Kind } from "../api/object.ts";
import { type ObjectSource, StoreError } from "../runtime/store.ts";
import type { KubeApi } from "./api.ts";
import { namespaceKind, resourcePath, resourceTarget, toObject } from "./resource.ts";
import { watchEvents } from "./watch-stream.ts";

/** The part of a Namespace that the operator reads. */
export interface NamespaceMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Namespace {
  readonly metadata: Partial<NamespaceMetadata> & { readonly uid: string };
}

/**
 * A live read. Undefined: the namespace does not exist.
 * @throws StoreError if it cannot be read
 */
export async function readNamespace(
  api: KubeApi,
  name: string,
  signal: AbortSignal,
): Promise<NamespaceMetadata | undefined> {
  try {
    const { labels = {}, annotations = {} } = (await read(api, name, signal)).metadata;
    return { labels, annotations };
  } catch (error) {
    if (error instanceof StoreError && error.reason === "NotFound") return undefined;
    throw error;
  }
}

/**
 * The UID of `kube-system`, which identifies this cluster.
 * @throws StoreError if it cannot be read
 */
export async function readClusterUid(api: KubeApi, signal: AbortSignal): Promise<string> {
  return (await read(api, "kube-system", signal)).metadata.uid;
}

async function read(api: KubeApi, name: string, signal: AbortSignal): Promise<Namespace> {
  const [path, target] = [resourcePath(namespaceKind, { name }), resourceTarget(namespaceKind, "get", { name })];
  return (await api.request({ method: "GET", path, target }, signal)) as Namespace;
}

/**
 * One Namespace as a source, by requests that a Role in that namespace can allow: it counts as in itself for `get`
 * and for the path `/watch/namespaces/NAME`, but not for a list or a watch of the collection.
 * @param watchQuery as for other watches
 */
export function oneNamespace(
  api: KubeApi,
  name: string,
  watchQuery: () => Readonly<Record<string, string | number | boolean>>,
): ObjectSource {
  const path = resourcePath(namespaceKind, { name });
  return {
    async list(kind: Kind, signal) {
      const target = resourceTarget(kind, "get", { name });
      const namespace = toObject(kind, await api.request({ method: "GET", path, target }, signal));
      // Its own version may be too old for a watch; a watch without a version starts with the current objects.
      return { items: [namespace], resourceVersion: "" };
    },
    watch(kind, resourceVersion, signal) {
      const target = resourceTarget(kind, "watch", { name });
      const query = { ...watchQuery(), resourceVersion: resourceVersion === "" ? undefined : resourceVersion };
      const request = {
        method: "GET",
        path: path.replace("/namespaces/", "/watch/namespaces/"),
        query,
        target,
      } as const;
      return watchEvents(kind, target, api.stream(request, signal));
    },
  };
}

/** A new namespace, with the one label that every namespace has. */
export function namespaceOf(name: string): NamespaceMetadata {
  return { labels: { "kubernetes.io/metadata.name": name }, annotations: {} };
}
