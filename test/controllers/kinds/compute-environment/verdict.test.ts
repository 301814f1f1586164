import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import {
  hasFailed,
  isProven,
  type Verdict,
  verdictOf,
  verdictText,
} from "../../../../src/controllers/kinds/compute-environment/verdict.ts";
import { ec2 } from "./given.ts";

const verdict: Verdict = {
  at: "2026-01-01T12:00:00Z",
  kind: "Failed",
  key: "0123abcd",
  jobId: "11111111-1111-1111-1111-111111111111",
  cause: "exit code 3",
};
const tag = (change: Partial<Verdict> = {}) => ({
  "awsbatch.dev/verification": verdictText({ ...verdict, ...change }),
});

describe("the tag of a verdict", () => {
  it("says all of it", () => {
    expect(verdictOf({ tags: tag() })).toEqual(verdict);
  });

  it("has only what AWS takes in a tag, and at most 256 characters", () => {
    const cause = `CannotPullContainerError: "a/b" ${"x".repeat(500)}`;
    const text = verdictText({ ...verdict, kind: "SuccessorFailed", cause });
    expect(text.length).toBeLessThanOrEqual(256);
    expect(text).toMatch(/^[\p{L}\p{N} _.:/=+@-]*$/u);
    expect(verdictOf({ tags: { "awsbatch.dev/verification": text } })).toMatchObject({
      kind: "SuccessorFailed",
      key: verdict.key,
    });
  });

  it.each([undefined, {}, { "awsbatch.dev/verification": "" }, { "awsbatch.dev/verification": "2026/Passed/x" }])(
    "says nothing where it is not there, or not ours: %j",
    (tags) => {
      expect(verdictOf({ tags })).toBeUndefined();
    },
  );
});

describe("an environment", () => {
  const verifying: BatchComputeEnvironmentSpec = {
    ...ec2,
    replacement: { verify: { jobDefinitionRef: { name: "smoke" } } },
  };
  const created = { "awsbatch.dev/created-at": "2026-01-01T00:00:00Z" };
  it.each<[string, BatchComputeEnvironmentSpec, Record<string, string> | undefined, boolean]>([
    ["is not proven before its job has succeeded", verifying, created, false],
    ["is proven by its job", verifying, { ...created, ...tag({ kind: "Succeeded" }) }, true],
    ["is not proven when its job failed", verifying, { ...created, ...tag() }, false],
    [
      "is proven when it is what serves while another one failed",
      verifying,
      { ...created, ...tag({ kind: "SuccessorFailed" }) },
      true,
    ],
    [
      "is proven when it has served",
      verifying,
      { ...created, "awsbatch.dev/serving-since": "2026-01-01T00:00:00Z" },
      true,
    ],
    [
      "is proven when queues went back from it: it had them",
      verifying,
      { ...created, "awsbatch.dev/returned-at": "2026-01-01T00:00:00Z/p" },
      true,
    ],
    ["is proven when the operator did not create it", verifying, {}, true],
    ["is proven where nobody asks for a verification", ec2, created, true],
  ])("%s", (_name, spec, tags, expected) => {
    expect(isProven(spec, { tags })).toBe(expected);
  });

  it("has failed only by its own job", () => {
    expect([
      hasFailed({ tags: tag() }),
      hasFailed({ tags: tag({ kind: "SuccessorFailed" }) }),
      hasFailed({ tags: {} }),
    ]).toEqual([true, false, false]);
  });
});
