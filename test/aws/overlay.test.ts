import { describe, expect, it } from "vitest";
import { OverlaidRecords } from "../../src/aws/overlay.ts";

const reads = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries));

describe("a name that a stale read showed once more after it had gone", () => {
  it("asks for one more look, and for none when that has not shown it", () => {
    const records = new OverlaidRecords<string>({ ignoresRelapses: true });
    records.mergeAll(reads({ q: "DELETING" }), 1000);
    records.mergeAll(reads({}), 2000);
    records.mergeAll(reads({ q: "DELETING" }), 3000);
    expect([...records.unsettled()]).toEqual([{ name: "q", at: 7000, doubtful: false }]);
    records.mergeAll(reads({}), 8000);
    expect([...records.unsettled()]).toEqual([]);
    expect(records.get("q")).toBeUndefined();
  });
});
