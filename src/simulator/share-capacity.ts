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
  const { strategy, borrowLimit = -1 } = share.resourceSharingConfiguration ?? {};
  if (strategy !== "LEND_AND_BORROW") return false;
  const own = limitFor(share, instanceType);
  const lacking = used + instances - own;
  if (borrowLimit >= 0 && lacking > Math.floor((own * borrowLimit) / 100)) return false;
  const spare = others.map((one) => ({ ...one, left: limitFor(one.share, instanceType) - one.used }));
  const lent = spare.filter((one) => one.share.resourceSharingConfiguration?.strategy !== "RESERVE");
  const idle = lent.reduce((sum, { left }) => sum + Math.max(0, left), 0);
  const borrowed = spare.reduce((sum, { left }) => sum + Math.max(0, -left), 0);
  return lacking <= idle - borrowed;
}
