/** What is to be done for a `ConsumableResource`. Pure. */

import type { ConsumableResource, ConsumableResourceSpec } from "../../../api/v1alpha1/consumable-resource.ts";
import { ConsumableResourceKind } from "../../../api/v1alpha1/kinds.ts";
import type { Consumable, CreateConsumableResourceRequest } from "../../../aws/batch.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { ownerTags, quantitySetTag } from "../../ownership/ownership.ts";
import { withOwnTags } from "../../ownership/tags.ts";
import type { Plan, Serves } from "../../pass/agenda.ts";
import { type Upkeep, upkeepPlan } from "../resource/upkeep.ts";
import type { Action, QuantitySetting } from "./action.ts";
import { removal } from "./delete.ts";
import { consumableDifferences, otherType } from "./diff.ts";
import { isLagging, noteOfCreation, noteOfSetting, typeOf } from "./quantity.ts";
import type { Seen } from "./seen.ts";

const upkeep: Upkeep<ConsumableResourceSpec, Consumable, Seen, CreateConsumableResourceRequest, QuantitySetting> = {
  kind: ConsumableResourceKind,
  differences: consumableDifferences,
  fixed: otherType,
  creation: (spec, { name, identity }) => ({
    consumableResourceName: name,
    totalQuantity: spec.totalQuantity,
    resourceType: typeOf(spec),
    tags: withOwnTags(spec.tags, { ...ownerTags(identity), [quantitySetTag]: noteOfCreation(spec) }),
  }),
  update: setting,
  ownTags: (spec, { record }) =>
    // What was adopted, or has lost its note, counts as set by the token that the spec has now.
    typeOf(spec) === "NON_REPLENISHABLE" && record?.tags?.[quantitySetTag] === undefined
      ? { [quantitySetTag]: noteOfCreation(spec) }
      : {},
  serves,
  removal: (_object, seen, record) => removal(seen, record),
};

export function planFor(object: ConsumableResource, seen: Seen): Plan<Action> {
  return upkeepPlan(upkeep, object, seen);
}

/**
 * AWS takes a repeated request with one token for the same for eight hours: a NON_REPLENISHABLE consumable is not refilled
 * twice where the note of the first got lost.
 */
function setting(spec: ConsumableResourceSpec, { name, arn, identity, record }: Seen): QuantitySetting {
  const { totalQuantity: quantity } = spec;
  const note = noteOfSetting(spec, record?.tags);
  const token = typeOf(spec) === "NON_REPLENISHABLE" ? shortHash([identity.uid, arn, note, quantity], 32) : undefined;
  return {
    request: {
      consumableResource: name,
      operation: "SET",
      quantity,
      ...(token === undefined ? {} : { clientToken: token }),
    },
    arn,
    note,
  };
}

/** AWS gives out no more than the spec says, also while its total still falls. */
function serves(spec: ConsumableResourceSpec, { name, record, availabilityInMs }: Seen): Serves {
  if (record === undefined || typeOf(spec) !== "REPLENISHABLE" || !isLagging(spec, record)) {
    return { kind: "serves", reason: "Available", message: `AWS has ${name} as the spec says` };
  }
  const { totalQuantity: total, inUseQuantity: held } = record;
  const message = `jobs hold ${held} of ${name}: AWS lowers its total from ${total} to ${spec.totalQuantity} as they end`;
  const check = availabilityInMs > 0 ? { checkInMs: availabilityInMs } : {};
  return { kind: "serves", reason: "InUse", message, ...check };
}
