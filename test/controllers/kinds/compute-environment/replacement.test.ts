import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { environmentSetOf } from "../../../../src/controllers/kinds/compute-environment/environment-set.ts";
import type { EffectiveSpec } from "../../../../src/controllers/kinds/compute-environment/image-updates.ts";
import { handover, referenceOf } from "../../../../src/controllers/kinds/compute-environment/replacement.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import {
  approvalFor,
  chosen,
  directives,
  ec2,
  environment,
  now,
  object,
  queue,
  seen,
  settings,
  withResources,
} from "./given.ts";

const iso = (secondsAgo: number): string => `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;
const other = withResources(ec2, { instanceTypes: ["m5.large"] });
const id = seen(other).planId;
const name = `team_ce-${id}`;
const role = "CLIENT_ERROR - Not authorized to perform sts:AssumeRole; Request ID: 0a1b2c3d-4e5f";
const stepsOf = (change: Partial<Environment>, secondsAgo: number): Partial<Environment> => ({
  ...change,
  tags: { "awsbatch.dev/created-at": iso(secondsAgo), ...change.tags },
});

const old = (change: Partial<Environment> = {}): Environment => environment("old", ec2, change);
const fresh = (change: Partial<Environment> = {}): Environment => environment("new", other, stepsOf(change, 100));
const attempt = (suffix: string, secondsAgo: number, change: Partial<Environment> = {}): Environment =>
  environment(`${name}${suffix}`, other, stepsOf({ status: "INVALID", statusReason: role, ...change }, secondsAgo));
const foreign = (one: string, change: Partial<Environment> = {}): Environment => ({
  ...environment(one, ec2, change),
  tags: {},
});
const serves = (secondsAgo: number) => ({ tags: { "awsbatch.dev/serving-since": iso(secondsAgo) } });
const retired: Partial<Environment> = { state: "DISABLED", tags: { "awsbatch.dev/retired-at": iso(300) } };
const next = (suffix: string): Partial<Seen> => ({ freeName: { name: `${name}${suffix}`, absent: true, attempt: 9 } });

function summary(spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): string {
  const { next: step, serving } = chosen(object(spec), seen(spec, change));
  const after = serving ? "; serving" : "";
  if (step.kind !== "act") {
    const again = "checkInMs" in step && step.checkInMs !== undefined ? ` again in ${step.checkInMs / 1000} s` : "";
    return `${step.kind} ${step.reason}${again}${after}`;
  }
  const { action } = step;
  switch (action.kind) {
    case "tag":
      return `tag ${action.purpose} ${action.items.map((item) => item.name).join(",")}${after}`;
    case "create":
      return `create ${action.request.computeEnvironmentName}${after}`;
    case "repointForeign":
      return `repoint ${action.request.computeEnvironmentOrder?.map((one) => one.computeEnvironment).join(",")}${after}`;
    case "update":
      return `update ${action.name} ${action.paths.join(",")}${after}`;
    default:
      return `${action.kind} ${action.name}${after}`;
  }
}

const message = (spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): string =>
  chosen(object(spec), seen(spec, change)).next.message;

describe("an attempt that AWS found INVALID", () => {
  const empty = (one: string): Partial<Seen> => ({
    jobs: new Map([[one, { kind: "read", remaining: [], zeroForMs: 10_000 }]]),
  });

  it.each<[string, Partial<Seen>, string]>([
    [
      "is followed by the next one while it exists",
      { environments: [attempt("", 10)], ...next("-2") },
      `create ${name}-2`,
    ],
    [
      "is checked again after half an hour in which there was no room for the next one",
      { environments: [attempt("", 2000)], invalidSince: new Map([[name, now - 1_800_000]]), ...next("-2") },
      `revalidate ${name}`,
    ],
    [
      "is taken away as soon as the next one is there",
      { environments: [attempt("", 30), attempt("-2", 5, { status: "CREATING" })] },
      `tag retire ${name}`,
    ],
    [
      "is disabled on its way out",
      {
        environments: [
          attempt("", 30, { tags: { "awsbatch.dev/retired-at": iso(21) } }),
          attempt("-2", 5, { status: "CREATING" }),
        ],
      },
      `disable ${name}`,
    ],
    [
      "is deleted while the next one is waited for",
      { environments: [attempt("", 30, retired), attempt("-2", 5)], ...empty(name) },
      `delete ${name}`,
    ],
    [
      "does not keep the next one waiting",
      { environments: [attempt("", 30, { ...retired, status: "UPDATING" }), attempt("-2", 10)], ...next("-3") },
      `create ${name}-3`,
    ],
    [
      "is checked when it is due, also while the next one waits for half an hour",
      {
        environments: [attempt("-2", 300, retired), attempt("-3", 60)],
        jobs: new Map([[`${name}-2`, { kind: "read", remaining: [], zeroForMs: 4000 }]]),
      },
      "blocked Invalid again in 6 s",
    ],
    ["for the third time waits half an hour", { environments: [attempt("-3", 60)] }, "blocked Invalid again in 1740 s"],
    [
      "for the fourth time still waits half an hour",
      { environments: [attempt("-4", 60)] },
      "blocked Invalid again in 1740 s",
    ],
    [
      "for the 1000th time still waits half an hour",
      { environments: [attempt("-1000", 60)] },
      "blocked Invalid again in 1740 s",
    ],
    [
      "for the third time is followed after half an hour",
      { environments: [attempt("-3", 1800)], ...next("-4") },
      `create ${name}-4`,
    ],
    [
      "for the third time is followed by none while AWS cannot delete an earlier one",
      {
        environments: [attempt("-2", 3600, retired), attempt("-3", 1800)],
        deleteTriedAt: new Map([[`${name}-2`, now - 60_000]]),
        ...empty(`${name}-2`),
        ...next("-4"),
      },
      "blocked Invalid again in 240 s",
    ],
    [
      "stays while a queue names it",
      { environments: [attempt("", 30), attempt("-2", 5, { status: "CREATING" })], queues: [queue("q1", [name])] },
      "wait Creating again in 1800 s",
    ],
    [
      "of an earlier spec goes while the corrected one is created",
      { environments: [old({ status: "INVALID" }), fresh({ status: "CREATING" })] },
      "tag retire old",
    ],
    [
      "after it had served is not tried again",
      {
        environments: [old(), attempt("", 20, { tags: { "awsbatch.dev/returned-at": `${iso(5)}/${id}` } })],
        queues: [queue("q1", ["old"])],
      },
      "blocked Invalid again in 300 s",
    ],
  ])("%s", (_name, change, expected) => {
    expect(summary(other, change)).toBe(expected);
  });

  it("is reported without request ids", () => {
    expect(message(other, { environments: [attempt("-3", 60)] })).not.toContain("0a1b2c3d");
    const back = {
      environments: [old(), fresh({ status: "INVALID", statusReason: role })],
      queues: [queue("q1", ["new"])],
    };
    expect(message(other, back)).toBe(
      "AWS found new INVALID (CLIENT_ERROR - Not authorized to perform sts:AssumeRole); the queues go back to the predecessor",
    );
  });
});

describe("a target that was approved after queues had gone back from it", () => {
  const approved = { directives: { ...directives, approved: `${id}/Repoint@${iso(600)}` } };
  const returnedAt = (secondsAgo: number, since: number) => ({
    tags: { ...serves(since).tags, "awsbatch.dev/returned-at": `${iso(secondsAgo)}/${id}` },
  });

  it.each<[string, Partial<Seen>, string]>([
    [
      "begins its soak again when all queues have come over",
      { environments: [old(), fresh(returnedAt(600, 900))], queues: [queue("q1", ["new"])], ...approved },
      "tag serving new",
    ],
    [
      "soaks from then on",
      { environments: [old(), fresh(returnedAt(600, 60))], queues: [queue("q1", ["new"])], ...approved },
      "wait Soaking again in 30 s; serving",
    ],
    [
      "serves without the approval once all queues have come over",
      { environments: [old(), fresh(returnedAt(600, 60))], queues: [queue("q1", ["new"])] },
      "wait Soaking again in 30 s; serving",
    ],
    [
      "gives the queues back once more when AWS finds it INVALID after it has served again",
      {
        environments: [old(), fresh({ ...returnedAt(600, 60), status: "INVALID" })],
        queues: [queue("q1", ["old"])],
        ...approved,
      },
      "tag returned new",
    ],
    [
      "gives the queues back once more when AWS finds it INVALID before all have come over",
      {
        environments: [old(), fresh({ ...returnedAt(600, 900), status: "INVALID" })],
        queues: [queue("q1", ["new"]), queue("q2", ["old"])],
        ...approved,
      },
      "tag returned new",
    ],
    [
      "is not marked once more while it is INVALID before any queue came over",
      {
        environments: [old(), fresh({ ...returnedAt(600, 900), status: "INVALID" })],
        queues: [queue("q1", ["old"])],
        ...approved,
      },
      "blocked Invalid again in 300 s",
    ],
    [
      "gets no queue by an approval from before they went back again",
      {
        environments: [old(), fresh(returnedAt(30, 60))],
        queues: [queue("q1", ["old"])],
        ...approved,
      },
      "blocked RolledBack",
    ],
  ])("%s", (_name, change, expected) => {
    expect(summary(other, change)).toBe(expected);
  });

  it("is not asked for a second time where Repoint is held", () => {
    const held: BatchComputeEnvironmentSpec = { ...other, replacement: { holdBefore: ["Repoint"] } };
    const change = { environments: [old(), fresh(returnedAt(600, 900))], queues: [queue("q1", ["old"])] };
    expect(summary(held, { ...change, ...approved })).toBe("wait SwitchingQueues");
    expect(
      summary(held, { ...change, directives: { ...directives, approved: approvalFor(id, "Repoint", fresh()) } }),
    ).toBe("blocked RolledBack");
  });
});

describe("the state that the spec says", () => {
  const off: BatchComputeEnvironmentSpec = { ...other, state: "DISABLED" };
  const on: BatchComputeEnvironmentSpec = { ...other, state: "ENABLED" };
  const named = { queues: [queue("q1", ["old"])] };
  const theirs = { queues: [queue("theirs", ["old"], { foreign: true })] };
  const disabled = { state: "DISABLED" } as const;
  const holding = (spec: BatchComputeEnvironmentSpec, step: "Create" | "Repoint"): BatchComputeEnvironmentSpec => ({
    ...spec,
    replacement: { holdBefore: [step] },
  });

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    [
      "stops what serves before a successor is created",
      off,
      { environments: [old()], ...named },
      "update old spec.state",
    ],
    [
      "stops what serves while Create is held",
      holding(off, "Create"),
      { environments: [old()], ...named },
      "update old spec.state",
    ],
    [
      "stops what serves while Repoint is held",
      holding(off, "Repoint"),
      { environments: [old(), fresh(disabled)], ...named },
      "update old spec.state",
    ],
    [
      "stops what is left to a foreign queue, and enables nothing for it",
      off,
      { environments: [old(), fresh(disabled)], ...theirs },
      "update old spec.state",
    ],
    [
      "leaves it at that when the foreign queue stays",
      off,
      { environments: [old(disabled), fresh(disabled)], ...theirs },
      "blocked UnmanagedQueue",
    ],
    [
      "stops what AWS found INVALID, which it may find VALID again",
      off,
      { environments: [old({ status: "INVALID" }), fresh(disabled)], ...named },
      "update old spec.state",
    ],
    [
      "stops what is on its way out and was given a queue again",
      off,
      { environments: [old({ tags: { "awsbatch.dev/retired-at": iso(5) } }), fresh(disabled)], ...named },
      "update old spec.state",
    ],
    [
      "waits for what AWS changes",
      off,
      { environments: [old({ status: "UPDATING" }), fresh(disabled)], ...named },
      "wait SwitchingQueues",
    ],
    [
      "stops the target before anything else is changed in it",
      { ...withResources(other, { maxvCpus: 9 }), ...disabled },
      { environments: [fresh()] },
      "update new spec.state",
    ],
    [
      "leaves what no queue names for the soak",
      off,
      { environments: [old(), fresh({ ...disabled, ...serves(60) })], queues: [queue("q1", ["new"])] },
      "wait Soaking again in 30 s; serving",
    ],
    [
      "starts what was stopped again while a step is held",
      holding(on, "Create"),
      { environments: [old(disabled)], ...named },
      "update old spec.state",
    ],
    [
      "starts the target together with what else differs",
      { ...withResources(ec2, { maxvCpus: 512 }), state: "ENABLED" },
      { environments: [old(disabled)], ...named },
      "update old spec.state,spec.computeResources.maxvCpus",
    ],
    [
      "starts nothing that AWS found INVALID",
      holding(on, "Repoint"),
      { environments: [old({ ...disabled, status: "INVALID" }), fresh()], ...named },
      "wait SwitchingQueues again in 1800 s",
    ],
    [
      "starts nothing that no queue names",
      on,
      { environments: [old(disabled), fresh(serves(60))], queues: [queue("q1", ["new"])] },
      "tag retire old; serving",
    ],
    [
      "starts nothing that is on its way out",
      on,
      { environments: [old({ ...disabled, tags: { "awsbatch.dev/retired-at": iso(5) } }), fresh()], ...named },
      "wait SwitchingQueues",
    ],
    [
      "is for the operator only where there is one",
      holding(other, "Create"),
      { environments: [old(disabled)], ...named },
      "wait AwaitingApproval",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change)).toBe(expected);
  });

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, RegExp]>([
    [
      "names the queues that it starves while a step is held",
      holding(off, "Create"),
      { environments: [old(disabled)], ...named },
      /approve: ".*"[.] Meanwhile DISABLED, as the spec says; queues without an ENABLED environment: q1$/,
    ],
    [
      "names the queues that it starves while a step is blocked",
      off,
      { environments: [old(disabled), fresh(disabled)], ...theirs },
      /foreignQueues: Repoint[.] Meanwhile DISABLED, as the spec says; queues without an ENABLED environment: theirs$/,
    ],
    [
      "names no queue that has another environment",
      holding(off, "Create"),
      { environments: [old(disabled), foreign("x")], queues: [queue("q1", ["old", "x"])] },
      /approve: "[^"]*"$/,
    ],
    [
      "names no queue of what is not DISABLED yet",
      off,
      { environments: [old({ status: "UPDATING" }), fresh({ ...disabled, status: "CREATING" })], ...named },
      /^(?!.*Meanwhile)/,
    ],
    [
      "says of what is done now only that",
      { ...withResources(other, { maxvCpus: 512 }), state: "DISABLED" },
      { environments: [old(disabled), fresh(disabled)], ...named },
      /^(?!.*Meanwhile).*being updated/,
    ],
    [
      "names no queue that starves otherwise",
      holding(other, "Create"),
      { environments: [old(disabled)], ...named },
      /approve: "[^"]*"$/,
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(message(spec, change)).toMatch(expected);
  });
});

describe("a target that is not ENABLED", () => {
  const off: BatchComputeEnvironmentSpec = { ...other, state: "DISABLED" };

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    [
      "is disabled as desired when they have",
      off,
      { environments: [old(), fresh()], queues: [queue("q1", ["new"])] },
      "update new spec.state",
    ],
    [
      "is disabled as desired at once when the old one is DISABLED",
      off,
      { environments: [old({ state: "DISABLED" }), fresh()], queues: [queue("q1", ["old"])] },
      "update new spec.state",
    ],
    [
      "takes nothing over while queues have gone back from it",
      off,
      {
        environments: [
          old({ state: "DISABLED" }),
          fresh({ state: "DISABLED", tags: { "awsbatch.dev/returned-at": `${iso(5)}/${seen(off).planId}` } }),
        ],
        queues: [queue("q1", ["old"])],
      },
      "blocked RolledBack",
    ],
    [
      "stays so when nothing is to be taken over",
      off,
      { environments: [old({ state: "DISABLED" }), fresh({ state: "DISABLED" })], queues: [queue("q1", ["old"])] },
      "wait SwitchingQueues",
    ],
    [
      "although the spec says ENABLED is enabled before the queues come over",
      { ...other, state: "ENABLED" },
      { environments: [old(), fresh({ state: "DISABLED" })], queues: [queue("q1", ["old"])] },
      "update new spec.state",
    ],
    [
      "because somebody has disabled it gets no queue",
      other,
      { environments: [old(), fresh({ state: "DISABLED" })], queues: [queue("q1", ["old"])] },
      "wait TargetDisabled",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(summary(spec, change)).toBe(expected);
  });

  it("is reported with both ways out", () => {
    const change = { environments: [old(), fresh({ state: "DISABLED" })], queues: [queue("q1", ["old"])] };
    expect(message(other, change)).toBe(
      "new was disabled outside the spec, so q1 is not switched to it. Enable it in AWS, or set spec.state: ENABLED",
    );
  });
});

describe("a queue that names the old one literally", () => {
  it("also after the creation of the successor keeps it, and is reported", () => {
    const queues = [queue("q1", ["old"], { object: { literalNames: ["old"] } })];
    expect(summary(other, { environments: [old(), fresh()], queues })).toBe("blocked ReferencedByName again in 60 s");
  });
});

describe("a queue that is being deleted", () => {
  const leaving = (name: string) => queue(name, ["old"], { object: { deleting: true } });
  const keeps = "keeps its environments until its jobs have ended";

  it.each<[string, Seen["queues"], string, string]>([
    [
      "is waited for by a reason of its own, for it may take days",
      [leaving("q1"), leaving("q2")],
      "wait QueueBeingDeleted",
      `new is VALID; q1, which is being deleted, ${keeps}; q2, which is being deleted, ${keeps}`,
    ],
    [
      "is not said to be handed over, as others are",
      [leaving("q1"), queue("q2", ["old"])],
      "wait SwitchingQueues",
      `new is VALID; q2 is being handed over to it; q1, which is being deleted, ${keeps}`,
    ],
  ])("%s", (_name, queues, step, words) => {
    const change = { environments: [old(), fresh()], queues };
    expect(summary(other, change)).toBe(step);
    expect(message(other, change)).toBe(words);
  });
});

describe("a foreign queue that may be repointed", () => {
  const spec: BatchComputeEnvironmentSpec = { ...other, replacement: { foreignQueues: "Repoint" } };
  const may = { settings: { ...settings, allowForeignRepoint: true } };
  const theirs = (...names: readonly string[]) => ({ queues: [queue("theirs", names, { foreign: true })], ...may });

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    [
      "is swapped in place",
      spec,
      { environments: [old(), fresh(), foreign("x")], ...theirs("x", "old") },
      "repoint x,new",
    ],
    ["names the target once", spec, { environments: [old(), fresh()], ...theirs("old", "new") }, "repoint new"],
    [
      "is written to although AWS found it INVALID, which nothing but another order ends",
      spec,
      {
        environments: [old(), fresh()],
        ...may,
        queues: [queue("theirs", ["old"], { foreign: true, status: "INVALID" })],
      },
      "repoint new",
    ],
    ...(["CREATING", "UPDATING"] as const).map(
      (status): [string, BatchComputeEnvironmentSpec, Partial<Seen>, string] => [
        `is waited for while it is ${status}`,
        spec,
        { environments: [old(), fresh()], ...may, queues: [queue("theirs", ["old"], { foreign: true, status })] },
        "wait SwitchingQueues",
      ],
    ),
    [
      "waits for an entry of its own that is not VALID",
      spec,
      { environments: [old(), fresh(), foreign("x", { status: "INVALID" })], ...theirs("x", "old") },
      "wait SwitchingQueues",
    ],
    [
      "waits for an entry of its own that no longer exists",
      spec,
      { environments: [old(), fresh()], ...theirs("x", "old") },
      "wait SwitchingQueues",
    ],
    [
      "may go from one DISABLED environment to another",
      { ...spec, state: "DISABLED" },
      { environments: [old({ state: "DISABLED" }), fresh({ state: "DISABLED" }), foreign("x")], ...theirs("x", "old") },
      "repoint x,new",
    ],
  ])("%s", (_name, given, change, expected) => {
    expect(summary(given, change)).toBe(expected);
  });

  const back = { tags: { "awsbatch.dev/returned-at": `${iso(5)}/${id}` } };
  const ill: Partial<Environment> = { ...back, status: "INVALID", statusReason: "no" };

  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    [
      "goes back from a target that AWS found INVALID, once that is marked",
      spec,
      { environments: [old(), fresh(ill), foreign("x")], ...theirs("x", "new") },
      "repoint x,old",
    ],
    [
      "is marked for before it goes back",
      spec,
      { environments: [old(), fresh({ status: "INVALID" })], ...theirs("new") },
      "tag returned new",
    ],
    [
      "goes back from one that is VALID again, and not approved",
      spec,
      { environments: [old(), fresh(back)], ...theirs("new") },
      "repoint old",
    ],
    [
      "goes back before the target is changed",
      { ...withResources(spec, { maxvCpus: 9 }) },
      {
        environments: [
          old(),
          fresh({
            ...ill,
            tags: { "awsbatch.dev/returned-at": `${iso(5)}/${seen(withResources(spec, { maxvCpus: 9 })).planId}` },
          }),
        ],
        ...theirs("new"),
      },
      "repoint old",
    ],
    [
      "stays on one that is VALID again when that is approved",
      spec,
      {
        environments: [old(), fresh(back)],
        ...theirs("new"),
        directives: { ...directives, approved: `${id}/Repoint@${iso(5)}` },
      },
      "tag serving new",
    ],
    [
      "that names what serves as well stays as it is",
      spec,
      { environments: [old(), fresh(ill)], ...theirs("new", "old") },
      "blocked Invalid again in 300 s",
    ],
    [
      "stays where nothing ENABLED is left to go back to",
      spec,
      { environments: [old({ state: "DISABLED" }), fresh(ill)], ...theirs("new") },
      "blocked Invalid again in 300 s",
    ],
    [
      "in transition keeps nothing else from being done",
      { ...withResources(spec, { maxvCpus: 9 }) },
      {
        environments: [
          old(),
          fresh({
            ...ill,
            tags: { "awsbatch.dev/returned-at": `${iso(5)}/${seen(withResources(spec, { maxvCpus: 9 })).planId}` },
          }),
        ],
        ...may,
        queues: [queue("theirs", ["new"], { foreign: true, status: "UPDATING" })],
      },
      "update new spec.computeResources.maxvCpus",
    ],
    [
      "of ours is left to the queue controller",
      spec,
      { environments: [old(), fresh(ill)], ...may, queues: [queue("q1", ["new"])] },
      "blocked Invalid again in 300 s",
    ],
  ])("%s", (_name, given, change, expected) => {
    expect(summary(given, change)).toBe(expected);
  });

  it.each<[string, Partial<Environment>, Partial<Seen>, RegExp]>([
    [
      "INVALID, where the spec forbids it now",
      ill,
      may,
      /; queue one is .*foreignQueues: Repoint; queue two is .*foreignQueues: Repoint$/,
    ],
    [
      "VALID again, where the spec forbids it now",
      back,
      may,
      /allows another try; queue one is .*foreignQueues: Repoint; queue two is/,
    ],
  ])("that cannot go back is named where the target is %s", (_name, target, settled, expected) => {
    const queues = [queue("two", ["new"], { foreign: true }), queue("one", ["new"], { foreign: true })];
    expect(message(other, { environments: [old(), fresh(target)], queues, ...settled })).toMatch(expected);
  });

  it("that cannot go back for its own sake is named with why", () => {
    expect(message(spec, { environments: [old(), fresh(ill)], ...theirs("x", "new") })).toMatch(
      /; queue theirs, which is not managed here, is being handed over to old; it also names x, which is not VALID/,
    );
    expect(message(spec, { environments: [old(), fresh(ill)], ...theirs("new"), settings })).toMatch(
      /; queue theirs .* without --allow-foreign-repoint/,
    );
  });

  it.each<[string, readonly Environment[], readonly string[]]>([
    ["that has no other", [], ["old"]],
    ["that has a DISABLED one next to it", [foreign("x", { state: "DISABLED" })], ["x", "old"]],
  ])("is not taken from its last ENABLED environment by the handover itself: one %s", (_name, others, order) => {
    const off: BatchComputeEnvironmentSpec = { ...spec, state: "DISABLED" };
    const [target, environments] = [fresh({ state: "DISABLED" }), [old(), ...others]];
    const around = seen(off, { environments: [...environments, target], ...theirs(...order) });
    const ours = [old(), target];
    const set = environmentSetOf(off, ours, around.planId);
    const context = { spec: off, seen: around, ours, set, now };
    expect(handover(context, target)).toMatchObject([
      {
        kind: "wait",
        reason: "WouldLeaveNoEnvironment",
        message: expect.stringMatching(/handed over to new; it would be/),
        stallsAfterMs: 600_000,
      },
    ]);
  });

  it("keeps the policy of a fair-share queue", () => {
    const whole = queue("theirs", ["old"], { foreign: true });
    const schedulingPolicyArn = "arn:aws:batch:eu-west-1:1:scheduling-policy/fair";
    const queues = [{ ...whole, queue: { ...whole.queue, schedulingPolicyArn } }];
    const { next: step } = chosen(object(spec), seen(spec, { environments: [old(), fresh()], queues, ...may }));
    expect(step).toMatchObject({ action: { request: { jobQueue: "theirs", schedulingPolicyArn } } });
  });
});

describe("deletion", () => {
  it("leaves alone what belongs to another cluster, and says so", () => {
    const environments = [old({ tags: { "awsbatch.dev/cluster-uid": "c-0" } })];
    const change = { environments, directives: { ...directives, deleting: true } };
    expect(summary(ec2, change)).toBe("blocked OwnedByOtherCluster");
    expect(message(ec2, change)).toContain("awsbatch.dev/abandon");
  });

  it("first takes away what is its own", () => {
    const environments = [old(), environment("their", ec2, { tags: { "awsbatch.dev/cluster-uid": "c-0" } })];
    expect(summary(ec2, { environments, directives: { ...directives, deleting: true } })).toBe("tag retire old");
  });
});

it.each<[string, readonly Environment[], readonly string[], string | undefined]>([
  ["the one that most queues name", [old(), fresh()], ["old", "old", "new"], "old"],
  ["the one that most queues name, however AWS lists them", [fresh(), old()], ["old", "old", "new"], "old"],
  ["else the newest", [old(), fresh()], [], "new"],
  ["nothing, when there is nothing", [], [], undefined],
])("the reason of a replacement is %s", (_name, existing, named, expected) => {
  const queues = named.map((one, index) => queue(`q${index}`, [one]));
  expect(referenceOf(seen(ec2, { queues }), existing)?.computeEnvironmentName).toBe(expected);
});

describe("an environment with a launch template", () => {
  const launchTemplate = { launchTemplateName: "batch" };
  const templated = (change: Partial<EffectiveSpec>): EffectiveSpec => ({
    ...withResources(ec2, { launchTemplate }),
    ...change,
  });
  const follows = { imageUpdates: { launchTemplateVersions: "Follow" } } as const;
  const unanswered = { templates: { version: undefined, checkInMs: 1000 } };
  const made = (spec: EffectiveSpec) => {
    const { next: step } = chosen(object(spec), seen(spec));
    if (step.kind !== "act") return `${step.kind}: ${step.message}`;
    return step.action.kind === "create" ? step.action.request.tags?.["awsbatch.dev/rollout-token"] : step.action.kind;
  };

  it("is created with its version in the tags", () => {
    expect(made(templated({ templates: { version: "7/3", checkInMs: 1000 } }))).toBe("template:7/3@");
    expect(made(templated({ rolloutToken: "v1", templates: { version: "7", checkInMs: 1000 } }))).toBe("template:7@v1");
  });

  it("waits for EC2 to say the version only where it is followed, and EC2 answers", () => {
    expect(made(templated({ ...follows, ...unanswered }))).toMatch(/^wait: .*EC2 is asked first/);
    expect(made(templated(unanswered))).toBeUndefined();
    expect(made(templated(follows))).toBeUndefined();
    const why = "You are not authorized to perform this operation.";
    expect(made(templated({ ...follows, templates: { version: undefined, why, checkInMs: 1000 } }))).toBeUndefined();
  });
});
