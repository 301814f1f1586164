import { StoreError } from "../../runtime/store.ts";
import type { Objects } from "../ports.ts";

/** The annotations of a namespace, or why they are not known. */
export type AnnotationsRead =
  | { readonly kind: "read"; readonly annotations: Readonly<Record<string, string>> }
  | { readonly kind: "unread"; readonly why: string };

/** Reads a namespace for its annotations; what Kubernetes answers in their place is a reason, not an error. */
export async function annotationsOf(
  namespace: string,
  objects: Pick<Objects, "namespace">,
  signal: AbortSignal,
): Promise<AnnotationsRead> {
  try {
    const read = await objects.namespace(namespace, signal);
    if (read === undefined) return { kind: "unread", why: "there is no such namespace" };
    return { kind: "read", annotations: read.annotations };
  } catch (error) {
    if (error instanceof StoreError) return { kind: "unread", why: error.message };
    throw error;
  }
}
