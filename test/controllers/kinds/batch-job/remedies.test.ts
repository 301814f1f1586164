import { expect, test } from "vitest";
import type { JobRecord } from "../../../../src/aws/job-record.ts";
import { remedyFor } from "../../../../src/controllers/kinds/batch-job/remedies.ts";
import { record } from "./seen.ts";

const remedy = (change: Partial<JobRecord>): string | undefined => remedyFor(record({ status: "FAILED", ...change }));

test.each<[Partial<JobRecord>, RegExp]>([
  [
    { reason: "OutOfMemoryError: Container killed due to memory usage", exitCode: 137 },
    /^The container needs more memory/,
  ],
  [{ reason: "CannotPullContainerError: pull image manifest has been retried" }, /^The image cannot be pulled/],
  [{ reason: "ResourceInitializationError: unable to pull secrets" }, /^What the task needs before it starts/],
  [{ statusReason: "Host EC2 (instance i-1) terminated." }, /^Its instance was lost/],
  [{ statusReason: "Job attempt duration exceeded timeout" }, /^It ran longer than its timeout/],
  [{ statusReason: "Dependent Job failed" }, /^A job that it depends on failed/],
  [{ exitCode: 137 }, /^The container was killed/],
  [{ exitCode: 127 }, /^The command does not exist/],
  [{ exitCode: 126 }, /^The command cannot be executed/],
])("of a job that failed with %j is said", (change, words) => {
  expect(remedy(change)).toMatch(words);
});

test.each<[string, Partial<JobRecord>]>([
  ["an exit code of the program", { statusReason: "Essential container in task exited", exitCode: 3 }],
  ["the end that somebody asked for", { statusReason: "spec.cancel is true", isEnding: true, exitCode: 137 }],
  ["a lost host that AWS names in the middle of other words", { statusReason: "no Host EC2 was lost" }],
])("of %s none is known", (_what, change) => {
  expect(remedy(change)).toBeUndefined();
});
