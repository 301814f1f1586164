import { expect, it } from "vitest";
import { act } from "../../../src/controllers/service-environment/act.ts";
import type { Action } from "../../../src/controllers/service-environment/action.ts";
import { eventsFor } from "../../../src/controllers/service-environment/events.ts";
import { fakeRegion } from "../region.ts";
import { arn, spec } from "./given.ts";

const name = "team_sm";

it.each<[Action, string, string]>([
  [
    { kind: "create", name, request: { serviceEnvironmentName: name, ...spec, capacityLimits: [] } },
    `createServiceEnvironment ${name}`,
    "Created creating service environment team_sm",
  ],
  [
    { kind: "update", name, request: { serviceEnvironment: arn }, paths: ["spec.state"] },
    `updateServiceEnvironment ${arn}`,
    "Updated updating team_sm: spec.state",
  ],
  [
    { kind: "disable", name, request: { serviceEnvironment: arn, state: "DISABLED" } },
    `updateServiceEnvironment ${arn}`,
    "Disabled no job starts in team_sm any more",
  ],
  [
    { kind: "tag", purpose: "adopt", name, arn, change: { set: { a: "1" }, remove: [] } },
    `changeTags ${name}`,
    "Adopted changed the tags of team_sm",
  ],
  [{ kind: "delete", name, arn }, `deleteServiceEnvironment ${arn}`, "Deleting deleting service environment team_sm"],
])("carries out %j", async (action, call, event) => {
  const region = fakeRegion();
  await act(action, region, new AbortController().signal);
  expect(region.calls).toEqual([call]);
  expect(eventsFor(action).map(({ reason, note }) => `${reason} ${note}`)).toEqual([event]);
});
