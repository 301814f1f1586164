import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import type { Effect } from "../../../../src/controllers/pass/agenda.ts";
import { mayAdopt } from "../../region.ts";
import {
  approvalFor,
  chosen,
  directives,
  ec2,
  environment,
  fargate,
  identity,
  job,
  now,
  object,
  queue,
  seen,
  settings,
  withResources,
} from "./given.ts";

const iso = (secondsAgo: number): string => `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;

/** A choice in one line: what is next, whether it serves, and what else is reported. */
function summary(spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): string {
  const { next, serving, conditions } = chosen(object(spec), seen(spec, change));
  const what =
    next.kind === "act"
      ? `${next.action.kind}${next.action.kind === "tag" ? ` ${next.action.purpose}` : ""} ${subject(next.action)}`
      : `${next.kind} ${next.reason}`;
  return [
    what.trim(),
    ...(serving ? ["serving"] : []),
    ...conditions.map(({ type, reason }) => `${type}=${reason}`),
  ].join("; ");
}

function subject(action: object): string {
  const {
    name,
    items,
    request,
    queue: foreign,
  } = action as {
    name?: string;
    queue?: string;
    items?: readonly { name: string }[];
    request?: { computeEnvironmentName?: string };
  };
  return name ?? foreign ?? request?.computeEnvironmentName ?? items?.map((item) => item.name).join(",") ?? "";
}

const message = (spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): string =>
  chosen(object(spec), seen(spec, change)).next.message;

const other = withResources(ec2, { instanceTypes: ["m5.large"] });
const old = (change: Partial<Environment> = {}): Environment => environment("old", ec2, change);
const fresh = (change: Partial<Environment> = {}): Environment =>
  environment("new", other, { ...change, tags: { "awsbatch.dev/created-at": iso(100), ...change.tags } });
const serving = (secondsAgo: number): Partial<Environment> => ({
  tags: { "awsbatch.dev/serving-since": iso(secondsAgo) },
});
const retired = (change: Partial<Environment> = {}): Partial<Environment> => ({
  state: "DISABLED",
  ...change,
  tags: { "awsbatch.dev/retired-at": iso(300), ...change.tags },
});
const foreign = (name: string, spec = ec2, change: Partial<Environment> = {}): Environment => {
  const made = environment(name, spec, change);
  return { ...made, tags: change.tags ?? {} };
};

describe("the first environment", () => {
  const name = seen(ec2).freeName.name;

  it.each<[string, Partial<Seen>, string]>([
    ["is created when nothing is there", {}, `create ${name}`],
    [
      "is not created before its absence may be believed",
      { freeName: { name, absent: false, attempt: 1 } },
      "wait Creating",
    ],
    [
      "is waited for while AWS makes it",
      { environments: [environment(name, ec2, { status: "CREATING" })] },
      "wait Creating",
    ],
    ["serves once it is VALID", { environments: [environment(name)] }, "serves Available; serving"],
    [
      "is not created beyond AWS's quota",
      { environments: Array.from({ length: 50 }, (_, index) => foreign(`x${index}`)) },
      "blocked QuotaExceeded",
    ],
    [
      "is not created beyond what its namespace may have",
      {
        environments: [foreign("x", ec2, { tags: ownerTags({ ...identity, name: "other" }) })],
        environmentLimit: { kind: "read", most: 1, from: "--max" },
      },
      "wait NamespaceLimitReached",
    ],
    ["leaves the name to an older object that claims it", { claimedBy: "team/older" }, "blocked Conflict"],
    ["is created next to a foreign one of the base name", { environments: [foreign("team_ce")] }, `create ${name}`],
    [
      "is created next to one that is being deleted",
      { environments: [environment("gone", ec2, { status: "DELETING" })] },
      `create ${name}`,
    ],
  ])("%s", (_name, change, expected) => {
    expect(summary(ec2, change)).toBe(expected);
  });

  it("is created ENABLED and without updatePolicy, which AWS takes only later", () => {
    const spec: BatchComputeEnvironmentSpec = {
      ...ec2,
      state: "DISABLED",
      updatePolicy: { terminateJobsOnUpdate: false },
    };
    const { next } = chosen(object(spec), seen(spec));
    if (next.kind !== "act" || next.action.kind !== "create") throw new Error("expected a create");
    expect(next.action.request).toMatchObject({ state: "ENABLED", tags: { "awsbatch.dev/namespace": "team" } });
    expect(next.action.request).not.toHaveProperty("updatePolicy");
  });

  it("gets its state as soon as it is VALID, and then the updatePolicy", () => {
    const spec: BatchComputeEnvironmentSpec = {
      ...ec2,
      state: "DISABLED",
      updatePolicy: { jobExecutionTimeoutMinutes: 60 },
    };
    const requests = (["ENABLED", "DISABLED"] as const).map((state) => {
      const { next } = chosen(object(spec), seen(spec, { environments: [environment(name, ec2, { state })] }));
      return next.kind === "act" && next.action.kind === "update" ? next.action.request : next;
    });
    expect(requests).toEqual([
      { computeEnvironment: name, state: "DISABLED" },
      {
        computeEnvironment: name,
        state: "DISABLED",
        updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 60 },
      },
    ]);
  });

  it("an update of nothing but the policy sends the state along", () => {
    const spec: BatchComputeEnvironmentSpec = { ...ec2, updatePolicy: { terminateJobsOnUpdate: true } };
    const { next } = chosen(object(spec), seen(spec, { environments: [environment(name)] }));
    expect(next).toMatchObject({ action: { request: { state: "ENABLED" } } });
  });
});

describe("a change in place", () => {
  it("sends only what changed", () => {
    const spec = withResources(ec2, { maxvCpus: 512 });
    const { next, change } = chosen(object(spec), seen(spec, { environments: [old()] }));
    expect(next).toMatchObject({
      kind: "act",
      action: { kind: "update", request: { computeEnvironment: "old", computeResources: { maxvCpus: 512 } } },
    });
    expect(change).toMatchObject({
      action: "Scale",
      changes: [{ path: "spec.computeResources.maxvCpus", from: "256", to: "512" }],
    });
  });

  it("rolls out for a token, which its tags record before and after", () => {
    const spec: BatchComputeEnvironmentSpec = {
      ...ec2,
      rolloutToken: "v2",
      updatePolicy: { terminateJobsOnUpdate: false },
    };
    const environments = [old({ updatePolicy: { terminateJobsOnUpdate: false } })];
    const { next, change } = chosen(object(spec), seen(spec, { environments }));
    expect(next).toMatchObject({
      action: {
        request: { computeResources: { updateToLatestImageVersion: true } },
        rollout: { token: "v2", ask: expect.stringMatching(/^@asked:/) },
      },
    });
    expect(change.action).toBe("UpdateInfrastructure");
  });

  it.each<[string, BatchComputeEnvironmentSpec, readonly Effect[]]>([
    [
      "instances are replaced",
      withResources(other, { maxvCpus: 512 }),
      [
        { path: "spec.computeResources.maxvCpus", cause: "spec", mayEndJobs: true },
        { path: "spec.computeResources.instanceTypes", cause: "spec", mayEndJobs: true },
      ],
    ],
    [
      "the capacity is changed",
      withResources(ec2, { maxvCpus: 512 }),
      [{ path: "spec.computeResources.maxvCpus", cause: "spec" }],
    ],
    ["the state ENABLED is set", { ...ec2, state: "ENABLED" }, [{ path: "spec.state", cause: "spec" }]],
    ["the state DISABLED is set", { ...ec2, state: "DISABLED" }, [{ path: "spec.state", cause: "spec" }]],
  ])("is for a person to repeat in vain where it may end jobs: %s", (_name, desired, effects) => {
    const updatePolicy = { terminateJobsOnUpdate: false };
    const spec: BatchComputeEnvironmentSpec = { ...desired, updatePolicy };
    const state = desired.state === "ENABLED" ? ("DISABLED" as const) : ("ENABLED" as const);
    const { next } = chosen(object(spec), seen(spec, { environments: [old({ state, updatePolicy })] }));
    expect(next).toMatchObject({ action: { kind: "update" } });
    expect("effects" in next ? next.effects : undefined).toEqual(effects);
  });

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["changes tags in place", { ...ec2, tags: { team: "a" } }, { environments: [old()] }, "tag userTags old"],
    [
      "changes tags after everything else, for AWS may refuse them",
      { ...withResources(ec2, { maxvCpus: 9 }), tags: { team: "a" } },
      { environments: [old()] },
      "update old",
    ],
    [
      "changes no tags before the queues have come over",
      { ...other, tags: { team: "a" } },
      { environments: [old(), fresh()], queues: [queue("q1", ["old"])] },
      "wait SwitchingQueues",
    ],
    [
      "changes no tags of what AWS found INVALID",
      { ...other, tags: { team: "a" } },
      { environments: [old(), fresh({ status: "INVALID" })], queues: [queue("q1", ["old"])] },
      "blocked Invalid",
    ],
    [
      "removes a tag that the spec no longer has",
      ec2,
      { environments: [old({ tags: { team: "a" } })] },
      "tag userTags old",
    ],
    [
      "leaves tags that others own",
      ec2,
      { environments: [old({ tags: { "cost/x": "a" } })], settings: { ...settings, ignoreTagKeys: ["cost/*"] } },
      "serves Available; serving",
    ],
    ["waits while AWS updates", ec2, { environments: [old({ status: "UPDATING" })] }, "wait Updating"],
    [
      "writes the tags of a re-created object once",
      ec2,
      { environments: [old({ tags: { "awsbatch.dev/uid": "uid-0" } })] },
      "tag takeOver old",
    ],
    [
      "says that it is DISABLED when the spec says so",
      { ...ec2, state: "DISABLED" },
      { environments: [old({ state: "DISABLED" })] },
      "serves Disabled; serving",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change)).toBe(expected);
  });

  it("names the queues that a DISABLED environment starves", () => {
    const spec: BatchComputeEnvironmentSpec = { ...ec2, state: "DISABLED" };
    const environments = [
      old({ state: "DISABLED" }),
      environment("else", ec2, { tags: { "awsbatch.dev/name": "else" } }),
    ];
    const queues = [queue("starved", ["old"]), queue("fed", ["old", "else"])];
    expect(message(spec, { environments, queues })).toContain("queues without an ENABLED environment: starved");
  });
});

describe("a replacement", () => {
  const name = seen(other).freeName.name;

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["creates the successor first", other, { environments: [old()], queues: [queue("q1", ["old"])] }, `create ${name}`],
    [
      "is not made when the policy is Never",
      { ...other, replacement: { policy: "Never" } },
      { environments: [old()] },
      "blocked ReplacementNeeded",
    ],
    [
      "waits for approval before Create",
      { ...other, replacement: { holdBefore: ["Create"] } },
      { environments: [old()] },
      "wait AwaitingApproval",
    ],
    [
      "goes on when Create is approved",
      { ...other, replacement: { holdBefore: ["Create"] } },
      {
        environments: [old()],
        directives: { ...directives, approved: approvalFor(seen(other).planId, "Create", old()) },
      },
      `create ${name}`,
    ],
    [
      "waits for approval when what was approved names nothing that is replaced",
      { ...other, replacement: { holdBefore: ["Create"] } },
      { environments: [old()], directives: { ...directives, approved: `${seen(other).planId}/Create` } },
      "wait AwaitingApproval",
    ],
    [
      "waits for approval once more when what took over has to be replaced as well",
      { ...other, replacement: { holdBefore: ["Create"] } },
      {
        environments: [environment("second", ec2)],
        directives: { ...directives, approved: approvalFor(seen(other).planId, "Create", old()) },
      },
      "wait AwaitingApproval",
    ],
    [
      "is not begun while a foreign queue names the environment",
      other,
      { environments: [old()], queues: [queue("theirs", ["old"], { foreign: true })] },
      "blocked UnmanagedQueue",
    ],
    [
      "is not begun for a foreign queue when the operator's flag does not allow its repoint",
      { ...other, replacement: { foreignQueues: "Repoint" } },
      { environments: [old()], queues: [queue("theirs", ["old"], { foreign: true })] },
      "blocked UnmanagedQueue",
    ],
    [
      "is begun when the foreign queue may be repointed",
      { ...other, replacement: { foreignQueues: "Repoint" } },
      {
        environments: [old()],
        queues: [queue("theirs", ["old"], { foreign: true })],
        settings: { ...settings, allowForeignRepoint: true },
      },
      `create ${name}`,
    ],
    [
      "is not begun while a queue names the environment by its AWS name",
      other,
      { environments: [old()], queues: [queue("q1", ["old"], { object: { literalNames: ["old"] } })] },
      "blocked ReferencedByName",
    ],
    [
      "waits for a paused queue",
      other,
      { environments: [old()], queues: [queue("q1", ["old"], { object: { heldBy: "awsbatch.dev/paused" } })] },
      "wait QueuePaused",
    ],
    [
      "is not begun when the queue's type forbids the successor",
      fargate,
      { environments: [old()], queues: [queue("q1", ["old"], { object: { jobQueueType: "ECS" } })] },
      "blocked QueueIncompatible",
    ],
    [
      "is not begun when a sibling in the queue is of another kind",
      fargate,
      { environments: [old(), foreign("sibling")], queues: [queue("q1", ["old", "sibling"])] },
      "blocked QueueIncompatible",
    ],
    [
      "is not begun when a sibling has another CPU architecture",
      withResources(ec2, { instanceTypes: ["c7g.large"] }),
      { environments: [old(), foreign("sibling")], queues: [queue("q1", ["old", "sibling"])] },
      "blocked QueueIncompatible",
    ],
    [
      "waits for head-room in AWS's quota",
      other,
      { environments: [old(), ...Array.from({ length: 48 }, (_, index) => foreign(`x${index}`))] },
      "wait QuotaNearlyReached",
    ],
    [
      "waits while enough others are under way",
      other,
      { environments: [old()], replacementsElsewhere: { underWay: 3, goesFirst: undefined, waitLonger: [] } },
      "wait WaitingForOtherReplacements",
    ],
    [
      "a queue that is being deleted names nothing any more",
      other,
      { environments: [old()], queues: [queue("gone", ["old"], { foreign: true, status: "DELETING" })] },
      `create ${name}`,
    ],
    [
      "waits for the successor",
      other,
      { environments: [old(), fresh({ status: "CREATING" })], queues: [queue("q1", ["old"])] },
      "wait Creating",
    ],
    [
      "waits for the queues when it is VALID",
      other,
      { environments: [old(), fresh()], queues: [queue("q1", ["old"])] },
      "wait SwitchingQueues",
    ],
    [
      "waits for approval before Repoint",
      { ...other, replacement: { holdBefore: ["Repoint"] } },
      { environments: [old(), fresh()], queues: [queue("q1", ["old"])] },
      "wait AwaitingApproval",
    ],
    [
      "goes on when the handover to this very one is approved",
      { ...other, replacement: { holdBefore: ["Repoint"] } },
      {
        environments: [old(), fresh()],
        queues: [queue("q1", ["old"])],
        directives: { ...directives, approved: approvalFor(seen(other).planId, "Repoint", fresh()) },
      },
      "wait SwitchingQueues",
    ],
    [
      "waits for approval once more when the handover to an earlier one of the plan was approved",
      { ...other, replacement: { holdBefore: ["Repoint"] } },
      {
        environments: [old(), fresh()],
        queues: [queue("q1", ["old"])],
        directives: { ...directives, approved: approvalFor(seen(other).planId, "Repoint", old()) },
      },
      "wait AwaitingApproval",
    ],
    [
      "waits for approval once more when it bears the name of one that was approved and has gone",
      { ...other, replacement: { holdBefore: ["Repoint"] } },
      {
        environments: [old(), fresh()],
        queues: [queue("q1", ["old"])],
        directives: {
          ...directives,
          approved: approvalFor(
            seen(other).planId,
            "Repoint",
            fresh({ tags: { "awsbatch.dev/created-at": iso(9000) } }),
          ),
        },
      },
      "wait AwaitingApproval",
    ],
    [
      "waits for a queue that was paused meanwhile",
      other,
      { environments: [old(), fresh()], queues: [queue("q1", ["old"], { object: { heldBy: "awsbatch.dev/paused" } })] },
      "wait QueuePaused",
    ],
    [
      "reports when a queue cannot be handed over",
      other,
      { environments: [old(), fresh()], queues: [queue("q1", ["old"], { object: { stalled: "InvalidRequest: no" } })] },
      "blocked SwitchingQueues",
    ],
    [
      "repoints a foreign queue itself, where it may",
      { ...other, replacement: { foreignQueues: "Repoint" } },
      {
        environments: [old(), fresh(), foreign("x")],
        queues: [queue("theirs", ["x", "old"], { foreign: true })],
        settings: { ...settings, allowForeignRepoint: true },
      },
      "repointForeign theirs",
    ],
    [
      "waits for a foreign queue that is in transition",
      { ...other, replacement: { foreignQueues: "Repoint" } },
      {
        environments: [old(), fresh()],
        queues: [queue("theirs", ["old"], { foreign: true, status: "UPDATING" })],
        settings: { ...settings, allowForeignRepoint: true },
      },
      "wait SwitchingQueues",
    ],
    [
      "marks since when it serves all queues",
      other,
      { environments: [old(), fresh()], queues: [queue("q1", ["new"])] },
      "tag serving new",
    ],
    [
      "keeps the predecessor ready during the soak",
      other,
      { environments: [old(), fresh(serving(60))], queues: [queue("q1", ["new"])], targetRuns: false },
      "wait Soaking; serving; Retiring=Soaking",
    ],
    [
      "ends the soak when a job runs on the target",
      other,
      { environments: [old(), fresh(serving(60))], queues: [queue("q1", ["new"])], targetRuns: true },
      "tag retire old; serving; Retiring=Disabling",
    ],
    [
      "ends the soak by time",
      other,
      { environments: [old(), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      "tag retire old; serving; Retiring=Disabling",
    ],
    [
      "has nothing to soak without any queue",
      other,
      { environments: [old(), fresh(serving(1))] },
      "tag retire old; serving; Retiring=Disabling",
    ],
    [
      "waits for approval before Delete, and serves meanwhile",
      { ...other, replacement: { holdBefore: ["Delete"] } },
      { environments: [old(), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      "wait AwaitingApproval; serving; Retiring=AwaitingApproval",
    ],
    [
      "takes out of service the predecessor with an approved removal",
      { ...other, replacement: { holdBefore: ["Delete"] } },
      {
        environments: [old(), fresh(serving(601))],
        queues: [queue("q1", ["new"])],
        directives: { ...directives, approved: approvalFor(seen(other).planId, "Delete", old()) },
      },
      "tag retire old; serving; Retiring=Disabling",
    ],
    [
      "waits for approval before Delete once more when the removal of another one was approved",
      { ...other, replacement: { holdBefore: ["Delete"] } },
      {
        environments: [old(), fresh(serving(601))],
        queues: [queue("q1", ["new"])],
        directives: { ...directives, approved: approvalFor(seen(other).planId, "Delete", fresh()) },
      },
      "wait AwaitingApproval; serving; Retiring=AwaitingApproval",
    ],
    [
      "disables the predecessor once it is marked",
      other,
      { environments: [old({ tags: { "awsbatch.dev/retired-at": iso(21) } }), fresh(serving(601))] },
      "disable old; serving; Retiring=Disabling",
    ],
    [
      "waits while it is being disabled",
      other,
      { environments: [old(retired({ status: "UPDATING" })), fresh(serving(601))] },
      "wait Disabling; serving; Retiring=Disabling",
    ],
    [
      "deletes it when it is empty",
      other,
      {
        environments: [old(retired()), fresh(serving(601))],
        jobs: new Map([["old", { kind: "read", remaining: [], zeroForMs: 10_000 }]]),
      },
      "delete old; serving; Retiring=Deleting",
    ],
    [
      "waits while it is being deleted",
      other,
      { environments: [old(retired({ status: "DELETING" })), fresh(serving(601))] },
      "wait Deleting; serving; Retiring=Deleting",
    ],
    ["is over when it is deleted", other, { environments: [fresh(serving(601))] }, "serves Available; serving"],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change)).toBe(expected);
  });

  it("reports which field requires it, and why it is not done in place", () => {
    const { change, next } = chosen(object(other), seen(other, { environments: [old()] }));
    expect(next.message).toContain("spec.computeResources.instanceTypes");
    expect(change).toMatchObject({
      action: "Replace",
      changes: [
        { path: "spec.computeResources.instanceTypes", kind: "replacement", from: '["c5.large"]', to: '["m5.large"]' },
      ],
    });
    expect(change.changes[0]?.why).toContain("spec.updatePolicy");
  });

  it("swaps in place when it repoints a foreign queue", () => {
    const spec: BatchComputeEnvironmentSpec = { ...other, replacement: { foreignQueues: "Repoint" } };
    const change = {
      environments: [old(), fresh(), foreign("x"), foreign("y")],
      queues: [queue("theirs", ["x", "old", "y"], { foreign: true })],
      settings: { ...settings, allowForeignRepoint: true },
    };
    const { next } = chosen(object(spec), seen(spec, change));
    expect(next).toMatchObject({
      action: {
        request: {
          computeEnvironmentOrder: [
            { order: 1, computeEnvironment: "x" },
            { order: 2, computeEnvironment: "new" },
            { order: 3, computeEnvironment: "y" },
          ],
        },
      },
    });
  });

  it("reports a foreign queue's two ways out", () => {
    const queues = [queue("theirs", ["old"], { foreign: true })];
    expect(message(other, { environments: [old()], queues })).toMatch(
      /owner to remove the environment.*foreignQueues: Repoint/,
    );
  });

  it("sets minvCpus to 0 with the disabling, so that nothing is billed for nothing", () => {
    const spec = withResources(other, { minvCpus: 8 });
    const before = withResources(ec2, { minvCpus: 8 });
    const environments = [
      environment("old", before, { tags: { "awsbatch.dev/retired-at": iso(21) } }),
      environment("new", spec, serving(601)),
    ];
    const { next } = chosen(object(spec), seen(spec, { environments }));
    expect(next).toMatchObject({ action: { request: { state: "DISABLED", computeResources: { minvCpus: 0 } } } });
  });
});

describe("a drain", () => {
  const environments = [old(retired()), fresh(serving(601))];
  const jobs = (remaining: readonly ReturnType<typeof job>[], zeroForMs?: number): Partial<Seen> => ({
    environments,
    jobs: new Map([["old", { kind: "read", remaining, zeroForMs }]]),
  });

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["waits for running jobs", other, jobs([job("j1", { cluster: "AWSBatch-old" })]), "wait Draining"],
    ["counts zero twice, 10 s apart", other, jobs([], 9_000), "wait Draining"],
    ["counts again after a restart", other, jobs([]), "wait Draining"],
    [
      "keeps what cannot be read",
      other,
      { environments, jobs: new Map([["old", { kind: "unread", why: "batch:ListJobs: denied" }]]) },
      "wait Draining",
    ],
    ["waits for the first count", other, { environments }, "wait Draining"],
    [
      "terminates nothing before its time",
      { ...other, drain: { policy: "Terminate", timeoutSeconds: 3600 } },
      { ...jobs([job("j1", { cluster: "AWSBatch-old" })]), queues: [queue("q1", ["new"])] },
      "wait Draining",
    ],
    [
      "terminates at its time, where the spec says so",
      { ...other, drain: { policy: "Terminate", timeoutSeconds: 60 } },
      { ...jobs([job("j1", { cluster: "AWSBatch-old" })]), queues: [queue("q1", ["new"])] },
      "terminateJobs old",
    ],
    [
      "never terminates jobs of queues that are not ours",
      { ...other, drain: { policy: "Terminate", timeoutSeconds: 60 } },
      { ...jobs([job("j1", { cluster: "AWSBatch-old" })]), queues: [queue("q1", ["new"], { foreign: true })] },
      "wait Draining",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change).split(";")[0]).toBe(expected);
  });
});

describe("an environment that AWS finds INVALID", () => {
  const name = seen(ec2).freeName.name;
  const roleReason = "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService)";
  const made = (secondsAgo: number, statusReason: string, called = name): Environment =>
    environment(called, ec2, {
      status: "INVALID",
      statusReason,
      tags: { "awsbatch.dev/created-at": iso(secondsAgo) },
    });
  const own = "arn:aws:iam::123456789012:role/one";

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    [
      "waits a moment for a role that was just made",
      ec2,
      { environments: [made(3, roleReason)] },
      "wait WaitingForRole",
    ],
    ["is followed by another attempt", ec2, { environments: [made(11, roleReason)] }, `create ${name}-2`],
    [
      "is tried three times at once, then every 30 minutes",
      ec2,
      { environments: [made(700, roleReason, `${name}-3`)] },
      "blocked Invalid",
    ],
    ["is tried again after 30 minutes", ec2, { environments: [made(1801, roleReason, `${name}-3`)] }, `create ${name}`],
    [
      "is left to a person for any other reason",
      ec2,
      { environments: [made(30, "CLIENT_ERROR - no such subnet")] },
      "blocked Invalid",
    ],
    [
      "is left to a person when queues use it",
      ec2,
      { environments: [made(30, roleReason)], queues: [queue("q1", [name])] },
      "blocked Invalid",
    ],
    [
      "is checked again by AWS half an hour after it was found so",
      ec2,
      {
        environments: [made(9000, roleReason)],
        queues: [queue("q1", [name])],
        invalidSince: new Map([[name, now - 1_800_000]]),
      },
      `revalidate ${name}`,
    ],
    [
      "is not checked again by AWS before that",
      ec2,
      {
        environments: [made(9000, roleReason)],
        queues: [queue("q1", [name])],
        invalidSince: new Map([[name, now - 1_799_000]]),
      },
      "blocked Invalid",
    ],
    [
      "is fixed in place where the spec allows it",
      { ...ec2, serviceRole: own },
      {
        environments: [
          environment("a", { ...ec2, serviceRole: "arn:aws:iam::123456789012:role/two" }, { status: "INVALID" }),
        ],
      },
      "update a",
    ],
    [
      "as a successor leaves the old one serving",
      other,
      {
        environments: [old(), fresh({ status: "INVALID", statusReason: "no such type" })],
        queues: [queue("q1", ["old"])],
      },
      "blocked Invalid",
    ],
    [
      "that never served is removed when a corrected spec has its own",
      other,
      {
        environments: [
          environment("bad", withResources(ec2, { instanceTypes: ["z9"] }), { status: "INVALID" }),
          fresh(serving(1)),
        ],
        queues: [queue("q1", ["new"])],
      },
      "tag retire bad",
    ],
    [
      "during the soak sends the queues back, and is marked",
      other,
      {
        environments: [old(), fresh({ status: "INVALID", ...serving(60) })],
        queues: [queue("q1", ["new"])],
      },
      "tag returned new",
    ],
    [
      "once marked is left to a person",
      other,
      {
        environments: [
          old(),
          fresh({
            status: "INVALID",
            tags: { ...serving(60).tags, "awsbatch.dev/returned-at": `${iso(5)}/${seen(other).planId}` },
          }),
        ],
        queues: [queue("q1", ["old"])],
      },
      "blocked Invalid",
    ],
    [
      "and VALID again stays unused under the same desired state",
      other,
      {
        environments: [old(), fresh({ tags: { "awsbatch.dev/returned-at": `${iso(5)}/${seen(other).planId}` } })],
        queues: [queue("q1", ["old"])],
      },
      "blocked RolledBack",
    ],
    [
      "and VALID again is tried once more when that is approved",
      other,
      {
        environments: [old(), fresh({ tags: { "awsbatch.dev/returned-at": `${iso(5)}/${seen(other).planId}` } })],
        queues: [queue("q1", ["old"])],
        directives: { ...directives, approved: `${seen(other).planId}/Repoint@${iso(5)}` },
      },
      "wait SwitchingQueues",
    ],
    [
      "as a predecessor is retired without soak",
      other,
      { environments: [old({ status: "INVALID" }), fresh(serving(1))], queues: [queue("q1", ["new"])] },
      "tag retire old",
    ],
    [
      "with a deletion that AWS gave up is reported, and tried again later",
      other,
      {
        environments: [old(retired({ status: "INVALID" })), fresh(serving(601))],
        jobs: new Map([["old", { kind: "read", remaining: [], zeroForMs: 10_000 }]]),
        deleteTriedAt: new Map([["old", now - 60_000]]),
      },
      "blocked DeleteFailed",
    ],
    [
      "with a deletion that AWS gave up is tried again after 5 minutes",
      other,
      {
        environments: [old(retired({ status: "INVALID" })), fresh(serving(601))],
        jobs: new Map([["old", { kind: "read", remaining: [], zeroForMs: 10_000 }]]),
        deleteTriedAt: new Map([["old", now - 300_000]]),
      },
      "delete old",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change).split(";")[0]).toBe(expected);
  });

  it.each<[string, readonly string[], readonly Environment[], string]>([
    ["who serves", ["old"], [old()], " old continues to serve."],
    [
      "who serves, whoever else is ready",
      ["old"],
      [old(), environment("later", ec2, { tags: { "awsbatch.dev/created-at": iso(9) } })],
      " old continues to serve.",
    ],
    ["who is ready for queues to come", [], [old()], " old is ready."],
    ["nobody, where nobody does", [], [], ""],
    ["nobody, where what is named is DISABLED", ["old"], [old({ state: "DISABLED" })], ""],
  ])("is reported with AWS's reason, with %s, and with the next step", (_name, named, others, who) => {
    const environments = [...others, fresh({ status: "INVALID", statusReason: "no such type" })];
    const held: BatchComputeEnvironmentSpec = { ...other, replacement: { holdBefore: ["Delete"] } };
    expect(message(held, { environments, queues: named.map((one) => queue("q1", [one])) })).toBe(
      `AWS found new INVALID: no such type.${who} Correct the spec, or what it refers to; the operator asks AWS to check again every 30 minutes`,
    );
  });
});

describe("a spec that goes back", () => {
  it.each<[string, Partial<Seen>, string, BatchComputeEnvironmentSpec?]>([
    [
      "before the repoint uses the old one again",
      { environments: [old(), fresh()], queues: [queue("q1", ["old"])] },
      "tag serving old",
    ],
    [
      "during the soak points the queues back",
      { environments: [old(), fresh(serving(60))], queues: [queue("q1", ["new"])] },
      "wait SwitchingQueues",
    ],
    [
      "during the drain puts the old one back into service",
      { environments: [old(retired()), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      "enable old",
    ],
    [
      "waits while the old one is being enabled",
      { environments: [old(retired({ status: "UPDATING", state: "ENABLED" })), fresh(serving(601))] },
      "wait Reactivating",
    ],
    [
      "takes the mark off once the old one is VALID",
      { environments: [old(retired({ state: "ENABLED" })), fresh(serving(601))] },
      "tag revive old",
    ],
    [
      "and shall be DISABLED stops what serves first",
      { environments: [old(retired()), fresh(serving(601))], queues: [queue("q1", ["new"])] },
      "update new",
      { ...ec2, state: "DISABLED" },
    ],
    [
      "and shall be DISABLED leaves the old one so",
      {
        environments: [old(retired()), fresh({ ...serving(601), state: "DISABLED" })],
        queues: [queue("q1", ["new"])],
      },
      "tag revive old",
      { ...ec2, state: "DISABLED" },
    ],
    [
      "makes a new one when the old one is being deleted",
      { environments: [old(retired({ status: "DELETING" })), fresh(serving(601))] },
      `create ${seen(ec2).freeName.name}`,
    ],
    [
      "starts the soak again",
      {
        environments: [old({ tags: { "awsbatch.dev/serving-since": iso(9000) } }), fresh(serving(60))],
        queues: [queue("q1", ["old"])],
      },
      "tag serving old",
    ],
  ])("%s", (_name, change, expected, spec = ec2) => {
    expect(summary(spec, change).split(";")[0]).toBe(expected);
  });
});

describe("adoption", () => {
  const adopting = (policy: "IfMatching" | "IfExists", change: Partial<Seen> = {}): Partial<Seen> => ({
    directives: { ...directives, adoptionPolicy: policy },
    nameSeen: mayAdopt(true),
    environments: [foreign("team_ce")],
    ...change,
  });

  it("is planned as what it is, and not as a creation: its tags, and what differs from the spec then", () => {
    const change = (spec: BatchComputeEnvironmentSpec, given: Partial<Seen>) =>
      chosen(object(spec), seen(spec, given)).change;
    const tags = ["cluster", "cluster-uid", "namespace", "name", "uid"].map((key) => `tags["awsbatch.dev/${key}"]`);
    const matching = change(ec2, adopting("IfMatching"));
    expect(matching).toMatchObject({ action: "UpdateTags", reason: "OwnershipTagsDiffer" });
    expect(matching.changes.map(({ path }) => path)).toEqual(tags);
    const differing = change(other, adopting("IfExists"));
    expect(differing).toMatchObject({ action: "Replace", reason: "ReplacementRequired" });
    expect(differing.changes.map(({ path }) => path)).toEqual([...tags, "spec.computeResources.instanceTypes"]);
  });

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["takes over what matches", ec2, adopting("IfMatching"), "tag adopt team_ce"],
    ["takes nothing over that differs", other, adopting("IfMatching"), "blocked NotMatching"],
    [
      "takes nothing over with different tags",
      { ...ec2, tags: { a: "b" } },
      adopting("IfMatching"),
      "blocked NotMatching",
    ],
    ["takes over what differs when the policy says so", other, adopting("IfExists"), "tag adopt team_ce"],
    [
      "takes over no name that the operator may not",
      ec2,
      adopting("IfExists", { nameSeen: mayAdopt(false) }),
      "blocked NotAdoptable",
    ],
    [
      "waits while AWS changes it",
      ec2,
      adopting("IfExists", { environments: [foreign("team_ce", ec2, { status: "UPDATING" })] }),
      "wait Adopting",
    ],
    [
      "takes nothing from another object",
      ec2,
      adopting("IfExists", { environments: [environment("team_ce", ec2, { tags: { "awsbatch.dev/name": "else" } })] }),
      "blocked Conflict",
    ],
    [
      "lets a replacement that it causes wait for approval",
      other,
      { environments: [environment("team_ce")] },
      "wait AwaitingApproval",
    ],
    [
      "notes on an adopted one that it serves",
      ec2,
      { environments: [environment("team_ce")] },
      "tag adoptedServing team_ce",
    ],
    [
      "replaces an adopted one that has served as any other",
      other,
      { environments: [environment("team_ce", ec2, serving(60))] },
      `create ${seen(other).freeName.name}`,
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change)).toBe(expected);
  });
});

describe("an environment with the tags of this object", () => {
  it.each<[string, Partial<Seen>, string]>([
    [
      "of another cluster is not touched",
      { environments: [old({ tags: { "awsbatch.dev/cluster-uid": "cluster-0" } })] },
      "blocked OwnedByOtherCluster",
    ],
    [
      "of a lost cluster is only retagged",
      {
        environments: [old({ tags: { "awsbatch.dev/cluster-uid": "cluster-0" } })],
        identity: { ...identity, cluster: { ...identity.cluster, takeOverUid: "cluster-0" } },
      },
      "tag takeOver old",
    ],
    [
      "left by Retain is taken back",
      { environments: [foreign("old", ec2, { tags: { "awsbatch.dev/retained-from": "default/team/ce" } })] },
      "tag takeOver old",
    ],
    [
      "left by Retain of another object is not",
      { environments: [foreign("old", ec2, { tags: { "awsbatch.dev/retained-from": "default/team/else" } })] },
      `create ${seen(ec2).freeName.name}`,
    ],
  ])("%s", (_name, change, expected) => {
    expect(summary(ec2, change)).toBe(expected);
  });

  it("of another cluster is reported with the flag that takes it over", () => {
    const environments = [old({ tags: { "awsbatch.dev/cluster-uid": "cluster-0" } })];
    expect(message(ec2, { environments })).toContain("--take-over-cluster-uid=cluster-0");
  });
});

describe("deletion", () => {
  const deleting: Partial<Seen> = { directives: { ...directives, deleting: true } };
  const name = seen(ec2).freeName.name;

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["releases the object when nothing is left", ec2, deleting, "release Deleted"],
    [
      "releases the object only when the absence may be believed",
      ec2,
      { ...deleting, freeName: { name, absent: false, attempt: 1 } },
      "wait Deleting",
    ],
    [
      "releases the object only when nothing is on its way to become its own",
      ec2,
      { ...deleting, claimsSettled: false },
      "wait Deleting",
    ],
    [
      "disables nothing while a queue names it",
      ec2,
      { ...deleting, environments: [old()], queues: [queue("q1", ["old"])] },
      "wait InUse",
    ],
    [
      "takes what no queue names without waiting for what one names",
      ec2,
      { ...deleting, environments: [old(), fresh()], queues: [queue("q1", ["new"])] },
      "tag retire old",
    ],
    [
      "reports first that a queue names one, while AWS deletes the other",
      ec2,
      { ...deleting, environments: [old({ status: "DELETING" }), fresh()], queues: [queue("q1", ["new"])] },
      "wait InUse",
    ],
    ["marks first", ec2, { ...deleting, environments: [old()] }, "tag retire old"],
    [
      "then disables",
      ec2,
      { ...deleting, environments: [old({ tags: { "awsbatch.dev/retired-at": iso(21) } })] },
      "disable old",
    ],
    [
      "then deletes",
      ec2,
      {
        ...deleting,
        environments: [old(retired())],
        jobs: new Map([["old", { kind: "read", remaining: [], zeroForMs: 10_000 }]]),
      },
      "delete old",
    ],
    ["waits for AWS", ec2, { ...deleting, environments: [old(retired({ status: "DELETING" }))] }, "wait Deleting"],
    [
      "reports what prevents it",
      ec2,
      {
        ...deleting,
        environments: [old(retired({ status: "INVALID" })), fresh(retired({ status: "DELETING" }))],
        jobs: new Map([["old", { kind: "read", remaining: [], zeroForMs: 10_000 }]]),
        deleteTriedAt: new Map([["old", now - 60_000]]),
      },
      "blocked DeleteFailed",
    ],
    [
      "leaves AWS alone under Retain",
      ec2,
      { directives: { ...directives, deleting: true, retain: true }, environments: [old(), fresh()] },
      "tag retain new,old",
    ],
    ["touches nothing that is not ours", ec2, { ...deleting, environments: [foreign("team_ce")] }, "release Deleted"],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change)).toBe(expected);
  });

  it("names the queues that hold it", () => {
    const change = { ...deleting, environments: [old()], queues: [queue("q1", ["old"]), queue("q2", ["old"])] };
    expect(message(ec2, change)).toContain("q1, q2");
  });
});

it("every name that is created fits AWS", () => {
  expect(seen(ec2).freeName.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
});
