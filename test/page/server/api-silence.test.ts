import { expect, test } from "vitest";
import { ApiSilence } from "../../../src/page/server/api-silence.ts";

test("silence of the API server is reported with its beginning, and ends with an answer of whatever status", () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const silence = new ApiSilence(() => now);
  silence.onAnswer(200);
  expect(silence.problems).toEqual([]);
  silence.onAnswer(undefined);
  now += 60_000;
  silence.onAnswer(undefined);
  expect(silence.problems).toEqual([
    "The API server has given no answer since 2026-01-01 00:00:00 UTC: the objects are shown as they were then.",
  ]);
  silence.onAnswer(503);
  expect(silence.problems).toEqual([]);
});
