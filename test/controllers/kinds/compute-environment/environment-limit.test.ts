import { describe, expect, it } from "vitest";
import { environmentLimitIn } from "../../../../src/controllers/kinds/compute-environment/environment-limit.ts";

const annotation = "awsbatch.dev/max-environments-per-namespace";

describe("the limit of a namespace", () => {
  const [flag, own] = ["--max-environments-per-namespace", `annotation ${annotation} of the namespace`];

  it.each<[string, number, string | undefined, number, string]>([
    ["the flag's without the annotation", 4, undefined, 4, flag],
    ["the annotation's where it is smaller", 4, "2", 2, own],
    ["the flag's where the annotation would widen it", 4, "50", 4, flag],
    ["the annotation's where there is no flag", Number.POSITIVE_INFINITY, "2", 2, own],
    ["none at all without both", Number.POSITIVE_INFINITY, undefined, Number.POSITIVE_INFINITY, flag],
    ["nothing for an empty annotation", 4, "", 0, own],
    ["nothing for a negative number", 4, "-1", 0, own],
    ["nothing for another notation", 4, "1e9", 0, own],
    ["nothing for a word", Number.POSITIVE_INFINITY, "unlimited", 0, own],
  ])("is %s", (_what, ofFlag, text, most, from) => {
    const annotations = text === undefined ? {} : { [annotation]: text };
    expect(environmentLimitIn(ofFlag, annotations)).toEqual({ kind: "read", most, from });
  });
});
