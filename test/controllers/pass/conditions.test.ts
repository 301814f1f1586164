import { describe, expect, it } from "vitest";
import type { Condition, KubeObject } from "../../../src/api/object.ts";
import type { Failure, Outcome, Step } from "../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../src/controllers/pass/choose.ts";
import * as conditions from "../../../src/controllers/pass/conditions.ts";
import {
  conditionsOf,
  failureReason,
  reasonOf,
  timestamp,
  type Unreadable,
} from "../../../src/controllers/pass/conditions.ts";
import { object } from "../kinds/compute-environment/given.ts";

const now = Date.UTC(2026, 0, 1, 12);
const minute = 60_000;

function having(conditions: readonly Condition[], generation = 3): KubeObject {
  const whole = object();
  return { ...whole, metadata: { ...whole.metadata, generation }, status: { conditions } };
}

const condition = (
  type: Condition["type"],
  status: Condition["status"],
  change: Partial<Condition> = {},
): Condition => ({
  type,
  status,
  reason: "Before",
  message: "before",
  lastTransitionTime: "2025-12-31T00:00:00Z",
  observedGeneration: 3,
  ...change,
});

const choiceOf = (next: Step<string>, change: Partial<Choice<string>> = {}): Choice<string> => ({
  next,
  change: { action: "None", id: "id", reason: "InSync", changes: [] },
  serving: false,
  conditions: [],
  refused: [],
  instead: undefined,
  ...change,
});

const failed = (kind: string, change: Partial<Failure> = {}): Outcome => ({
  kind: "failed",
  failure: { kind, operation: "batch:X", message: "no", advice: "Do this.", ...change },
});

const act: Step<string> = { kind: "act", action: "x", reason: "Creating", message: "m" };
const wait = (change: object = {}): Step<string> => ({ kind: "wait", reason: "Creating", message: "m", ...change });
const blocked: Step<string> = { kind: "blocked", reason: "Invalid", message: "m" };
const settled: Step<string> = { kind: "serves", reason: "Available", message: "m" };
const release: Step<string> = { kind: "release", reason: "Deleted", message: "m" };
const none: Outcome = { kind: "none" };

const conditionsFor = (...given: Parameters<typeof conditions.conditionsFor>): readonly Condition[] =>
  conditions.conditionsFor(...given).report;
const unreadableConditions = (...given: Parameters<typeof conditions.unreadableConditions>): readonly Condition[] =>
  conditions.unreadableConditions(...given).report.conditions;

/** All conditions in one line, those of the plan last. */
const line = (list: readonly Condition[]): string =>
  list.map(({ type, status, reason }) => `${type}=${status}${type === "Synced" ? "" : ` ${reason}`}`).join("; ");

it("shows controls in a message instead of passing them to the reader's terminal", () => {
  const next: Step<string> = { kind: "wait", reason: "Creating", message: "a\u001b[2J\nReady: True\u202e" };
  const [ready] = conditionsFor(having([]), { choice: choiceOf(next), outcome: none, lastedMs: 0 }, now);
  expect(ready?.message).toBe("a\\u001b[2J\\nReady: True\\u202e");
});

describe("Ready, Reconciling and Stalled", () => {
  interface Given {
    readonly next: Step<string>;
    readonly serving?: boolean;
    readonly outcome?: Outcome;
    readonly minutes?: number;
    readonly are: string;
  }

  const reconciling = (reason: string): string => `Ready=False ${reason}; Synced=True; Reconciling=True ${reason}`;
  const stalled = (reason: string): string => `Ready=False ${reason}; Synced=True; Stalled=True ${reason}`;
  const ready = "Ready=True Available; Synced=True";

  const cases: Readonly<Record<string, Given>> = {
    "when AWS is as desired": { next: settled, serving: true, are: ready },
    "while something is done": { next: act, are: reconciling("Creating") },
    "while something is done and AWS serves": { next: act, serving: true, are: ready },
    "while the object is released": { next: release, are: reconciling("Deleting") },
    "while AWS is waited for": { next: wait(), are: reconciling("Creating") },
    "while AWS is waited for and serves": { next: wait(), serving: true, are: ready },
    "while a wait that a person may have to end is young": {
      next: wait({ stallsAfterMs: 10 * minute }),
      minutes: 9,
      are: reconciling("Creating"),
    },
    "when a person has to end a wait": {
      next: wait({ stallsAfterMs: 10 * minute }),
      minutes: 10,
      are: stalled("Creating"),
    },
    "when a person has to act": { next: blocked, are: stalled("Invalid") },
    "while a person holds it": {
      next: wait({ until: { kind: "annotation" } }),
      are: "Ready=Unknown Creating; Synced=True",
    },
    "while a person holds it and AWS serves": {
      next: wait({ until: { kind: "annotation" } }),
      serving: true,
      are: ready,
    },
    "while a step waits for approval": {
      next: wait({ until: { kind: "approval", value: "id/Replace" } }),
      are: "Ready=False Creating; Synced=True",
    },
    "while a listing is waited for": { next: wait({ until: { kind: "listing" } }), are: reconciling("Creating") },
    "when a person has to act, or to approve": {
      next: { ...blocked, until: { kind: "approval", value: "id/Replace" } },
      are: stalled("Invalid"),
    },
    "after a throttled write": { next: act, outcome: failed("throttled"), minutes: 60, are: reconciling("Throttled") },
    "after a write without an answer": {
      next: act,
      outcome: failed("unavailable"),
      are: reconciling("AWSUnavailable"),
    },
    "after a write without an answer while AWS serves": {
      next: act,
      serving: true,
      outcome: failed("unavailable"),
      are: ready,
    },
    "after a write that AWS will not take": { next: act, outcome: failed("invalid"), are: stalled("InvalidRequest") },
    "after a write that AWS will not take while it serves": {
      next: act,
      serving: true,
      outcome: failed("invalid"),
      are: stalled("InvalidRequest"),
    },
    "after a write beyond a quota": { next: act, outcome: failed("quota"), are: stalled("QuotaExceeded") },
    "after a write that was denied": {
      next: act,
      outcome: failed("denied"),
      minutes: 4,
      are: reconciling("AccessDenied"),
    },
    "after writes that were denied for 5 minutes": {
      next: act,
      outcome: failed("denied"),
      minutes: 5,
      are: stalled("AccessDenied"),
    },
    "after writes with wrong credentials for 5 minutes": {
      next: act,
      outcome: failed("credentials"),
      minutes: 5,
      are: stalled("CredentialsInvalid"),
    },
    "after writes that lack something for 10 minutes": {
      next: act,
      outcome: failed("notReady"),
      minutes: 10,
      are: stalled("DependencyNotReady"),
    },
    "after a write whose reference does not exist": {
      next: act,
      outcome: failed("notFound", { operation: "batch:RegisterJobDefinition" }),
      minutes: 9,
      are: reconciling("NotFound"),
    },
    "after writes whose reference has not existed for 10 minutes": {
      next: act,
      outcome: failed("notFound", { operation: "batch:RegisterJobDefinition" }),
      minutes: 10,
      are: stalled("NotFound"),
    },
    "after writes to what is not there any more, for the next listing ends that": {
      next: act,
      outcome: failed("notFound", { operation: "batch:DeleteJobQueue" }),
      minutes: 60,
      are: reconciling("NotFound"),
    },
    "after a write for which AWS lags": {
      next: act,
      outcome: failed("inUse"),
      minutes: 4,
      are: reconciling("Creating"),
    },
    "after a write for which AWS has lagged for 5 minutes": {
      next: act,
      outcome: failed("inUse"),
      minutes: 5,
      are: reconciling("InUse"),
    },
    "after a write that something has blocked for 30 minutes": {
      next: act,
      outcome: failed("inUse"),
      minutes: 30,
      are: stalled("InUse"),
    },
    "after a write that AWS has been busy for all the time": {
      next: act,
      outcome: failed("busy"),
      minutes: 30,
      are: reconciling("ResourceBusy"),
    },
    "after a write that nobody can explain": {
      next: act,
      outcome: failed("unknown"),
      are: reconciling("UnknownError"),
    },
  };

  it.each(Object.entries(cases))("%s", (_name, { next, serving = false, outcome = none, minutes = 0, are }) => {
    const judged = { choice: choiceOf(next, { serving }), outcome, lastedMs: minutes * minute };
    expect(line(conditionsFor(having([]), judged, now))).toBe(are);
  });

  it("report a refusal in AWS's words, with the call and the next step", () => {
    const judged = { choice: choiceOf(act), outcome: failed("invalid", { message: "not so." }), lastedMs: 0 };
    const [ready] = conditionsFor(having([]), judged, now);
    expect(ready?.message).toBe("batch:X was refused: not so. Do this.");
    const silent = { ...judged, outcome: failed("unavailable") };
    expect(conditionsFor(having([]), silent, now)[0]?.message).toBe(
      "batch:X failed without an answer from AWS: no. Do this.",
    );
  });

  it("report a refusal also while AWS serves, but nothing that passes by itself", () => {
    const message = (kind: string): string | undefined => {
      const judged = { choice: choiceOf(act, { serving: true }), outcome: failed(kind), lastedMs: 0 };
      return conditionsFor(having([]), judged, now)[0]?.message;
    };
    expect(message("denied")).toBe("AWS Batch serves this generation, but batch:X was refused: no. Do this.");
    for (const kind of ["throttled", "unavailable"]) expect(message(kind)).toBe("AWS Batch serves this generation");
  });

  describe("with several refusals", () => {
    const refusal = (kind: string, message: string): Failure => ({ kind, operation: "batch:X", message, advice: "" });
    const reportOf = (first: Failure, refused: readonly Failure[], lastedMs = 0) => {
      const judged = {
        choice: choiceOf(act, { refused }),
        outcome: { kind: "failed", failure: first },
        lastedMs,
      } as const;
      return { reason: reasonOf(judged.choice, judged.outcome), ready: conditionsFor(having([]), judged, now)[0] };
    };
    const [denied, invalid] = [refusal("denied", "a"), refusal("invalid", "b")];

    it("are the same whichever was tried last", () => {
      const report = reportOf(denied, [invalid]);
      expect(report.ready).toMatchObject({
        reason: "AccessDenied",
        message: "batch:X was refused: a. Also: batch:X was refused: b",
      });
      expect(reportOf(invalid, [denied])).toEqual(report);
      expect(report.reason).toBe("AccessDenied");
    });

    it("name what passes by itself, or may, after what may not", () => {
      const [slow, lagging] = [refusal("throttled", "0"), refusal("inUse", "1")];
      expect(reportOf(slow, [lagging, denied]).ready?.message).toMatch(/: a\. Also: .*: 1\. Also: .*: 0$/);
      expect(reportOf(lagging, [denied]).ready?.reason).toBe("AccessDenied");
    });

    it("have the same words once", () => {
      expect(reportOf(denied, [denied]).ready?.message).toBe("batch:X was refused: a");
    });

    it("are reported also while the object waits for something else, unless they pass by themselves", () => {
      const refused = [denied, refusal("throttled", "slow"), refusal("busy", "busy")];
      const judged = { choice: choiceOf(wait(), { refused }), outcome: none, lastedMs: 0 };
      expect(conditionsFor(having([]), judged, now)[0]?.message).toBe("m. Also: batch:X was refused: a");
    });
  });

  it.each<[string, Step<string>, string, boolean]>([
    ["what only a person can end", blocked, "batch:X was refused: no. Do this. Meanwhile: m", true],
    ["a wait", wait(), "batch:X was refused: no. Do this. Meanwhile: m", false],
    ["nothing when AWS is as desired", settled, "batch:X was refused: no. Do this.", false],
    ["nothing of a step that follows at once", act, "batch:X was refused: no. Do this.", false],
  ])("report with a refusal %s", (_name, next, message, stalls) => {
    const judged = {
      choice: choiceOf(act, { instead: { next, serving: false, conditions: [] } }),
      outcome: failed("denied"),
      lastedMs: 0,
    };
    const report = conditionsFor(having([]), judged, now);
    expect(report[0]).toMatchObject({ status: "False", reason: "AccessDenied", message });
    expect(report.some(({ type }) => type === "Stalled")).toBe(stalls);
  });

  it("take nothing from what AWS serves although it refuses what nothing waits for", () => {
    const choice = choiceOf(act, { instead: { next: settled, serving: true, conditions: [] } });
    const report = (lastedMs: number): string =>
      line(conditionsFor(having([]), { choice, outcome: failed("denied"), lastedMs }, now));
    expect(report(0)).toBe(ready);
    expect(report(5 * minute)).toBe(stalled("AccessDenied"));
  });

  it("keep what is being retired although AWS refuses what comes before it", () => {
    const retiring = { type: "Retiring", status: "True", reason: "Disabling", message: "m" } as const;
    const network = { type: "NetworkReady", status: "True", reason: "PathsFound", message: "m" } as const;
    const ofInstead = [retiring, { ...network, status: "False" as const }];
    const choice = choiceOf(act, {
      conditions: [network],
      instead: { next: wait(), serving: true, conditions: ofInstead },
    });
    const report = (outcome: Outcome): string =>
      line(conditionsFor(having([]), { choice, outcome, lastedMs: 0 }, now)).replace(/^.*Synced=True; /, "");
    expect(report(failed("denied"))).toBe("NetworkReady=True PathsFound; Retiring=True Disabling");
    expect(report(none)).toBe("Reconciling=True Creating; NetworkReady=True PathsFound");
  });

  it("have the conditions of the plan after them", () => {
    const conditions = [{ type: "Retiring", status: "True", reason: "Draining", message: "m" }] as const;
    const judged = { choice: choiceOf(wait(), { serving: true, conditions }), outcome: none, lastedMs: 0 };
    expect(line(conditionsFor(having([]), judged, now))).toBe(`${ready}; Retiring=True Draining`);
  });

  it("of before are not kept once they are outdated", () => {
    const old = [condition("Ready", "False"), condition("Stalled", "True"), condition("Retiring", "True")];
    const judged = { choice: choiceOf(settled, { serving: true }), outcome: none, lastedMs: 0 };
    expect(line(conditionsFor(having(old), judged, now))).toBe(ready);
  });
});

describe("a condition", () => {
  const readyOf = (old: readonly Condition[], next: Step<string>): Condition | undefined =>
    conditionsFor(having(old), { choice: choiceOf(next), outcome: none, lastedMs: 0 }, now)[0];

  it.each<[string, readonly Condition[], Step<string>, string]>([
    ["keeps its time while its status stays", [condition("Ready", "False")], wait(), "2025-12-31T00:00:00Z"],
    ["takes the time when its status turns", [condition("Ready", "True")], wait(), "2026-01-01T12:00:00Z"],
    ["takes the time when it is new", [], wait(), "2026-01-01T12:00:00Z"],
  ])("%s", (_name, old, next, expected) => {
    expect(readyOf(old, next)).toMatchObject({ lastTransitionTime: expected, reason: "Creating" });
  });

  it("is about the generation of the object", () => {
    expect(readyOf([condition("Ready", "False", { observedGeneration: 1 })], wait())?.observedGeneration).toBe(3);
  });

  it("has a message that is cut at 1024 characters", () => {
    expect(readyOf([], wait({ message: "x".repeat(1024) }))?.message).toBe("x".repeat(1024));
    expect(readyOf([], wait({ message: "x".repeat(1025) }))?.message).toBe(`${"x".repeat(1023)}…`);
  });

  it("is nothing before there is a status", () => {
    expect(conditionsOf(object())).toEqual([]);
    expect(conditionsOf({ ...object(), status: {} })).toEqual([]);
  });
});

describe("while AWS cannot be read", () => {
  const why = (minutes: number): Unreadable => ({
    reason: "Throttled",
    message: "slow",
    lastedMs: minutes * minute,
    needsPerson: false,
  });
  const denied = (minutes: number): Unreadable => ({ ...why(minutes), reason: "AccessDenied", needsPerson: true });

  it.each<[string, readonly Condition[], number, string]>([
    ["Ready stays True", [condition("Ready", "True")], 9, "Ready=True Before; Synced=Unknown"],
    ["Ready stays False", [condition("Ready", "False")], 9, "Ready=False Before; Synced=Unknown"],
    ["Ready is Unknown after 10 minutes", [condition("Ready", "True")], 10, "Ready=Unknown Throttled; Synced=Unknown"],
    [
      "Ready is Unknown at once for a spec that was not seen yet",
      [condition("Ready", "True", { observedGeneration: 2 })],
      0,
      "Ready=Unknown Throttled; Synced=Unknown",
    ],
    ["Ready is Unknown at once for an object that was not seen yet", [], 0, "Ready=Unknown Throttled; Synced=Unknown"],
    [
      "other conditions stay",
      [condition("Ready", "True"), condition("Synced", "True"), condition("Retiring", "True")],
      0,
      "Ready=True Before; Synced=Unknown; Retiring=True Before",
    ],
  ])("%s", (_name, old, minutes, expected) => {
    expect(line(unreadableConditions(having(old), why(minutes), now))).toBe(expected);
  });

  it.each<[string, readonly Condition[], number, string]>([
    ["not yet after 4 minutes", [condition("Ready", "True")], 4, "Ready=True Before; Synced=Unknown"],
    [
      "and not Ready after 5 minutes",
      [condition("Ready", "True")],
      5,
      "Ready=Unknown AccessDenied; Synced=Unknown; Stalled=True AccessDenied",
    ],
    [
      "after 5 minutes, whatever step was under way",
      [condition("Ready", "False"), condition("Reconciling", "True")],
      5,
      "Ready=Unknown AccessDenied; Synced=Unknown; Stalled=True AccessDenied",
    ],
    [
      "also when it was Stalled for another reason",
      [condition("Ready", "False"), condition("Stalled", "True")],
      5,
      "Ready=Unknown AccessDenied; Synced=Unknown; Stalled=True AccessDenied",
    ],
  ])("only a person can give a permission, so the object is Stalled: %s", (_name, old, minutes, expected) => {
    expect(conditions.unreadableConditions(having(old), denied(minutes), now).report.stalls).toBe(minutes >= 5);
    expect(line(unreadableConditions(having(old), denied(minutes), now))).toBe(expected);
  });

  it("other conditions keep the generation they were reported for", () => {
    const kept = condition("Stalled", "True", { observedGeneration: 2 });
    expect(unreadableConditions(having([kept]), why(0), now).at(-1)).toEqual(kept);
  });
});

it.each<[string, Outcome, string]>([
  ["the step, when nothing was done", none, "Creating"],
  ["the step, when it was done", { kind: "done" }, "Creating"],
  ["the refusal, when it was refused", failed("denied"), "AccessDenied"],
])("the reason is that of %s", (_name, outcome, expected) => {
  expect(reasonOf(choiceOf(act), outcome)).toBe(expected);
});

it.each([
  "throttled",
  "unavailable",
  "busy",
  "inUse",
  "notReady",
  "notFound",
  "alreadyExists",
  "quota",
  "denied",
  "credentials",
  "invalid",
  "what nobody knows",
])("the reason of %s is one CamelCase word", (kind) => {
  expect(failureReason(kind)).toMatch(/^[A-Z][A-Za-z]+$/);
});

it("a time is RFC 3339 in whole seconds", () => {
  expect(timestamp(now + 999)).toBe("2026-01-01T12:00:00Z");
});
