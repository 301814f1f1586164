import type { QuotaShareRecord } from "../aws/batch.ts";

/**
 * How quota shares divide the capacity of a queue. AWS does not publish its algorithm. Here a job takes what its share
 * has, then what others lend; a share whose own capacity is lent to others gets it back by preemption as soon as one of
 * its jobs waits. Priorities in a share, and `inSharePreemption`, make no difference.
 */

/** What the jobs of a share hold of one instance type. */
export interface ShareUse {
  readonly share: QuotaShareRecord;
  readonly used: number;
}

/** The limit of a share for an instance type; 0 without one. */
export function limitFor({ capacityLimits = [] }: QuotaShareRecord, instanceType: string | undefined): number {
  return capacityLimits.find(({ capacityUnit }) => capacityUnit === instanceType)?.maxCapacity ?? 0;
}

/** The most that a share may hold of an instance type, with what it borrows. */
export function mostOf(share: QuotaShareRecord, instanceType: string | undefined): number {
  const { strategy, borrowLimit = -1 } = share.resourceSharingConfiguration ?? {};
  const own = limitFor(share, instanceType);
  if (strategy !== "LEND_AND_BORROW") return own;
  return borrowLimit < 0 ? Number.POSITIVE_INFINITY : own + Math.floor((own * borrowLimit) / 100);
}

/**
 * How many instances of a type the started jobs of a share may keep after an update; undefined: all. AWS documents that
 * less capacity lets it preempt what is beyond; whether it also does so where a share may borrow less is not documented.
 */
export function keptAfter(
  before: QuotaShareRecord,
  after: QuotaShareRecord,
  instanceType: string | undefined,
): number | undefined {
  if (limitFor(after, instanceType) < limitFor(before, instanceType)) return limitFor(after, instanceType);
  return mostOf(after, instanceType) < mostOf(before, instanceType) ? mostOf(after, instanceType) : undefined;
}

/** Whether a share has so many more instances without borrowing. */
export function isOwn({ share, used }: ShareUse, instances: number, instanceType: string | undefined): boolean {
  return used + instances <= limitFor(share, instanceType);
}

/**
 * Whether a share may borrow what it lacks for so many more instances.
 * @param others all other shares of its queue
 */
export function mayBorrow(
  { share, used }: ShareUse,
  instances: number,
  instanceType: string | undefined,
  others: readonly ShareUse[],
): boolean {
  if (used + instances > mostOf(share, instanceType)) return false;
  const lacking = used + instances - limitFor(share, instanceType);
  const spare = others.map((one) => ({ ...one, left: limitFor(one.share, instanceType) - one.used }));
  const lent = spare.filter((one) => one.share.resourceSharingConfiguration?.strategy !== "RESERVE");
  const idle = lent.reduce((sum, { left }) => sum + Math.max(0, left), 0);
  const borrowed = spare.reduce((sum, { left }) => sum + Math.max(0, -left), 0);
  return lacking <= idle - borrowed;
}
