import { describe, expect, it } from "vitest";
import type { ConsumableResourceSpec } from "../../../../src/api/v1alpha1/consumable-resource.ts";
import type { Consumable } from "../../../../src/aws/batch.ts";
import type { Seen } from "../../../../src/controllers/kinds/consumable-resource.ts";
import { ownerTags, quantitySetTag } from "../../../../src/controllers/ownership/ownership.ts";
import { choiceFor, consumable, directives, identity, stepLine, tagged, usedUp } from "./given.ts";

const adopts = (adoptionPolicy: "IfMatching" | "IfExists") => ({ directives: { ...directives, adoptionPolicy } });
const inAws = (change: Partial<Consumable>): Partial<Seen> => ({ record: consumable(change) });
const usedInAws = (note: string | undefined, totalQuantity = 10): Partial<Seen> =>
  inAws({ resourceType: "NON_REPLENISHABLE", totalQuantity, tags: tagged(note) });

describe("a consumable", () => {
  it.each<[string, Partial<ConsumableResourceSpec>, Partial<Seen>, string]>([
    ["is created", {}, { record: undefined, absent: true }, "create"],
    ["is at rest when AWS has it", {}, {}, "serves Available; serving"],
    ["is set once when the spec has another total", { totalQuantity: 12 }, {}, "update SET 12, noted as 12"],
    [
      "is set once when the spec has less than jobs hold",
      { totalQuantity: 5 },
      inAws({ inUseQuantity: 8 }),
      "update SET 5, noted as 5",
    ],
    [
      "is not set again while AWS's total follows the jobs, and serves",
      { totalQuantity: 5 },
      inAws({ totalQuantity: 8, inUseQuantity: 8, tags: tagged("5") }),
      "serves InUse; serving",
    ],
    [
      "is set again where somebody has raised it, also while jobs hold more than the spec says",
      { totalQuantity: 5 },
      inAws({ totalQuantity: 12, inUseQuantity: 8, availableQuantity: 4, tags: tagged("5") }),
      "update SET 5, noted as 5",
    ],
    [
      "is not set again while AWS gives out none of a total that does not fall yet",
      { totalQuantity: 5 },
      inAws({ totalQuantity: 12, inUseQuantity: 8, availableQuantity: 0, tags: tagged("5") }),
      "serves InUse; serving",
    ],
    [
      "is checked again once it may be believed what AWS gives out",
      { totalQuantity: 5 },
      { ...inAws({ totalQuantity: 12, inUseQuantity: 8, tags: tagged("5") }), availabilityInMs: 20_000 },
      "serves InUse again in 20 s; serving",
    ],
    [
      "is at rest once it has followed",
      { totalQuantity: 5 },
      inAws({ totalQuantity: 5, inUseQuantity: 5, tags: tagged("5") }),
      "serves Available; serving",
    ],
    [
      "is set where AWS is on its way down from its total to an earlier one",
      {},
      inAws({ totalQuantity: 10, inUseQuantity: 10, tags: tagged("5") }),
      "update SET 10, noted as 10",
    ],
    [
      "is put back when somebody has lowered it",
      {},
      inAws({ totalQuantity: 3, inUseQuantity: 1 }),
      "update SET 10, noted as 10",
    ],
    [
      "is put back when somebody has raised it",
      {},
      inAws({ totalQuantity: 30, inUseQuantity: 4 }),
      "update SET 10, noted as 10",
    ],
    ["never becomes one of the other type", { resourceType: "NON_REPLENISHABLE" }, {}, "blocked ResourceTypeFixed"],
    ["gets the tags of the spec", { tags: { team: "x" } }, {}, "tag userTags"],
    [
      "that differs is not adopted if it has to match",
      { totalQuantity: 5 },
      { ...inAws({ tags: {} }), ...adopts("IfMatching") },
      "blocked NotMatching",
    ],
    ["that matches is adopted", {}, { ...inAws({ tags: {} }), ...adopts("IfMatching") }, "tag adopt"],
  ])("%s", (_name, change, given, expected) => {
    expect(stepLine(change, given)).toBe(expected);
  });

  it("says what its total waits for, and plans nothing meanwhile", () => {
    const given = inAws({ totalQuantity: 8, inUseQuantity: 8, tags: tagged("5") });
    const { next, change } = choiceFor({ totalQuantity: 5 }, given);
    expect(next.message).toBe("jobs hold 8 of team_seats: AWS lowers its total from 8 to 5 as they end");
    expect(change).toMatchObject({ action: "None", reason: "InSync" });
  });

  it("is asked for with the tags of its owner and a note of the total", () => {
    const { next } = choiceFor({ tags: { team: "x" } }, { record: undefined, absent: true });
    expect(next).toMatchObject({
      action: {
        request: {
          consumableResourceName: "team_seats",
          totalQuantity: 10,
          resourceType: "REPLENISHABLE",
          tags: { team: "x", ...ownerTags(identity), [quantitySetTag]: "10" },
        },
      },
    });
  });
});

describe("a consumable that jobs use up", () => {
  it.each<[string, Partial<ConsumableResourceSpec>, Partial<Seen>, string]>([
    ["is at rest whatever total AWS shows", {}, usedInAws("0/", 3), "serves Available; serving"],
    ["is set when a token comes", { quantityToken: "may" }, usedInAws("0/", 3), "update SET 10, noted as 1/may"],
    ["is set when the token changes", { quantityToken: "june" }, usedInAws("1/may"), "update SET 10, noted as 2/june"],
    ["is set once by each token", { quantityToken: "may" }, usedInAws("1/may", 3), "serves Available; serving"],
    ["is not set when the token goes", {}, usedInAws("1/may", 3), "serves Available; serving"],
    ["that has lost its note is not refilled", { quantityToken: "may" }, usedInAws(undefined, 3), "tag userTags"],
    [
      "is adopted as full as it is",
      { quantityToken: "may" },
      {
        ...inAws({ resourceType: "NON_REPLENISHABLE", totalQuantity: 3, tags: {} }),
        ...adopts("IfMatching"),
      },
      "tag adopt",
    ],
  ])("%s", (_name, change, given, expected) => {
    expect(stepLine({ ...usedUp, ...change }, given)).toBe(expected);
  });

  it("notes the token of its creation", () => {
    const { next } = choiceFor({ ...usedUp, quantityToken: "may" }, { record: undefined, absent: true });
    expect(next).toMatchObject({ action: { request: { tags: { [quantitySetTag]: "0/may" } } } });
  });

  it("gets the same request again until it is noted, and another one for a token that comes back", () => {
    const tokenOf = (token: string, note: string) => {
      const { next } = choiceFor({ ...usedUp, quantityToken: token }, usedInAws(note));
      return next.kind === "act" && next.action.kind === "update" ? next.action.request.request.clientToken : undefined;
    };
    const [first, again, back] = [tokenOf("may", "1/april"), tokenOf("may", "1/april"), tokenOf("may", "3/april")];
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect([again === first, back === first]).toEqual([true, false]);
  });
});
