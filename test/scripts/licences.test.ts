import { describe, expect, test } from "vitest";
import { type BundledPackage, licenceProblems, licencesText } from "../../scripts/licences.ts";

const bundled = (name: string, licence: string, text = ""): BundledPackage => ({
  name,
  version: "1.0.0",
  licence,
  text,
});

describe("the licences of what is bundled", () => {
  test("are listed with each text once, below its packages", () => {
    const text = licencesText([bundled("a", "MIT", "Copyright A"), bundled("b", "MIT", "Copyright A")]);
    expect(text).toContain("a 1.0.0 (MIT)\nb 1.0.0 (MIT)\n");
    expect(text.split("Copyright A")).toHaveLength(2);
  });

  test("may lack the text where a sibling of the same scope brings it", () => {
    const siblings = [bundled("@aws-sdk/a", "Apache-2.0", "Apache License"), bundled("@aws-sdk/b", "Apache-2.0")];
    expect(licenceProblems(siblings)).toEqual([]);
    expect(licencesText(siblings)).toContain("@aws-sdk/a 1.0.0 (Apache-2.0)\n@aws-sdk/b 1.0.0 (Apache-2.0)\n");
  });

  test.each([
    ["that asks for more than its text", bundled("a", "GPL-3.0-only", "text"), /a@1\.0\.0 is under GPL-3\.0-only/],
    ["that nobody names", bundled("a", "", "text"), /a@1\.0\.0 is under no licence/],
    ["without a text", bundled("a", "MIT"), /a@1\.0\.0 has no text of its licence, MIT/],
  ])("do not include one %s", (_what, one, words) => {
    expect(licenceProblems([one, bundled("b", "MIT", "text")])).toEqual([expect.stringMatching(words)]);
  });
});
