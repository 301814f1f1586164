import { expect, it } from "vitest";
import { ServiceEnvironmentKind } from "../../../../src/api/v1alpha1/kinds.ts";
import { carryOut } from "../../../../src/controllers/kinds/resource/act.ts";
import { resourceEvents } from "../../../../src/controllers/kinds/resource/events.ts";
import type { Action } from "../../../../src/controllers/kinds/service-environment/delete.ts";
import { actsWith, disabledNote, newMemory } from "../../../../src/controllers/kinds/service-environment.ts";
import { fakeRegion } from "../../region.ts";
import { queue } from "../job-queue/given.ts";
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
  [{ kind: "retire", name, arn, mark: "2026-01-01T00:00:00Z" }, `changeTags ${name}`, ""],
  [{ kind: "delete", name, arn }, `deleteServiceEnvironment ${arn}`, "Deleting deleting service environment team_sm"],
])("carries out %j", async (action, call, event) => {
  const region = fakeRegion();
  region.absent = true;
  await carryOut(actsWith(newMemory()), action, region, new AbortController().signal);
  expect(region.calls).toEqual([call]);
  expect(
    resourceEvents(action, ServiceEnvironmentKind.noun, disabledNote).map(({ reason, note }) => `${reason} ${note}`),
  ).toEqual(event === "" ? [] : [event]);
});

it.each<Action>([
  { kind: "disable", name, request: { serviceEnvironment: arn, state: "DISABLED" } },
  { kind: "delete", name, arn },
])("does not $kind what a queue names since it was planned", async (action) => {
  const serviceEnvironmentOrder = [{ order: 1, serviceEnvironment: arn }];
  const region = fakeRegion({ jobQueues: [queue([], { serviceEnvironmentOrder })] });
  region.absent = true;
  await expect(carryOut(actsWith(newMemory()), action, region, new AbortController().signal)).rejects.toThrow(
    "a queue may name team_sm since",
  );
  expect(region.calls).toEqual([]);
});

it("remembers the mark also where AWS does not answer", async () => {
  const region = fakeRegion();
  region.before = () => {
    throw new Error("no answer");
  };
  const memory = newMemory();
  const mark = "2026-01-01T00:00:00Z";
  await expect(
    carryOut(actsWith(memory), { kind: "retire", name, arn, mark }, region, new AbortController().signal),
  ).rejects.toThrow();
  expect([...memory.marks.written]).toEqual([[`eu-west-1/${name}`, mark]]);
});
