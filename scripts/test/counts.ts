/** Counts and failures of tests from the JSON reports of the runner. Pure. */

/** The used part of a report of vitest's reporter `json`. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not run count here, and have no tests. */
  readonly numFailedTestSuites: number;
  readonly testResults: readonly FileReport[];
}

/** One file of tests. */
export interface FileReport {
  /** Absolute path. */
  readonly name: string;
  readonly status: string;
  /** Why the file could not run; empty otherwise. */
  readonly message: string;
  readonly assertionResults: readonly TestReport[];
}

interface TestReport {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
}

/** Kept lines of one failure: the message and the top of its stack. */
const keptLines = 30;

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

/**
 * Each failed test with its file below `root` and its message, as text of several lines. They stand together at the end
 * of the output, because logs of CI are cut in the middle.
 */
export function failuresOf(reports: readonly (Report | undefined)[], root: string): string[] {
  return reports
    .flatMap((report) => report?.testResults ?? [])
    .flatMap(({ name, status, message, assertionResults }) => {
      const file = name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name;
      const failed = assertionResults.filter((test) => test.status === "failed");
      if (failed.length === 0) return status === "failed" ? [`FAILED ${file}\n${firstLines(message)}`] : [];
      return failed.map(
        (test) => `FAILED ${file} > ${test.fullName}\n${firstLines((test.failureMessages ?? []).join("\n"))}`,
      );
    });
}

function firstLines(text: string): string {
  const lines = text.split("\n");
  const left = lines.length - keptLines;
  return left > 0 ? [...lines.slice(0, keptLines), `(${left} more lines)`].join("\n") : text;
}

/** The last line of the output. */
export function countsText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A run without tests is a failure. */
export function isSuccess({ passed, failed }: Counts): boolean {
  return failed === 0 && passed > 0;
}
