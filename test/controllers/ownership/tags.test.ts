import { describe, expect, it } from "vitest";
import { ownerTags, type Tags } from "../../../src/controllers/ownership/ownership.ts";
import { ignoredText, releaseTags, tagChange } from "../../../src/controllers/ownership/tags.ts";
import { identity } from "../kinds/compute-environment/given.ts";

const own = ownerTags(identity);
const retained = { "awsbatch.dev/retained-from": "default/team/ce" };

describe("what must be changed in the tags", () => {
  it.each<[string, Tags | undefined, Tags | undefined, readonly string[], object | undefined]>([
    ["nothing, when all are there", { a: "1" }, { a: "1", ...own }, [], undefined],
    ["what is missing", { a: "1" }, own, [], { set: { a: "1" }, remove: [] }],
    ["what has another value", { a: "1" }, { a: "2", ...own }, [], { set: { a: "1" }, remove: [] }],
    ["what nobody desires any more", {}, { a: "1", ...own }, [], { set: {}, remove: ["a"] }],
    ["everything, when AWS shows no tags", undefined, undefined, [], { set: own, remove: [] }],
    [
      "our own, when somebody has taken them",
      {},
      { ...own, "awsbatch.dev/name": "x" },
      [],
      { set: { "awsbatch.dev/name": "ce" }, remove: [] },
    ],
    ["nothing of AWS's own", {}, { "aws:cloudformation:stack": "x", ...own }, [], undefined],
    ["nothing of our memory", {}, { "awsbatch.dev/serving-since": "x", ...own }, [], undefined],
    ["the mark of Retain", {}, { ...retained, ...own }, [], { set: {}, remove: Object.keys(retained) }],
    ["nothing that others own", {}, { "cost/a": "1", ...own }, ["cost/*"], undefined],
    [
      "nothing that others own, also where the spec has it",
      { "cost/a": "1" },
      { "cost/a": "2", ...own },
      ["cost/*"],
      undefined,
    ],
    ["our own, whatever others own", {}, {}, ["*"], { set: own, remove: [] }],
    [
      "what nobody desires, also with the name of a member of every object",
      {},
      { constructor: "1", toString: "2", ["__proto__"]: "3", ...own },
      [],
      { set: {}, remove: ["constructor", "toString", "__proto__"] },
    ],
    [
      "nothing with our prefix or AWS's in another case",
      {},
      { "AWSbatch.dev/x": "1", "AWS:x": "1", ...own },
      [],
      undefined,
    ],
    ["nothing for a reserved key in the spec", { "AWSBATCH.dev/cluster": "x", "Aws:team": "x" }, own, [], undefined],
  ])("%s", (_name, desired, described, ignored, expected) => {
    expect(tagChange(desired, own, described, ignored)).toEqual(expected);
  });
});

it("Retain takes every tag of ours away that says whose it is, and leaves a mark, what is true of it, and what is the user's", () => {
  const facts = {
    "awsbatch.dev/created-at": "x",
    "awsbatch.dev/retired-at": "x",
    "awsbatch.dev/returned-at": "x",
    "awsbatch.dev/rollout-token": "x",
  };
  const described = { ...own, ...retained, ...facts, "awsbatch.dev/serving-since": "x", a: "1" };
  expect(releaseTags(described, "default/team/ce")).toEqual({
    set: retained,
    remove: [...Object.keys(own), "awsbatch.dev/serving-since"],
  });
  expect(releaseTags(undefined, "c/n/o")).toEqual({ set: { "awsbatch.dev/retained-from": "c/n/o" }, remove: [] });
});

describe("the flag that leaves tags of others alone", () => {
  it.each<[readonly string[], string]>([
    [["team"], "--ignore-tag-keys=team"],
    [["a", "cost centre"], "--ignore-tag-keys='a,cost centre'"],
    [["a", "b,*", "*", "x' ; touch PWNED ; '"], "--ignore-tag-keys=a"],
  ])("is named for keys that mean themselves alone in it: %j", (remove, flag) => {
    expect(ignoredText({ set: {}, remove: [...remove] })).toBe(
      `; to leave tags of others alone, start the operator with ${flag}`,
    );
  });

  it("is not named where no key does", () => {
    expect(ignoredText({ set: {}, remove: ["*", "a,b"] })).toBe("");
  });
});
