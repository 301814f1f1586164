import { expect, it } from "vitest";
import {
  countsOf,
  countsText,
  type FileReport,
  failuresOf,
  isSuccess,
  type Report,
} from "../../../scripts/test/counts.ts";

const report = (change: Partial<Report> = {}): Report => ({
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numFailedTestSuites: 0,
  testResults: [],
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

const file = (change: Partial<FileReport>): FileReport => ({
  name: "/somewhere/test/a.test.ts",
  status: "failed",
  message: "",
  assertionResults: [],
  ...change,
});

it("lists each failed test with its file and message, and a file that could not run", () => {
  const passed = { fullName: "a queue passes", status: "passed", failureMessages: [] };
  const failed = {
    fullName: "a queue is ready",
    status: "failed",
    failureMessages: ["expected 1 to be 2\n    at a.ts:1"],
  };
  const reports = [
    report({
      testResults: [
        file({ assertionResults: [passed, failed] }),
        file({ name: "/elsewhere/b.ts", message: "no such module" }),
      ],
    }),
    undefined,
    report({ testResults: [file({ status: "passed", assertionResults: [passed] })] }),
  ];
  expect(failuresOf(reports, "/somewhere")).toEqual([
    "FAILED test/a.test.ts > a queue is ready\nexpected 1 to be 2\n    at a.ts:1",
    "FAILED /elsewhere/b.ts\nno such module",
  ]);
});

it("cuts a long message, and says by how much", () => {
  const message = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
  const [text] = failuresOf([report({ testResults: [file({ message })] })], "/somewhere");
  expect(text?.split("\n").slice(-2)).toEqual(["line 29", "(70 more lines)"]);
});
