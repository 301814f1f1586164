/** Which namespaces may use an object of another namespace. Pure. */

import { type KubeObject, keyText } from "../../api/object.ts";
import type { BatchComputeEnvironmentSpec } from "../../api/v1alpha1/batch-compute-environment.ts";
import { StoreError } from "../../runtime/store.ts";

/** The labels of a namespace, or why they may not be read; undefined: there is none, or nobody asked for them. */
export type Labels = Readonly<Record<string, string>> | StoreError | undefined;

type Access = typeof allowed | typeof refused | { readonly kind: "unread"; readonly message: string };

const allowed = { kind: "allowed" } as const;
const refused = { kind: "refused" } as const;

/** An object whose spec says which namespaces may use it. */
export type Sharing = KubeObject<Pick<BatchComputeEnvironmentSpec, "allowedNamespaces">, unknown>;

/** Whether objects of a namespace may use an object; `unread`: that is not known before a person acts. */
export function accessTo({ metadata, spec }: Sharing, namespace: string, labels: Labels): Access {
  if (metadata.namespace === namespace) return allowed;
  const { from, selector } = spec.allowedNamespaces ?? {};
  if (from === "All") return allowed;
  if (from !== "Selector") return refused;
  if (labels instanceof StoreError) {
    const path = keyText(metadata);
    const message = `namespace ${namespace} cannot be read (${labels.message}), so whether it may use ${path} is unknown. Let the operator get, list and watch namespaces`;
    return { kind: "unread", message };
  }
  const required = Object.entries(selector?.matchLabels ?? {});
  const matches = required.length > 0 && required.every(([key, value]) => labels?.[key] === value);
  return matches ? allowed : refused;
}
