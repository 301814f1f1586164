import type { JobCount } from "../../aws/queue-jobs.ts";
import type { Finding } from "../../diagnosis/causes.ts";
import { causeKind } from "../../diagnosis/causes.ts";
import type { Diagnosis } from "../../diagnosis/diagnose.ts";
import type { NetworkFact, QueueFacts } from "../../diagnosis/facts.ts";
import type { CapacityFact } from "../../diagnosis/service-queue.ts";
import type { Preflight } from "../../network/preflight.ts";

/** The report of `diagnose` about one queue, as data for people and programs. */
export interface QueueReport {
  readonly account: string;
  readonly region: string;
  /** `namespace/name` of the JobQueue object that owns it; undefined: the queue was given by `--queue`. */
  readonly object: string | undefined;
  readonly facts: QueueFacts;
  /** Undefined: AWS denied reading them. */
  readonly counts: JobCounts | undefined;
  readonly diagnosis: Pick<Diagnosis, "verdict">;
  /** The cause first. */
  readonly findings: readonly Finding[];
  readonly networks: ReadonlyMap<string, NetworkReport>;
  /** Of a queue of SageMaker: what its jobs hold. */
  readonly capacity?: readonly CapacityFact[];
  /** Wall time (ms). */
  readonly now: number;
}

export type JobCounts = Readonly<Record<"submitted" | "pending" | "runnable" | "starting" | "running", JobCount>>;

/** The network of one environment. */
export interface NetworkReport {
  readonly fact: NetworkFact;
  /** Problems that make only some jobs fail. */
  readonly others: readonly Finding[];
  /** Its paths, and all findings. */
  readonly found: Preflight;
  /** The paths, drawn with characters. */
  readonly picture: readonly string[];
}

/** Whether nobody has to fix anything. */
export function isHealthy({ findings }: QueueReport): boolean {
  return findings.every(({ code }) => causeKind(code) === "waiting");
}
