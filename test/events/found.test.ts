import { expect, it } from "vitest";
import type { Environment } from "../../src/aws/batch.ts";
import type { BatchSnapshot } from "../../src/aws/region.ts";
import { noChange, type RegionChange } from "../../src/aws/region-cache.ts";
import { changedByOthers } from "../../src/events/found.ts";

const now = 10_000_000;
const environment = (change: Partial<Environment> = {}): Environment =>
  ({ computeEnvironmentName: "a", status: "VALID", state: "ENABLED", ...change }) as Environment;

function snapshot(environments: readonly Environment[], change: Partial<BatchSnapshot> = {}): BatchSnapshot {
  return {
    listedAt: 1,
    computeEnvironments: new Map(environments.map((one) => [one.computeEnvironmentName, one])),
    lastWriteAt: () => 0,
    hasRead: () => true,
    ...change,
  } as unknown as BatchSnapshot;
}

const changed: RegionChange = { ...noChange, computeEnvironments: ["a"] };
const named = ["compute-environment a"];

it.each<[string, readonly Environment[], readonly Environment[], readonly string[]]>([
  ["another state", [environment()], [environment({ state: "DISABLED" })], named],
  ["one that is gone", [environment()], [], named],
  ["one that is going", [environment()], [environment({ status: "DELETING" })], named],
  ["one that is new", [], [environment()], named],
  ["one that has gone after it was going", [environment({ status: "DELETING" })], [], []],
  ["another status", [environment()], [environment({ status: "INVALID", statusReason: "x" })], []],
  [
    "other vCPUs, which AWS scales,",
    [environment({ computeResources: { desiredvCpus: 1, maxvCpus: 4 } } as Partial<Environment>)],
    [environment({ computeResources: { desiredvCpus: 2, maxvCpus: 4 } } as Partial<Environment>)],
    [],
  ],
])("a read that shows %s", (_what, before, after, expected) => {
  expect(changedByOthers(changed, snapshot(before), snapshot(after), now)).toEqual(expected);
});

it.each<[string, RegionChange, Partial<BatchSnapshot>, Partial<BatchSnapshot>]>([
  ["is only asked for", { ...changed, asked: true }, {}, {}],
  ["is read for the first time", changed, { listedAt: undefined }, {}],
  ["was written by the operator a moment ago", changed, {}, { lastWriteAt: () => now - 1000 }],
])("what %s was not changed by others", (_what, change, before, after) => {
  const off = environment({ state: "DISABLED" });
  expect(changedByOthers(change, snapshot([environment()], before), snapshot([off], after), now)).toEqual([]);
});

it("a definition, and what is read by its name, count once they were read before", () => {
  const change: RegionChange = { ...noChange, jobDefinitions: ["d"], schedulingPolicies: ["p"] };
  const after = snapshot([], {
    jobDefinitions: new Map([["d", []]]),
    schedulingPolicies: new Map([["p", { name: "p" }]]),
  } as unknown as Partial<BatchSnapshot>);
  const before = (read: boolean): BatchSnapshot =>
    snapshot([], {
      jobDefinitions: read ? new Map() : undefined,
      schedulingPolicies: new Map(),
      hasRead: () => read,
    } as unknown as Partial<BatchSnapshot>);
  expect(changedByOthers(change, before(false), after, now)).toEqual([]);
  expect(changedByOthers(change, before(true), after, now)).toEqual(
    expect.arrayContaining(["job-definition d", "scheduling-policy p"]),
  );
});
