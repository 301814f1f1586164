import { expect, it } from "vitest";
import { act } from "../../../../src/controllers/kinds/scheduling-policy/act.ts";
import type { Action } from "../../../../src/controllers/kinds/scheduling-policy/action.ts";
import { eventsFor } from "../../../../src/controllers/kinds/scheduling-policy/events.ts";
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
  await act(action, region, new AbortController().signal);
  expect(region.calls).toEqual([call]);
  expect(eventsFor(action).map(({ reason, note }) => `${reason} ${note}`)).toEqual([event]);
});
