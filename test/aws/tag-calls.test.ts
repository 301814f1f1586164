import { describe, expect, it } from "vitest";
import { tagCalls } from "../../src/aws/tag-calls.ts";

const tags = (prefix: string, count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "x"]));
const keys = (prefix: string, count: number): string[] => Object.keys(tags(prefix, count));
/** `+3 -2`: a call that sets three, then one that removes two. */
const outcome = (set: Record<string, string>, remove: readonly string[], described: Record<string, string>): string =>
  tagCalls({ set, remove }, described)
    .map((part) => `${part.remove.length > 0 ? "-" : "+"}${Object.keys(part.set).length + part.remove.length}`)
    .join(" ");

describe("the calls of a change of tags", () => {
  it.each<[string, string, Parameters<typeof outcome>]>([
    ["none for nothing", "", [{}, [], tags("a", 3)]],
    ["what is new comes before anything goes", "+2 -1", [tags("b", 2), ["a0"], tags("a", 3)]],
    ["as long as there is room for both", "+25 -25", [tags("b", 25), keys("a", 25), tags("a", 25)]],
    ["what goes makes room, where there is none for both", "-25 +26", [tags("b", 26), keys("a", 25), tags("a", 25)]],
    ["another value needs no room", "+50 -1", [tags("a", 50), ["a0"], tags("a", 50)]],
    ["AWS's own tags take no room", "+2 -1", [tags("b", 2), ["a0"], { ...tags("a", 48), ...tags("aws:", 9) }]],
    [
      "but no mark of ours goes before what takes its place",
      "-1 +5 -1",
      [tags("awsbatch.dev/", 5), ["a0", "awsbatch.dev/retained"], { ...tags("a", 49), "awsbatch.dev/retained": "x" }],
    ],
    ["AWS takes 50 in one call", "-50 -1 +50", [tags("b", 50), keys("a", 51), tags("a", 51)]],
  ])("%s", (_name, expected, [set, remove, described]) => {
    expect(outcome(set, remove, described)).toBe(expected);
  });
});
