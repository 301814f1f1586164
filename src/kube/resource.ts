import { type KeptBy, type Kind, type KubeObject, manifestKeepers, type ObjectMeta } from "../api/object.ts";
import { StoreError } from "../runtime/store.ts";
import type { RequestTarget } from "./errors.ts";

/** An object of a kind; without a name the collection, without a namespace the cluster. */
export interface ResourceAddress {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** Namespaces, which the operator reads in addition to its own kinds. */
export const namespaceKind: Kind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
};

export type ResourceKind = Pick<Kind, "group" | "version" | "plural">;

/** The URL path of a resource; the group of the core API is empty. */
export function resourcePath(kind: ResourceKind, { namespace, name, subresource }: ResourceAddress): string {
  const root = kind.group === "" ? ["api", kind.version] : ["apis", kind.group, kind.version];
  const scope = namespace === undefined ? [] : ["namespaces", namespace];
  const parts = [...root, ...scope, kind.plural, ...(name === undefined ? [] : [name])];
  if (subresource !== undefined) parts.push(subresource);
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** The same for messages: `<plural>.<group>/<subresource>`. */
export function resourceTarget(kind: ResourceKind, verb: string, address: ResourceAddress): RequestTarget {
  const { namespace, name, subresource } = address;
  const resource = resourceName(kind.group, kind.plural, subresource);
  return { verb, resource, namespace, name };
}

export function resourceName(group: string, plural: string, subresource?: string): string {
  return `${plural}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * An object from the API server. Of `managedFields` only the tools that keep its manifest stay, and kubectl's copy of the
 * whole manifest goes: the operator reads neither, and would keep both in memory.
 * @throws StoreError `Unavailable` if it is not an object of the API
 */
export function toObject(kind: Kind, value: unknown): KubeObject {
  const object = value as {
    readonly metadata?: ObjectMeta & { readonly managedFields?: readonly { readonly manager?: string }[] };
  };
  if (typeof object?.metadata?.name !== "string") {
    throw new StoreError("Unavailable", `the API server sent something that is not a ${kind.kind}`);
  }
  const { managedFields = [], ...own } = object.metadata;
  const keepers = (Object.keys(manifestKeepers) as KeptBy[]).filter((keeper) =>
    managedFields.some(({ manager }) => manager === keeper),
  );
  const given = keepers.length === 0 ? own : { ...own, keptBy: keepers };
  // As in RBAC, a Namespace counts as in itself.
  const metadata = kind === namespaceKind ? { ...given, namespace: given.name } : given;
  const { [lastApplied]: copy, ...annotations } = metadata.annotations ?? {};
  const others = Object.keys(annotations).length > 0 ? annotations : undefined;
  const kept = copy === undefined ? metadata : { ...metadata, annotations: others };
  return {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    ...(object as Pick<KubeObject, "spec" | "status">),
    metadata: kept,
  };
}
