import { expect, test } from "vitest";
import { confirmedText, runsTable } from "../../../scripts/reference/conformance.ts";

test("the pages say how many facts AWS has confirmed, and in which runs", () => {
  expect(confirmedText(0, 323)).toBe(
    "Of the 323 facts about AWS Batch that the simulator is tested with, AWS itself has confirmed 0.",
  );
  expect(runsTable([])).toContain("| none yet | | | |");
  expect(
    runsTable([{ date: "2026-11-30", region: "eu-west-1", tried: 304, differed: 2 }])
      .split("\n")
      .at(-1),
  ).toBe("| 2026-11-30 | eu-west-1 | 304 | 2 |");
});
