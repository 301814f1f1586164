import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Condition } from "../../../src/api/object.ts";
import { marks } from "../../../src/controllers/intervals.ts";
import type { Failure, Outcome, Step, Until } from "../../../src/controllers/pass/agenda.ts";
import type { Choice, Picked } from "../../../src/controllers/pass/choose.ts";
import { conditionsFor, unreadableConditions } from "../../../src/controllers/pass/conditions.ts";
import { againAfter, noLaterThan } from "../../../src/controllers/pass/requeue.ts";
import { timedReport } from "../../../src/controllers/pass/timed-report.ts";
import type { Again } from "../../../src/runtime/controller.ts";
import { object } from "../kinds/compute-environment/given.ts";

const now = Date.UTC(2026, 0, 1, 12);
const hour = 60 * 60_000;

const kinds = ["throttled", "unavailable", "busy", "inUse", "notReady", "notFound", "alreadyExists", "quota", "denied"];
const failure: fc.Arbitrary<Failure> = fc.record({
  kind: fc.constantFrom(...kinds, "credentials", "invalid", "unknown"),
  operation: fc.constantFrom("batch:UpdateJobQueue", "batch:DeleteJobQueue", "iam:CreateRole", "ec2:CreateTags"),
  message: fc.constant("no"),
  advice: fc.constant("Do this."),
});
const durationMs = fc.oneof(
  fc.integer({ min: 0, max: 2 * hour }),
  // Around the marks themselves.
  fc
    .tuple(fc.constantFrom(...Object.values(marks)), fc.integer({ min: -2, max: 2 }))
    .map(([markMs, offsetMs]) => markMs + offsetMs),
);
const recheck = fc.option(
  durationMs.map((checkInMs) => ({ checkInMs: Math.max(1, checkInMs) })),
  { nil: {} },
);
const stalls = fc.option(
  durationMs.map((stallsAfterMs) => ({ stallsAfterMs })),
  { nil: {} },
);
const ends: readonly Until[] = [{ kind: "annotation" }, { kind: "approval", value: "id/Replace" }, { kind: "listing" }];
const waiting: fc.Arbitrary<Step<string>> = fc
  .tuple(recheck, stalls, fc.option(fc.constantFrom(...ends), { nil: undefined }))
  .map(([due, stalled, until]) => ({
    kind: "wait" as const,
    reason: "Creating",
    message: "waits",
    ...due,
    ...stalled,
    ...(until === undefined ? {} : { until }),
  }));
const resting: fc.Arbitrary<Step<string>> = fc
  .tuple(recheck, fc.constantFrom("blocked", "serves"))
  .map(([due, kind]) => ({ kind: kind as "blocked", reason: "Invalid", message: "rests", ...due }));
const acting: Step<string> = { kind: "act", action: "write", reason: "Updating", message: "acts" };
const instead: fc.Arbitrary<Picked<string> | undefined> = fc.option(
  fc.record({ next: fc.oneof(waiting, resting), serving: fc.boolean(), conditions: fc.constant([]) }),
  { nil: undefined },
);
/** Only what is done has something that goes on without it. */
const picked: fc.Arbitrary<Pick<Choice<string>, "next" | "instead">> = fc.oneof(
  fc.record({ next: fc.oneof(waiting, resting), instead: fc.constant(undefined) }),
  fc.record({ next: fc.constant(acting), instead }),
);
const choices: fc.Arbitrary<Choice<string>> = fc
  .record({
    picked,
    change: fc.constant({ action: "None" as const, id: "id", reason: "InSync", changes: [] }),
    serving: fc.boolean(),
    conditions: fc.constant([]),
    refused: fc.array(failure, { maxLength: 2 }),
  })
  .map(({ picked, ...rest }) => ({ ...rest, ...picked }));
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ kind: "none" as const }),
  failure.map((one) => ({ kind: "failed" as const, failure: one })),
);

/** The report, without its times. */
const plain = (conditions: readonly Condition[]) =>
  conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message }));

/** The times (ms from now) before a requeue that nothing else precedes. */
function unseenMs(again: Again): readonly number[] {
  switch (again.kind) {
    case "now":
      return [];
    case "after":
      return [again.delayMs - 1];
    case "backoff":
      return [(again.atMostMs ?? 100 * hour) - 1];
    case "onChange":
    case "passedOver":
      return [...Object.values(marks), 100 * hour];
  }
}

describe("no condition turns between two passes", () => {
  it("for any choice, outcome and age", () => {
    fc.assert(
      fc.property(choices, outcome, durationMs, (choice, came, lastedMs) => {
        const at = (ageMs: number) => conditionsFor(object(), { choice, outcome: came, lastedMs: ageMs }, now);
        const { report, turnsInMs } = at(lastedMs);
        for (const laterMs of unseenMs(againAfter(choice, came, { lastedMs, turnsInMs }))) {
          expect(plain(at(lastedMs + Math.max(0, laterMs)).report)).toEqual(plain(report));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("while AWS cannot be read, for any reason and age", () => {
    fc.assert(
      fc.property(fc.boolean(), durationMs, (needsPerson, lastedMs) => {
        const ready = { type: "Ready", status: "True", reason: "Available", message: "is", observedGeneration: 1 };
        const whole = object();
        const metadata = { ...whole.metadata, generation: 1 };
        const known = { ...whole, metadata, status: { conditions: [{ ...ready, lastTransitionTime: "" }] } };
        const at = (ageMs: number) =>
          unreadableConditions(known, { reason: "Creating", message: "m", needsPerson, lastedMs: ageMs }, now);
        const { report, turnsInMs } = at(lastedMs);
        for (const laterMs of unseenMs(noLaterThan(turnsInMs, { kind: "onChange" }))) {
          expect(plain(at(lastedMs + Math.max(0, laterMs)).report.conditions)).toEqual(plain(report.conditions));
        }
      }),
    );
  });
});

describe("the report of something that lasts", () => {
  it("may turn at the first mark that was asked for and is not reached, and at no other", () => {
    const reportAt = (lastedMs: number) =>
      timedReport(lastedMs, (reached) => (reached(10) ? "old" : reached(5) && reached(7) ? "middle" : "young"));
    expect(reportAt(0)).toEqual({ report: "young", turnsInMs: 5 });
    expect(reportAt(6)).toEqual({ report: "young", turnsInMs: 1 });
    expect(reportAt(7)).toEqual({ report: "middle", turnsInMs: 3 });
    expect(reportAt(10)).toEqual({ report: "old", turnsInMs: undefined });
  });
});
