import type { KubeObject } from "../../api/object.ts";
import type { Environment } from "../../aws/batch.ts";
import type { JobCounts } from "../../tools/diagnose/report.ts";

/** Everything that a snapshot is composed of. */
export interface PageFacts {
  readonly objects: readonly KubeObject[];
  readonly aws: AwsSeen;
}

/** The last reads of AWS; empty before the first one, and without access to AWS. */
export interface AwsSeen {
  /** By `ownedKey`. */
  readonly environments: ReadonlyMap<string, Environment>;
  /** By `ownedKey` of the queue. */
  readonly jobs: ReadonlyMap<string, JobsRead>;
  /** What cannot be read, one sentence each. */
  readonly problems: readonly string[];
}

/** Unfinished jobs of one queue. */
export interface JobsRead {
  readonly counts: JobCounts;
  /** Wall ms. */
  readonly readAt: number;
}

/**
 * Key of a resource in AWS: by the object that its tags name, so that no object shows what belongs to another, whatever its
 * spec and status say.
 * @param uid of that object; undefined: the tags name none
 */
export function ownedKey(uid: string | undefined, name: string): string {
  return `${uid ?? ""}/${name}`;
}
