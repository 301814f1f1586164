import { describe, expect, it } from "vitest";
import { type Rank, RankedLine } from "../../src/aws/ranked-line.ts";

/** Takes so many of a line in which each rank has enough. */
function taken(count: number, given: readonly Rank[]): readonly (string | undefined)[] {
  const line = new RankedLine<string>();
  for (const rank of given) for (let at = 0; at < count; at++) line.push(`${rank} ${at}`, rank);
  return Array.from({ length: count }, () => line.next(() => true));
}

describe("a line of ranks", () => {
  it.each<[string, readonly Rank[], readonly string[]]>([
    ["gives each rank its turns", ["known", "new", "waited"], ["waited 0", "new 0", "waited 1", "known 0", "waited 2"]],
    [
      "gives an empty rank's turns to the highest other",
      ["known", "new"],
      ["new 0", "new 1", "new 2", "known 0", "new 3"],
    ],
    ["is first in, first out within a rank", ["known"], ["known 0", "known 1", "known 2", "known 3", "known 4"]],
  ])("%s", (_name, given, expected) => {
    expect(taken(5, given)).toEqual(expected);
  });

  it("drops what has got another rank, and counts what it has not seen yet", () => {
    const line = new RankedLine<string>();
    line.push("a", "known");
    line.push("a", "waited");
    line.push("b", "known");
    expect(line.length).toBe(3);
    const isStill = (item: string, rank: Rank): boolean => item === "b" || rank === "waited";
    expect([line.next(isStill), line.next(isStill), line.next(isStill)]).toEqual(["a", "b", undefined]);
    expect(line.length).toBe(0);
  });
});
