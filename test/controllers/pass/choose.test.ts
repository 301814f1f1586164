import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reason } from "../../../src/api/reasons.ts";
import type {
  Act,
  Blocked,
  ConditionDraft,
  Failure,
  Holds,
  Plan,
  Refusal,
  Serves,
  Step,
  StepCondition,
  Wait,
} from "../../../src/controllers/pass/agenda.ts";
import { type Choice, choose, creates, type Picked } from "../../../src/controllers/pass/choose.ts";

interface Action {
  readonly kind: string;
}

const now = Date.UTC(2026, 0, 1, 12);
const minute = 60_000;

/** Here the reasons name the steps: no choice depends on them. */
const named = (name: string): Reason => name as Reason;
const act = (name: string, change: Partial<Act<Action>> = {}): Act<Action> => ({
  kind: "act",
  action: { kind: name },
  reason: named(name),
  message: `${name}s`,
  ...change,
});
const wait = (reason: string, change: Partial<Wait> = {}): Wait => ({
  kind: "wait",
  reason: named(reason),
  message: `waits for ${reason}`,
  ...change,
});
const blocked = (reason: string, change: Partial<Blocked> = {}): Blocked => ({
  kind: "blocked",
  reason: named(reason),
  message: `stuck by ${reason}`,
  ...change,
});
const serving = (change: Partial<Serves> = {}): Serves => ({
  kind: "serves",
  reason: "Available",
  message: "is",
  ...change,
});
const serves = serving();
const release: Step<Action> = { kind: "release", reason: "Deleted", message: "gone" };
const alone = (name: string, change: Partial<Act<Action>> = {}): Act<Action> =>
  act(name, { holds: "nothing", ...change });
const part = (type: ConditionDraft["type"], status: ConditionDraft["status"] = "False") => ({
  conditions: [{ type, status }],
});
const condition = (
  type: ConditionDraft["type"],
  status: ConditionDraft["status"],
  reason = "OfPlan",
): ConditionDraft => ({ type, status, reason: named(reason), message: reason });

/** What AWS said, by name of the act, and how long ago it did, ms. */
type Refusals = Readonly<Record<string, number>>;

const failureOf = (name: string): Failure => ({ kind: "denied", operation: name, message: "no", advice: "" });

function chosen(agenda: readonly Step<Action>[], refusals: Refusals = {}, change: Partial<Plan<Action>> = {}) {
  const plan: Plan<Action> = {
    change: { action: "Update", id: "id", reason: "FieldsDiffer", changes: [] },
    agenda,
    conditions: [],
    ...change,
  };
  const refusalOf = ({ kind }: Action): Refusal | undefined => {
    const agoMs = refusals[kind];
    return agoMs === undefined ? undefined : { failure: failureOf(kind), at: now - agoMs };
  };
  return choose(plan, now, refusalOf);
}

/** In one line: the next step, and whether AWS serves. */
const line = (picked: Picked<Action> | undefined): string =>
  picked === undefined ? "nothing" : `${picked.next.kind} ${picked.next.reason}${picked.serving ? ", serving" : ""}`;
const conditionsIn = ({ conditions }: Picked<Action>): string =>
  conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).join(", ");
const refusedIn = ({ refused }: Choice<Action>): string => refused.map(({ operation }) => operation).join(" ");

type Case = [name: string, agenda: readonly Step<Action>[], expected: string];

describe("the next step", () => {
  it.each<Case>([
    ["is an act", [act("update"), act("tag")], "act update"],
    ["is a wait", [wait("Creating"), act("tag")], "wait Creating"],
    ["is what only a person ends", [blocked("Conflict"), act("tag")], "blocked Conflict"],
    ["is the end", [release], "release Deleted"],
    ["is rest, where nothing follows what serves", [serves], "serves Available, serving"],
    ["runs under Ready where it comes after what serves", [serves, act("tag")], "act tag, serving"],
    ["runs under Ready also where it only waits", [serves, wait("Draining")], "wait Draining, serving"],
    ["runs under Ready also where only a person ends it", [serves, blocked("Stuck")], "blocked Stuck, serving"],
    ["is what comes before that which serves", [act("update"), serves, act("tag")], "act update"],
    ["is an act that holds nothing, before all others", [alone("disable"), act("update"), serves], "act disable"],
    ["is an act that holds only writes", [act("update", { holds: "writes" }), act("tag")], "act update"],
  ])("%s", (_name, agenda, expected) => {
    expect(line(chosen(agenda))).toBe(expected);
  });

  it("is none where there is nothing on the agenda but what holds only a part of it", () => {
    expect(() => chosen([])).toThrow("an agenda has no next step");
    expect(() => chosen([wait("Reading", { holds: "writes" })])).toThrow("an agenda has no next step");
  });

  it("comes with what the plan says of the difference", () => {
    const change = { action: "Replace", id: "1", reason: "ReplacementRequired", changes: [] } as const;
    expect(chosen([wait("Creating")], {}, { change }).change).toBe(change);
  });
});

describe.each<[string, (reason: string, holds: Holds) => Step<Action>, string]>([
  ["a wait", (reason, holds) => wait(reason, { holds }), "wait"],
  ["what only a person ends", (reason, holds) => blocked(reason, { holds }), "blocked"],
])("%s", (_what, hold, kind) => {
  it.each<Case>([
    ["that holds everything keeps what serves", [hold("P", "everything"), serves], `${kind} P`],
    ["that holds writes keeps an act", [hold("P", "writes"), act("update")], `${kind} P`],
    ["that holds writes keeps a creation", [hold("P", "writes"), act("create")], `${kind} P`],
    ["that holds writes keeps an act that holds nothing", [hold("P", "writes"), alone("delete")], `${kind} P`],
    [
      "that holds writes keeps an act under Ready, and not Ready",
      [hold("P", "writes"), serves, act("tag")],
      `${kind} P, serving`,
    ],
    ["that holds writes leaves what serves", [hold("P", "writes"), serves], "serves Available, serving"],
    ["that holds writes leaves another wait", [hold("P", "writes"), wait("Creating")], "wait Creating"],
    ["that holds writes leaves what is for a person", [hold("P", "writes"), blocked("Conflict")], "blocked Conflict"],
    ["that holds writes leaves the end", [hold("P", "writes"), release], "release Deleted"],
    ["that holds the creation keeps it", [hold("P", "creation"), act("create")], `${kind} P`],
    ["that holds the creation leaves an update", [hold("P", "creation"), act("update")], "act update"],
    [
      "that holds the creation leaves what goes before it",
      [hold("P", "creation"), alone("delete"), act("create")],
      "act delete",
    ],
    ["that holds the creation leaves what serves", [hold("P", "creation"), serves], "serves Available, serving"],
    ["that holds nothing leaves a creation", [hold("P", "nothing"), act("create")], "act create"],
    ["that holds nothing leaves what serves", [hold("P", "nothing"), serves], "serves Available, serving"],
    [
      "that keeps an act is the first one that does",
      [hold("N", "nothing"), hold("C", "creation"), hold("W", "writes"), act("create")],
      `${kind} C`,
    ],
    [
      "that does not keep an act leaves it to one that does",
      [hold("C", "creation"), hold("W", "writes"), act("update")],
      `${kind} W`,
    ],
    ["that comes after an act does not keep it", [act("update"), hold("P", "writes"), serves], "act update"],
  ])("%s", (_name, agenda, expected) => {
    expect(line(chosen(agenda))).toBe(expected);
  });
});

describe("a condition", () => {
  const reported = (agenda: readonly Step<Action>[], ofPlan: readonly ConditionDraft[] = []): string =>
    conditionsIn(chosen(agenda, {}, { conditions: ofPlan }));

  it.each<[string, readonly Step<Action>[], readonly ConditionDraft[], string]>([
    [
      "of the plan is reported with any step",
      [act("update")],
      [condition("NetworkReady", "True")],
      "NetworkReady=True OfPlan",
    ],
    [
      "of the next step is reported, whatever it is: an act",
      [act("repair", part("RolesReady"))],
      [],
      "RolesReady=False repair",
    ],
    [
      "of the next step is reported: a wait",
      [wait("Reading", part("RolesReady", "Unknown"))],
      [],
      "RolesReady=Unknown Reading",
    ],
    [
      "of the next step is reported: a block",
      [blocked("NotAllowed", part("RolesReady"))],
      [],
      "RolesReady=False NotAllowed",
    ],
    [
      "of what holds only a part is reported together with the next step",
      [wait("Reading", { holds: "writes", ...part("RolesReady") }), wait("Creating")],
      [],
      "RolesReady=False Reading",
    ],
    [
      "of what holds only a part is reported once where that is next",
      [wait("Reading", { holds: "writes", ...part("RolesReady") }), act("update")],
      [],
      "RolesReady=False Reading",
    ],
    [
      "of an act that is held is reported as well, or it would come and go with what holds it",
      [wait("Reading", { holds: "writes" }), act("repair", part("RolesReady"))],
      [],
      "RolesReady=False repair",
    ],
    [
      "of what is not reached is reported as well",
      [act("update"), wait("Reading", { holds: "writes", ...part("RolesReady") }), serves],
      [],
      "RolesReady=False Reading",
    ],
    [
      "of an act that holds nothing is reported only where it is next",
      [act("update"), alone("remove", part("EndpointsReady")), serves],
      [],
      "",
    ],
    [
      "of what goes on under Ready is reported while something else is next",
      [act("repair", { holds: "writes" }), serves, alone("delete", part("Retiring", "True"))],
      [],
      "Retiring=True delete",
    ],
    [
      "of several parts are reported together, that of the plan first",
      [wait("Reading", { holds: "nothing", ...part("RolesReady") }), act("make", part("EndpointsReady"))],
      [condition("NetworkReady", "True")],
      "NetworkReady=True OfPlan, EndpointsReady=False make, RolesReady=False Reading",
    ],
    [
      "that is False replaces the same one that is True",
      [wait("Reading", { holds: "nothing", ...part("EndpointsReady") }), serves],
      [condition("EndpointsReady", "True")],
      "EndpointsReady=False Reading",
    ],
    [
      "that is so does not make up for the same one that is not",
      [wait("Reading", { holds: "nothing", ...part("EndpointsReady", "True") }), serves],
      [condition("EndpointsReady", "Unknown")],
      "EndpointsReady=Unknown OfPlan",
    ],
    [
      "that is False has the words of the first step that reports it",
      [
        wait("Reading", { holds: "nothing", ...part("EndpointsReady", "Unknown") }),
        wait("Making", { holds: "nothing", ...part("EndpointsReady") }),
        serves,
      ],
      [condition("EndpointsReady", "False")],
      "EndpointsReady=Unknown Reading",
    ],
    [
      "that is True has the words of the step, not of the plan",
      [wait("Draining", part("Retiring", "True"))],
      [condition("Retiring", "True")],
      "Retiring=True Draining",
    ],
  ])("%s", (_name, agenda, ofPlan, expected) => {
    expect(reported(agenda, ofPlan)).toBe(expected);
  });

  it("may be one of several of a step", () => {
    const conditions = [
      { type: "EndpointsReady", status: "False" },
      { type: "SecurityGroupReady", status: "Unknown" },
    ] as const;
    expect(reported([wait("Reading", { conditions })])).toBe(
      "EndpointsReady=False Reading, SecurityGroupReady=Unknown Reading",
    );
  });

  it("has the message of its step", () => {
    expect(chosen([wait("Reading", part("RolesReady"))]).conditions).toEqual([
      { type: "RolesReady", status: "False", reason: "Reading", message: "waits for Reading" },
    ]);
  });
});

describe("an act that a condition reports in place of Ready", () => {
  const ofPart = (name: string, holds: Holds = "writes"): Act<Action> => act(name, { holds, ...part("RolesReady") });

  it.each<Case>([
    ["leaves Ready True where AWS serves", [ofPart("repair"), serves], "act repair, serving"],
    ["leaves Ready True where it holds the creation", [ofPart("repair", "creation"), serves], "act repair, serving"],
    ["leaves Ready True where it holds nothing", [ofPart("repair", "nothing"), serves], "act repair, serving"],
    ["leaves Ready to another one of its kind", [ofPart("repair"), ofPart("make"), serves], "act repair, serving"],
    ["leaves Ready to an update that is due", [ofPart("repair"), act("update"), serves], "act repair"],
    ["leaves Ready to a wait of the object itself", [ofPart("repair"), wait("Creating"), serves], "act repair"],
    [
      "does not go before a wait that keeps it",
      [wait("R", { holds: "writes" }), ofPart("repair"), serves],
      "wait R, serving",
    ],
    ["takes Ready where it holds everything", [ofPart("repair", "everything"), serves], "act repair"],
    ["takes Ready where it does not say what it holds", [act("repair", part("RolesReady")), serves], "act repair"],
  ])("%s", (_name, agenda, expected) => {
    expect(line(chosen(agenda))).toBe(expected);
  });

  it("takes Ready where no condition reports it", () => {
    expect(line(chosen([act("repair", { holds: "writes" }), serves]))).toBe("act repair");
    expect(line(chosen([alone("repair"), serves]))).toBe("act repair");
  });

  it("is reported first, of several", () => {
    const second = act("make", { holds: "writes", conditions: [{ type: "EndpointsReady", status: "False" }] });
    expect(conditionsIn(chosen([ofPart("repair"), second, serves]))).toBe(
      "RolesReady=False repair, EndpointsReady=False make",
    );
  });

  it("is reported together with what holds only a part after it", () => {
    const reading = wait("Reading", { holds: "writes", ...part("EndpointsReady") });
    expect(conditionsIn(chosen([ofPart("repair"), reading, serves]))).toBe(
      "RolesReady=False repair, EndpointsReady=False Reading",
    );
  });
});

describe("an act that AWS has refused", () => {
  type RefusedCase = [name: string, agenda: readonly Step<Action>[], Refusals, expected: string, refused: string];

  it.each<RefusedCase>([
    ["gives way to what follows", [alone("disable"), act("update")], { disable: 0 }, "act update", "disable"],
    [
      "gives way to what follows for ten minutes",
      [alone("disable"), act("update")],
      { disable: 10 * minute - 1 },
      "act update",
      "disable",
    ],
    [
      "comes first again after ten minutes",
      [alone("disable"), act("update")],
      { disable: 10 * minute },
      "act disable",
      "",
    ],
    [
      "comes first where the clock was put back since",
      [alone("disable"), act("update")],
      { disable: -1 },
      "act disable",
      "",
    ],
    ["gives way to others of its kind", [alone("a"), alone("b")], { a: 0 }, "act b", "a"],
    [
      "gives way to what comes after several of them",
      [alone("a"), alone("b"), act("c")],
      { a: 0, b: 0 },
      "act c",
      "a b",
    ],
    ["is tried again where all else waits", [alone("a"), wait("Creating")], { a: 0 }, "act a", ""],
    ["is tried again where all else is for a person", [alone("a"), blocked("Stuck")], { a: 0 }, "act a", ""],
    ["is tried again next to what serves", [alone("a"), serves], { a: 0 }, "act a, serving", ""],
    ["is tried again where it is all there is", [alone("a")], { a: 0 }, "act a", ""],
    [
      "is tried again when its turn has come, which is when its last try is the longest ago",
      [alone("a"), alone("b"), alone("c"), wait("Creating")],
      { a: 1, b: 3, c: 2 },
      "act b",
      "c a",
    ],
    ["does not give way where it holds everything", [act("a"), act("b")], { a: 0 }, "act a", ""],
    ["does not give way where it holds writes", [act("a", { holds: "writes" }), act("b")], { a: 0 }, "act a", ""],
    [
      "gives way also behind what holds only a part",
      [wait("Reading", { holds: "creation" }), alone("a"), act("b")],
      { a: 0 },
      "act b",
      "a",
    ],
    ["gives way also under Ready", [serves, alone("a"), act("b")], { a: 0 }, "act b, serving", "a"],
    ["is tried again under Ready", [serves, alone("a"), wait("Draining")], { a: 0 }, "act a, serving", ""],
    [
      "is not reported before an act that is to be done first",
      [alone("a"), alone("b"), alone("c")],
      { a: 0, c: 0 },
      "act b",
      "a",
    ],
    ["is not reported behind a wait that holds it", [wait("Creating"), alone("a")], { a: 0 }, "wait Creating", ""],
    [
      "is reported where a wait keeps it from being tried again",
      [wait("Reading", { holds: "writes" }), alone("a"), serves],
      { a: 0 },
      "wait Reading, serving",
      "a",
    ],
  ])("%s", (_name, agenda, refusals, expected, refused) => {
    const choice = chosen(agenda, refusals);
    expect(line(choice)).toBe(expected);
    expect(refusedIn(choice)).toBe(refused);
  });

  it("is reported with what AWS said", () => {
    expect(chosen([alone("a"), act("b")], { a: 0 }).refused).toEqual([failureOf("a")]);
  });

  it.each<Case>([
    [
      "before what it waits for is reported as that wait has it, when it is tried again",
      [alone("a", part("RolesReady")), wait("Creating", part("EndpointsReady"))],
      "EndpointsReady=False Creating",
    ],
    [
      "under Ready is reported as what it does, when it is tried again",
      [serves, alone("a", part("Retiring", "True")), wait("Draining", part("EndpointsReady"))],
      "Retiring=True a, EndpointsReady=False Draining",
    ],
  ])("%s", (_name, agenda, expected) => {
    expect(conditionsIn(chosen(agenda, { a: 0 }))).toBe(expected);
  });
});

describe("what goes on while AWS refuses the next step", () => {
  it.each<[string, readonly Step<Action>[], Refusals, string]>([
    ["is the step that follows", [alone("disable"), act("update"), serves], {}, "act update"],
    ["is a wait that follows", [alone("delete"), wait("Creating")], {}, "wait Creating"],
    ["is that AWS serves", [alone("delete"), serves], {}, "serves Available, serving"],
    ["runs under Ready where the step does", [serves, alone("delete"), wait("Draining")], {}, "wait Draining, serving"],
    ["is nothing where nothing else is on the agenda", [alone("delete")], {}, "nothing"],
    ["is nothing next to a step that holds everything", [act("update"), serves], {}, "nothing"],
    ["is nothing next to a step that holds writes", [act("update", { holds: "writes" }), serves], {}, "nothing"],
    ["is nothing next to a step that holds the creation", [act("a", { holds: "creation" }), serves], {}, "nothing"],
    ["is nothing next to a wait", [wait("Creating", { holds: "nothing" }), wait("Own"), serves], {}, "nothing"],
    ["passes over what AWS has refused as well", [alone("a"), alone("b"), act("c")], { b: 0 }, "act c"],
    [
      "is not the same act, which holds everything further on",
      [alone("disable"), act("disable"), wait("Creating")],
      {},
      "wait Creating",
    ],
    ["is there also next to a step that is tried again", [alone("a"), wait("Creating")], { a: 0 }, "wait Creating"],
    [
      "skips the others next to a step that is tried again",
      [alone("a"), alone("b"), wait("Creating")],
      { a: 1, b: 0 },
      "wait Creating",
    ],
  ])("%s", (_name, agenda, refusals, expected) => {
    expect(line(chosen(agenda, refusals).instead)).toBe(expected);
  });

  it("has conditions of its own", () => {
    const retiring = wait("Draining", part("Retiring", "True"));
    const choice = chosen([alone("disable", part("RolesReady")), serves, retiring]);
    expect(conditionsIn(choice)).toBe("RolesReady=False disable, Retiring=True Draining");
    expect(choice.instead === undefined ? "" : conditionsIn(choice.instead)).toBe("Retiring=True Draining");
  });
});

describe("the time of the next check", () => {
  const checkIn = (agenda: readonly Step<Action>[], checkInMs?: number): number | undefined => {
    const { next } = chosen(agenda, {}, checkInMs === undefined ? {} : { checkInMs });
    return "checkInMs" in next ? next.checkInMs : undefined;
  };

  it.each<[string, readonly Step<Action>[], number | undefined, number | undefined]>([
    ["is that of the wait", [wait("Creating", { checkInMs: 50 })], undefined, 50],
    ["is that of what only a person ends", [blocked("Stuck", { checkInMs: 50 })], undefined, 50],
    ["is that of what serves", [serving({ checkInMs: 50 })], undefined, 50],
    ["is none where nobody says one", [wait("Creating")], undefined, undefined],
    ["is that of the plan where no step says one", [serves], 40, 40],
    ["is that of the plan where that is earlier", [wait("Creating", { checkInMs: 50 })], 40, 40],
    ["is that of the step where that is earlier", [wait("Creating", { checkInMs: 30 })], 40, 30],
    [
      "is the earliest of what holds only a part before it",
      [wait("R", { holds: "writes", checkInMs: 20 }), blocked("E", { holds: "nothing", checkInMs: 30 }), serves],
      40,
      20,
    ],
    [
      "is that of what serves before a wait",
      [serving({ checkInMs: 20 }), wait("Draining", { checkInMs: 50 })],
      undefined,
      20,
    ],
    [
      "is not that of what is not reached",
      [wait("Creating", { checkInMs: 50 }), serving({ checkInMs: 20 })],
      undefined,
      50,
    ],
    [
      "is the earliest of all also for a wait that keeps an act",
      [wait("C", { holds: "nothing", checkInMs: 20 }), wait("W", { holds: "writes", checkInMs: 30 }), act("update")],
      undefined,
      20,
    ],
    [
      "is not that of a listing that only a creation waits for",
      [wait("L", { holds: "creation", until: { kind: "listing" }, checkInMs: 20 }), serving({ checkInMs: 30 })],
      undefined,
      30,
    ],
    [
      "is that of such a listing where it keeps the creation",
      [wait("L", { holds: "creation", until: { kind: "listing" }, checkInMs: 20 }), act("create")],
      undefined,
      20,
    ],
    [
      "is that of a listing that writes wait for",
      [wait("L", { holds: "writes", until: { kind: "listing" }, checkInMs: 20 }), serving({ checkInMs: 30 })],
      undefined,
      20,
    ],
    [
      "is that of what else a creation waits for",
      [wait("L", { holds: "creation", checkInMs: 20 }), serving({ checkInMs: 30 })],
      undefined,
      20,
    ],
    ["is none of an act", [wait("R", { holds: "creation", checkInMs: 20 }), act("update")], 40, undefined],
    ["is none of the end", [wait("R", { holds: "writes", checkInMs: 20 }), release], 40, undefined],
  ])("%s", (_name, agenda, ofPlan, expected) => {
    expect(checkIn(agenda, ofPlan)).toBe(expected);
  });

  it("is that of what goes on next to an act as well", () => {
    const { next, instead } = chosen([alone("delete"), wait("Creating", { checkInMs: 50 })], {}, { checkInMs: 40 });
    expect(next).not.toHaveProperty("checkInMs");
    expect(instead?.next).toMatchObject({ reason: "Creating", checkInMs: 40 });
  });
});

describe("for any agenda and whatever AWS has refused", () => {
  const holds = fc.option(fc.constantFrom<Holds>("everything", "writes", "creation", "nothing"), { nil: undefined });
  const reported = fc.option(
    fc.record<StepCondition>({
      type: fc.constantFrom("RolesReady", "EndpointsReady"),
      status: fc.constantFrom("True", "False", "Unknown"),
    }),
    { nil: undefined },
  );
  const extra = fc.record({ holds, condition: reported }).map(({ holds, condition }) => ({
    ...(holds === undefined ? {} : { holds }),
    ...(condition === undefined ? {} : { conditions: [condition] }),
  }));
  const acts = fc
    .tuple(fc.constantFrom("create", "update", "delete", "tag", "repair"), extra)
    .map(([name, change]): Step<Action> => act(name, change));
  const waits = fc
    .tuple(fc.constantFrom("W1", "W2", "W3"), extra)
    .map(([reason, change]): Step<Action> => wait(reason, change));
  const blocks = extra.map((change): Step<Action> => blocked("B", change));
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: acts },
      { weight: 3, arbitrary: waits },
      { weight: 1, arbitrary: blocks },
      { weight: 2, arbitrary: fc.constant<Step<Action>>(serves) },
    ),
    { maxLength: 7 },
  );
  const ends = fc.constantFrom<Step<Action>>(serves, release, wait("Own"), act("last"), blocked("Conflict"));
  const agendas = fc.tuple(steps, ends).map(([before, end]) => [...before, end]);
  const refusals: fc.Arbitrary<Refusals> = fc.dictionary(
    fc.constantFrom("create", "update", "delete", "tag", "repair"),
    fc.integer({ min: 0, max: 20 * minute }),
    { maxKeys: 4 },
  );

  const holdsEverything = (step: Step<Action>): boolean =>
    step.kind === "release" || (step.kind !== "serves" && (step.holds ?? "everything") === "everything");

  it("the next step is one of the agenda, and nothing that comes before it holds it", () => {
    fc.assert(
      fc.property(agendas, refusals, (agenda, refused) => {
        const { next } = chosen(agenda, refused);
        expect(agenda).toContainEqual(next);
        if (next.kind !== "act") return;
        const before = agenda.slice(0, agenda.indexOf(next));
        const keeps = before.filter(
          (step) =>
            holdsEverything(step) ||
            ((step.kind === "wait" || step.kind === "blocked") &&
              (step.holds === "writes" || (step.holds === "creation" && creates(next)))),
        );
        expect(keeps).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it("what comes after a step that holds everything changes only conditions", () => {
    fc.assert(
      fc.property(steps, ends, steps, refusals, (before, end, after, refused) => {
        fc.pre(end.kind !== "serves");
        const stripped = ({ conditions: _conditions, instead, ...choice }: ReturnType<typeof chosen>) => ({
          ...choice,
          instead: instead && { next: instead.next, serving: instead.serving },
        });
        expect(stripped(chosen([...before, end, ...after], refused))).toEqual(
          stripped(chosen([...before, end], refused)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("AWS is said to serve only where no step of the object itself comes before that which serves", () => {
    fc.assert(
      fc.property(agendas, refusals, (agenda, refused) => {
        if (!chosen(agenda, refused).serving) return;
        const before = agenda.slice(0, agenda.indexOf(serves));
        expect(agenda).toContain(serves);
        expect(before.filter(holdsEverything)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

it("a step creates where it makes what the object is for", () => {
  expect(creates(act("create"))).toBe(true);
  expect(creates(act("update"))).toBe(false);
  expect(creates(wait("create"))).toBe(false);
});
