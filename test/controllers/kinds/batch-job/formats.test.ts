import { describe, expect, it } from "vitest";
import { rangesText } from "../../../../src/controllers/kinds/batch-job/formats.ts";

describe("indices", () => {
  it.each<[readonly number[], string]>([
    [[], ""],
    [[7], "7"],
    [[0, 1, 2, 5, 7, 8], "0-2,5,7-8"],
  ])("%j are %s", (indices, text) => {
    expect(rangesText(indices, 100)).toBe(text);
  });

  it("that do not fit end with an ellipsis after a whole range", () => {
    expect(rangesText([1, 3, 5, 7, 9], 7)).toBe("1,3,5,…");
  });
});
