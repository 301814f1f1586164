import { describe, expect, it } from "vitest";
import { showsDate, tookText } from "../../../src/page/browser/moments.ts";
import type { Step } from "../../../src/page/server/model.ts";

const step = (at: string | undefined, state: Step["state"] = "done"): Step => ({ title: "Soak", state, at });

describe("a step", () => {
  const steps = [
    step("2030-01-01T12:00:00Z"),
    step("2030-01-01T12:01:30Z"),
    step(undefined),
    step("2030-01-03T12:00:00Z"),
    step("2030-01-03T12:10:00Z", "current"),
  ];

  it.each([
    ["", 1, "1m30s"],
    [", also where the moment of the one before it is not known", 3, "1d23h"],
  ])("took the time since the last moment that is known%s", (_which, index, text) => {
    expect(tookText(steps, index)).toBe(text);
  });

  it.each([
    ["that is the first one", 0],
    ["that has not ended", 4],
  ])("%s has no duration", (_which, index) => {
    expect(tookText(steps, index)).toBeUndefined();
  });

  it("shows the date where it is the first one, or on another day", () => {
    expect(steps.map((_, index) => showsDate(steps, index))).toEqual([true, false, true, true, false]);
  });
});
