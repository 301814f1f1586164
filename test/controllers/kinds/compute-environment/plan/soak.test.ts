import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../../src/aws/batch.ts";
import type { Seen } from "../../../../../src/controllers/kinds/compute-environment/seen.ts";
import { approvalFor, chosen, directives, ec2, environment, object, queue, seen, withResources } from "../given.ts";
import { fresh, id, iso, next, old, other, retired, serving } from "../replaced.ts";

describe("the soak", () => {
  const queues = [queue("q1", ["new"])];
  const soaking = (secondsAgo: number, change: Partial<Environment> = {}, soakSeconds?: number) =>
    next(soakSeconds === undefined ? other : { ...other, replacement: { soakSeconds } }, {
      environments: [old(change), fresh(serving(secondsAgo))],
      queues,
    });

  it.each<[string, ReturnType<typeof soaking>, string, number | undefined]>([
    ["is checked every 30 s", soaking(60), "Soaking", 30_000],
    ["is checked when it is over", soaking(590), "Soaking", 10_000],
    ["is over in the instant in which it is", soaking(600), "Disabling", undefined],
    ["lasts as long as the spec says", soaking(60, {}, 90), "Soaking", 30_000],
    ["is over when the spec says", soaking(90, {}, 90), "Disabling", undefined],
    [
      "keeps one that was created in the same second",
      soaking(60, { tags: { "awsbatch.dev/created-at": iso(100) } }),
      "Soaking",
      30_000,
    ],
    [
      "keeps none that is newer than the target",
      soaking(60, { tags: { "awsbatch.dev/created-at": iso(99) } }),
      "Disabling",
      undefined,
    ],
    ["keeps none that is DISABLED", soaking(60, { state: "DISABLED" }), "Disabling", undefined],
    ["keeps none that is INVALID", soaking(60, { status: "INVALID" }), "Disabling", undefined],
    ["keeps one that AWS updates just then", soaking(60, { status: "UPDATING" }), "Soaking", 30_000],
    ["keeps none that AWS has not made yet", soaking(60, { status: "CREATING" }), "Disabling", undefined],
  ])("%s", (_name, step, reason, checkInMs) => {
    expect(step).toMatchObject({ reason, ...(checkInMs === undefined ? {} : { checkInMs }) });
  });

  it("keeps one that bears no date, for it was adopted", () => {
    const { "awsbatch.dev/created-at": _date, ...tags } = old().tags ?? {};
    const environments = [{ ...old(), tags }, fresh(serving(60))];
    expect(next(other, { environments, queues })).toMatchObject({ reason: "Soaking" });
  });

  describe("with rollback", () => {
    const rollback = { failedJobs: 1, withinSeconds: 900 };
    const watching = { ...other, replacement: { soakSeconds: 60, rollback } };
    const watched = (secondsAgo: number, change: Partial<Seen> = {}) =>
      next(watching, { environments: [old(), fresh(serving(secondsAgo))], queues, targetRuns: true, ...change });

    it.each<[string, ReturnType<typeof watched>, object]>([
      [
        "lasts as long as failed jobs count, although a job runs",
        watched(899),
        {
          reason: "Soaking",
          checkInMs: 1000,
          message: "old stays ready to take the queues back while failed jobs of new are counted",
        },
      ],
      ["is over when they count no more", watched(900), { reason: "Disabling" }],
      [
        "says that they cannot be read",
        watched(10, { failedOnTarget: { kind: "unread", why: "batch:ListJobs: denied" } }),
        { message: expect.stringMatching(/ are counted, which cannot be read: batch:ListJobs: denied$/) },
      ],
      [
        "ends with the return of the queues when enough have failed",
        watched(10, { failedOnTarget: { kind: "failed", name: "new", count: 1, example: "Host EC2 terminated" } }),
        {
          reason: "RollingBack",
          message: "new took over, and a job failed on it: Host EC2 terminated; the queues go back to the predecessor",
          action: {
            items: [
              {
                change: {
                  set: {
                    "awsbatch.dev/returned-at": expect.stringContaining("/a job failed on it: Host EC2 terminated/"),
                  },
                },
              },
            ],
          },
        },
      ],
    ])("%s", (_name, step, expected) => {
      expect(step).toMatchObject(expected);
    });

    it("lasts as long as the spec says where that is longer", () => {
      const replacement = { soakSeconds: 1200, rollback };
      const step = next({ ...other, replacement }, { environments: [old(), fresh(serving(1000))], queues });
      expect(step).toMatchObject({ reason: "Soaking", message: expect.stringContaining("until a job runs on new") });
    });
  });

  it("is reported as the condition Retiring", () => {
    const given = seen(other, { environments: [old(), fresh(serving(60))], queues });
    const message = "old stays ready until a job runs on new, or the soak time is over";
    expect(chosen(object(other), given).conditions).toEqual([
      { type: "Retiring", status: "True", reason: "Soaking", message },
    ]);
  });

  it("is reported with what it waits for", () => {
    expect(soaking(60).message).toBe("old stays ready until a job runs on new, or the soak time is over");
  });
});

describe("one that was followed already, while the next target is still to be made,", () => {
  const third = withResources(ec2, { instanceTypes: ["r5.large"] });
  const queues = [queue("q1", ["new"])];
  const step = (change: Partial<Environment>, follower: Partial<Environment>, spec = third) =>
    next(spec, { environments: [old(change), fresh(follower)], queues });
  const unnoted = (named: Seen["queues"]) => next(third, { environments: [old(), fresh()], queues: named });

  it.each<[string, ReturnType<typeof step>, object]>([
    ["goes when its soak is over", step({}, serving(600)), { reason: "Disabling", action: { kind: "tag" } }],
    ["stays while it soaks", step({}, serving(599)), { reason: "Creating" }],
    [
      "goes on its way out",
      step({ tags: retired, state: "ENABLED" }, serving(60)),
      { reason: "Disabling", action: { kind: "disable", name: "old" } },
    ],
    [
      "stays until its way out is approved",
      step({}, serving(600), { ...third, replacement: { holdBefore: ["Delete"] } }),
      { reason: "Creating" },
    ],
    ["stays when its follower is DISABLED", step({}, { ...serving(600), state: "DISABLED" }), { reason: "Creating" }],
    ["stays when its follower is INVALID", step({}, { ...serving(600), status: "INVALID" }), { reason: "Creating" }],
    [
      "has the soak begin, when all queues have gone over and that was not noted yet",
      step({}, {}),
      {
        reason: "SwitchingQueues",
        action: {
          purpose: "serving",
          items: [{ name: "new", change: { set: { "awsbatch.dev/serving-since": iso(0) } } }],
        },
      },
    ],
    [
      "stays when only some queues have gone over",
      unnoted([queue("q1", ["new"]), queue("q2", ["old"])]),
      { reason: "Creating" },
    ],
    [
      "stays while a queue is going over",
      unnoted([queue("q1", ["new"], { status: "UPDATING" })]),
      { reason: "Creating" },
    ],
    [
      "stays while one of two queues is going over",
      unnoted([queue("q1", ["new"], { status: "UPDATING" }), queue("q2", ["new"])]),
      { reason: "Creating" },
    ],
    [
      "stays when its follower is retired, which has the mark taken off because a queue names it",
      step({}, { tags: { ...serving(600).tags, ...retired } }),
      { reason: "InUse", action: { items: [{ name: "new" }] } },
    ],
    [
      "stays when the queues went back from its follower",
      step({}, { tags: { ...serving(600).tags, "awsbatch.dev/returned-at": `${iso(60)}/0` } }),
      { reason: "Creating" },
    ],
  ])("%s", (_name, result, expected) => {
    expect(result).toMatchObject({ kind: "act", ...expected });
  });

  it("has the soak begin by the one that queues name, though a newer one exists next to it", () => {
    const newest = environment("newest", other, { tags: { "awsbatch.dev/created-at": iso(50) } });
    expect(next(third, { environments: [old({ tags: retired }), fresh(), newest], queues })).toMatchObject({
      action: { items: [{ name: "newest", change: { set: { "awsbatch.dev/retired-at": iso(0) } } }] },
    });
    const held = { ...third, replacement: { holdBefore: ["Delete" as const] } };
    expect(next(held, { environments: [old(), fresh(), newest], queues })).toMatchObject({
      action: { purpose: "serving", items: [{ name: "new" }] },
    });
  });

  it("is waited for in the seconds between its mark and its disabling: a target may need its room", () => {
    const marked = { tags: { "awsbatch.dev/retired-at": iso(5) } };
    expect(next(third, { environments: [old(marked), fresh(serving(600))], queues })).toMatchObject({
      kind: "wait",
      reason: "Disabling",
      checkInMs: 16_000,
    });
  });

  it("is checked in time also while the target is waited for", () => {
    const target = environment("target", third, { status: "CREATING", tags: { "awsbatch.dev/created-at": iso(9) } });
    const marked = { tags: { "awsbatch.dev/retired-at": iso(5) } };
    expect(next(third, { environments: [old(marked), fresh(serving(600)), target], queues })).toMatchObject({
      kind: "wait",
      reason: "Creating",
      checkInMs: 16_000,
    });
  });

  it("leaves it to the target, when there is one, to say who serves", () => {
    const target = environment("target", third, { status: "CREATING", tags: { "awsbatch.dev/created-at": iso(9) } });
    expect(next(third, { environments: [old(), fresh(), target], queues })).toMatchObject({ reason: "Creating" });
  });

  it("soaks on when a job runs on the target, which is not its follower", () => {
    const target = environment("target", third, { status: "CREATING", tags: { "awsbatch.dev/created-at": iso(9) } });
    const environments = [old(), fresh(serving(60)), target];
    expect(next(third, { environments, queues, targetRuns: true })).toMatchObject({ kind: "wait", reason: "Creating" });
  });

  it("holds up nothing while AWS disables it", () => {
    expect(step({ tags: retired, state: "DISABLED", status: "UPDATING" }, serving(600))).toMatchObject({
      kind: "act",
      action: { kind: "create" },
    });
  });
});

describe("one that served nobody yet when the spec moved on from it,", () => {
  const third = withResources(ec2, { instanceTypes: ["r5.large"] });
  const returned = { "awsbatch.dev/returned-at": `${iso(60)}/0` };
  const step = (change: Partial<Environment>, before: Partial<Environment> = {}, named = "old", spec = third) =>
    next(spec, { environments: [old(before), fresh(change)], queues: [queue("q1", [named])] });

  it.each<[string, ReturnType<typeof step>, object]>([
    ["goes", step({}), { reason: "Disabling", action: { purpose: "retire", items: [{ name: "new" }] } }],
    ["goes on its way out", step({ tags: retired }), { reason: "Disabling", action: { kind: "disable", name: "new" } }],
    [
      "goes when the queues went back from it",
      step({ tags: { ...serving(60).tags, ...returned } }),
      { reason: "Disabling" },
    ],
    ["goes when no queue names any", step({}, {}, "else"), { reason: "Disabling" }],
    ["stays when a queue names it", step({}, {}, "new"), { reason: "SwitchingQueues" }],
    ["stays when it has served", step(serving(60)), { reason: "Creating" }],
    ["stays when none before it is ENABLED", step({}, { state: "DISABLED" }), { reason: "Creating" }],
    ["stays when none before it is VALID", step({}, { status: "INVALID" }), { reason: "Creating" }],
    [
      "stays when all before it go, of which a queue keeps one",
      step({}, { tags: retired }),
      { reason: "InUse", action: { items: [{ name: "old" }] } },
    ],
    ["stays when the queues went back from what is before it", step({}, { tags: returned }), { reason: "Creating" }],
    [
      "stays when none is before it",
      step({}, { tags: { "awsbatch.dev/created-at": iso(100) } }),
      { reason: "Creating" },
    ],
    ["stays while AWS makes it", step({ status: "CREATING" }), { reason: "Creating" }],
    [
      "stays until its way out is approved",
      step({}, {}, "old", { ...third, replacement: { holdBefore: ["Delete"] } }),
      { reason: "Creating" },
    ],
  ])("%s", (_name, result, expected) => {
    expect(result).toMatchObject({ kind: "act", ...expected });
  });

  it("goes without having served when it takes no jobs, and what queues name goes on", () => {
    const given = (named: readonly string[], change: Partial<Environment> = {}, carrier: Partial<Environment> = {}) =>
      next(third, {
        environments: [old({ state: "DISABLED", ...change }), fresh({ state: "DISABLED", ...carrier })],
        queues: [queue("q1", named)],
      });
    expect(given(["new"])).toMatchObject({ reason: "Disabling", action: { items: [{ name: "old" }] } });
    expect(given(["old"])).toMatchObject({ reason: "Disabling", action: { items: [{ name: "new" }] } });
    expect(given(["old", "new"])).toMatchObject({ reason: "Creating" });
    expect(given(["else"])).toMatchObject({ reason: "Creating" });
    expect(given(["new"], { state: "ENABLED" })).toMatchObject({ reason: "Creating" });
    expect(given(["new"], { status: "UPDATING" })).toMatchObject({ reason: "Creating" });
    expect(given(["new"], {}, { status: "INVALID" })).toMatchObject({ reason: "Creating" });
  });

  it("goes on its way out while there is no target, whatever queues name", () => {
    const given = (change: Partial<Environment>) =>
      next(third, {
        environments: [old({ state: "DISABLED", tags: retired, ...change }), fresh({ status: "INVALID" })],
        queues: [queue("q1", ["new"])],
        jobs: new Map([["old", { kind: "read", remaining: [], zeroForMs: 60_000, terminatedAt: undefined }]]),
      });
    expect(given({})).toMatchObject({ kind: "act", action: { kind: "delete", name: "old" } });
    expect(given({ state: "ENABLED" })).toMatchObject({ kind: "act", action: { kind: "disable", name: "old" } });
  });

  it("is deleted, though it was created from this spec, once another one has been created that AWS describes as desired", () => {
    const name = `team_ce-${seen(third).planId}`;
    const inVain = environment(name, other, { tags: { "awsbatch.dev/created-at": iso(100) } });
    const target = environment(`${name}-2`, third, { tags: { "awsbatch.dev/created-at": iso(50) } });
    const before = old({ tags: { "awsbatch.dev/created-at": iso(200) } });
    const given = { environments: [before, inVain, target], queues: [queue("q1", ["old"])] };
    expect(next(third, given)).toMatchObject({ reason: "Disabling", action: { items: [{ name }] } });
  });

  it("goes as well while the next one takes over", () => {
    const target = environment("newest", third, { tags: { "awsbatch.dev/created-at": iso(50) } });
    const given = { environments: [old(), fresh(), target], queues: [queue("q1", ["old"])] };
    expect(next(third, given)).toMatchObject({ reason: "Disabling", action: { items: [{ name: "new" }] } });
  });

  it("stays when it fits the spec as well as the one that takes over", () => {
    const target = environment("newest", other, { tags: { "awsbatch.dev/created-at": iso(50) } });
    const given = { environments: [old(), fresh(), target], queues: [queue("q1", ["old"])] };
    expect(next(other, given)).toMatchObject({ kind: "wait", reason: "SwitchingQueues" });
  });

  it("is on standby when AWS could bring it to the spec as well", () => {
    const fits = environment("fits", withResources(other, { maxvCpus: 999 }), {
      tags: { "awsbatch.dev/created-at": iso(150) },
    });
    const environments = [old({ tags: { "awsbatch.dev/created-at": iso(200) } }), fits, fresh()];
    expect(next(other, { environments, queues: [queue("q1", ["old"])] })).toMatchObject({ reason: "SwitchingQueues" });
  });
});

describe("at rest", () => {
  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["an ENABLED one is VALID", ec2, { environments: [old()] }, "old is VALID"],
    [
      "one that somebody has disabled is reported so",
      ec2,
      { environments: [old({ state: "DISABLED" })] },
      "old is VALID and DISABLED",
    ],
    [
      "one without a state is reported so",
      ec2,
      { environments: [old({ state: undefined })] },
      "old is VALID and without state",
    ],
    [
      "one that the spec says is DISABLED is reported so",
      { ...ec2, state: "DISABLED" },
      { environments: [old({ state: "DISABLED" })] },
      "old is VALID and DISABLED, as the spec says",
    ],
    [
      "the queues that it starves are reported, and only those",
      { ...ec2, state: "DISABLED" },
      {
        environments: [
          old({ state: "DISABLED" }),
          environment("on", ec2, { tags: { "awsbatch.dev/name": "on" } }),
          environment("off", ec2, { state: "DISABLED", tags: { "awsbatch.dev/name": "off" } }),
          environment("ill", ec2, { status: "INVALID", tags: { "awsbatch.dev/name": "ill" } }),
        ],
        queues: [
          queue("fed", ["old", "on"]),
          queue("starved", ["old"]),
          queue("starved-too", ["off", "old"]),
          queue("starved-as-well", ["ill", "old"]),
          queue("gone", ["gone", "old"]),
          queue("elsewhere", ["off"]),
        ],
      },
      "old is VALID and DISABLED, as the spec says; queues without an ENABLED environment: gone, starved, starved-as-well, starved-too",
    ],
  ])("%s", (_name, spec, change, expected) => {
    expect(next(spec, change)).toMatchObject({ kind: "serves", message: expected });
  });
});

describe("serving, as it is noted,", () => {
  it.each<[string, BatchComputeEnvironmentSpec, Partial<Seen>, string]>([
    ["is not, of the only one", ec2, { environments: [old()] }, "Available"],
    [
      "is, of one that was adopted, and switches nothing",
      ec2,
      { environments: [environment("team_ce")] },
      "UpdatingOwnership",
    ],
    [
      "is once only, of one that was adopted",
      ec2,
      { environments: [environment("team_ce", ec2, serving(60))] },
      "Available",
    ],
    [
      "is again, after one that served later",
      ec2,
      { environments: [old(serving(90)), fresh(serving(60))] },
      "SwitchingQueues",
    ],
    [
      "is not again, after one that served in the same second",
      ec2,
      { environments: [old(serving(60)), fresh(serving(60))] },
      "Disabling",
    ],
    [
      "is not again, after the queues had gone back and come over in the same second",
      other,
      {
        environments: [
          old(),
          fresh({ tags: { ...serving(60).tags, "awsbatch.dev/returned-at": `${iso(60)}/${seen(other).planId}` } }),
        ],
        queues: [queue("q1", ["new"])],
        directives: { ...directives, approved: `${seen(other).planId}/Repoint@${iso(60)}` },
      },
      "Soaking",
    ],
  ])("%s", (_name, spec, change, reason) => {
    expect(next(spec, change).reason).toBe(reason);
  });
});

describe("an adopted environment", () => {
  const approved = { directives: { ...directives, approved: approvalFor(id, "Create", environment("team_ce")) } };

  it.each<[string, Partial<Seen>, string]>([
    ["is replaced only with approval", { environments: [environment("team_ce")] }, "AwaitingApproval"],
    [
      "is replaced only with approval, also next to another one",
      { environments: [environment("team_ce"), old()] },
      "AwaitingApproval",
    ],
    ["is replaced when it is approved", { environments: [environment("team_ce")], ...approved }, "Creating"],
    [
      "is replaced without when it has served for us",
      { environments: [environment("team_ce", ec2, serving(60))] },
      "Creating",
    ],
    [
      "on its way out asks for none",
      { environments: [environment("team_ce", ec2, { state: "DISABLED", tags: retired })] },
      "Creating",
    ],
  ])("%s", (_name, change, reason) => {
    expect(next(other, change).reason).toBe(reason);
  });
});
