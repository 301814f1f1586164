import { expect, test } from "vitest";
import { isForLog, type Progress, progressLine } from "../../conformance/progress.ts";

const at = (done: number, part = "facts"): Progress => ({ part, done, of: 323, doing: "CreateJobQueue: no name" });

test("a line has a bar, how far the run is, and what it does now", () => {
  expect(progressLine(at(0), 80)).toBe("[....................] facts 0/323  CreateJobQueue: no name");
  expect(progressLine(at(162), 80)).toBe("[##########..........] facts 162/323  CreateJobQueue: no name");
  expect(progressLine(at(323), 80)).toBe("[####################] facts 323/323  CreateJobQueue: no name");
  expect(progressLine({ ...at(0), of: 0 }, 80)).toBe("[....................] facts 0/0  CreateJobQueue: no name");
  expect(progressLine(at(162), 30)).toBe("[##########..........] facts 1");
});

test("a log has at most eleven lines of a part", () => {
  let shown: Progress | undefined;
  const lines: Progress[] = [];
  for (let done = 0; done <= 323; done++) {
    if (isForLog(at(done), shown)) lines.push(at(done));
    shown = at(done);
  }
  expect(lines).toHaveLength(11);
  expect(isForLog(at(323, "removal"), at(323))).toBe(true);
});
