import { childSignal } from "../runtime/abort.ts";
import { StoreError, type WatchEvent } from "./store.ts";

/**
 * Where a watch of several namespaces stands: one resourceVersion for each. Each namespace has a stream of its own,
 * and one may lag behind the others, so the version of the newest event says nothing about the rest.
 */
export type Positions = ReadonlyMap<string, string>;

export function encodePositions(positions: Positions): string {
  return JSON.stringify([...positions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @throws StoreError `Gone` when the text is not of exactly these namespaces */
export function decodePositions(text: string, namespaces: readonly string[]): Map<string, string> {
  const positions = new Map(text.startsWith("[") ? (JSON.parse(text) as [string, string][]) : []);
  if (positions.size !== namespaces.length || !namespaces.every((namespace) => positions.has(namespace))) {
    throw new StoreError("Gone", "the resource version is not of the namespaces that are watched");
  }
  return positions;
}

/**
 * The watches of several namespaces as one. After each event comes a bookmark with the position of all of them, from
 * which alone the watch can be resumed. Ends as soon as one of them ends.
 */
export async function* mergedWatch(
  from: Positions,
  watchOne: (namespace: string, resourceVersion: string, signal: AbortSignal) => AsyncIterable<WatchEvent>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void, undefined> {
  const positions = new Map(from);
  const child = childSignal(signal);
  const shown: { readonly namespace: string; readonly event: WatchEvent }[] = [];
  let end: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  const follow = async (namespace: string, resourceVersion: string): Promise<void> => {
    try {
      for await (const event of watchOne(namespace, resourceVersion, child.signal)) {
        shown.push({ namespace, event });
        wake?.();
      }
      end ??= { error: undefined };
    } catch (error) {
      end ??= { error };
    }
    child.abort(new Error("the watch of another namespace has ended"));
    wake?.();
  };
  const followers = [...from].map(([namespace, resourceVersion]) => follow(namespace, resourceVersion));

  try {
    for (;;) {
      for (let next = shown.shift(); next !== undefined; next = shown.shift()) {
        const { namespace, event } = next;
        const isBookmark = event.kind === "bookmark";
        positions.set(namespace, isBookmark ? event.resourceVersion : event.object.metadata.resourceVersion);
        if (!isBookmark) yield event;
        yield { kind: "bookmark", resourceVersion: encodePositions(positions) };
      }
      if (end !== undefined) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (end.error !== undefined) throw end.error;
  } finally {
    child.abort(new Error("the watch is over"));
    child.release();
    await Promise.all(followers);
  }
}
