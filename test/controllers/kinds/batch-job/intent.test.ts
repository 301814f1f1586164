import { describe, expect, it } from "vitest";
import { submissionAnnotation } from "../../../../src/api/v1alpha1/annotations.ts";
import { intentAnnotation, intentOf, mayBeForgotten } from "../../../../src/controllers/kinds/batch-job/intent.ts";
import { intent, jobObject } from "./seen.ts";

const noted = (text: string) => {
  const object = jobObject();
  return intentOf({ ...object, metadata: { ...object.metadata, annotations: { [submissionAnnotation]: text } } });
};

it.each([
  ["a week ago", -7, true],
  ["a week ahead, by a clock that was wrong", 7, true],
  ["six days ago", -6, false],
])("AWS may have forgotten a job that was submitted %s: %s days, %s", (_when, days, expected) => {
  const now = Date.UTC(2026, 0, 10);
  expect(mayBeForgotten(now + days * 24 * 3_600_000, now)).toBe(expected);
});

describe("the note on an object", () => {
  it("is read as it was written", () => {
    expect(noted(intentAnnotation(intent)[submissionAnnotation] ?? "")).toEqual(intent);
    expect(intentOf(jobObject())).toBeUndefined();
  });

  it.each([
    ["is of another object", JSON.stringify({ ...intent, uid: "other", at: "2026-01-01T00:00:00Z" })],
    ["has no time", JSON.stringify({ ...intent, at: "soon" })],
    ["has a number for a time", JSON.stringify({ ...intent, at: 5 })],
    ["has no number of the request", JSON.stringify({ ...intent, attempt: "1", at: "2026-01-01T00:00:00Z" })],
    [
      "has a number that no next one follows",
      JSON.stringify({ ...intent, attempt: 1e308, at: "2026-01-01T00:00:00Z" }),
    ],
    ["has a number below one", JSON.stringify({ ...intent, attempt: 0, at: "2026-01-01T00:00:00Z" })],
    ["has a queue that cannot exist", JSON.stringify({ ...intent, queue: "a b", at: "2026-01-01T00:00:00Z" })],
    ["has no process", JSON.stringify({ ...intent, by: undefined, at: "2026-01-01T00:00:00Z" })],
    ["is a list", "[]"],
    ["is nothing", "null"],
    ["is not JSON", "{"],
  ])("says nothing when it %s", (_what, text) => {
    expect(noted(text)).toBeUndefined();
  });
});
