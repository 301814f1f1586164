import { describe, expect, it } from "vitest";
import type { Queue } from "../../../../src/aws/batch.ts";
import type { UnfinishedJob } from "../../../../src/aws/unfinished-job.ts";
import type { JobsSeen } from "../../../../src/controllers/draining/drain.ts";
import type { VerificationSeen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import {
  queueRemoval,
  verificationQueue,
  verificationQueueName,
  verifies,
} from "../../../../src/controllers/kinds/compute-environment/verification-queue.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { environment, identity, job, now } from "./given.ts";

const name = "team_ce-1";
const request = verificationQueue(environment(name), identity);
const queue = (change: Partial<Queue> = {}): Queue => ({
  jobQueueName: request.jobQueueName ?? "",
  jobQueueArn: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_ce-1-verify",
  state: "ENABLED",
  status: "VALID",
  priority: 1,
  computeEnvironmentOrder: [],
  tags: request.tags ?? {},
  ...change,
});

describe("the name of the operator's own queue", () => {
  it("is that of the environment with an end", () => {
    expect(verificationQueueName(name)).toBe("team_ce-1-verify");
  });

  it("fits into AWS's limit, and differs where the environments do", () => {
    const [one, other] = ["a", "b"].map((end) => verificationQueueName(`${"x".repeat(127)}${end}`));
    expect(one).toHaveLength(128);
    expect(one).not.toBe(other);
    expect(verificationQueueName("x".repeat(121))).toBe(`${"x".repeat(121)}-verify`);
    expect(verificationQueueName("x".repeat(122))).toHaveLength(128);
  });
});

describe("a queue of that name", () => {
  it("is the operator's own by its tag, which names the environment", () => {
    expect(verifies(queue(), name)).toBe(true);
    expect(verifies(queue(), "another")).toBe(false);
    expect(verifies(queue({ tags: {} }), name)).toBe(false);
  });

  it("is not when an object has it", () => {
    expect(verifies(queue({ tags: { ...request.tags, ...ownerTags(identity) } }), name)).toBe(false);
  });
});

describe("the removal of the queue", () => {
  const read = (remaining: readonly UnfinishedJob[], change: object = {}): JobsSeen<UnfinishedJob> => ({
    kind: "read",
    remaining,
    zeroForMs: undefined,
    ...change,
  });
  const own = job("own", { jobName: "verify-12345678" });
  const theirs = job("theirs", { jobName: "train" });
  const disabled = queue({ state: "DISABLED" });
  const next = (of: Queue | undefined, jobs?: JobsSeen<UnfinishedJob>) => {
    const queues: VerificationSeen["queues"] = new Map(
      of === undefined ? [] : [[name, { queue: of, job: undefined, jobs }]],
    );
    return queueRemoval(
      { verification: { definition: undefined, queues, absent: new Set(), taken: new Set(), queuesInRegion: 1 } },
      name,
      now,
    );
  };
  const callOf = (step: ReturnType<typeof next>) =>
    step?.kind === "act" && step.action.kind === "verification" ? step.action.call : undefined;

  it("has nothing to do without one", () => {
    expect(next(undefined)).toBeUndefined();
  });

  it.each(["CREATING", "UPDATING", "DELETING"] as const)("waits while AWS has it %s", (status) => {
    expect(next(queue({ status }))).toMatchObject({ kind: "wait" });
  });

  it("disables it first", () => {
    expect(callOf(next(queue()))).toEqual({
      kind: "disableQueue",
      request: { jobQueue: "team_ce-1-verify", state: "DISABLED" },
    });
  });

  it("counts its jobs, and says when they cannot be counted", () => {
    expect(next(disabled)).toMatchObject({ kind: "wait" });
    expect(next(disabled, { kind: "unread", why: "denied" })).toMatchObject({
      kind: "wait",
      message: expect.stringContaining("denied"),
    });
  });

  it("ends its own jobs, once in a while", () => {
    expect(callOf(next(disabled, read([own])))).toMatchObject({ kind: "endJobs", jobIds: ["own"] });
    expect(next(disabled, read([own], { terminatedAt: now - 59_000 }))).toMatchObject({ kind: "wait" });
    expect(callOf(next(disabled, read([own], { terminatedAt: now - 60_000 })))).toMatchObject({ kind: "endJobs" });
  });

  it("ends no job of others, and says that it waits for it", () => {
    expect(next(disabled, read([theirs]))).toMatchObject({
      kind: "wait",
      reason: "Draining",
      message: expect.stringContaining("1 job in it that somebody else"),
    });
    expect(callOf(next(disabled, read([theirs, own])))).toMatchObject({ jobIds: ["own"] });
  });

  it("counts once more before it deletes it", () => {
    expect(next(disabled, read([], { zeroForMs: 4_999 }))).toMatchObject({ kind: "wait", checkInMs: 1 });
    expect(callOf(next(disabled, read([], { zeroForMs: 5_000 })))).toEqual({
      kind: "deleteQueue",
      queue: "team_ce-1-verify",
    });
  });
});
