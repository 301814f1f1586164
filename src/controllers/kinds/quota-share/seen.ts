import type { Policy, QuotaShareRecord, ServiceEnvironmentRecord } from "../../../aws/batch.ts";
import type { UnfinishedJob } from "../../../aws/region.ts";
import type { JobsSeen } from "../../draining/drain.ts";
import type { Held, UsableQueue } from "../../references/fixed-reference.ts";
import type { ResourceSeen } from "../resource/seen.ts";

/** Everything that the plan of a quota share is computed from. */
export interface Seen extends ResourceSeen<QuotaShareRecord> {
  /** The queue that the spec names. In deletion it is not asked for. */
  readonly queue: QueueSeen | Held | undefined;
  /** Unfinished jobs of the share, where it matters whether there are any: before it is deleted, or gets less capacity. */
  readonly jobs: JobsSeen<UnfinishedJob> | undefined;
}

/** The queue, with what AWS asks of it. */
export interface QueueSeen extends UsableQueue {
  /** Undefined: it has none, or it is not known. */
  readonly policy: Policy | undefined;
  /** Undefined: it has none, or it is not known. */
  readonly service: ServiceEnvironmentRecord | undefined;
}
