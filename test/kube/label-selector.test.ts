import { describe, expect, test } from "vitest";
import { LabelSelectorError, labelSelector, labelSelectorOutline } from "../../src/kube/label-selector.ts";

describe("a label selector", () => {
  test.each<[string, Record<string, string>, boolean]>([
    ["team=blue", { team: "blue" }, true],
    ["team == blue", { team: "blue" }, true],
    ["team=blue", { team: "green" }, false],
    ["team=blue", {}, false],
    ["team!=blue", {}, true],
    ["team!=blue", { team: "blue" }, false],
    ["team in (blue,green)", { team: "green" }, true],
    ["team in ( blue , green )", { team: "red" }, false],
    ["team in (blue)", {}, false],
    ["team notin (blue)", {}, true],
    ["team notin (blue,green)", { team: "green" }, false],
    ["team", { team: "" }, true],
    ["team", {}, false],
    ["!team", {}, true],
    ["!team", { team: "blue" }, false],
    ["team=", { team: "" }, true],
    ["example.com/shard=1", { "example.com/shard": "1" }, true],
    ["team=blue,tier!=test", { team: "blue", tier: "production" }, true],
    ["team=blue,tier!=test", { team: "blue", tier: "test" }, false],
    ["team in (a,b),!legacy", { team: "b" }, true],
    ["team in (a,b),!legacy", { team: "b", legacy: "" }, false],
    ["constructor", {}, false],
  ])("%s on %o is %s", (text, labels, holds) => {
    expect(labelSelector(text)(labels)).toBe(holds);
    expect(text).toMatch(labelSelectorOutline);
  });

  test.each([
    ["", '"" is not a requirement'],
    ["team=blue,", '"" is not a requirement'],
    ["team in blue", '"team in blue" is not a requirement'],
    ["team=bl ue", '"team=bl ue" is not a requirement'],
    ["team in (a,b c)", '"b c" in "team in (a,b c)" is not a valid label value'],
    ["-team=x", '"-team=x" is not a requirement'],
    ["a>1", '"a>1" is not a requirement'],
  ])("%o is refused", (text, message) => {
    expect(() => labelSelector(text)).toThrow(LabelSelectorError);
    expect(() => labelSelector(text)).toThrow(message);
  });

  test.each(["", ",=,", "team=blue,", "-team=x", "a>1", "team in (a", "a in b", "a notin b", "a b", "!a=b", "a=b c"])(
    "%o has not even the outline of one",
    (text) => {
      expect(text).not.toMatch(labelSelectorOutline);
    },
  );
});
