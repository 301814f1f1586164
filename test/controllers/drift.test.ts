import { describe, expect, it } from "vitest";
import type { Decision, FieldChange } from "../../src/controllers/decision.ts";
import { Corrections, yieldTo } from "../../src/controllers/drift.ts";

const minute = 60_000;
const field = (path: string): FieldChange => ({ path, kind: "update", why: "" });
const state = [field("spec.state")];
const under = { generation: 1, requestedAt: undefined, cause: 0 };

/** Corrections at these minutes. */
function corrected(...minutes: readonly number[]): Corrections {
  const corrections = new Corrections();
  for (const at of minutes) corrections.note(state, under, at * minute);
  return corrections;
}

describe("a field that is put back", () => {
  it.each<[string, readonly number[], number, number | undefined]>([
    ["never is not contested", [], 0, undefined],
    ["twice is not contested", [0, 1], 2, undefined],
    ["three times in 15 minutes is contested until 15 minutes after the last", [0, 1, 2], 3, 17],
    ["three times in a longer time is not contested", [0, 8, 16], 17, undefined],
    ["three times is put back again 15 minutes after the last", [0, 1, 2], 17, undefined],
  ])("%s", (_name, times, at, resumes) => {
    const found = corrected(...times).contested(state, under, at * minute);
    expect(found?.resumesAt).toBe(resumes === undefined ? undefined : resumes * minute);
  });

  it("stays contested, once in 15 minutes, while the other writer goes on", () => {
    const corrections = corrected(0, 1, 2);
    for (const last of [2, 17, 32]) {
      expect(corrections.contested(state, under, (last + 1) * minute)).toEqual({
        path: "spec.state",
        resumesAt: (last + 15) * minute,
      });
      expect(corrections.contested(state, under, (last + 15) * minute)).toBeUndefined();
      corrections.note(state, under, (last + 15) * minute);
    }
  });

  it("is no longer contested when the other writer has stopped for 15 minutes", () => {
    const corrections = corrected(0, 1, 2);
    expect(corrections.contested(state, under, 18 * minute)).toBeUndefined();
    corrections.note(state, under, 18 * minute);
    expect(corrections.contested(state, under, 19 * minute)).toBeUndefined();
  });

  it.each([
    ["a person asks for it", { ...under, requestedAt: "now" }],
    ["the spec has changed", { ...under, generation: 2 }],
  ])("is put back once more at once when %s", (_why, other) => {
    const corrections = corrected(0, 1, 2);
    expect(corrections.contested(state, other, 3 * minute)).toBeUndefined();
    corrections.note(state, other, 3 * minute);
    expect(corrections.contested(state, other, 4 * minute)?.resumesAt).toBe(18 * minute);
  });

  it("is contested by itself, beside others that are not", () => {
    const corrections = corrected(0, 1, 2);
    expect(corrections.contested([field("spec.priority")], under, 3 * minute)).toBeUndefined();
    expect(corrections.contested([field("spec.priority"), ...state], under, 3 * minute)?.path).toBe("spec.state");
  });
});

it("a contested field turns the act into a wait that says so", () => {
  const decision: Decision<string> = {
    next: { kind: "act", action: "x", reason: "Updating", message: "m", irreversible: false },
    change: { action: "Update", id: "id", reason: "r", changes: state },
    serving: false,
    news: [{ type: "Retiring", status: "True", reason: "r", message: "m" }],
  };
  const yielded = yieldTo(decision, { path: "spec.state", resumesAt: 5 * minute }, 2 * minute, undefined);
  expect(yielded.next).toMatchObject({ kind: "wait", reason: "Contested", recheckInMs: 3 * minute });
  expect(yielded.next.message).toContain("spec.state");
  expect(yielded.next.message).toContain("leaving it out of the spec");
  expect(yielded.news.map(({ type }) => type)).toEqual(["Retiring", "Contested"]);
  expect(yielded.change).toBe(decision.change);
  const others = yieldTo(decision, { path: "the order of queue q", resumesAt: 0 }, 1, "the order of queue q");
  expect(others.next).toMatchObject({ recheckInMs: 1000 });
  expect(others.next.message).toContain("spec.replacement.foreignQueues: Block");
});
