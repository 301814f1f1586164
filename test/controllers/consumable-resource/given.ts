/** Builders: a small whole, of which a test names only what it is about. */

import type { ConsumableResource, ConsumableResourceSpec } from "../../../src/api/v1alpha1/consumable-resource.ts";
import type { Consumable } from "../../../src/aws/batch.ts";
import type { Choice } from "../../../src/controllers/choose.ts";
import type { Action } from "../../../src/controllers/consumable-resource/action.ts";
import { planFor } from "../../../src/controllers/consumable-resource/plan.ts";
import type { Seen } from "../../../src/controllers/consumable-resource/seen.ts";
import { type Identity, ownerTags, quantitySetTag } from "../../../src/controllers/ownership.ts";
import { directives, now, settings } from "../compute-environment/given.ts";
import { decided } from "../decided.ts";
import { mayAdopt } from "../region.ts";

export { directives, now, settings } from "../compute-environment/given.ts";

export const identity: Identity = {
  cluster: { name: "default", uid: "cluster-1" },
  namespace: "team",
  name: "seats",
  uid: "uid-seats",
};

export const arn = "arn:aws:batch:eu-west-1:123456789012:consumable-resource/team_seats";

export const spec: ConsumableResourceSpec = { totalQuantity: 10 };

/** What jobs use up. */
export const usedUp: ConsumableResourceSpec = { totalQuantity: 10, resourceType: "NON_REPLENISHABLE" };

export function object(change: Partial<ConsumableResourceSpec> = {}, metadata: object = {}): ConsumableResource {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind: "ConsumableResource",
    metadata: {
      name: identity.name,
      namespace: identity.namespace,
      uid: identity.uid,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { ...spec, ...change },
  };
}

/** The consumable of ours in AWS, as the spec says. */
export function consumable(change: Partial<Consumable> = {}): Consumable {
  return {
    consumableResourceName: "team_seats",
    consumableResourceArn: arn,
    resourceType: "REPLENISHABLE",
    totalQuantity: 10,
    inUseQuantity: 0,
    tags: tagged("10"),
    ...change,
  };
}

/** The tags of ours, with a note of what was set last; undefined: without one. */
export function tagged(note: string | undefined): Record<string, string> {
  return { ...ownerTags(identity), ...(note === undefined ? {} : { [quantitySetTag]: note }) };
}

export function seen(change: Partial<Seen> = {}): Seen {
  return {
    identity,
    directives,
    settings,
    name: "team_seats",
    arn,
    planId: "plan",
    record: consumable(),
    absent: false,
    isSettled: true,
    nameSeen: mayAdopt(true),
    claimedBy: undefined,
    users: [],
    ...change,
  };
}

export function choiceFor(change: Partial<ConsumableResourceSpec>, given: Partial<Seen>): Choice<Action> {
  return decided(planFor(object(change), seen(given)), undefined, now);
}

/** A choice in one line: what is next, with what, and whether it serves. */
export function stepLine(change: Partial<ConsumableResourceSpec>, given: Partial<Seen>): string {
  const { next, serving } = choiceFor(change, given);
  const words: string[] = [next.kind === "act" ? next.action.kind : `${next.kind} ${next.reason}`];
  if (next.kind === "act" && next.action.kind === "tag") words.push(next.action.purpose);
  if (next.kind === "act" && next.action.kind === "update") {
    const { request, note } = next.action.request;
    words.push(`${request.operation} ${request.quantity}, noted as ${note}`);
  }
  if ("checkInMs" in next && next.checkInMs !== undefined) words.push(`again in ${next.checkInMs / 1000} s`);
  if ("stallsAfterMs" in next && next.stallsAfterMs !== undefined) {
    words.push(`Stalled after ${next.stallsAfterMs / 60_000} min`);
  }
  return words.join(" ") + (serving ? "; serving" : "");
}
