import { expect, test } from "vitest";
import type { Environment } from "../../../../src/aws/batch.ts";
import { isGoing, isToBeEnabled, whereIsOwner } from "../../../../src/controllers/kinds/job-queue/keepers.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { objectsOf } from "../../region.ts";
import { environment, foreignEnvironment, identity } from "./given.ts";
import { environmentOf } from "./watcher.ts";

const leaving = { deletionTimestamp: "2026-01-01T00:00:00Z" };
const objects = [environmentOf("a", { state: "ENABLED" }), environmentOf("b", { state: "ENABLED" }, leaving)];
const ports = { objects: objectsOf(objects), cluster: identity.cluster } as unknown as Ports;
const off = (change: Partial<Environment> = {}): Partial<Environment> => ({ state: "DISABLED", ...change });

test.each<[string, Environment | undefined, string]>([
  ["of an object that stays", environment("team_a-000000a1", "a"), "here"],
  ["of an object that is being deleted", environment("team_b-000000b1", "b"), "deleting"],
  ["of an object that has gone", environment("team_gone-000000c1", "gone"), "nowhere"],
  ["of nobody", foreignEnvironment("x"), "nowhere"],
  ["that does not exist", undefined, "nowhere"],
  ["of another cluster", environment("x", "a", { tags: { "awsbatch.dev/cluster": "other" } }), "elsewhere"],
])("the owner of an environment %s is found", (_name, given, expected) => {
  expect(whereIsOwner("compute-environment", given, ports)).toBe(expected);
});

test.each<[string, Environment, boolean]>([
  ["is DISABLED, and its object says ENABLED", environment("team_a-000000a1", "a", off()), true],
  ["is ENABLED already", environment("team_a-000000a1", "a"), false],
  ["is INVALID", environment("team_a-000000a1", "a", off({ status: "INVALID" })), false],
  [
    "is being taken out of service",
    environment("team_a-000000a1", "a", off({ tags: { "awsbatch.dev/retired-at": "2026-01-01T00:00:00Z" } })),
    false,
  ],
  ["is of an object that is being deleted", environment("team_b-000000b1", "b", off()), false],
  ["is of nobody", foreignEnvironment("x", off()), false],
])("whether an environment is about to be enabled: one that %s", (_name, given, expected) => {
  expect(isToBeEnabled("compute-environment", given, ports)).toBe(expected);
});

test("an environment goes with its object", () => {
  const going = (one: Environment): boolean => isGoing("compute-environment", one, ports);
  expect(going(environment("team_b-000000b1", "b"))).toBe(true);
  expect(going(environment("team_a-000000a1", "a"))).toBe(false);
  expect(going(foreignEnvironment("x"))).toBe(false);
});
