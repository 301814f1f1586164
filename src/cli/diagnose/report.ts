import type { JobCount, QueueJobs } from "../../aws/queue-jobs.ts";
import type { Finding } from "../../diagnosis/causes.ts";
import { causeKind } from "../../diagnosis/causes.ts";
import type { Diagnosis } from "../../diagnosis/diagnose.ts";
import type { NetworkFact, QueueFacts } from "../../diagnosis/facts.ts";

/** What `diagnose` says of one queue, as data for a person and for programs. */
export interface QueueReport {
  readonly account: string;
  readonly region: string;
  /** `namespace/name` of the JobQueue object that owns it; undefined: none was asked for. */
  readonly object: string | undefined;
  readonly facts: QueueFacts;
  /** Undefined: AWS refused to count them. */
  readonly counts: JobCounts | undefined;
  readonly diagnosis: Diagnosis;
  /** The cause first. */
  readonly findings: readonly Finding[];
  readonly networks: ReadonlyMap<string, NetworkReport>;
  /** Wall time (ms). */
  readonly now: number;
}

export type JobCounts = Readonly<Record<"submitted" | "pending" | "runnable" | "starting" | "running", JobCount>>;

/** The network of one environment. */
export interface NetworkReport {
  readonly fact: NetworkFact;
  /** What keeps no job from starting, but some from succeeding. */
  readonly besides: readonly Finding[];
  /** Its paths, drawn with characters. */
  readonly picture: readonly string[];
}

/** Whether somebody has something to do. */
export function isWell({ findings }: QueueReport): boolean {
  return findings.every(({ code }) => causeKind(code) === "waiting");
}

export function headJobOf({ facts }: QueueReport): QueueJobs["head"] {
  return facts.jobs?.head;
}
