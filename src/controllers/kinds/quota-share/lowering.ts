/** What a quota share is, and what of a change takes capacity from its jobs, which AWS may end then. Pure. */

import type { QuotaShareSpec } from "../../../api/v1alpha1/quota-share.ts";
import type {
  CreateQuotaShareRequest,
  Policy,
  QuotaShareRecord,
  ServiceEnvironmentRecord,
  UpdateQuotaShareRequest,
} from "../../../aws/batch.ts";
import type { UnfinishedJob } from "../../../aws/region.ts";
import { limitsOf } from "../../../aws/resources/service-environments.ts";
import { drained, type JobsSeen } from "../../draining/drain.ts";
import { fieldDifferences } from "../../fields/differences.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { fieldsOf } from "../../fields/rows.ts";
import { emptyForMs } from "../../intervals.ts";
import type { Wait } from "../../pass/agenda.ts";
import { approval } from "../../pass/approval.ts";
import type { Held, UsableQueue } from "../../references/fixed-reference.ts";
import type { ResourceSeen } from "../resource/seen.ts";
import type { Endangering } from "../resource/upkeep.ts";

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

/** Limits are compared by their unit. AWS fixes name and queue alone, which the schema keeps as they are. */
export const quotaShareFields = fieldsOf<
  QuotaShareSpec,
  CreateQuotaShareRequest,
  UpdateQuotaShareRequest,
  "quotaShareName",
  QuotaShareRecord
>({
  // A creation names the queue that either of the two leads to.
  jobQueueRef: { sentBy: "plan" },
  jobQueue: { sentBy: "plan" },
  state: { absent: "kept", initially: "ENABLED" },
  capacityLimits: { form: limitsOf, loss: (desired, found) => lowered(limitsOf(found), limitsOf(desired)) },
  resourceSharingConfiguration: {
    initialMembers: { borrowLimit: -1 },
    loss: (desired, found) => (borrowedBy(desired) < borrowedBy(found) ? "borrows less" : undefined),
  },
  preemptionConfiguration: {},
  drain: { sentBy: "nobody" },
});

/** E.g. `ml.m5.large from 4 to 2`; undefined: no limit is lower than before. */
function lowered(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): string | undefined {
  const units = Object.entries(before).filter(([unit, limit]) => (after[unit] ?? 0) < limit);
  if (units.length === 0) return undefined;
  return `has less: ${units.map(([unit, limit]) => `${unit} ${after[unit] ?? 0} instead of ${limit}`).join(", ")}`;
}

/** What a share may borrow, in percent of its own limits. */
function borrowedBy({ strategy, borrowLimit = -1 }: Sharing = {}): number {
  if (strategy !== "LEND_AND_BORROW") return 0;
  return borrowLimit === -1 ? Number.POSITIVE_INFINITY : borrowLimit;
}

type Sharing = Partial<QuotaShareSpec["resourceSharingConfiguration"]>;

type Approving = Pick<Seen, "planId" | "directives">;

/** Whether jobs may be ended, without asking whether there are any. */
export function mayEndJobs(spec: QuotaShareSpec, seen: Approving, record: QuotaShareRecord): boolean {
  return spec.drain?.policy === "Terminate" || seen.directives.approved === approvalOf(seen, record);
}

/** It is for what is taken from what AWS has now: what is taken later is asked for again. */
function approvalOf({ planId }: Approving, { capacityLimits, resourceSharingConfiguration }: QuotaShareRecord): string {
  return `${planId}/Lower@${shortHash([capacityLimits, resourceSharingConfiguration])}`;
}

/** What of an update takes capacity from jobs, and what that waits for: no unfinished job, the spec, or a person. */
export function endangering(spec: QuotaShareSpec, seen: Seen, record: QuotaShareRecord): Endangering | undefined {
  const losses = fieldDifferences(quotaShareFields, spec, record).filter(({ loss }) => loss !== undefined);
  if (losses.length === 0) return undefined;
  const paths = losses.map(({ path }) => path);
  if (mayEndJobs(spec, seen, record)) return { paths, hold: undefined };
  return { paths, hold: held(seen, record, losses.map(({ loss }) => loss).join(", and ")) };
}

function held(seen: Seen, record: QuotaShareRecord, loss: string): Wait | undefined {
  const { name, jobs } = seen;
  // AWS preempts what has started, but what waits may start at any moment.
  const what = { name, where: `in ${name}`, jobs, policy: undefined, since: Number.NaN, emptyForMs };
  const draining = drained(what, Number.NaN);
  if (draining.kind !== "wait") return undefined;
  const { message } = draining;
  const isBusy = jobs?.kind === "read" && jobs.remaining.length > 0;
  if (!isBusy) return { ...draining, reason: "Updating" };
  const why = `${name} ${loss}, for which AWS may end its jobs: ${message}. drain.policy: Terminate in the spec lets it happen at once`;
  return { ...draining, ...approval(approvalOf(seen, record), why, seen.directives.approved) };
}
