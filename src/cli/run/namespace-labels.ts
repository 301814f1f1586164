import type { Clock } from "../../runtime/clock.ts";

export type Labels = Readonly<Record<string, string>>;
export type ReadLabels = (namespace: string, signal: AbortSignal) => Promise<Labels | undefined>;

/** Who may be referred to. */
export const labelsFreshMs = 30_000;
/** What may be used: a limit that an administrator has just drawn should not be outrun. */
export const annotationsFreshMs = 3000;

/**
 * Labels, or annotations: namespaces are read one by one when they are needed, and remembered for a moment, so that a
 * thousand objects of one namespace are no thousand reads.
 */
export function rememberedLabels(read: ReadLabels, clock: Clock, freshMs: number): ReadLabels {
  const known = new Map<string, { readonly labels: Labels | undefined; readonly readAt: number }>();
  return async (namespace, signal) => {
    const now = clock.monotonic();
    for (const [name, { readAt }] of known) if (now - readAt >= freshMs) known.delete(name);
    const remembered = known.get(namespace);
    if (remembered !== undefined) return remembered.labels;
    const labels = await read(namespace, signal);
    known.set(namespace, { labels, readAt: now });
    return labels;
  };
}
