import { expect, it } from "vitest";
import { countsOf, countsText, isSuccess, type Report } from "../../../scripts/test/counts.ts";

const report = (change: Partial<Report> = {}): Report => ({
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numFailedTestSuites: 0,
  ...change,
});

it.each<[string, readonly (Report | undefined)[], string, boolean]>([
  [
    "adds up all runs",
    [report(), report({ numPassedTests: 2, numPendingTests: 1 })],
    "7 passed, 0 failed, 1 skipped",
    true,
  ],
  ["fails by one test of one run", [report(), report({ numFailedTests: 1 })], "10 passed, 1 failed, 0 skipped", false],
  [
    "fails by a file that could not be run",
    [report({ numFailedTestSuites: 2 })],
    "5 passed, 1 failed, 0 skipped",
    false,
  ],
  ["fails by a run that left no report", [report(), undefined], "5 passed, 1 failed, 0 skipped", false],
  ["fails when nothing ran", [report({ numPassedTests: 0 })], "0 passed, 0 failed, 0 skipped", false],
])("%s", (_name, reports, text, succeeds) => {
  const counts = countsOf(reports);
  expect([countsText(counts), isSuccess(counts)]).toEqual([text, succeeds]);
});
