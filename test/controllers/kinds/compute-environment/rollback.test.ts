import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { FailedJob } from "../../../../src/aws/region.ts";
import {
  causeOfReturn,
  failedHere,
  returnedValue,
  watchedAmong,
  watchedUntil,
  whyRolledBack,
} from "../../../../src/controllers/kinds/compute-environment/rollback.ts";
import { ec2, environment, now } from "./given.ts";

const rollback = { failedJobs: 2, withinSeconds: 900 };
const watching: BatchComputeEnvironmentSpec = { ...ec2, replacement: { rollback } };
const ago = (seconds: number): Record<string, string> => ({
  "awsbatch.dev/serving-since": new Date(now - seconds * 1000).toISOString(),
  "awsbatch.dev/created-at": new Date(now - seconds * 1000 - 60_000).toISOString(),
});
const before = environment("old", ec2, { tags: { "awsbatch.dev/created-at": "2025-01-01T00:00:00.000Z" } });
const successor = (seconds: number, change: object = {}) =>
  environment("new", ec2, {
    ecsClusterArn: "arn:aws:ecs:eu-west-1:123456789012:cluster/new-cluster",
    ...change,
    tags: ago(seconds),
  });

describe("the environment whose failed jobs are counted", () => {
  it.each<[string, ReturnType<typeof watchedAmong>, string | undefined]>([
    ["is the one that has just taken over", watchedAmong(watching, [before, successor(10)], now), "new"],
    ["is it up to the last moment", watchedAmong(watching, [before, successor(900)], now), "new"],
    ["is none after that", watchedAmong(watching, [before, successor(901)], now), undefined],
    ["is none without rollback", watchedAmong(ec2, [before, successor(10)], now), undefined],
    ["is none where queues have nothing to go back to", watchedAmong(watching, [successor(10)], now), undefined],
    ["is none before the queues came over", watchedAmong(watching, [before, environment("new", ec2)], now), undefined],
    [
      "is none where the old one is DISABLED",
      watchedAmong(watching, [{ ...before, state: "DISABLED" }, successor(10)], now),
      undefined,
    ],
    [
      "is none where the old one is being retired",
      watchedAmong(watching, [{ ...before, tags: { "awsbatch.dev/retired-at": "2026-01-01" } }, successor(10)], now),
      undefined,
    ],
    [
      "is none while one is tried again from which queues went back, until it serves all of them again",
      watchedAmong(
        watching,
        [
          before,
          { ...successor(10), tags: { ...ago(10), "awsbatch.dev/returned-at": `${new Date(now).toISOString()}/p` } },
        ],
        now,
      ),
      undefined,
    ],
    [
      "is it again from then on",
      watchedAmong(
        watching,
        [before, { ...successor(10), tags: { ...ago(10), "awsbatch.dev/returned-at": "2026-01-01T00:00:00Z/p" } }],
        now,
      ),
      "new",
    ],
    [
      "is none while the new one is INVALID, which is a reason of its own",
      watchedAmong(watching, [before, successor(10, { status: "INVALID" })], now),
      undefined,
    ],
  ])("%s", (_name, watched, expected) => {
    expect(watched?.computeEnvironmentName).toBe(expected);
  });

  it("keeps the old one for as long, from when it serves", () => {
    expect(watchedUntil(watching, successor(10))).toBe(now + 890_000);
    expect(watchedUntil(ec2, successor(10))).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("a failed job", () => {
  const pull = "CannotPullContainerError: pull image manifest has been retried 7 time(s)";
  const failed = (change: Partial<FailedJob> = {}): FailedJob => ({
    jobId: "job-1",
    cluster: "new-cluster",
    exitCode: undefined,
    reason: `${pull}; Task failed to start`,
    isEnded: false,
    ...change,
  });
  const counted = (spec: BatchComputeEnvironmentSpec, ...jobs: readonly FailedJob[]): number =>
    failedHere(spec, successor(10), jobs)?.count ?? 0;

  it.each<[string, Partial<FailedJob>, number]>([
    ["that could not pull its image counts", {}, 1],
    ["whose host was lost counts", { reason: "Host EC2 (instance i-1) terminated." }, 1],
    [
      "whose role ECS may not assume counts",
      { reason: "ECS was unable to assume the role 'arn:aws:iam::1:role/x'" },
      1,
    ],
    ["whose task could not be set up counts", { reason: "ResourceInitializationError: unable to pull secrets" }, 1],
    ["whose program failed does not count", { exitCode: 1, reason: "Essential container in task exited" }, 0],
    ["that ran too long does not count", { exitCode: 137, reason: "Job attempt duration exceeded timeout" }, 0],
    ["whose dependency failed does not count", { cluster: undefined, reason: "Dependent Job failed" }, 0],
    ["that somebody ended does not count", { isEnded: true }, 0],
    ["on another environment does not count", { cluster: "old-cluster" }, 0],
    ["of no known place does not count", { cluster: undefined }, 0],
  ])("%s", (_name, change, count) => {
    expect(counted(watching, failed(change))).toBe(count);
  });

  it("counts whatever the reason with anyFailure, but not where somebody ended it", () => {
    const any = { ...watching, replacement: { rollback: { ...rollback, anyFailure: true } } };
    const exited = { exitCode: 1, reason: "Essential container in task exited" };
    expect(counted(any, failed(exited), failed({ ...exited, jobId: "job-2", isEnded: true }))).toBe(1);
  });

  it("sends the queues back once there are as many as the spec says, with AWS's words about one", () => {
    const why = (...jobs: readonly FailedJob[]) =>
      whyRolledBack(watching, successor(10), failedHere(watching, successor(10), jobs));
    expect(why(failed())).toBeUndefined();
    expect(why(failed({ jobId: "job-2", reason: "Host EC2 (instance i-1) terminated." }), failed())).toBe(
      `2 jobs failed on it: ${pull}; Task failed to start`,
    );
    const one = { ...watching, replacement: { rollback: { ...rollback, failedJobs: 1 } } };
    expect(whyRolledBack(one, successor(10), failedHere(one, successor(10), [failed()]))).toMatch(
      /^a job failed on it/,
    );
  });

  it("says nothing of another environment, nor where jobs cannot be read", () => {
    const here = failedHere(watching, successor(10), [failed(), failed({ jobId: "job-2" })]);
    expect(whyRolledBack(watching, before, here)).toBeUndefined();
    expect(whyRolledBack(watching, successor(10), { kind: "unread", why: "denied" })).toBeUndefined();
    expect(whyRolledBack(ec2, successor(10), here)).toBeUndefined();
  });
});

describe("the tag of a return", () => {
  const tagged = (value: string) => environment("new", ec2, { tags: { "awsbatch.dev/returned-at": value } });

  it("has the cause in signs that AWS takes, and gives it back", () => {
    const value = returnedValue("2026-01-01T00:00:00.000Z", `2 jobs failed on it: "a/b" (${"x".repeat(300)})`, "plan");
    expect(value).toMatch(/^2026-01-01T00:00:00[.]000Z\/2 jobs failed on it: a b x+\/plan$/);
    expect(value.length).toBeLessThan(256);
    expect(causeOfReturn(tagged(value))).toMatch(/^2 jobs failed on it: a b x+$/);
  });

  it("has none where AWS found the environment INVALID", () => {
    const value = returnedValue("2026-01-01T00:00:00.000Z", undefined, "plan");
    expect(value).toBe("2026-01-01T00:00:00.000Z/plan");
    expect(causeOfReturn(tagged(value))).toBeUndefined();
    expect(causeOfReturn(environment("new", ec2))).toBeUndefined();
  });
});
