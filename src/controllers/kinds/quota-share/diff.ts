/** The differences between the spec of a quota share and AWS, without tags. Pure. */

import type { QuotaShareSpec } from "../../../api/v1alpha1/quota-share.ts";
import type { QuotaShareRecord, UpdateQuotaShareRequest } from "../../../aws/batch.ts";
import { limitsOf } from "../../../aws/resources/service-environments.ts";
import { jsonEqual } from "../../../runtime/json-equal.ts";
import type { FieldChange } from "../../pass/agenda.ts";

/** A difference, and what changes it. */
export interface QuotaShareDifference extends FieldChange {
  readonly send: Partial<UpdateQuotaShareRequest>;
  /** What jobs of the share lose by it, which AWS may end then; undefined: nothing. */
  readonly loss: string | undefined;
}

type Sharing = Partial<NonNullable<QuotaShareRecord["resourceSharingConfiguration"]>>;

/** `state` and `borrowLimit` left out are not managed; limits are compared by their unit. */
export function quotaShareDifferences(spec: QuotaShareSpec, record: QuotaShareRecord): readonly QuotaShareDifference[] {
  const found: QuotaShareDifference[] = [];
  const differ = (
    path: string,
    [from, to]: readonly [unknown, unknown],
    send: Partial<UpdateQuotaShareRequest>,
    loss?: string,
  ): void => {
    const [before, after] = [JSON.stringify(from ?? null), JSON.stringify(to)];
    found.push({ path, kind: "update", why: "changed in place", from: before, to: after, send, loss });
  };
  const { state, capacityLimits, resourceSharingConfiguration: sharing, preemptionConfiguration: preemption } = spec;
  if (state !== undefined && state !== record.state) differ("spec.state", [record.state, state], { state });
  const [before, after] = [limitsOf(record.capacityLimits), limitsOf(capacityLimits)];
  if (!jsonEqual(before, after)) {
    differ("spec.capacityLimits", [before, after], { capacityLimits: [...capacityLimits] }, lowered(before, after));
  }
  const shared = record.resourceSharingConfiguration ?? {};
  if (!isSharedSo(sharing, shared)) {
    const loss = borrowedBy(sharing) < borrowedBy(shared) ? "borrows less" : undefined;
    differ("spec.resourceSharingConfiguration", [shared, sharing], { resourceSharingConfiguration: sharing }, loss);
  }
  const preempted = record.preemptionConfiguration;
  if (preemption.inSharePreemption !== preempted?.inSharePreemption) {
    differ("spec.preemptionConfiguration", [preempted, preemption], { preemptionConfiguration: preemption });
  }
  return found;
}

/** E.g. `ml.m5.large from 4 to 2`; undefined: no limit is lower than before. */
function lowered(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): string | undefined {
  const units = Object.entries(before).filter(([unit, limit]) => (after[unit] ?? 0) < limit);
  if (units.length === 0) return undefined;
  return `has less: ${units.map(([unit, limit]) => `${unit} ${after[unit] ?? 0} instead of ${limit}`).join(", ")}`;
}

function isSharedSo({ strategy, borrowLimit }: Sharing, seen: Sharing): boolean {
  return strategy === seen.strategy && (borrowLimit === undefined || borrowLimit === seen.borrowLimit);
}

/** What a share may borrow, in percent of its own limits. */
function borrowedBy({ strategy, borrowLimit = -1 }: Sharing): number {
  if (strategy !== "LEND_AND_BORROW") return 0;
  return borrowLimit === -1 ? Number.POSITIVE_INFINITY : borrowLimit;
}
