import { describe, expect, it } from "vitest";
import type { Condition, KubeObject } from "../../../src/api/object.ts";
import { turnEvents } from "../../../src/controllers/pass/events.ts";

const condition = (
  type: Condition["type"],
  status: Condition["status"],
  reason: string,
  message = "why",
): Condition => ({
  type,
  status,
  reason,
  message,
  observedGeneration: 1,
  lastTransitionTime: "2026-12-01T00:00:00Z",
});

function events(before: readonly Condition[], now: readonly Condition[]): readonly string[] {
  const object = { status: { conditions: before } } as unknown as KubeObject;
  return turnEvents(object, now).map(({ type, reason, note }) => `${type} ${reason}: ${note}`);
}

const ready = condition("Ready", "True", "Available");
const creates = condition("Ready", "False", "AwaitingApproval", "Create waits");
const switches = condition("Ready", "False", "AwaitingApproval", "Repoint waits");
const deletes = condition("Retiring", "True", "AwaitingApproval", "Delete waits");

describe("an event reports", () => {
  it.each<[string, readonly Condition[], readonly Condition[], readonly string[]]>([
    ["that an object has become Ready", [creates], [ready], ["Normal Available: why"]],
    ["nothing of one that stays Ready", [ready], [ready], []],
    ["that a step waits for a person", [ready], [creates], ["Normal AwaitingApproval: Create waits"]],
    ["that the next step waits for one, too", [creates], [switches], ["Normal AwaitingApproval: Repoint waits"]],
    ["nothing while the same step waits", [creates], [creates], []],
    [
      "that the removal of an older environment waits for one",
      [ready, condition("Retiring", "True", "Soaking")],
      [ready, deletes],
      ["Normal AwaitingApproval: Delete waits"],
    ],
    [
      "that only a person can end a state, and again for another reason",
      [condition("Stalled", "True", "Invalid")],
      [condition("Stalled", "True", "QuotaExceeded")],
      ["Warning QuotaExceeded: why"],
    ],
    [
      "that somebody else writes the same resource, by the name of the condition",
      [],
      [condition("Contested", "True", "FieldsContested")],
      ["Warning Contested: why"],
    ],
    [
      "that jobs go on",
      [condition("JobsProgressing", "False", "NoInstanceTypeFits")],
      [condition("JobsProgressing", "True", "Running")],
      ["Normal Running: why"],
    ],
  ])("%s", (_name, before, now, expected) => {
    expect(events(before, now)).toEqual(expected);
  });
});
