import { describe, expect, test } from "vitest";
import { cut, cutMiddle, inColumns, neededWidths, wrapped } from "../../../src/tools/terminal/layout.ts";
import { paintFor, widthOf } from "../../../src/tools/terminal/paint.ts";

describe("text in columns", () => {
  test.each([
    ["short", 10, "short"],
    ["exactly ten", 11, "exactly ten"],
    ["a sentence", 5, "a se…"],
    ["a", 0, ""],
  ])("cuts %j to %i columns", (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  test("keeps both ends of a long name", () => {
    expect(cutMiddle("team-a_nightly-1234abcd", 13)).toBe("team-a…34abcd");
  });

  test("breaks lines between words and cuts what is left over", () => {
    const text = "AWS found default_x INVALID: the subnet does not exist. Correct the spec";
    expect(wrapped(text, 30, 3)).toEqual([
      "AWS found default_x INVALID:",
      "the subnet does not exist.",
      "Correct the spec",
    ]);
    expect(wrapped(text, 30, 2)).toEqual(["AWS found default_x INVALID:", "the subnet does not exist. Co…"]);
  });

  test("moves a name to the next line rather than breaking it", () => {
    expect(wrapped("runs jobs on default_general-1a2b3c4d now", 30, 9)).toEqual([
      "runs jobs on",
      "default_general-1a2b3c4d now",
    ]);
  });

  test("breaks a word that is longer than the line", () => {
    expect(wrapped("arn:aws:batch:us-east-1:123456789012", 12, 9)).toEqual([
      "arn:aws:batc",
      "h:us-east-1:",
      "123456789012",
    ]);
  });

  test("pads by what is seen, not by the escape sequences of colours", () => {
    const paint = paintFor({ colour: true, unicode: true });
    const [line] = inColumns([{ cells: [paint("red", "ab"), "c"], last: ["d"] }], [4, 2]);
    expect(widthOf(line ?? "")).toBe("ab    c   d".length);
  });

  test("puts the lines of the last column under each other", () => {
    expect(inColumns([{ cells: ["a", "b"], last: ["one", "two"] }], [2, 2])).toEqual(["a   b   one", "        two"]);
  });

  test("takes no more width than the widest cell or the limit", () => {
    expect(
      neededWidths(
        [
          ["a", "bbbbbb"],
          ["aaa", "b"],
        ],
        [10, 4],
      ),
    ).toEqual([3, 4]);
  });
});
