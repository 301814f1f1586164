/** Builders: a small whole, of which a test names only what it is about. */

import type { ConsumableResourceSpec } from "../../../../src/api/v1alpha1/consumable-resource.ts";
import type { Consumable } from "../../../../src/aws/batch.ts";
import type { Action, Seen } from "../../../../src/controllers/kinds/consumable-resource.ts";
import { planFor } from "../../../../src/controllers/kinds/consumable-resource.ts";
import { ownerTags, quantitySetTag } from "../../../../src/controllers/ownership/ownership.ts";
import { givenOf, wordsOf } from "../resource/given.ts";

export { directives, now, settings } from "../resource/given.ts";

export const spec: ConsumableResourceSpec = { totalQuantity: 10 };

/** What jobs use up. */
export const usedUp: ConsumableResourceSpec = { totalQuantity: 10, resourceType: "NON_REPLENISHABLE" };

export const {
  identity,
  arn,
  object,
  record: consumable,
  seen,
  choiceFor,
  stepLine,
} = givenOf<ConsumableResourceSpec, Consumable, Seen, Action>({
  kind: "ConsumableResource",
  type: "consumable-resource",
  name: "seats",
  spec,
  record: (consumableResourceArn, owner) => ({
    consumableResourceName: "team_seats",
    consumableResourceArn,
    resourceType: "REPLENISHABLE",
    totalQuantity: 10,
    inUseQuantity: 0,
    tags: { ...ownerTags(owner), [quantitySetTag]: "10" },
  }),
  more: { users: [], availabilityInMs: 0 },
  plan: planFor,
  words: (action) => {
    if (action.kind !== "update") return wordsOf(action);
    const { request, note } = action.request;
    return `update ${request.operation} ${request.quantity}, noted as ${note}`;
  },
});

/** The tags of ours, with a note of what was set last; undefined: without one. */
export function tagged(note: string | undefined): Record<string, string> {
  return { ...ownerTags(identity), ...(note === undefined ? {} : { [quantitySetTag]: note }) };
}
