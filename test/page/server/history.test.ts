import { describe, expect, test } from "vitest";
import type { Action, TagPurpose } from "../../../src/controllers/kinds/compute-environment/action.ts";
import { eventsFor } from "../../../src/controllers/kinds/compute-environment/events.ts";
import { pastReplacements } from "../../../src/page/server/history.ts";
import type { EventLine } from "../../../src/page/server/model.ts";

const request = { computeEnvironment: "ce" };
const create = (name: string): Action => ({
  kind: "create",
  request: { computeEnvironmentName: name, type: "MANAGED" },
});
const remove = (name: string): readonly Action[] => [
  { kind: "disable", name, request },
  { kind: "delete", name },
];
const tagged = (purpose: TagPurpose, name: string): Action => ({
  kind: "tag",
  purpose,
  items: [{ name, arn: `arn:${name}`, change: { set: {}, remove: [] } }],
});

type Event = Pick<EventLine, "type" | "reason" | "note">;
type Said = Action | Event;
const available: Said = { type: "Normal", reason: "Available", note: "it is VALID" };
const invalid: Said = { type: "Warning", reason: "Invalid", note: "AWS refuses the role" };
const unverified: Said = { type: "Warning", reason: "VerificationFailed", note: "job 1 did not succeed" };

/** The events of the operator for these actions, a second after each other. */
function eventsOf(...said: readonly Said[]): readonly EventLine[] {
  const events = said.flatMap((one): readonly Event[] => ("reason" in one ? [one] : eventsFor(one)));
  return events.map(({ type, reason, note }, second) => {
    return { type, reason, note, count: 1, at: `2030-01-01T00:00:${String(second).padStart(2, "0")}Z` };
  });
}

function past(events: readonly EventLine[], underWay?: string) {
  return pastReplacements(events, underWay).map(({ summary, steps }) => [
    summary,
    steps.map(
      ({ title, state, at }) =>
        `${title}${state === "done" ? "" : ` ${state}`}${at === undefined ? "" : ` ${at.slice(17, 19)}`}`,
    ),
  ]);
}

const replacement = eventsOf(
  create("old"),
  available,
  create("new"),
  tagged("serving", "new"),
  available,
  ...remove("old"),
);

describe("from the events of an environment", () => {
  test("each replacement has the steps that it has while it runs, newest first; those without an event lie between", () => {
    const expected = [
      ["new replaced old", ["Create 02", "Validate", "Switch queues 03", "Soak", "Retire 05", "Drain", "Delete 06"]],
      ["old was created", ["Create 00", "Validate 01"]],
    ];
    expect(past(replacement)).toEqual(expected);
    expect(past(replacement.toReversed())).toEqual(expected);
  });

  test("a verification is a step where an event reports one", () => {
    const verified = eventsOf(create("new"), tagged("verified", "new"), tagged("serving", "new"));
    expect(past(verified)).toEqual([["new was created", ["Create 00", "Validate", "Verify 01", "Switch queues 02"]]]);
    const failed = eventsOf(create("bad"), unverified, ...remove("bad"));
    expect(past(failed)).toEqual([
      ["bad was created and removed again", ["Create 00", "Validate", "Verify failed 01", "Retire 02", "Delete 03"]],
    ]);
  });

  test("what is still under way is not past", () => {
    expect(past(replacement, "new").map(([summary]) => summary)).toEqual(["old was created"]);
  });

  test("a successor that AWS finds INVALID is one that was removed again, with AWS's words", () => {
    const events = eventsOf(create("bad"), invalid, { kind: "delete", name: "bad" });
    expect(past(events)).toEqual([
      ["bad was created and removed again", ["Create 00", "Validate failed 01", "Delete 02"]],
    ]);
    expect(pastReplacements(events, undefined)[0]?.steps[1]?.text).toBe("AWS refuses the role");
  });

  test("each attempt to create what AWS finds INVALID was removed again, and replaced nothing", () => {
    const events = eventsOf(create("a"), create("b"), ...remove("a"), create("c"), ...remove("b"), invalid);
    expect(past(events)).toEqual([
      ["c was created", ["Create 04", "Validate failed 07"]],
      ["b was created and removed again", ["Create 01", "Retire 05", "Delete 06"]],
      ["a was created and removed again", ["Create 00", "Retire 02", "Delete 03"]],
    ]);
  });

  test("what goes after the next one serves gave way to it, also where its own readiness came again and is known of the last one only", () => {
    const last = ["new replaced old", "old was created"];
    const withQueues = eventsOf(create("old"), create("new"), tagged("serving", "new"), available, ...remove("old"));
    expect(past(withQueues).map(([summary]) => summary)).toEqual(last);
    const without = eventsOf(create("old"), create("new"), available, ...remove("old"));
    expect(past(without).map(([summary]) => summary)).toEqual(last);
  });

  test("a roll back is a step that failed", () => {
    const events = eventsOf(create("bad"), tagged("serving", "bad"), tagged("returned", "bad"), ...remove("bad"));
    expect(past(events)).toEqual([
      [
        "bad was created and removed again",
        ["Create 00", "Validate", "Switch queues 01", "Roll back failed 02", "Retire 03", "Delete 04"],
      ],
    ]);
  });

  test("each removal belongs to what was created after the removed one", () => {
    const events = eventsOf(create("b"), available, create("c"), ...remove("a"), ...remove("b"));
    expect(past(events).map(([summary]) => summary)).toEqual(["c replaced b", "b replaced a"]);
  });

  test("an environment that is put back into service takes over from its successor", () => {
    const events = eventsOf(create("new"), { kind: "enable", name: "old", request }, ...remove("new"));
    expect(past(events)).toEqual([
      ["old replaced new", ["Put back into service 01", "Retire 02", "Drain", "Delete 03"]],
      ["new was created", ["Create 00"]],
    ]);
  });

  test("an adoption is none", () => {
    expect(past(eventsOf(tagged("adopt", "old"), tagged("adoptedServing", "old")))).toEqual([]);
  });

  test("of one whose beginning is older than the events only the end is said", () => {
    expect(past(eventsOf(tagged("serving", "new")))).toEqual([["new serves all queues", ["Switch queues 00"]]]);
  });

  test("jobs that were terminated are a step, and a switch of several queues ends with the last", () => {
    const queue: Action = {
      kind: "repointForeign",
      queue: "q",
      request: { jobQueue: "q", computeEnvironmentOrder: [{ order: 1, computeEnvironment: "new" }] },
    };
    const events = eventsOf(create("new"), queue, tagged("serving", "new"), {
      kind: "terminateJobs",
      name: "old",
      jobIds: ["j"],
    });
    expect(past(events)).toEqual([
      ["new replaced old", ["Create 00", "Validate", "Switch queues 02", "Terminate jobs failed 03"]],
    ]);
  });

  test("a replacement whose creation is no longer kept is reported from where the events begin", () => {
    expect(past(eventsOf(tagged("serving", "new"), ...remove("old")))).toEqual([
      ["new replaced old", ["Switch queues 00", "Soak", "Retire 01", "Drain", "Delete 02"]],
    ]);
    expect(past(eventsOf(...remove("old")))).toEqual([["old was removed", ["Retire 00", "Drain", "Delete 01"]]]);
  });

  test("an environment whose spec says DISABLED is not one that was removed", () => {
    const disabled: Said = { type: "Normal", reason: "Disabled", note: "ce is VALID and DISABLED, as the spec says" };
    expect(past(eventsOf(disabled))).toEqual([]);
  });

  test("other events report no replacement", () => {
    expect(past(eventsOf(available, { kind: "revalidate", name: "ce", request }))).toEqual([]);
  });
});
