import type { KubeObject } from "../../api/object.ts";
import type { Environment } from "../../aws/batch.ts";
import type { JobCounts } from "../diagnose/report.ts";

/** Everything that a snapshot is composed of. */
export interface Known {
  readonly objects: readonly KubeObject[];
  readonly aws: AwsSeen;
  /** Default region of objects. */
  readonly region: string;
}

/** The last reads of AWS; empty before the first one, and without access to AWS. */
export interface AwsSeen {
  /** By `memoryKey`. */
  readonly environments: ReadonlyMap<string, Environment>;
  /** By `memoryKey` of the queue. */
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
