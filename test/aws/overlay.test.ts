import { describe, expect, it } from "vitest";
import { OverlaidRecords } from "../../src/aws/overlay.ts";

const reads = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries));

describe("a name that a stale read showed once more after it had gone", () => {
  it("asks for one more read, and for none when that has not shown it", () => {
    const records = new OverlaidRecords<string>({ ignoresRelapses: true });
    records.mergeAll(reads({ q: "DELETING" }), 1000, 1000);
    records.mergeAll(reads({}), 2000, 2000);
    records.mergeAll(reads({ q: "DELETING" }), 3000, 3000);
    expect([...records.unsettled()]).toEqual([{ name: "q", at: 7000, doubtful: false }]);
    records.mergeAll(reads({}), 8000, 8000);
    expect([...records.unsettled()]).toEqual([]);
    expect(records.get("q")).toBeUndefined();
  });
});

it("a read that had waited for the call budget is as new as its answer", () => {
  const records = new OverlaidRecords<string>({ ignoresRelapses: true });
  records.mergeAll(reads({ q: "CREATING" }), 1000, 1000);
  records.mergeAll(reads({ q: "VALID" }), 10_000, 15_000);
  records.mergeAll(reads({ q: "CREATING" }), 16_500, 16_600);
  expect(records.get("q")).toBe("VALID");
  expect(records.shownAt("q")).toBe(20_000);
});

describe("a read that shows a resource in creation", () => {
  const creating = { status: "CREATING" };
  const readCreating = { status: "CREATING", cluster: "c" };
  const valid = { status: "VALID", cluster: "c" };

  function createdAt1000() {
    const records = new OverlaidRecords<object>({ ignoresRelapses: true });
    const write = records.begin("ce");
    records.done(write, 1000, 1000, { shows: (read) => read !== undefined, apply: () => creating, supersedes: true });
    return records;
  }

  it("after one that showed it VALID is stale, although what the write put in its place had less", () => {
    const records = createdAt1000();
    records.mergeAll(new Map([["ce", valid]]), 3000, 3000);
    records.mergeAll(new Map([["ce", readCreating]]), 4000, 4000);
    expect(records.get("ce")).toBe(valid);
    expect([...records.unsettled()]).toContainEqual({ name: "ce", at: 8000, doubtful: false });
  });

  it("is believed while it is in creation, and once AWS cannot be stale any more", () => {
    const records = createdAt1000();
    records.mergeAll(new Map([["ce", readCreating]]), 3000, 3000);
    expect(records.get("ce")).toBe(readCreating);
    records.mergeAll(new Map([["ce", valid]]), 4000, 4000);
    records.mergeAll(new Map([["ce", readCreating]]), 10_000, 10_000);
    expect(records.get("ce")).toBe(readCreating);
  });
});

describe("the end of a write", () => {
  const minutes = 60_000;

  it("is forgotten by the first complete read that begins more than ten minutes later", () => {
    const records = new OverlaidRecords<string>();
    records.failed(records.begin("jd"), 1000, 501_000);
    records.mergeAll(reads({}), 10 * minutes, 10 * minutes);
    expect(records.lastWriteAt("jd")).toBe(501_000);
    records.mergeAll(reads({}), 11 * minutes, 11 * minutes);
    expect(records.lastWriteAt("jd")).toBe(0);
    expect(records.isSettled("jd", 11 * minutes)).toBe(true);
  });

  it("is kept as long as a write of that name is on its way", () => {
    const records = new OverlaidRecords<string>();
    records.failed(records.begin("jd"), 1000, 501_000);
    records.begin("jd");
    records.mergeAll(reads({}), 60 * minutes, 60 * minutes);
    expect(records.lastWriteAt("jd")).toBe(501_000);
    expect(records.isSettled("jd", 60 * minutes)).toBe(false);
  });
});
