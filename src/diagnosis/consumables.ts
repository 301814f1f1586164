/** A consumable of which there is not enough for the first job. Pure. */

import type { Cause } from "./causes.ts";
import type { ConsumableFact } from "./facts.ts";
import { edited, listed } from "./words.ts";

const mostHolders = 5;

/** What cannot come by itself goes before what comes when jobs end. */
export function consumableCause(consumables: readonly ConsumableFact[]): Cause | undefined {
  const found = consumables.map(causeOf).filter((one) => one !== undefined);
  return found.find(({ code }) => code === "ConsumableResourceShort") ?? found[0];
}

function causeOf({ name, needed, tags, quantity, holders }: ConsumableFact): Cause | undefined {
  if (quantity === undefined) {
    return {
      code: "ConsumableResourceShort",
      sentence: `the job needs ${needed} of the consumable resource ${name}, which does not exist`,
      fix: "create it, or submit the job with a definition that does not name it",
    };
  }
  const { total, available, isUsedUp } = quantity;
  if (available >= needed) return undefined;
  const object = edited("ConsumableResource", name, tags);
  if (needed > total || isUsedUp) {
    const has = isUsedUp ? `of which jobs have left ${available}` : `which has a total of ${total}`;
    return {
      code: "ConsumableResourceShort",
      sentence: `the job needs ${needed} of the consumable resource ${name}, ${has}`,
      fix: isUsedUp
        ? `set the quantity of ${object} by another quantityToken`
        : `raise totalQuantity of ${object}, or request less`,
    };
  }
  return {
    code: "ConsumableResourceUsed",
    sentence: `the job needs ${needed} of the consumable resource ${name}, of which ${available} of ${total} are free${holdersText(holders)}`,
    fix: `raise totalQuantity of ${object} if that takes too long`,
  };
}

/** `: a (RUNNING, 2) and b (STARTING, 1) hold it`. */
function holdersText(holders: ConsumableFact["holders"]): string {
  if (holders === undefined || holders.jobs.length === 0) return "";
  const shown = holders.jobs
    .slice(0, mostHolders)
    .map(({ name, status, quantity }) => `${name} (${status}, ${quantity})`);
  const left = holders.jobs.length - shown.length;
  const others = holders.more ? ["more than a hundred others"] : left > 0 ? [`${left} more`] : [];
  return `: ${listed([...shown, ...others])} hold it`;
}
