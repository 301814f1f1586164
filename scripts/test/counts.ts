/** Counts of tests from the JSON reports of the runner. Pure. */

/** The used part of a report of vitest's reporter `json`. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not run count here, and have no tests. */
  readonly numFailedTestSuites: number;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A missing report means that the run was aborted: it counts as one failure. */
export function countsOf(reports: readonly (Report | undefined)[]): Counts {
  const counts = reports.map((report): Counts => {
    if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
    const { numPassedTests: passed, numFailedTests, numFailedTestSuites, numPendingTests, numTodoTests } = report;
    const failed = Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0);
    return { passed, failed, skipped: numPendingTests + numTodoTests };
  });
  const sum = (key: keyof Counts): number => counts.reduce((total, one) => total + one[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** The last line of the output. */
export function countsText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A run without tests is a failure. */
export function isSuccess({ passed, failed }: Counts): boolean {
  return failed === 0 && passed > 0;
}
