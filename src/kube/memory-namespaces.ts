import type { KubeObject } from "../api/object.ts";
import { deepFreeze } from "./memory-metadata.ts";
import { type NamespaceMetadata, namespaceOf } from "./namespaces.ts";

/** The Namespaces of a store in memory. Each counts as in itself. */
export class MemoryNamespaces {
  readonly #namespaces = new Map<string, KubeObject>();

  get all(): readonly KubeObject[] {
    return [...this.#namespaces.values()];
  }

  get(name: string): KubeObject | undefined {
    return this.#namespaces.get(name);
  }

  /** @param given labels and annotations in addition to the label of every namespace */
  put(name: string, given: Partial<NamespaceMetadata>, revision: number, timestamp: string): KubeObject {
    const before = this.#namespaces.get(name);
    const namespace = deepFreeze({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name,
        namespace: name,
        uid: `namespace-${name}`,
        generation: 1,
        creationTimestamp: before?.metadata.creationTimestamp ?? timestamp,
        resourceVersion: String(revision),
        labels: { ...given.labels, ...namespaceOf(name).labels },
        annotations: { ...given.annotations },
      },
      spec: {},
    });
    this.#namespaces.set(name, namespace);
    return namespace;
  }

  clear(): void {
    this.#namespaces.clear();
  }
}
