import { expect, it } from "vitest";
import { ConsumableResourceKind } from "../../../../src/api/v1alpha1/kinds.ts";
import type { Action } from "../../../../src/controllers/kinds/consumable-resource.ts";
import { acts } from "../../../../src/controllers/kinds/consumable-resource.ts";
import { carryOut } from "../../../../src/controllers/kinds/resource/act.ts";
import { resourceEvents } from "../../../../src/controllers/kinds/resource/events.ts";
import { fakeRegion } from "../../region.ts";
import { arn } from "./given.ts";

const name = "team_seats";
const request = { consumableResource: name, operation: "SET", quantity: 5 };

it.each<[Action, readonly string[], string]>([
  [
    { kind: "create", name, request: { consumableResourceName: name } },
    [`createConsumableResource ${name}`],
    "Created creating consumable team_seats",
  ],
  [
    { kind: "update", name, request: { request, arn, note: "5" }, paths: ["spec.totalQuantity"] },
    [`updateConsumableResource ${name} SET 5`, `changeTags ${name}`],
    "Updated updating team_seats: spec.totalQuantity",
  ],
  [
    { kind: "tag", purpose: "adopt", name, arn, change: { set: { a: "1" }, remove: [] } },
    [`changeTags ${name}`],
    "Adopted changed the tags of team_seats",
  ],
  [{ kind: "delete", name, arn }, [`deleteConsumableResource ${name}`], "Deleting deleting consumable team_seats"],
])("carries out %j", async (action, calls, event) => {
  const region = fakeRegion();
  await carryOut(acts, action, region, new AbortController().signal);
  expect(region.calls).toEqual(calls);
  expect(resourceEvents(action, ConsumableResourceKind.noun).map(({ reason, note }) => `${reason} ${note}`)).toEqual([
    event,
  ]);
});

it("does not note a quantity that AWS has refused", async () => {
  const region = fakeRegion();
  region.before = (call) => {
    if (call.startsWith("update")) throw new Error("no");
  };
  const action: Action = { kind: "update", name, request: { request, arn, note: "5" }, paths: [] };
  await expect(carryOut(acts, action, region, new AbortController().signal)).rejects.toThrow("no");
  expect(region.calls).toEqual([]);
});
