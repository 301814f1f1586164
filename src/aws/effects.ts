import { jsonEqual } from "../runtime/json-equal.ts";
import type { TagChange } from "./tag-calls.ts";

/** AWS may answer a read as of this long ago (milliseconds). Documented are about 3 s. */
export const stalenessMs = 5000;
/** The same where to believe such a read would cost a queue its last environment. */
export const stalestMs = 15_000;

/** What one write of ours does to one record, as far as AWS's next description of it can be foreseen. */
export interface Effect<R> {
  /** The record as it is after the write; undefined: there is none. */
  apply(record: R | undefined): R | undefined;
  /** Whether a read already contains the write. */
  shows(read: R | undefined): boolean;
  /** It says all there is to say: earlier writes no longer matter. */
  readonly supersedes: boolean;
}

/** What AWS says of each resource that it describes as a whole. */
export interface Described {
  status?: string | undefined;
  tags?: Record<string, string> | undefined;
}

/**
 * An update of which nobody knows whether it happened: until AWS shows it, or is sure not to, the resource may be UPDATING
 * and nothing is to be made of its last description.
 */
export function inDoubt<R extends Described>(effect: Effect<R>): Effect<R> {
  return { ...effect, apply: (record) => (record === undefined ? undefined : { ...record, status: "UPDATING" }) };
}

/** A resource is being deleted; a tombstone counts as no record. */
export function deletion<R extends Described>(): Effect<R> {
  return {
    supersedes: true,
    apply: (record) => (record === undefined ? undefined : { ...record, status: "DELETING" }),
    shows: (read) => read === undefined || read.status === "DELETING",
  };
}

/** The tags of a resource were changed. */
export function retagged<R extends Described>(change: TagChange): Effect<R> {
  return {
    supersedes: false,
    apply: (record) => (record === undefined ? undefined : { ...record, tags: changedTags(record.tags, change) }),
    shows: (read) => read !== undefined && showsTags(read.tags, change),
  };
}

/** The tags after a change. */
export function changedTags(tags: Readonly<Record<string, string>> | undefined, { set, remove }: TagChange) {
  const kept = Object.entries(tags ?? {}).filter(([key]) => !remove.includes(key));
  return { ...Object.fromEntries(kept), ...set };
}

/** Whether a change of tags is in what AWS describes. */
export function showsTags(tags: Readonly<Record<string, string>> | undefined, { set, remove }: TagChange): boolean {
  const seen = tags ?? {};
  return (
    Object.entries(set).every(([key, value]) => seen[key] === value) && remove.every((key) => !Object.hasOwn(seen, key))
  );
}

/** Whether a sent value means "none": `""`, `[]`, a launch template without a name, a delay of 0. */
export function isNothing(sent: unknown): boolean {
  if (sent === "") return true;
  if (Array.isArray(sent)) return sent.length === 0;
  if (typeof sent !== "object" || sent === null) return false;
  const members = Object.values(sent).filter((member) => member !== undefined);
  return members.length > 0 && members.every((member) => member === "" || member === 0);
}

/** Whether every member that was sent is in what AWS describes; AWS fills in members and reorders lists. */
export function contains(sent: object, seen: object | undefined): boolean {
  const members = new Map<string, unknown>(Object.entries(seen ?? {}));
  return Object.entries(sent).every(([key, value]: [string, unknown]) =>
    /tags$/i.test(key) && value !== undefined
      ? jsonEqual(value, members.get(key) ?? {})
      : containsValue(value, members.get(key)),
  );
}

/** As `contains`, for one value. */
export function containsValue(sent: unknown, seen: unknown): boolean {
  if (sent === undefined) return true;
  if (isNothing(sent)) return seen === undefined || isNothing(seen) || jsonEqual(sent, seen);
  if (typeof sent === "string") return seen === sent || (typeof seen === "string" && seen.endsWith(`/${sent}`));
  if (Array.isArray(sent)) {
    return (
      Array.isArray(seen) &&
      seen.length === sent.length &&
      sent.every((item) => seen.some((other) => containsValue(item, other)))
    );
  }
  if (typeof sent !== "object" || sent === null) return sent === seen;
  return typeof seen === "object" && seen !== null && contains(sent, seen);
}

/** The members that are not undefined. */
export function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
