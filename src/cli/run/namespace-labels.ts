import type { Clock } from "../../runtime/clock.ts";

export type Labels = Readonly<Record<string, string>>;
export type ReadLabels = (namespace: string, signal: AbortSignal) => Promise<Labels | undefined>;

const freshMs = 30_000;

/** Labels, or annotations: namespaces are read one by one when they are needed, and remembered for half a minute. */
export function rememberedLabels(read: ReadLabels, clock: Clock): ReadLabels {
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
