import type { Objects } from "../../controllers/ports.ts";
import type { NamespaceMetadata } from "../../kube/namespaces.ts";
import type { Clock } from "../../runtime/clock.ts";

/** A limit that an administrator has just drawn should not be outrun. */
const freshMs = 3000;

/** Namespaces are read when they are needed and remembered for 3 s: a thousand objects of one are no thousand reads. */
export function remembered(read: Objects["namespace"], clock: Clock): Objects["namespace"] {
  const known = new Map<string, { readonly namespace: NamespaceMetadata | undefined; readonly readAt: number }>();
  return async (name, signal) => {
    const now = clock.monotonic();
    for (const [other, { readAt }] of known) if (now - readAt >= freshMs) known.delete(other);
    const before = known.get(name);
    if (before !== undefined) return before.namespace;
    const namespace = await read(name, signal);
    known.set(name, { namespace, readAt: now });
    return namespace;
  };
}
