import type { Kind } from "../api/object.ts";
import { StoreError, type WatchEvent } from "../runtime/store.ts";
import { isStatus, jsonOf, type RequestTarget, statusError } from "./errors.ts";
import { toObject } from "./resource.ts";

/** etcd accepts objects of 1.5 MiB; a longer line is not an event. */
const longestLine = 16 * 1024 * 1024;
const newline = 0x0a;

/**
 * The lines of a stream of bytes, independent of its chunks. It searches the bytes, because no multi-byte character
 * contains a newline.
 * @throws StoreError `Unavailable` if the stream ends inside a line
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let begun: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      begun.push(chunk.subarray(start, end));
      yield Buffer.concat(begun).toString("utf8");
      begun = [];
      length = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    begun.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > longestLine)
      throw new StoreError("Unavailable", `a watch sent a line of more than ${longestLine} bytes`);
  }
  if (length > 0) throw new StoreError("Unavailable", "the connection of a watch ended in the middle of an event");
}

/** The events of a watch. @throws StoreError the error of an ERROR event, e.g. `Gone` */
export async function* watchEvents(
  kind: Kind,
  target: RequestTarget,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent, void, undefined> {
  for await (const line of linesOf(chunks)) {
    if (line.trim() !== "") yield watchEvent(kind, target, line);
  }
}

const changes = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;

function watchEvent(kind: Kind, target: RequestTarget, line: string): WatchEvent {
  const { type, object } = parsedLine(line);
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { kind: changes[type], object: toObject(kind, object) };
    case "BOOKMARK":
      return { kind: "bookmark", resourceVersion: toBookmark(object) };
    case "ERROR": {
      const status = isStatus(object) ? object : undefined;
      throw statusError(target, status?.code ?? 500, status);
    }
    default:
      throw new StoreError("Unavailable", `a watch of ${kind.plural} sent an event of unknown type ${String(type)}`);
  }
}

function parsedLine(line: string): { readonly type?: unknown; readonly object?: unknown } {
  const parsed = jsonOf(line);
  if (typeof parsed === "object" && parsed !== null) return parsed;
  throw new StoreError("Unavailable", `a watch sent a line that is not an event: ${line.slice(0, 80)}`);
}

function toBookmark(object: unknown): string {
  const version = (object as { metadata?: { resourceVersion?: unknown } } | undefined)?.metadata?.resourceVersion;
  if (typeof version === "string") return version;
  throw new StoreError("Unavailable", "a watch sent a bookmark without a resource version");
}
