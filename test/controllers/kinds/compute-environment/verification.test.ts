import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment, Queue } from "../../../../src/aws/batch.ts";
import type { JobRecord } from "../../../../src/aws/job-record.ts";
import { contextOf } from "../../../../src/controllers/kinds/compute-environment/context.ts";
import type {
  Seen,
  VerificationQueue,
  VerificationSeen,
} from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { verdictOf } from "../../../../src/controllers/kinds/compute-environment/verdict.ts";
import {
  failedBefore,
  failureInForce,
  jobNameOf,
  queuesRemoved,
  verificationHindrance,
  verified,
} from "../../../../src/controllers/kinds/compute-environment/verification.ts";
import { verificationQueue } from "../../../../src/controllers/kinds/compute-environment/verification-queue.ts";
import { directives, ec2, environment, identity, now, seen, withResources } from "./given.ts";

const verify = { jobDefinitionRef: { name: "smoke" } };
const spec: BatchComputeEnvironmentSpec = { ...ec2, replacement: { verify } };
const definition = { kind: "resolved", name: "team_smoke", value: "team_smoke:1" } as const;
const target = environment("new", spec, { tags: { "awsbatch.dev/created-at": "2026-01-01T11:00:00Z" } });
const old = environment("old", withResources(spec, { instanceTypes: ["m5.large"] }), {
  tags: { "awsbatch.dev/created-at": "2025-01-01T00:00:00Z", "awsbatch.dev/serving-since": "2025-01-01T00:00:00Z" },
});
const own: Queue = {
  ...(verificationQueue(target, identity) as Queue),
  jobQueueArn: "arn:aws:batch:eu-west-1:123456789012:job-queue/new-verify",
  status: "VALID",
};
const record = (change: Partial<JobRecord> = {}): JobRecord => ({
  jobId: "11111111-1111-1111-1111-111111111111",
  jobArn: undefined,
  jobName: "verify-1",
  status: "RUNNING",
  statusReason: undefined,
  createdAt: now - 60_000,
  startedAt: undefined,
  stoppedAt: undefined,
  exitCode: undefined,
  reason: undefined,
  queue: "new-verify",
  definitionArn: "",
  attempts: [],
  array: undefined,
  logs: undefined,
  tags: {},
  isEnding: false,
  ...change,
});
const running = (change: Partial<JobRecord> = {}, endedMsAgo?: number, knownForMs = 0): VerificationQueue => ({
  queue: own,
  job: { kind: "job", record: record(change), knownForMs, endedMsAgo },
  jobs: undefined,
});

interface Given {
  readonly spec?: BatchComputeEnvironmentSpec;
  readonly environments?: readonly Environment[];
  readonly own?: VerificationQueue;
  readonly verification?: Partial<VerificationSeen>;
  readonly approved?: string;
  readonly at?: number;
}

function context(given: Given = {}) {
  const { environments = [target], approved, at = now } = given;
  const all: VerificationSeen = {
    definition,
    queues: new Map(given.own === undefined ? [] : [["new", given.own]]),
    absent: new Set(["new"]),
    taken: new Set(),
    queuesInRegion: 1,
    ...given.verification,
  };
  const change: Partial<Seen> = { environments, verification: all, directives: { ...directives, approved } };
  return contextOf(given.spec ?? spec, seen(given.spec ?? spec, change), at);
}
const next = (given: Given = {}) => verified(context(given)).at(-1);
const callIn = (given: Given) => {
  const step = next(given);
  return step?.kind === "act" && step.action.kind === "verification" ? step.action.call : undefined;
};
/** The environments after the tags of the next steps were written. */
function judged(given: Given): readonly Environment[] {
  const step = next(given);
  if (step?.kind !== "act" || step.action.kind !== "tag") throw new Error("no verdict");
  const { items } = step.action;
  const environments = (given.environments ?? [target]).map((one) => {
    const item = items.find(({ name }) => name === one.computeEnvironmentName);
    return item === undefined ? one : { ...one, tags: { ...one.tags, ...item.change.set } };
  });
  const after = { ...given, environments };
  return next(after)?.kind === "act" ? judged(after) : environments;
}

describe("a target that is not proven", () => {
  it("gets a queue of its own, once it is certain that there is none", () => {
    expect(callIn({})).toEqual({ kind: "createQueue", request: verificationQueue(target, identity) });
    expect(next({ verification: { absent: new Set() } })).toMatchObject({ kind: "wait", until: { kind: "listing" } });
  });

  it("waits for a person where somebody else's queue has the name", () => {
    expect(next({ verification: { taken: new Set(["new"]) } })).toMatchObject({ kind: "blocked", reason: "Conflict" });
  });

  it("has a queue removed that names something else, so that the job would prove nothing", () => {
    const elsewhere = { ...own, computeEnvironmentOrder: [{ order: 1, computeEnvironment: "old" }] };
    expect(callIn({ own: { queue: elsewhere, job: undefined, jobs: undefined } })).toMatchObject({
      kind: "disableQueue",
    });
  });

  it("waits for the queue", () => {
    expect(next({ own: { queue: { ...own, status: "CREATING" }, job: undefined, jobs: undefined } })).toMatchObject({
      kind: "wait",
      reason: "Verifying",
    });
  });

  it("gets a job with the attempts of the spec, one by default", () => {
    const given: Given = { own: { queue: own, job: undefined, jobs: undefined } };
    expect(callIn(given)).toMatchObject({
      kind: "submitJob",
      request: {
        jobName: jobNameOf(context(given), "new"),
        jobQueue: "new-verify",
        jobDefinition: "team_smoke:1",
        retryStrategy: { attempts: 1 },
      },
    });
    const twice = { ...ec2, replacement: { verify: { ...verify, attempts: 2 } } };
    expect(callIn({ ...given, spec: twice })).toMatchObject({ request: { retryStrategy: { attempts: 2 } } });
  });

  it("waits for the job, and says which", () => {
    expect(next({ own: running() })).toMatchObject({
      kind: "wait",
      message: expect.stringMatching(/^job 1+-.* of team_smoke:1 verifies new and is RUNNING/),
    });
    expect(
      next({
        own: {
          queue: own,
          job: { kind: "job", record: undefined, knownForMs: 0, endedMsAgo: undefined },
          jobs: undefined,
        },
      }),
    ).toMatchObject({ kind: "wait" });
    expect(next({ own: { queue: own, job: { kind: "unread", why: "denied" }, jobs: undefined } })).toMatchObject({
      kind: "wait",
      message: expect.stringContaining("denied"),
    });
  });

  it("has its job terminated when the time is over, 30 minutes by default, and again after a while", () => {
    expect(next({ own: running({}, undefined, 1_799_999) })).toMatchObject({ kind: "wait", checkInMs: 1 });
    expect(callIn({ own: running({}, undefined, 1_800_000) })).toMatchObject({
      kind: "endJobs",
      jobIds: [record().jobId],
    });
    expect(next({ own: running({}, 59_999, 1_800_000) })).toMatchObject({ kind: "wait" });
    expect(callIn({ own: running({}, 60_000, 1_800_000) })).toMatchObject({ kind: "endJobs" });
    const soon = { ...ec2, replacement: { verify: { ...verify, timeoutSeconds: 60 } } };
    expect(callIn({ spec: soon, own: running({}, undefined, 60_000) })).toMatchObject({ kind: "endJobs" });
  });

  it("has it terminated by AWS's time where this process came later, whose clock may be a minute wrong", () => {
    expect(next({ own: running({ createdAt: now - 1_859_999 }) })).toMatchObject({ kind: "wait", checkInMs: 1 });
    expect(callIn({ own: running({ createdAt: now - 1_860_000 }) })).toMatchObject({ kind: "endJobs" });
  });

  it("waits until it is ENABLED", () => {
    expect(next({ environments: [{ ...target, state: "DISABLED" }] })).toMatchObject({
      kind: "wait",
      reason: "TargetDisabled",
    });
    const off = { ...spec, state: "DISABLED" as const };
    expect(next({ spec: off, environments: [{ ...target, state: "DISABLED" }] })).toBeUndefined();
    expect(next({ spec: off, environments: [{ ...target, state: "DISABLED" }, old] })).toMatchObject({
      kind: "wait",
      reason: "Verifying",
    });
  });

  it("has the queue of an attempt before removed, and gets another one", () => {
    const disabled = { queue: { ...own, state: "DISABLED" as const }, job: undefined, jobs: undefined };
    expect(next({ own: disabled })).toMatchObject({ kind: "wait", reason: "Verifying" });
    const empty = { ...disabled, jobs: { kind: "read" as const, remaining: [], zeroForMs: 10_000 } };
    expect(callIn({ own: empty })).toEqual({ kind: "deleteQueue", queue: "new-verify" });
  });
});

describe("what keeps a job from being submitted", () => {
  it("is a definition that only a person can put right", () => {
    const refused = { kind: "refused", reason: "ReferenceNotAllowed", message: "no" } as const;
    expect(next({ verification: { definition: refused } })).toMatchObject({
      kind: "blocked",
      reason: "ReferenceNotAllowed",
    });
  });

  it("is a definition that is not there yet, which is Stalled after a while", () => {
    const waiting = { kind: "waiting", reason: "WaitingForDefinition", message: "not yet" } as const;
    expect(next({ verification: { definition: waiting } })).toMatchObject({
      kind: "wait",
      reason: "WaitingForDefinition",
      stallsAfterMs: expect.any(Number),
    });
  });

  it("is the quota of queues, unless the queue is there", () => {
    expect(verificationHindrance(context({ verification: { queuesInRegion: 49 } }))).toBeUndefined();
    expect(verificationHindrance(context({ verification: { queuesInRegion: 50 } }))).toMatchObject({
      reason: "QuotaExceeded",
    });
    expect(verificationHindrance(context({ own: running(), verification: { queuesInRegion: 50 } }))).toBeUndefined();
  });

  it("is nothing where nobody asks for a verification", () => {
    expect(verificationHindrance(context({ spec: ec2, verification: { queuesInRegion: 50 } }))).toBeUndefined();
  });
});

describe("a job that succeeded", () => {
  it("proves the environment", () => {
    const [proven] = judged({ own: running({ status: "SUCCEEDED" }) });
    expect(verdictOf(proven ?? {})).toMatchObject({ kind: "Succeeded", jobId: record().jobId });
    expect(verified(context({ environments: [proven ?? target] }))).toEqual([]);
  });
});

describe("a job that failed", () => {
  const failing: Given = {
    own: running({ status: "FAILED", exitCode: 3, statusReason: "Essential container in task exited" }),
  };

  it("is noted on the environment, and on what serves instead", () => {
    const both = judged({ ...failing, environments: [old, target] });
    expect(both.map((one) => verdictOf(one)?.kind)).toEqual(["SuccessorFailed", "Failed"]);
    expect(verdictOf(both[1] ?? {})?.cause).toBe("Essential container in task exited: exit code 3");
  });

  it("says nothing of one that is not proven either, and keeps the environment then", () => {
    const { "awsbatch.dev/serving-since": _served, ...tags } = old.tags ?? {};
    const environments = judged({ ...failing, environments: [{ ...old, tags }, target] });
    expect(environments.map((one) => verdictOf(one)?.kind)).toEqual([undefined, "Failed"]);
    expect(verified(context({ environments, at: now + 86_400_000 })).map(({ kind }) => kind)).toEqual(["blocked"]);
  });

  it("says nothing of an environment that is being retired", () => {
    const retired = { ...old, tags: { ...old.tags, "awsbatch.dev/retired-at": "2026-01-01T00:00:00Z" } };
    expect(judged({ ...failing, environments: [retired, target] }).map((one) => verdictOf(one)?.kind)).toEqual([
      undefined,
      "Failed",
    ]);
  });

  it("is reported with AWS's words, as long as AWS describes it, and from the tag then", () => {
    const environments = judged({ ...failing, environments: [old, target] });
    const failedJob = record({ status: "FAILED", exitCode: 3, reason: "OutOfMemoryError" });
    const says = (lastLines: readonly string[] | { kind: "unread"; why: string }): string =>
      next({ environments, verification: { failed: { record: failedJob, lastLines } } })?.message ?? "";
    expect(next({ environments })).toMatchObject({ kind: "blocked", reason: "VerificationFailed" });
    expect(says([])).toContain("OutOfMemoryError: exit code 3. No queue was handed over");
    expect(says(['no "space"', "x".repeat(500)])).toContain(
      `exit code 3; it logged at last "no \\"space\\"", "${"x".repeat(160)}". No queue`,
    );
    expect(says({ kind: "unread", why: "logs:GetLogEvents: no" })).toContain(
      "exit code 3; its log cannot be read (logs:GetLogEvents: no). No queue",
    );
    expect(next({ environments })?.message).toContain("Essential container in task exited: exit code 3");
  });

  it("keeps the environment for an hour, and takes it out of service then", () => {
    const environments = judged({ ...failing, environments: [old, target] });
    expect(verified(context({ environments, at: now + 3_599_000 })).map(({ kind }) => kind)).toEqual(["blocked"]);
    const [act, blocked] = verified(context({ environments, at: now + 3_600_000 }));
    expect(act).toMatchObject({ kind: "act", holds: "nothing", action: { purpose: "retire" } });
    expect(blocked).toMatchObject({ reason: "VerificationFailed" });
  });

  it("keeps the first environment for as long as the spec is the same", () => {
    const environments = judged(failing);
    expect(verified(context({ environments, at: now + 86_400_000 }))).toMatchObject([
      { kind: "blocked", reason: "VerificationFailed" },
    ]);
  });

  it("keeps another one from being created for the same plan", () => {
    const [serving = old] = judged({ ...failing, environments: [old, target] });
    expect(failedBefore(context({ environments: [serving] }))).toMatchObject({ reason: "VerificationFailed" });
    expect(failedBefore(context({ environments: [serving], spec: { ...spec, tags: { a: "b" } } }))).toBeUndefined();
    expect(
      failedBefore(
        context({ environments: [serving], verification: { definition: { ...definition, value: "team_smoke:2" } } }),
      ),
    ).toBeUndefined();
    expect(failedBefore(context({ environments: [serving], spec: ec2 }))).toBeUndefined();
  });

  it("is tried again under another name when a person approves it, and the approval is for that failure alone", () => {
    const environments = judged({ ...failing, environments: [old, target] });
    const step = next({ environments });
    if (step?.kind !== "blocked" || step.until === undefined) throw new Error("not approvable");
    const approved = step.until.value;
    const again = context({ environments, approved });
    expect(failureInForce(again)).toBeUndefined();
    expect(jobNameOf(again, "new")).not.toBe(jobNameOf(context({ environments: [old, target] }), "new"));
    const later = judged({ ...failing, environments, approved, at: now + 60_000 });
    expect(failureInForce(context({ environments: later, approved }))?.at).toBe("2026-01-01T12:01:00Z");
  });

  it.each<[string, Partial<JobRecord>, string]>([
    ["AWS says nothing", {}, "FAILED"],
    ["both say the same", { reason: "gone", statusReason: "gone" }, "gone"],
    [
      "they differ",
      { reason: "out of memory", statusReason: "Essential container in task exited", exitCode: 137 },
      "out of memory: Essential container in task exited: exit code 137",
    ],
  ])("has a cause where %s", (_name, change, expected) => {
    const [failed = target] = judged({ own: running({ status: "FAILED", ...change }) });
    expect(verdictOf(failed)?.cause).toBe(expected);
  });
});

describe("the operator's own queue", () => {
  it("stays while the target is verified in it", () => {
    expect(queuesRemoved(context({ own: running() }))).toEqual([]);
  });

  it("goes once the target is proven, without anything waiting for it", () => {
    const environments = judged({ own: running({ status: "SUCCEEDED" }) });
    expect(queuesRemoved(context({ environments, own: running() }))).toMatchObject([
      { kind: "act", holds: "nothing", action: { call: { kind: "disableQueue" } } },
    ]);
  });

  it("goes when nobody asks for a verification any more", () => {
    expect(queuesRemoved(context({ spec: ec2, own: running() }))).toHaveLength(1);
  });
});
