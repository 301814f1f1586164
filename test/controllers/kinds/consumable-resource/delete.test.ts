import { describe, expect, it } from "vitest";
import type { Seen } from "../../../../src/controllers/kinds/consumable-resource.ts";
import { choiceFor, consumable, directives, stepLine } from "./given.ts";

const deleting = { directives: { ...directives, deleting: true } };

describe("the deletion of a consumable", () => {
  it.each<[string, Partial<Seen>, string]>([
    ["deletes it, also while jobs hold it", { record: consumable({ inUseQuantity: 3 }) }, "delete"],
    ["waits while definitions name it", { users: ["team/job"] }, "wait InUse again in 10 s Stalled after 30 min"],
    ["waits until definitions have been read", { users: undefined }, "wait Deleting again in 1 s Stalled after 5 min"],
    ["waits until AWS shows it", { record: consumable({ status: "CREATING" }) }, "wait Deleting"],
    ["waits for AWS", { record: consumable({ status: "DELETING" }) }, "wait Deleting"],
    ["is over when it is gone", { record: undefined, absent: true }, "release Deleted"],
    [
      "leaves it in AWS by Retain, also while definitions name it",
      { users: ["team/job"], directives: { ...deleting.directives, retain: true } },
      "tag retain",
    ],
  ])("%s", (_name, change, expected) => {
    expect(stepLine({}, { ...deleting, ...change })).toBe(expected);
  });

  it("names the definitions, and what to do", () => {
    expect(choiceFor({}, { ...deleting, users: ["team/a", "team/b"] }).next.message).toBe(
      "jobs of team/a, team/b need team_seats, and would wait without it: remove it from these definitions, or delete them",
    );
  });
});
