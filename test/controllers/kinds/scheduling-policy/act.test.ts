import { expect, it } from "vitest";
import { SchedulingPolicyKind } from "../../../../src/api/v1alpha1/kinds.ts";
import { carryOut } from "../../../../src/controllers/kinds/resource/act.ts";
import { resourceEvents } from "../../../../src/controllers/kinds/resource/events.ts";
import type { Action } from "../../../../src/controllers/kinds/scheduling-policy.ts";
import { acts } from "../../../../src/controllers/kinds/scheduling-policy.ts";
import { fakeRegion } from "../../region.ts";
import { arn } from "./given.ts";

const name = "team_fair";

it.each<[Action, string, string]>([
  [{ kind: "create", name, request: { name } }, `createSchedulingPolicy ${name}`, "Created creating policy team_fair"],
  [
    { kind: "update", name, request: { arn }, paths: ["spec.a", "spec.b"] },
    `updateSchedulingPolicy ${arn}`,
    "Updated updating team_fair: spec.a, spec.b",
  ],
  [
    { kind: "tag", purpose: "adopt", name, arn, change: { set: { a: "1" }, remove: [] } },
    `changeTags ${name}`,
    "Adopted changed the tags of team_fair",
  ],
  [{ kind: "delete", name, arn }, `deleteSchedulingPolicy ${arn}`, "Deleting deleting policy team_fair"],
])("carries out %j", async (action, call, event) => {
  const region = fakeRegion();
  await carryOut(acts, action, region, new AbortController().signal);
  expect(region.calls).toEqual([call]);
  expect(resourceEvents(action, SchedulingPolicyKind.noun).map(({ reason, note }) => `${reason} ${note}`)).toEqual([
    event,
  ]);
});
