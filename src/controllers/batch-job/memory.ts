import { type KubeObject, keyText } from "../../api/object.ts";
import type { JobRecord } from "../../aws/job-record.ts";
import type { JobsOfObjects, NamedJob, SubmittedJob } from "../../aws/jobs-of-objects.ts";

/** What this process knows of the requests that it has sent, by uid of the object. Empty after a restart. */
export interface Memory {
  /** Monotonic ms: a process before this one may have sent requests until then; undefined before the first pass. */
  startedAt: number | undefined;
  /** An object has an entry as long as it is there. */
  readonly byUid: Map<string, Remembered>;
}

/** Times are monotonic ms. */
export interface Remembered {
  /** A request that may have been accepted, although no answer says so. */
  readonly sent?: { readonly attempt: number; readonly endedAt: number } | undefined;
  readonly submitted?: SubmittedJob | undefined;
  /** Where its job is followed. */
  readonly followedBy?: Pick<JobsOfObjects, "unfollow"> | undefined;
  /** When AWS was last asked to end which job. */
  readonly ended?: Readonly<Record<string, number>> | undefined;
  readonly taggedAt?: number | undefined;
  /** The last search for jobs of this object, by their name. */
  readonly searched?: Search<NamedJob> | undefined;
  /** The last one for what a lost cluster has left of its namespace and name. */
  readonly searchedLeft?: Search<JobRecord> | undefined;
}

/** What a search has found. */
export interface Search<Job> {
  readonly begunAt: number;
  readonly jobs: readonly Job[];
}

export function newMemory(): Memory {
  return { startedAt: undefined, byUid: new Map() };
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
}
