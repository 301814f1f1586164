import type { RecordedEvent } from "../runtime/store.ts";
import { microTime } from "./micro-time.ts";
import type { ResourceKind } from "./resource.ts";

export const eventKind: ResourceKind = { group: "events.k8s.io", version: "v1", plural: "events" };

/** The reporter in each Event. */
export interface Reporter {
  /** `reportingController`, a qualified name: `awsbatch.dev/aws-batch-operator`. */
  readonly controller: string;
  /** `reportingInstance`: this process; the pod's name. */
  readonly instance: string;
}

/** The API server's limit of `note`, `reason` and `action`, in bytes. */
const noteBytes = 1024;
const nameBytes = 128;

/** An `events.k8s.io/v1` Event. */
export function eventBody(event: RecordedEvent, reporter: Reporter): Record<string, unknown> {
  const { kind, namespace, name, uid } = event.regarding;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: event.name, namespace },
    eventTime: microTime(event.firstAt),
    reportingController: reporter.controller,
    reportingInstance: shortened(reporter.instance, nameBytes),
    type: event.type,
    reason: shortened(event.reason, nameBytes),
    action: shortened(event.action, nameBytes),
    note: shortened(event.note, noteBytes),
    regarding: { apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind, namespace, name, uid },
    ...(event.count > 1 ? { series: series(event) } : {}),
  };
}

/** A series has at least two events; nothing else of an Event may change. */
export function series(event: RecordedEvent): Record<string, unknown> {
  return { count: event.count, lastObservedTime: microTime(event.lastAt) };
}

/** Cuts a text to a number of bytes of UTF-8, between two characters. */
export function shortened(text: string, bytes: number): string {
  const encoded = Buffer.from(text, "utf8");
  if (encoded.length <= bytes) return text;
  const ellipsis = "…";
  let end = bytes - Buffer.byteLength(ellipsis);
  // A byte 10xxxxxx continues the character before it.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return encoded.toString("utf8", 0, end) + ellipsis;
}
