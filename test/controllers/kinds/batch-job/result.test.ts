import { describe, expect, it } from "vitest";
import type { JobRecord } from "../../../../src/aws/job-record.ts";
import { recordedResult, resultOf } from "../../../../src/controllers/kinds/batch-job/result.ts";
import { jobObject, record } from "./seen.ts";

const condition = (type: "Complete" | "Failed" | "Ready", status: "True" | "False", reason: string) => ({
  type,
  status,
  reason,
  message: "m",
  lastTransitionTime: "2026-01-01T00:00:00Z",
  observedGeneration: 1,
});

describe("the result in a status", () => {
  it.each([
    ["none at first", [], undefined],
    ["a success", [condition("Complete", "True", "Succeeded")], { kind: "complete", message: "m" }],
    [
      "a failure",
      [condition("Failed", "True", "DependencyFailed")],
      { kind: "failed", reason: "DependencyFailed", message: "m" },
    ],
    ["none while it is False", [condition("Complete", "False", "Succeeded")], undefined],
    ["none by a reason that the operator does not have", [condition("Failed", "True", "Other")], undefined],
    ["none by another condition", [condition("Ready", "True", "Succeeded")], undefined],
  ])("is %s", (_what, conditions, expected) => {
    expect(recordedResult(jobObject({}, { conditions }))).toEqual(expected);
  });
});

describe("the message of a failure", () => {
  const message = (change: Partial<JobRecord>): string =>
    resultOf(record({ status: "FAILED", ...change }), [0, 1], false)?.message ?? "";

  it.each<[Partial<JobRecord>, string]>([
    [{}, "job job-1 failed: AWS gives no reason"],
    [
      { statusReason: "Essential container in task exited", exitCode: 1 },
      "job job-1 failed: Essential container in task exited; exit code 1",
    ],
    [
      { statusReason: "Task failed to start", reason: "CannotPullContainerError: not found." },
      "job job-1 failed: Task failed to start; CannotPullContainerError: not found. The image cannot be pulled: check its name, and that the execution role and the network reach the registry",
    ],
    [
      { statusReason: "Host EC2 (instance i-1) terminated." },
      "job job-1 failed: Host EC2 (instance i-1) terminated. Its instance was lost: add retryStrategy with evaluateOnExit {onStatusReason: Host EC2*, action: RETRY}",
    ],
    [
      { statusReason: "x", reason: "x", exitCode: 137 },
      "job job-1 failed: x; exit code 137. The container was killed, most often because it used more memory than it has: see its log, and raise MEMORY",
    ],
    [
      { statusReason: "spec.cancel is true", isEnding: true, exitCode: 137 },
      "job job-1 failed: spec.cancel is true; exit code 137",
    ],
    [{ array: { size: 3, counts: { FAILED: 1 } } }, "job job-1 failed: 1 of 3 children failed: 0-1"],
    [
      { array: { size: 9, counts: { FAILED: 4 } } },
      "job job-1 failed: 4 of 9 children failed: 0-1. AWS does not list 2 of them: status.array.failedIndices is not complete",
    ],
  ])("of %j says what to do where that is known", (change, expected) => {
    expect(message(change)).toBe(expected);
  });

  it("names the indices of the children, as far as there is room", () => {
    const indices = Array.from({ length: 300 }, (_, index) => 2 * index);
    const job = record({ status: "FAILED", array: { size: 600, counts: { FAILED: 300 } } });
    const text = resultOf(job, indices, false)?.message ?? "";
    expect(text).toMatch(/^job job-1 failed: 300 of 600 children failed: 0,2,4,.*,…$/);
    expect(text.length).toBeLessThan(260);
  });

  it("is that of a cancelled job where somebody cancelled it, also an array that AWS does not mark", () => {
    const array = { size: 3, counts: { FAILED: 3 } };
    const reason = (change: Partial<JobRecord>, cancel: boolean) => {
      const result = resultOf(record({ status: "FAILED", ...change }), [], cancel);
      return result?.kind === "failed" ? result.reason : undefined;
    };
    expect(reason({ isEnding: true }, true)).toBe("JobCancelled");
    expect(reason({ array }, true)).toBe("JobCancelled");
    expect(reason({ array }, false)).toBe("JobFailed");
    expect(reason({}, true)).toBe("JobFailed");
    expect(reason({ isEnding: true }, false)).toBe("JobFailed");
  });

  it("is none before the end", () => {
    expect(resultOf(record(), [], false)).toBeUndefined();
  });
});
