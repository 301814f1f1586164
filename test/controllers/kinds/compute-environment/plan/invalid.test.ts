import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../../src/aws/batch.ts";
import type { Seen } from "../../../../../src/controllers/kinds/compute-environment/seen.ts";
import { directives, ec2, environment, now, queue, seen } from "../given.ts";
import { fresh, id, iso, next, old, other, retired, serving } from "../replaced.ts";

describe("what AWS found INVALID although queues name it", () => {
  const never: BatchComputeEnvironmentSpec = { ...other, replacement: { policy: "Never" } };
  const given = (sinceMs: number, spec: BatchComputeEnvironmentSpec, change: Partial<Seen> = {}) =>
    next(spec, {
      environments: [old({ status: "INVALID", statusReason: "no role" })],
      queues: [queue("q1", ["old"])],
      invalidSince: new Map([["old", now - sinceMs]]),
      ...change,
    });
  const invalid = old({ status: "INVALID", statusReason: "no role" });
  const paused = queue("q1", ["old"], { object: { heldBy: "awsbatch.dev/paused" } });
  const deleting = { directives: { ...directives, deleting: true } };

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["its replacement", never, {}, "ReplacementNeeded"],
    ["a paused queue", other, { environments: [invalid, fresh()], queues: [paused] }, "QueuePaused"],
    ["the owner of a queue", other, { queues: [queue("q1", ["old"], { foreign: true })] }, "UnmanagedQueue"],
    [
      "an approval",
      { ...other, replacement: { holdBefore: ["Repoint"] } },
      { environments: [invalid, environment("kept", ec2), fresh()], queues: [queue("q1", ["old", "kept"])] },
      "AwaitingApproval",
    ],
    ["its target, which AWS is making", other, { environments: [invalid, fresh({ status: "CREATING" })] }, "Creating"],
    ["the last jobs of what is deleted", ec2, deleting, "InUse"],
  ])("is checked again each half hour while it waits for %s", (_name, spec, change, reason) => {
    expect(given(1_800_000, spec, change)).toMatchObject({ kind: "act", action: { kind: "revalidate", name: "old" } });
    expect(given(1_750_000, spec, change)).toMatchObject({ reason, checkInMs: 50_000 });
  });

  it("is reported alone when it is checked again, whatever queue of others names it", () => {
    const tags = { "awsbatch.dev/returned-at": `${iso(5)}/${seen(other).planId}` };
    const environments = [old(), fresh({ status: "INVALID", statusReason: "no role", tags })];
    const queues = [queue("theirs", ["new"], { foreign: true })];
    const since = (ms: number) => next(other, { environments, queues, invalidSince: new Map([["new", now - ms]]) });
    expect(since(1_750_000)).toMatchObject({ kind: "blocked", message: expect.stringContaining("; queue theirs") });
    expect(since(1_800_000)).toMatchObject({
      action: { kind: "revalidate" },
      message: "revalidating new, which is INVALID (no role)",
    });
  });

  it("is not, while anything else can be done", () => {
    expect(given(1_800_000, other)).toMatchObject({ kind: "act", reason: "Creating" });
  });

  it.each<[string, Partial<Seen>]>([
    ["is on its way out", { environments: [old({ status: "INVALID", tags: retired })] }],
    ["is named by no queue", { queues: [] }],
    ["is named only by a queue that AWS is deleting", { queues: [queue("q1", ["old"], { status: "DELETING" })] }],
    ["is VALID", { environments: [old()] }],
  ])("is not, once it %s", (_name, change) => {
    for (const desired of [{}, deleting]) {
      expect(given(1_800_000, never, { ...change, ...desired })).not.toMatchObject({ action: { kind: "revalidate" } });
    }
  });

  it("is not, when no queue names it and AWS does not take its mark for removal", () => {
    const environments = [invalid, fresh({ status: "CREATING" })];
    const refusals: Seen["refusals"] = new Map([
      ["retire old", { failure: { kind: "denied", operation: "batch:TagResource", message: "", advice: "" }, at: now }],
    ]);
    expect(given(1_800_000, other, { environments, queues: [], refusals })).toMatchObject({
      action: { kind: "tag", purpose: "retire" },
    });
  });

  it("is not, while another object may be the one that it belongs to", () => {
    expect(given(1_800_000, never, { claimedBy: "team/older" })).toMatchObject({ kind: "blocked", reason: "Conflict" });
  });

  it("is checked when the first is due, or the step itself", () => {
    const environments = [invalid, old({ computeEnvironmentName: "older", status: "INVALID" })];
    const queues = [queue("q1", ["old", "older"])];
    const invalidSince = new Map([
      ["old", now - 1_000_000],
      ["older", now - 1_200_000],
    ]);
    expect(given(0, never, { environments, queues, invalidSince })).toMatchObject({ checkInMs: 600_000 });
    const quota = Array.from({ length: 49 }, (_, index) => environment(`other-${index}`, ec2, { tags: {} }));
    const full = given(0, other, { environments: [invalid, ...quota.map(({ tags: _tags, ...one }) => one)] });
    expect(full).toMatchObject({ reason: "QuotaNearlyReached", checkInMs: 60_000 });
  });
});

describe("what AWS found INVALID", () => {
  const denied = "CLIENT_ERROR - Not authorized to perform sts:AssumeRole";
  const madeRole = "arn:aws:iam::123456789012:role/aws-batch-operator/default/team_ce_service_12345678";
  const name = `team_ce-${seen(ec2).planId}`;
  const failed = (suffix: string, secondsAgo: number, change: Partial<Environment> = {}): Environment =>
    environment(`${name}${suffix}`, ec2, {
      status: "INVALID",
      statusReason: denied,
      ...change,
      tags: { "awsbatch.dev/created-at": iso(secondsAgo), ...change.tags },
    });

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, object]>([
    [
      "by a role that was just made waits the rest of 10 s",
      ec2,
      { environments: [failed("", 3)] },
      {
        kind: "wait",
        reason: "WaitingForRole",
        message: `AWS could not use a role of ${name} yet, as happens just after a role is created; attempt 2 follows. ${denied}`,
        checkInMs: 7000,
      },
    ],
    [
      "is tried again in the instant in which that is over",
      ec2,
      { environments: [failed("", 10)] },
      { reason: "Creating" },
    ],
    [
      "is not tried again beyond the number of environments that the namespace may have",
      ec2,
      { environments: [failed("", 10)], environmentLimit: { kind: "read", most: 1, from: "--max" } },
      { kind: "wait", reason: "NamespaceLimitReached" },
    ],
    [
      "a second time waits 10 s too",
      ec2,
      { environments: [failed("-2", 4)] },
      { reason: "WaitingForRole", message: expect.stringContaining("attempt 3 follows"), checkInMs: 6000 },
    ],
    [
      "a third time waits half an hour",
      ec2,
      { environments: [failed("-3", 4)] },
      {
        kind: "blocked",
        reason: "Invalid",
        message: `AWS found ${name}-3 INVALID: ${denied}. Fix the role; another attempt follows 30 minutes after the last`,
        checkInMs: 1_796_000,
      },
    ],
    [
      "a third time, with earlier ones that AWS cannot delete, is tried no more",
      { ...ec2, serviceRole: "arn:aws:iam::123456789012:role/one" },
      {
        environments: [
          failed("", 5000, { status: "DELETING", serviceRole: "one", tags: retired }),
          failed("-2", 4000, { serviceRole: "one", state: "DISABLED", tags: retired }),
          failed("-3", 1800, { serviceRole: "one" }),
        ],
        jobs: new Map([[`${name}-2`, { kind: "read", remaining: [], zeroForMs: 10_000 }]]),
        deleteTriedAt: new Map([[`${name}-2`, now - 1000]]),
      },
      {
        kind: "blocked",
        message: expect.stringMatching(
          /Fix the role one; another attempt follows when AWS has deleted .*\(\S+-2, \S+\)/,
        ),
      },
    ],
    [
      "a third time is tried again after half an hour next to what still serves or is being retired in order",
      other,
      {
        environments: [
          environment("serves", ec2),
          environment("leaves", ec2, { state: "DISABLED", tags: retired }),
          environment(`team_ce-${id}-3`, other, {
            status: "INVALID",
            statusReason: denied,
            tags: { "awsbatch.dev/created-at": iso(1800) },
          }),
        ],
      },
      { kind: "act", reason: "Creating" },
    ],
    [
      "a second time is checked when an earlier one is due",
      ec2,
      {
        environments: [failed("", 30, { state: "DISABLED", tags: retired }), failed("-2", 1)],
        jobs: new Map([[name, { kind: "read", remaining: [], zeroForMs: 4000 }]]),
      },
      { kind: "wait", reason: "WaitingForRole", checkInMs: 6000 },
    ],
    [
      "is checked when it is due, whatever waits for a queue",
      other,
      {
        environments: [old({ status: "INVALID" }), fresh({ status: "INVALID", statusReason: "no" })],
        queues: [queue("q1", ["old"])],
      },
      { kind: "blocked", reason: "Invalid", checkInMs: 300_000 },
    ],
    [
      "without a date is left to a person",
      ec2,
      { environments: [failed("", 0, { tags: { "awsbatch.dev/created-at": "" } })] },
      { kind: "blocked", reason: "Invalid", checkInMs: 300_000 },
    ],
    [
      "without a reason is reported so",
      ec2,
      { environments: [failed("", 3, { statusReason: undefined })] },
      { message: expect.stringMatching(/^AWS found \S+ INVALID: AWS gives no reason\. Correct/) },
    ],
    [
      "and is about to be checked again is checked then",
      ec2,
      {
        environments: [failed("", 3, { statusReason: "no such subnet" })],
        invalidSince: new Map([[name, now - 1_799_000]]),
      },
      { kind: "blocked", checkInMs: 1000 },
    ],
    [
      "by a role that the operator has put back is checked after 5 minutes",
      { ...ec2, serviceRole: madeRole },
      {
        environments: [failed("", 60, { ...serving(50), serviceRole: madeRole })],
        invalidSince: new Map([[name, now - 300_000]]),
      },
      { kind: "act", action: { kind: "revalidate" }, reason: "Revalidating" },
    ],
    [
      "by a role of the operator's is reported with the time of that check",
      { ...ec2, serviceRole: madeRole },
      {
        environments: [failed("", 60, { ...serving(50), serviceRole: madeRole })],
        invalidSince: new Map([[name, now - 299_000]]),
      },
      { kind: "blocked", checkInMs: 1000, message: expect.stringContaining("check again after 5 minutes") },
    ],
    [
      "by a role of the operator's in vain is checked every 30 minutes, or its queues would turn with it",
      { ...ec2, serviceRole: madeRole },
      {
        environments: [failed("", 60, { ...serving(50), serviceRole: madeRole })],
        invalidSince: new Map([[name, now - 300_000]]),
        askedAgain: new Set([name]),
      },
      { kind: "blocked", message: expect.stringContaining("check again every 30 minutes") },
    ],
    [
      "by a role that somebody else has to fix is checked after 30 minutes",
      ec2,
      { environments: [failed("", 60, serving(50))], invalidSince: new Map([[name, now - 300_000]]) },
      { kind: "blocked", message: expect.stringContaining("check again every 30 minutes") },
    ],
    [
      "is reported without one that is being retired",
      other,
      { environments: [old({ state: "DISABLED", tags: retired }), fresh({ status: "INVALID", statusReason: "no" })] },
      { message: expect.stringMatching(/^AWS found new INVALID: no\. Correct the spec/) },
    ],
    [
      "is reported without one that AWS updates",
      other,
      { environments: [old({ status: "UPDATING" }), fresh({ status: "INVALID", statusReason: "no" })] },
      { message: expect.stringMatching(/^AWS found new INVALID: no\. Correct the spec/) },
    ],
    [
      "after it has served is not created again",
      ec2,
      { environments: [failed("", 11, serving(5))] },
      { kind: "blocked", reason: "Invalid" },
    ],
    [
      "after the queues went back from it is checked again: what it refers to may have been fixed",
      other,
      {
        environments: [
          old(),
          fresh({ status: "INVALID", statusReason: "no", tags: { "awsbatch.dev/returned-at": `${iso(5)}/${id}` } }),
        ],
        queues: [queue("q1", ["old"])],
        invalidSince: new Map([["new", now - 9_000_000]]),
      },
      { kind: "act", action: { kind: "revalidate" }, reason: "Revalidating" },
    ],
    [
      "after the queues went back from it is checked as seldom as any other",
      other,
      {
        environments: [
          old(),
          fresh({ status: "INVALID", statusReason: "no", tags: { "awsbatch.dev/returned-at": `${iso(5)}/${id}` } }),
        ],
        queues: [queue("q1", ["old"])],
        invalidSince: new Map([["new", now - 1_799_000]]),
      },
      {
        kind: "blocked",
        reason: "Invalid",
        message: expect.stringMatching(/^AWS found new INVALID: no\. old continues to serve\. Correct the spec/),
        checkInMs: 1000,
      },
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(next(spec, change)).toMatchObject(expected);
  });

  const gaveBack = (secondsAgo: number): Partial<Environment> => ({
    tags: { ...serving(60).tags, "awsbatch.dev/returned-at": `${iso(secondsAgo)}/another-plan` },
  });

  it.each<[string, Partial<Environment>, Partial<Environment>, readonly string[], string]>([
    ["had served", serving(60), {}, ["old"], "RollingBack"],
    ["had served, and gave them back under an earlier desired state", gaveBack(50), {}, ["old"], "Invalid"],
    ["had served again since it gave them back", gaveBack(70), {}, ["old"], "RollingBack"],
    ["is named by a queue", {}, {}, ["new"], "RollingBack"],
    ["has never served", {}, {}, ["old"], "Invalid"],
    ["has no predecessor that is VALID", serving(60), { status: "UPDATING" }, ["new"], "Invalid"],
    ["has no predecessor that is ENABLED", serving(60), { state: "DISABLED" }, ["new"], "Invalid"],
    ["has none but a retired predecessor", serving(60), { tags: retired }, ["new"], "Invalid"],
  ])("gives its queues back or not when it %s", (_name, target, predecessor, names, reason) => {
    const environments = [old(predecessor), fresh({ status: "INVALID", statusReason: "no", ...target })];
    expect(next(other, { environments, queues: [queue("q1", names)] }).reason).toBe(reason);
  });
});
