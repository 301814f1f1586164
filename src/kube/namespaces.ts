import type { KubeApi } from "./api.ts";
import { type ResourceKind, resourcePath, resourceTarget } from "./resource.ts";
import { StoreError } from "./store.ts";

/** What the operator reads of a Namespace. */
export interface NamespaceMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Namespace {
  readonly metadata: Partial<NamespaceMetadata> & { readonly uid: string };
}

const namespaces: ResourceKind = { group: "", version: "v1", plural: "namespaces" };

/**
 * A live read. Undefined: there is no such namespace.
 * @throws StoreError when it cannot be read
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
 * The UID of `kube-system`: what tells this cluster from every other.
 * @throws StoreError when it cannot be read
 */
export async function readClusterUid(api: KubeApi, signal: AbortSignal): Promise<string> {
  return (await read(api, "kube-system", signal)).metadata.uid;
}

async function read(api: KubeApi, name: string, signal: AbortSignal): Promise<Namespace> {
  const [path, target] = [resourcePath(namespaces, { name }), resourceTarget(namespaces, "get", { name })];
  return (await api.request({ method: "GET", path, target }, signal)) as Namespace;
}

/** A namespace as it is made: it has the one label that every namespace has. */
export function namespaceOf(name: string): NamespaceMetadata {
  return { labels: { "kubernetes.io/metadata.name": name }, annotations: {} };
}
