/** Prints the closing line of CI from the test runner's JSON report; fails when nothing ran. */

import { readFileSync } from "node:fs";

const [, , file] = process.argv;
if (file === undefined) throw new Error("usage: count.ts REPORT.json");
const report = JSON.parse(readFileSync(file, "utf8")) as {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
};
const failed = Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0);
const skipped = report.numPendingTests + report.numTodoTests;
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;
