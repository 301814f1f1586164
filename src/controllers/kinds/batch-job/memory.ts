import { type KubeObject, keyText } from "../../../api/object.ts";
import type { JobRecord } from "../../../aws/job-record.ts";
import type { JobsOfObjects, NamedJob, SubmittedJob } from "../../../aws/jobs-of-objects.ts";
import type { NamedJobHold } from "./seen.ts";

/** What this process knows of the requests that it has sent, by uid of the object. Empty after a restart. */
export interface Memory {
  /** An object has an entry as long as it is there. */
  readonly byUid: Map<string, Remembered>;
  /** Uids of objects without a note that a list has shown, and not a watch: AWS has not been asked about them yet. */
  readonly unasked: Set<string>;
}

/** Times are monotonic ms. */
export interface Remembered {
  /** A request that may have been accepted, although no answer says so. */
  readonly sent?: { readonly attempt: number; readonly endedAt: number } | undefined;
  readonly submitted?: SubmittedJob | undefined;
  /** Under which note, or none, it is unknown whether AWS has a job, and since when this process has known that. */
  readonly doubt?: { readonly note: string; readonly since: number } | undefined;
  /** Where its job is followed. */
  readonly followedBy?: Pick<JobsOfObjects, "unfollow"> | undefined;
  /** When AWS was last asked to end which job. */
  readonly ended?: Readonly<Record<string, number>> | undefined;
  readonly taggedAt?: number | undefined;
  /** When AWS first showed that its array has failed. */
  readonly failedAt?: number | undefined;
  /** What AWS has shown of the jobs that its spec names by their IDs: when it was asked first and last. */
  readonly named?:
    | {
        readonly ids: readonly string[];
        readonly firstAt: number;
        readonly at: number;
        readonly hold: NamedJobHold | undefined;
      }
    | undefined;
  /** The last search for jobs of this object, by their name. */
  readonly searched?: NameSearch | undefined;
  /** The last one for what a lost cluster has left of its namespace and name. */
  readonly searchedLeft?: Search<JobRecord> | undefined;
}

/** What a search has found. */
export interface Search<Job> {
  readonly begunAt: number;
  readonly jobs: readonly Job[];
}

/** A search for jobs of one object, by their name. */
export interface NameSearch extends Search<NamedJob> {
  readonly queues: readonly string[];
  /** Those of them that AWS does not have. */
  readonly gone: readonly string[];
}

export function newMemory(): Memory {
  return { byUid: new Map(), unasked: new Set() };
}

/** What is known of the requests for an object. */
export function rememberedOf({ byUid }: Memory, uid: string): Remembered {
  return byUid.get(uid) ?? {};
}

/** Replaces a part of it. */
export function remember(memory: Memory, uid: string, change: Remembered): void {
  memory.byUid.set(uid, { ...rememberedOf(memory, uid), ...change });
}

/** The object is gone: nothing of it is needed any more. */
export function forget(memory: Memory, { metadata }: KubeObject): void {
  rememberedOf(memory, metadata.uid).followedBy?.unfollow(keyText(metadata));
  memory.byUid.delete(metadata.uid);
  memory.unasked.delete(metadata.uid);
}

/** Another process reconciles the object now. What this one has sent stays known: the object may come back. */
export function handOver(memory: Memory, { metadata }: KubeObject): void {
  const remembered = memory.byUid.get(metadata.uid);
  if (remembered === undefined) return;
  remembered.followedBy?.unfollow(keyText(metadata));
  remember(memory, metadata.uid, { doubt: undefined });
}
