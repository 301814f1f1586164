import { describe, expect, it } from "vitest";
import { orderOf } from "../../../../src/controllers/draining/queue-order.ts";
import { orderFor } from "../../../../src/controllers/kinds/job-queue/order.ts";
import { anyServing, anyUsable } from "../../../../src/controllers/kinds/job-queue/places.ts";
import type { EntrySeen } from "../../../../src/controllers/kinds/job-queue/seen.ts";
import {
  ec2,
  environment,
  foreignEnvironment,
  named,
  queue,
  reference,
  refused,
  type SeenChange,
  seen,
  unresolved,
  withResources,
} from "./given.ts";

const other = withResources(ec2, { instanceTypes: ["m5.large"] });

/** The order in one line: what would be written, whether it has to be, and what prevents it. */
function stepLine(entries: readonly EntrySeen[], change: SeenChange = {}): string {
  const order = orderFor(seen({ entries, ...change }));
  const states = order.entries
    .filter(({ state }) => state !== "resolved")
    .map(({ label, state }) => `${label} ${state}`);
  return [
    order.names.join(",") || "nothing",
    ...(order.strays.length > 0 ? [`keeps ${order.strays.join(",")}`] : []),
    ...(order.differs ? ["differs"] : []),
    ...(order.follows ? ["follows"] : []),
    ...(order.waitsFor === undefined ? [] : [`waits for ${order.waitsFor.label}`]),
    ...states,
  ].join("; ");
}

const a = environment("a1", "a");
const b = environment("b1", "b");
const retired = { tags: { "awsbatch.dev/retired-at": "2026-01-01T00:00:00Z" } };
const bInvalid2 = environment("b2", "b", { status: "INVALID" });
const bInvalid = environment("b1", "b", { status: "INVALID", statusReason: "no role" });

describe("the order of a queue", () => {
  it.each<[string, readonly EntrySeen[], SeenChange, string]>([
    ["is as desired", [reference("a", [a]), reference("b", [b])], { queue: queue(["a1", "b1"]) }, "a1,b1"],
    [
      "is as desired whatever its numbers",
      [reference("a", [a])],
      { queue: queue([], { computeEnvironmentOrder: [{ order: 7, computeEnvironment: "a1" }] }) },
      "a1",
    ],
    [
      "is as desired when AWS lists it in another sequence",
      [reference("a", [a]), reference("b", [b])],
      {
        queue: queue([], {
          computeEnvironmentOrder: [
            { order: 2, computeEnvironment: "b1" },
            { order: 1, computeEnvironment: "a1" },
          ],
        }),
      },
      "a1,b1",
    ],
    [
      "differs when the sequence does",
      [reference("a", [a]), reference("b", [b])],
      { queue: queue(["b1", "a1"]) },
      "a1,b1; differs",
    ],
    [
      "differs when an entry was taken out",
      [reference("a", [a]), reference("b", [b])],
      { queue: queue(["a1"]) },
      "a1,b1; differs",
    ],
    ["differs when it names what nobody desired", [reference("a", [a])], { queue: queue(["a1", "x"]) }, "a1; differs"],
    [
      "follows when a reference has another environment now",
      [reference("a", [a, environment("a2", "a", {}, other)], { spec: other }), reference("b", [b])],
      { queue: queue(["a1", "b1"]) },
      "a2,b1; differs; follows",
    ],
    [
      "does not only follow when somebody has also swapped it",
      [reference("a", [a, environment("a2", "a", {}, other)], { spec: other }), reference("b", [b])],
      { queue: queue(["b1", "a1"]) },
      "a2,b1; differs",
    ],
    [
      "follows also where another entry means the same object",
      [
        reference("a", [a, environment("a2", "a", {}, other)], { spec: other }),
        reference("b", [b]),
        reference("a", [a, environment("a2", "a", {}, other)], { spec: other }),
      ],
      { queue: queue(["a1", "b1"]) },
      "a2,b1; differs; follows",
    ],
    [
      "does not only follow when somebody has taken one out, of two that mean the same",
      [reference("b", [b]), reference("a", [a]), reference("a", [a])],
      { queue: queue(["b1"]) },
      "b1,a1; differs",
    ],
    [
      "collapses two environments of one reference, which somebody else has written",
      [reference("a", [a, environment("a2", "a", {}, other)], { spec: other })],
      { queue: queue(["a1", "a2"]) },
      "a2; differs",
    ],
    [
      "names an environment once that two entries mean",
      [reference("a", [a]), named("a1", 2)],
      { queue: queue(["a1"]), environments: [a] },
      "a1",
    ],
    [
      "names an environment that somebody has disabled, when there is no other",
      [reference("a", [environment("a1", "a", { state: "DISABLED" })])],
      {},
      "a1; differs",
    ],
    [
      "does not come to name by name what its object takes out of service",
      [reference("a", [a]), named("x", 2, "here")],
      { environments: [environment("x", "x", retired)], queue: queue(["a1"]) },
      "a1; x retiring",
    ],
    [
      "does not come to name by name what somebody else may be taking out of service",
      [reference("a", [a]), named("x", 2, "elsewhere")],
      { environments: [environment("x", "x", retired)], queue: queue(["a1"]) },
      "a1; x retiring",
    ],
    [
      "names by name what was marked for an object that has gone",
      [reference("a", [a]), named("x", 2)],
      { environments: [environment("x", "x", retired)], queue: queue(["a1"]) },
      "a1,x; differs",
    ],
    [
      "comes to name nothing whose object is being deleted",
      [reference("a", [a]), reference("b", [b], { deleting: true }), named("x", 3, "deleting")],
      { environments: [a, b, environment("x", "x")], queue: queue(["a1"]) },
      "a1; team/b missing; x retiring",
    ],
    [
      "goes on naming what is being deleted",
      [reference("a", [a]), reference("b", [b], { deleting: true }), named("x", 3, "deleting")],
      { environments: [a, b, environment("x", "x")], queue: queue(["a1", "b1", "x"]) },
      "a1,b1,x",
    ],
    [
      "goes over to no other environment of what is being deleted",
      [reference("b", [b, bInvalid2], { deleting: true })],
      { environments: [b, bInvalid2], queue: queue(["b2"]) },
      "nothing; team/b missing",
    ],
    [
      "goes on naming by name what is being taken out of service",
      [reference("a", [a]), named("x", 2, "here")],
      { environments: [environment("x", "x", retired)], queue: queue(["a1", "x"]) },
      "a1,x",
    ],
    [
      "names by name what nobody takes out of service, whatever its mark says",
      [reference("a", [a]), named("x", 2)],
      { environments: [foreignEnvironment("x", retired)], queue: queue(["a1"]) },
      "a1,x; differs",
    ],
    ["names what is given by name", [named("x")], { environments: [foreignEnvironment("x")] }, "x; differs"],
  ])("%s", (_name, entries, change, expected) => {
    expect(stepLine(entries, change)).toBe(expected);
  });
});

it("does not go over to a successor while Retain leaves one environment after the other", () => {
  const left = foreignEnvironment("a1", { tags: { "awsbatch.dev/retained-from": "default/team/a" } });
  const given = reference("a", [left, environment("a2", "a", {}, other)], { spec: other, handover: false });
  expect(stepLine([given], { queue: queue(["a1"]) })).toBe("a1");
});

describe("an entry that is not VALID", () => {
  it.each<[string, readonly EntrySeen[], SeenChange, string]>([
    [
      "causes no write while the queue names it",
      [reference("a", [a]), reference("b", [bInvalid])],
      { queue: queue(["a1", "b1"]) },
      "a1; team/b missing",
    ],
    [
      "is left out of a write that is needed anyway",
      [reference("b", [bInvalid]), reference("a", [a], { order: 2 })],
      { queue: queue(["a1", "b1"]) },
      "a1; differs; team/b missing",
    ],
    [
      "causes no write when the queue does not name it",
      [reference("a", [a]), reference("b", [bInvalid])],
      { queue: queue(["a1"]) },
      "a1; team/b missing",
    ],
    [
      "comes back when it is VALID again",
      [reference("a", [a]), reference("b", [b])],
      { queue: queue(["a1"]) },
      "a1,b1; differs",
    ],
    [
      "is waited for when the queue names it and it is about to settle",
      [reference("a", [environment("a1", "a", { status: "UPDATING" })])],
      { queue: queue(["a1"]) },
      "nothing; waits for team/a; team/a inTransition",
    ],
    [
      "is not waited for when the queue does not name it",
      [reference("a", [a]), reference("b", [environment("b1", "b", { status: "CREATING" })])],
      { queue: queue(["a1"]) },
      "a1; team/b inTransition",
    ],
    [
      "is waited for when what the queue names is INVALID and another one is coming",
      [reference("b", [bInvalid, environment("b2", "b", { status: "CREATING" }, other)], { spec: other })],
      { queue: queue(["b1"]) },
      "nothing; waits for team/b; team/b inTransition",
    ],
    [
      "and is given by name causes no write",
      [reference("a", [a]), named("x", 2)],
      { queue: queue(["a1", "x"]), environments: [a, foreignEnvironment("x", { status: "INVALID" })] },
      "a1; x missing",
    ],
    [
      "and is given by name is waited for while it is about to settle",
      [named("x")],
      { queue: queue(["x"]), environments: [foreignEnvironment("x", { status: "UPDATING" })] },
      "nothing; waits for x; x inTransition",
    ],
    ["and is given by name may be gone", [named("x")], { queue: queue(["x"]) }, "nothing; x missing"],
    ["may not be made yet", [reference("a", [])], {}, "nothing; team/a missing"],
  ])("%s", (_name, entries, change, expected) => {
    expect(stepLine(entries, change)).toBe(expected);
  });

  it.each<[string, EntrySeen, SeenChange, string]>([
    ["that was not made yet", reference("a", []), {}, "it has no compute environment in AWS yet"],
    [
      "that AWS found INVALID, without request ids",
      reference("b", [environment("b1", "b", { status: "INVALID", statusReason: "no; Request ID: 0a1b2c3d-1111" })]),
      {},
      "b1 is ENABLED and INVALID: no",
    ],
    [
      "that leads nowhere, with what is still on its way",
      unresolved("b"),
      { queue: queue(["b1"]), environments: [environment("b1", "b", { status: "UPDATING" })] },
      "ReferenceNotFound b; b1 is UPDATING",
    ],
    ["of a name that AWS does not know", named("x"), {}, "AWS has no compute environment x"],
    ["that is on its way", reference("a", [environment("a1", "a", { status: "CREATING" })]), {}, "a1 is CREATING"],
    [
      "of a name that is INVALID without a reason",
      named("x"),
      { environments: [foreignEnvironment("x", { status: "INVALID", statusReason: undefined })] },
      "x is INVALID",
    ],
  ])("%s is reported with why", (_name, entry, change, expected) => {
    expect(orderFor(seen({ entries: [entry], ...change })).missing[0]?.why).toBe(expected);
  });
});

describe("a reference that leads nowhere", () => {
  it.each<[string, readonly EntrySeen[], SeenChange, string]>([
    [
      "keeps the environment of that object in the queue",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      { queue: queue(["a1", "b1"]), environments: [a, b] },
      "a1,b1; team/b unresolved",
    ],
    [
      "keeps an environment that the object has left to nobody",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      {
        queue: queue(["a1", "b1"]),
        environments: [a, foreignEnvironment("b1", { tags: { "awsbatch.dev/retained-from": "default/team/b" } })],
      },
      "a1,b1; team/b unresolved",
    ],
    [
      "keeps nothing of another object",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      { queue: queue(["a1", "c1"]), environments: [a, environment("c1", "c")] },
      "a1; differs; team/b unresolved",
    ],
    [
      "keeps what the object had in a lost cluster",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      {
        queue: queue(["a1", "b1"]),
        environments: [a, environment("b1", "b", { tags: { "awsbatch.dev/cluster-uid": "cluster-0" } })],
      },
      "a1,b1; team/b unresolved",
    ],
    [
      "keeps it in its place in a write that is needed anyway",
      [unresolved("b"), reference("a", [a], { order: 2 })],
      { queue: queue(["a1", "b1"]), environments: [a, b] },
      "b1,a1; differs; team/b unresolved",
    ],
    [
      "keeps it when another entry follows a replacement",
      [unresolved("b"), reference("a", [a, environment("a2", "a", {}, other)], { spec: other, order: 2 })],
      { queue: queue(["b1", "a1"]), environments: [a, b] },
      "b1,a2; differs; follows; team/b unresolved",
    ],
    [
      "keeps it when the queue's other environment is no longer desired",
      [unresolved("b")],
      { queue: queue(["b1", "a1"]), environments: [a, b] },
      "b1; differs; team/b unresolved",
    ],
    [
      "keeps nothing that is not VALID in a write that is needed anyway",
      [unresolved("b"), reference("a", [a], { order: 2 })],
      { queue: queue(["a1", "b1"]), environments: [a, bInvalid] },
      "a1; differs; team/b unresolved",
    ],
    [
      "is waited for while what the queue names for it is about to settle",
      [unresolved("b"), reference("a", [a], { order: 2 })],
      { queue: queue(["a1", "b1"]), environments: [a, environment("b1", "b", { status: "UPDATING" })] },
      "a1; differs; waits for team/b; team/b unresolved",
    ],
    [
      "keeps two environments of that object, which somebody else has written",
      [unresolved("b"), reference("a", [a], { order: 2 })],
      { queue: queue(["b1", "b2"]), environments: [a, b, environment("b2", "b")] },
      "b1,b2,a1; differs; team/b unresolved",
    ],
    [
      "keeps no second environment where AWS has no place for a fourth",
      [
        reference("a", [a]),
        unresolved("b", "ReferenceNotFound", 2),
        reference("c", [environment("c1", "c")], { order: 3 }),
      ],
      { queue: queue(["a1", "b1", "b2"]), environments: [a, b, environment("b2", "b")] },
      "a1,b1,c1; differs; team/b unresolved",
    ],
    [
      "names nothing in a queue that is yet to be made",
      [unresolved("b")],
      { environments: [b] },
      "nothing; team/b unresolved",
    ],
  ])("%s", (_name, entries, change, expected) => {
    expect(stepLine(entries, change)).toBe(expected);
  });
});

const ofElse = { "awsbatch.dev/cluster": "else", "awsbatch.dev/cluster-uid": "other" };

describe("what no entry accounts for", () => {
  const x = foreignEnvironment("x");
  const y = foreignEnvironment("y");
  const coming = reference("b", [environment("b1", "b", { status: "CREATING" })], { order: 2 });

  it.each<[string, readonly EntrySeen[], SeenChange, string]>([
    [
      "stays while an entry leads nowhere: it may be what its object will adopt",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      { queue: queue(["a1", "x"]), environments: [a, x] },
      "a1,x; keeps x; team/b unresolved",
    ],
    [
      "stays where it is, first too",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      { queue: queue(["x", "a1"]), environments: [a, x] },
      "x,a1; keeps x; team/b unresolved",
    ],
    [
      "stays when it is all that there is",
      [unresolved("b")],
      { queue: queue(["x", "y"]), environments: [x, y] },
      "x,y; keeps x,y; team/b unresolved",
    ],
    [
      "stays when another operator has it",
      [unresolved("b")],
      { queue: queue(["x"]), environments: [environment("x", "b", { tags: ofElse })] },
      "x; keeps x; team/b unresolved",
    ],
    [
      "stays until what an entry refers to is VALID",
      [reference("a", [a]), coming],
      { queue: queue(["a1", "x"]), environments: [a, x] },
      "a1,x; keeps x; team/b inTransition",
    ],
    [
      "makes place for what the last entry without one has come to mean",
      [reference("a", [a]), reference("b", [b], { order: 2 })],
      { queue: queue(["a1", "x"]), environments: [a, x] },
      "a1,b1; differs",
    ],
    [
      "goes when each entry has something in the order, whatever that is",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      { queue: queue(["a1", "x", "b1"]), environments: [a, b, x] },
      "a1,b1; differs; team/b unresolved",
    ],
    [
      "goes when the entries without anything are given by name, for a name means nothing else",
      [reference("a", [a]), named("y", 2), refused("b1", 3)],
      { queue: queue(["a1", "x"]), environments: [a, x] },
      "a1; differs; y missing; b1 unresolved",
    ],
    [
      "stays in its place in a write that is needed anyway, which then follows all the same",
      [
        reference("a", [a, environment("a2", "a", {}, other)], { spec: other }),
        unresolved("b", "ReferenceNotFound", 2),
      ],
      { queue: queue(["a1", "x"]), environments: [a, x] },
      "a2,x; keeps x; differs; follows; team/b unresolved",
    ],
    [
      "goes with a write that is needed anyway when it is not VALID",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      { queue: queue(["x"]), environments: [a, foreignEnvironment("x", { status: "INVALID" })] },
      "a1; keeps x; differs; team/b unresolved",
    ],
    [
      "is waited for while jobs run on it and AWS updates it",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      { queue: queue(["x"]), environments: [a, foreignEnvironment("x", { status: "UPDATING" })] },
      "a1; keeps x; differs; waits for x; team/b unresolved",
    ],
    [
      "is not waited for when AWS had found it INVALID",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      {
        queue: queue(["x"]),
        environments: [a, foreignEnvironment("x", { status: "UPDATING" })],
        foundInvalid: new Set(["x"]),
      },
      "a1; keeps x; differs; team/b unresolved",
    ],
    [
      "stays where a new environment of another entry comes next to it",
      [reference("a", [a]), unresolved("b", "ReferenceNotFound", 2)],
      { queue: queue(["x", "y"]), environments: [a, x, y] },
      "x,y,a1; keeps x,y; differs; team/b unresolved",
    ],
    [
      "goes where AWS has no place for a fourth, as far as there are more than entries without anything",
      [
        reference("a", [a]),
        reference("c", [environment("c1", "c")], { order: 2 }),
        unresolved("b", "ReferenceNotFound", 3),
      ],
      { queue: queue(["a1", "x", "y"]), environments: [a, x, y] },
      "a1,x,c1; keeps x,y; differs; team/b unresolved",
    ],
  ])("%s", (_name, entries, change, expected) => {
    expect(stepLine(entries, change)).toBe(expected);
  });

  it("and is waited for is reported with its status", () => {
    const environments = [a, foreignEnvironment("x", { status: "UPDATING" })];
    const { waitsFor } = orderFor(
      seen({ entries: [reference("a", [a]), unresolved("b")], queue: queue(["x"]), environments }),
    );
    expect(waitsFor).toEqual({ label: "x", why: "x is UPDATING" });
  });
});

describe("an environment that is given by name and is not for this queue", () => {
  it.each<[string, readonly EntrySeen[], SeenChange, string]>([
    [
      "is not named by a queue that does not have it",
      [reference("a", [a]), refused("b1", 2)],
      { queue: queue(["a1"]), environments: [a, b] },
      "a1; b1 unresolved",
    ],
    [
      "is not taken from a queue that has it",
      [refused("b1"), reference("a", [a], { order: 2 })],
      { queue: queue(["a1", "b1"]), environments: [a, b] },
      "b1,a1; differs; b1 unresolved",
    ],
  ])("%s", (_name, entries, change, expected) => {
    expect(stepLine(entries, change)).toBe(expected);
  });
});

describe("what a queue names", () => {
  const environments = (state: "ENABLED" | "DISABLED", status: "VALID" | "UPDATING" | "INVALID") =>
    seen({ environments: [environment("a1", "a", { state, status })] });

  it("is read from names and ARNs, and is nothing without a queue", () => {
    expect(orderOf(undefined)).toEqual([]);
    expect(orderOf(queue(["a1", "b1"]))).toEqual(["a1", "b1"]);
    const nothing = { order: undefined, computeEnvironment: undefined };
    expect(orderOf(queue([], { computeEnvironmentOrder: [nothing, nothing] }))).toEqual(["", ""]);
  });

  it.each<["ENABLED" | "DISABLED", "VALID" | "UPDATING" | "INVALID", boolean, boolean]>([
    ["ENABLED", "VALID", true, true],
    ["ENABLED", "UPDATING", false, true],
    ["ENABLED", "INVALID", false, false],
    ["DISABLED", "VALID", false, false],
    ["DISABLED", "UPDATING", false, false],
  ])("when it is %s and %s, lets jobs start now: %s, and after an update: %s", (state, status, usable, serving) => {
    expect(anyUsable(["a1", "gone"], environments(state, status).environments)).toBe(usable);
    expect(anyServing(["a1", "gone"], environments(state, status))).toBe(serving);
  });

  it("lets none start on what AWS found INVALID before it is VALID again", () => {
    const foundInvalid = new Set(["a1"]);
    expect(anyServing(["a1"], { ...environments("ENABLED", "UPDATING"), foundInvalid })).toBe(false);
    expect(anyServing(["a1"], { ...environments("ENABLED", "VALID"), foundInvalid })).toBe(true);
  });
});
