import type { ConsumableResourceSummary, DescribeConsumableResourceResponse } from "@aws-sdk/client-batch";
import type {
  BatchCallTable,
  BatchPart,
  Consumable,
  CreateConsumableResourceRequest,
  UpdateConsumableResourceRequest,
} from "../batch.ts";
import { readCall, writeCall } from "../call-facts.ts";
import { deletion, type Effect, present } from "../effects.ts";
import { AwsError } from "../errors.ts";
import { everyPage, listed, nameless, pageSize } from "../listing.ts";
import { type Location, nameIn, resourceArn } from "../names.ts";
import { type AskedResource, ownTags } from "./resource.ts";

export interface ConsumableWrites {
  createConsumableResource(request: CreateConsumableResourceRequest, signal: AbortSignal): Promise<void>;
  updateConsumableResource(request: UpdateConsumableResourceRequest, signal: AbortSignal): Promise<void>;
  deleteConsumableResource(name: string, signal: AbortSignal): Promise<void>;
}

export const consumableResourceCalls = {
  describeConsumableResource: readCall("BatchRead"),
  listConsumableResources: readCall("BatchRead"),
  createConsumableResource: writeCall(["BatchCreate"], [["batch:TagResource", "BatchClaim"]]),
  updateConsumableResource: writeCall(["BatchChange"]),
  deleteConsumableResource: writeCall(["BatchChange"]),
} satisfies BatchCallTable;

type Batch = BatchPart<keyof typeof consumableResourceCalls>;

/**
 * AWS lists consumables with their quantities, and describes them one by one with their tags: one that the list shows as it
 * is known is not described again before its turn comes. A consumable has no status.
 */
export const consumableResources = {
  type: "consumable-resource" as const,
  calls: consumableResourceCalls,
  subjects: ["consumableResourceName", "consumableResource"],
  arn: ({ consumableResourceArn }) => consumableResourceArn,
  ...ownTags,
  namesPerCall: 1,
  async describe({ batch, names }, signal) {
    const found = new Map<string, Consumable>();
    for (const name of names) {
      const record = await described(batch, name, signal);
      if (record !== undefined) found.set(name, record);
    }
    return found;
  },
  /**
   * An account may have 50,000 consumables: no more pages are read than there are names, for those can be described one by
   * one instead.
   */
  async *list({ batch, names, known }, signal) {
    const missing = new Set(names);
    let pages = 0;
    for await (const { items, nextToken } of summaryPages(batch, signal)) {
      pages++;
      const same = new Map<string, Consumable>();
      for (const summary of items) {
        const { consumableResourceName: name, inUseQuantity = 0 } = summary;
        if (name === undefined) throw nameless("ListConsumableResources");
        const before = known(name);
        if (missing.delete(name) && before !== undefined && isAsBefore(summary, before))
          same.set(name, { ...before, inUseQuantity });
      }
      // Between the reads of two pages one may have moved from the later to the earlier.
      const isWhole = pages === 1 && nextToken === undefined;
      yield { same, absent: isWhole ? [...missing] : [] };
      if (isWhole || missing.size === 0 || pages === names.size) return;
    }
  },
  async names(batch, signal) {
    const names = new Set<string>();
    for await (const { items } of summaryPages(batch, signal)) {
      for (const { consumableResourceName: name } of items) if (name !== undefined) names.add(name);
    }
    return names;
  },
  writes({ batch, at, write }) {
    return {
      createConsumableResource(request, signal) {
        const record = createdConsumable(request, at);
        const effect: Effect<Consumable> = {
          apply: () => record,
          shows: (read) => read !== undefined,
          supersedes: true,
        };
        return write({
          name: record.consumableResourceName,
          call: () => batch.createConsumableResource(request, { signal }),
          effect: () => effect,
          // Without an answer it may not be there: it is not usable before AWS shows it.
          meanwhile: { ...effect, apply: (seen) => seen ?? { ...record, status: "CREATING" } },
        });
      },
      updateConsumableResource(request, signal) {
        return write({
          name: nameIn(request.consumableResource ?? ""),
          call: () => batch.updateConsumableResource(request, { signal }),
          effect: () => quantitySet(request),
        });
      },
      deleteConsumableResource(name, signal) {
        return write({
          name,
          call: () => batch.deleteConsumableResource({ consumableResource: name }, { signal }),
          effect: () => deletion(),
        });
      },
    };
  },
} satisfies AskedResource<Consumable, Batch, ConsumableWrites>;

function summaryPages(batch: Batch, signal: AbortSignal) {
  const operation = "ListConsumableResources";
  const page = async (token: string | undefined) => {
    const answer = await batch.listConsumableResources({ maxResults: pageSize, nextToken: token }, { signal });
    return { items: listed(answer.consumableResources, operation), nextToken: answer.nextToken };
  };
  return everyPage(`batch:${operation}`, page, ({ nextToken }) => nextToken);
}

function isAsBefore(summary: ConsumableResourceSummary, before: Consumable): boolean {
  const { totalQuantity = 0, inUseQuantity = 0, resourceType } = summary;
  // Jobs hold less than the total again: only a description says whether AWS gives out the rest.
  const mayGiveOut = before.availableQuantity === 0 && inUseQuantity < totalQuantity;
  return !mayGiveOut && totalQuantity === before.totalQuantity && resourceType === before.resourceType;
}

/** Undefined: AWS has none of that name. @throws AwsError */
async function described(batch: Batch, name: string, signal: AbortSignal): Promise<Consumable | undefined> {
  try {
    const answer = await batch.describeConsumableResource({ consumableResource: name }, { signal });
    const { consumableResourceName, consumableResourceArn, resourceType, tags } = answer;
    if (consumableResourceName === undefined || consumableResourceArn === undefined) {
      throw nameless("DescribeConsumableResource");
    }
    const { totalQuantity = 0, inUseQuantity = 0 } = answer;
    const named = { consumableResourceName, consumableResourceArn };
    const quantities = { totalQuantity, inUseQuantity, ...availableOf(answer) };
    return { ...named, ...quantities, resourceType, tags };
  } catch (error) {
    if (error instanceof AwsError && error.kind === "notFound") return undefined;
    throw error;
  }
}

function availableOf({ resourceType, availableQuantity }: Quantities): Pick<Consumable, "availableQuantity"> {
  return resourceType === "NON_REPLENISHABLE" ? {} : present({ availableQuantity });
}

type Quantities = Pick<DescribeConsumableResourceResponse, "resourceType" | "availableQuantity">;

/** What a creation makes. */
function createdConsumable(request: CreateConsumableResourceRequest, at: Location): Consumable {
  const { consumableResourceName: name = "", totalQuantity = 0, resourceType = "REPLENISHABLE", tags } = request;
  return {
    consumableResourceName: name,
    consumableResourceArn: resourceArn(at, "consumable-resource", name),
    totalQuantity,
    inUseQuantity: 0,
    ...availableOf({ resourceType, availableQuantity: totalQuantity }),
    resourceType,
    tags: { ...tags },
  };
}

/**
 * The effect of a quantity that is set. AWS takes at once only what no job uses: below that, it gives out none, and the total falls
 * as jobs end. Whether the total of a NON_REPLENISHABLE one is what was set is not documented.
 */
function quantitySet({ quantity = 0 }: UpdateConsumableResourceRequest): Effect<Consumable> {
  const after = (record: Consumable): Consumable => {
    const { resourceType, inUseQuantity } = record;
    if (resourceType === "NON_REPLENISHABLE") return record;
    const availableQuantity = Math.max(0, quantity - inUseQuantity);
    return { ...record, availableQuantity, ...(inUseQuantity > quantity ? {} : { totalQuantity: quantity }) };
  };
  return {
    supersedes: false,
    apply: (record) => record && after(record),
    shows: (read) => {
      if (read === undefined) return false;
      const { resourceType, totalQuantity, inUseQuantity, availableQuantity = 0 } = read;
      if (resourceType === "NON_REPLENISHABLE") return true;
      return inUseQuantity > quantity ? availableQuantity === 0 : totalQuantity === quantity;
    },
  };
}
