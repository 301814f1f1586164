import { describe, expect, it, test } from "vitest";
import {
  neededMinutes,
  openingOf,
  type Window,
  windowFault,
} from "../../../../src/controllers/kinds/compute-environment/update-windows.ts";

const at = (text: string): number => Date.parse(text);
const opening = (windows: readonly Window[], now: string, minutes = 15): string => {
  const found = openingOf(windows, minutes, at(now));
  return found.kind === "opens" ? new Date(found.atMs).toISOString() : found.kind;
};

/** Saturdays from 2 to 6 in Berlin. */
const saturday: Window = { schedule: "0 2 * * SAT", timeZone: "Europe/Berlin", durationMinutes: 240 };
const daily: Window = { schedule: "30 2 * * *", timeZone: "Europe/Berlin", durationMinutes: 60 };

describe("a window", () => {
  it.each([
    ["is shut before it opens", saturday, "2026-12-05T00:59:59.999Z", "2026-12-05T01:00:00.000Z"],
    ["is open from its very start", saturday, "2026-12-05T01:00:00Z", "open"],
    ["is open while the handover still fits", saturday, "2026-12-05T04:45:00Z", "open"],
    ["is shut once it does not", saturday, "2026-12-05T04:45:00.001Z", "2026-12-12T01:00:00.000Z"],
    [
      "is in UTC without a time zone",
      { schedule: "0 2 * * SAT", durationMinutes: 240 },
      "2026-12-05T01:30:00Z",
      "2026-12-05T02:00:00.000Z",
    ],
    ["opens at 2:30 in winter", daily, "2026-03-27T20:00:00Z", "2026-03-28T01:30:00.000Z"],
    [
      "opens half an hour late in the night in which its hour does not exist",
      daily,
      "2026-03-28T20:00:00Z",
      "2026-03-29T01:00:00.000Z",
    ],
    ["opens at 2:30 in summer", daily, "2026-03-29T20:00:00Z", "2026-03-30T00:30:00.000Z"],
    ["opens once in the night that has its hour twice", daily, "2026-10-24T20:00:00Z", "2026-10-25T00:30:00.000Z"],
    ["does not open at the second of them", daily, "2026-10-25T01:30:00Z", "2026-10-26T01:30:00.000Z"],
  ])("%s", (_name, window, now, expected) => {
    expect(opening([window], now)).toBe(expected);
  });

  it("that opens each hour for four is always open", () => {
    const hourly: Window = { schedule: "0 * * * *", durationMinutes: 240 };
    expect(opening([hourly], "2026-12-05T01:59:00Z")).toBe("open");
  });

  it("is the next of several", () => {
    expect(opening([saturday, daily], "2026-12-03T12:00:00Z")).toBe("2026-12-04T01:30:00.000Z");
    expect(opening([daily, saturday], "2026-12-05T03:30:00Z")).toBe("open");
  });

  it("never opens for an update that takes longer than it is open", () => {
    expect(opening([daily], "2026-12-03T12:00:00Z", 60)).toBe("2026-12-04T01:30:00.000Z");
    expect(opening([daily], "2026-12-03T12:00:00Z", 61)).toBe("never");
    expect(opening([daily, saturday], "2026-12-03T12:00:00Z", 61)).toBe("2026-12-05T01:00:00.000Z");
  });
});

test("without windows an update may begin at any time", () => {
  expect(openingOf(undefined, 15, 0)).toEqual({ kind: "open" });
});

test.each([
  ["a schedule and a time zone that exist have no fault", saturday, undefined],
  ["a minute that no hour has", { schedule: "61 2 * * *", durationMinutes: 60 }, "61"],
  ["six fields", { schedule: "0 0 2 * * *", durationMinutes: 60 }, "5 parts"],
  ["a zone that does not exist", { ...saturday, timeZone: "Europe/Berlni" }, "Europe/Berlni"],
  ["a day that no month has", { schedule: "0 2 31 2 *", durationMinutes: 60 }, "0 2 31 2 * names no date that exists"],
])("%s", (_name, window, expected) => {
  const fault = windowFault(window);
  if (expected === undefined) expect(fault).toBeUndefined();
  else expect(fault).toContain(expected);
});

test.each([
  ["a replacement needs the handover alone", {}, 15],
  ["in place AWS waits for jobs, 30 minutes by default", { updatePolicy: {} }, 45],
  ["or as long as the policy says", { updatePolicy: { jobExecutionTimeoutMinutes: 120 } }, 135],
  [
    "a new environment is verified first, for 30 minutes by default",
    { replacement: { verify: { jobDefinitionRef: { name: "smoke" } } } },
    45,
  ],
  [
    "the longer of the two counts, for only one of them happens",
    { updatePolicy: {}, replacement: { verify: { jobDefinitionRef: { name: "smoke" }, timeoutSeconds: 600 } } },
    45,
  ],
  ["jobs that are terminated at once take no time", { updatePolicy: { terminateJobsOnUpdate: true } }, 15],
])("%s", (_name, spec, expected) => {
  expect(neededMinutes(spec)).toBe(expected);
});
