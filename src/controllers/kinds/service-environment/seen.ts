import type { ServiceEnvironmentRecord } from "../../../aws/batch.ts";
import type { UnfinishedJob } from "../../../aws/region.ts";
import type { JobsSeen } from "../../draining/drain.ts";
import type { ResourceSeen } from "../resource/seen.ts";

/** Everything that the plan of a service environment is computed from. */
export interface Seen extends ResourceSeen<ServiceEnvironmentRecord> {
  /** Names of the queues in AWS that name it. */
  readonly users: readonly string[];
  /** A queue that the last listing does not show yet may name it. */
  readonly mayBeNamed: boolean;
  /** For how long this process has seen its mark of retirement, ms; undefined: it had settled when it was seen first. */
  readonly markShownForMs: number | undefined;
  /** In deletion, once disabled: the started jobs that may run in it. */
  readonly jobs: JobsSeen<UnfinishedJob> | undefined;
}
