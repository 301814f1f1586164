import { describe, expect, it } from "vitest";
import type {
  Act,
  Change,
  ConditionDraft,
  Effect,
  FieldChange,
  Outcome,
  Step,
} from "../../../src/controllers/pass/agenda.ts";
import type { Choice, Picked } from "../../../src/controllers/pass/choose.ts";
import type { Circumstances } from "../../../src/controllers/pass/circumstances.ts";
import { WriteGuard } from "../../../src/controllers/pass/write-guard.ts";

const minute = 60_000;

/** An act whose effects are fields of the spec, if they are any. */
function act(action = "write", effects: readonly Effect[] = [], change: Partial<Act<string>> = {}): Act<string> {
  const base = { kind: "act", action, reason: "Updating", message: "acts" } as const;
  return { ...base, ...(effects.length === 0 ? {} : { effects }), ...change };
}

const update = act("write", [{ path: "spec.state", cause: "spec" }]);
const ending = act("write", [{ path: "spec.state", cause: "spec", mayEndJobs: true }]);
const waiting: Step<string> = { kind: "wait", reason: "Creating", message: "waits" };
/** What is next while AWS carries an act out. */
const carriedOut: Step<string> = { kind: "wait", reason: "Updating", message: "AWS carries it out" };

const field = (path: string): FieldChange => ({ path, kind: "update", why: "" });
const followed = (path: string): FieldChange => ({ ...field(path), isReference: true });

interface Parts {
  /** The fields that differ. */
  readonly differ?: readonly (string | FieldChange)[];
  readonly change?: Change["action"];
  readonly conditions?: readonly ConditionDraft[];
  readonly instead?: Step<string>;
}

function choiceOf(next: Step<string>, { differ = [], change = "Update", conditions = [], instead }: Parts = {}) {
  const changes = differ.map((one) => (typeof one === "string" ? field(one) : one));
  const rest: Picked<string> | undefined =
    instead === undefined ? undefined : { next: instead, serving: false, conditions: [] };
  const whole: Choice<string> = {
    next,
    change: { action: change, id: "id", reason: "InSync", changes },
    serving: next.kind === "serves",
    conditions,
    refused: [],
    instead: rest,
  };
  return whole;
}

const settled = choiceOf({ kind: "serves", reason: "Available", message: "is" });
const changed = choiceOf(act(), { differ: ["spec.state"] });

/** One object, whose passes are like those of `pass.ts`: chosen, guarded, chosen and guarded live, and sent. */
function world() {
  const guard = new WriteGuard(0);
  const it = {
    guard,
    /** Wall ms. */
    now: 0,
    under: { generation: 1, requestedAt: undefined, cause: 0 } as Circumstances,
    /** Whether the object is not being deleted. */
    counts: true,
    moment: () => ({ under: it.under, now: it.now, counts: it.counts }),
    guarded(choice: Choice<string>): Choice<string> {
      guard.observed(choice, it.under);
      return guard.guarded(choice, it.moment());
    },
    /** What is done, with the fields that this corrects, or what is waited for. */
    pass(choice: Choice<string>, isRefused = false): string {
      const planned = it.guarded(choice);
      if (planned.next.kind !== "act") return `${planned.next.kind} ${planned.next.reason}`;
      it.guarded(choice);
      if (isRefused) return "refused";
      const corrected = guard.sent(planned, planned.next, it.moment());
      return [planned.next.action, ...corrected].join(" ");
    },
    /** Comes to rest, and then finds something to be done. */
    correct(choice: Choice<string> = changed, isRefused = false): string {
      it.pass(settled);
      return it.pass(choice, isRefused);
    },
    /** An update, which AWS carries out and shows nothing of. */
    send(choice: Choice<string> = choiceOf(update)): string {
      const done = it.pass(choice);
      it.pass(choiceOf(carriedOut));
      return done;
    },
    advance(ms: number): void {
      it.now += ms;
    },
  };
  return it;
}

describe("a field that differs", () => {
  it("was changed outside where AWS had it as the spec says, and the first write that reverts it reports that", () => {
    const { correct, pass } = world();
    expect(correct()).toBe("write spec.state");
    expect(pass(changed)).toBe("write");
  });

  it("was not before AWS has had it as the spec says, or once more before it has it again", () => {
    const { correct, pass } = world();
    expect(pass(changed)).toBe("write");
    expect(correct()).toBe("write spec.state");
    expect(pass(changed)).toBe("write");
  });

  it.each<[string, Choice<string>, Partial<ReturnType<typeof world>>]>([
    ["the spec was changed", changed, { under: { generation: 2, requestedAt: undefined, cause: 0 } }],
    ["the object is being deleted", changed, { counts: false }],
    ["only what it refers to was", choiceOf(act(), { differ: [followed("spec.state")] }), {}],
  ])("was not where %s", (_name, choice, since) => {
    const one = world();
    one.pass(settled);
    Object.assign(one, since);
    expect(one.pass(choice)).toBe("write");
  });

  it("was not in what was made instead, which has not had it yet", () => {
    const { correct, pass } = world();
    expect(correct(choiceOf(act("make"), { differ: ["spec.type"], change: "Replace" }))).toBe("make spec.type");
    expect(pass(changed)).toBe("write");
  });

  it("was changed outside next to another that followed a reference", () => {
    const both = choiceOf(act(), { differ: ["spec.state", followed("spec.order")] });
    expect(world().correct(both)).toBe("write spec.state");
  });

  it("was changed outside only as far as the act writes it", () => {
    const part = { kind: "update", paths: ["spec.state"] } as unknown as string;
    const { guard, moment, pass } = world();
    pass(settled);
    const choice = choiceOf(act(part), { differ: ["spec.state", "spec.type"] });
    guard.observed(choice, moment().under);
    expect(guard.sent(choice, act(part), moment())).toEqual(["spec.state"]);
  });
});

describe("a field that is put back", () => {
  /** Corrections at these minutes. */
  function corrected(...minutes: readonly number[]) {
    const one = world();
    for (const at of minutes) {
      one.now = at * minute;
      one.correct();
    }
    return one;
  }
  /** In how many minutes it may be put back again; undefined: now. */
  function resumesIn(one: ReturnType<typeof world>, at: number, choice = changed): number | undefined {
    one.now = at * minute;
    one.pass(settled);
    const { next } = one.guarded(choice);
    return next.kind === "act" ? undefined : (("checkInMs" in next && next.checkInMs) || Number.NaN) / minute;
  }

  it.each<[string, readonly number[], number, number | undefined]>([
    ["never is not contested", [], 0, undefined],
    ["twice is not contested", [0, 1], 2, undefined],
    ["three times in 15 minutes is contested until 15 minutes after the last", [0, 1, 2], 3, 14],
    ["three times in a longer time is not contested", [0, 8, 16], 17, undefined],
    ["three times in exactly 15 minutes is not contested", [0, 8, 15], 16, undefined],
    ["three times is put back again 15 minutes after the last", [0, 1, 2], 17, undefined],
  ])("%s", (_name, times, at, resumes) => {
    expect(resumesIn(corrected(...times), at)).toBe(resumes);
  });

  it("stays contested, once in 15 minutes, while the other writer goes on", () => {
    const one = corrected(0, 1, 2);
    for (const last of [2, 17, 32]) {
      expect(resumesIn(one, last + 1)).toBe(14);
      expect(resumesIn(one, last + 15)).toBeUndefined();
      expect(one.pass(changed)).toBe("write spec.state");
    }
  });

  it("stops being contested when the other writer has stopped for 15 minutes", () => {
    const one = corrected(0, 1, 2);
    expect(resumesIn(one, 18)).toBeUndefined();
    one.pass(changed);
    expect(resumesIn(one, 19)).toBeUndefined();
  });

  it.each<[string, Circumstances]>([
    ["a person asks for it", { generation: 1, requestedAt: "now", cause: 0 }],
    ["the kind knows of another cause", { generation: 1, requestedAt: undefined, cause: 1 }],
  ])("is put back once more at once when %s", (_why, under) => {
    const one = corrected(0, 1, 2);
    one.under = under;
    expect(resumesIn(one, 3)).toBeUndefined();
    expect(one.pass(changed)).toBe("write spec.state");
    expect(resumesIn(one, 4)).toBe(14);
  });

  it("is put back at once for another spec, and is contested by that one when it is changed once more", () => {
    const one = corrected(0, 1, 2);
    one.under = { ...one.under, generation: 2 };
    expect(resumesIn(one, 3)).toBeUndefined();
    expect(one.pass(changed)).toBe("write spec.state");
    expect(resumesIn(one, 4)).toBe(14);
  });

  it("is contested by itself, next to others that are not", () => {
    const one = corrected(0, 1, 2);
    expect(resumesIn(one, 3, choiceOf(act(), { differ: ["spec.priority"] }))).toBeUndefined();
    const both = choiceOf(act(), { differ: ["spec.priority", "spec.state"] });
    expect(one.guarded(both).next.message).toMatch(/^spec\.state was changed outside/);
  });

  it("is not counted when AWS refused to have it put back", () => {
    const one = world();
    for (const _time of [1, 2, 3, 4]) expect(one.correct(changed, true)).toBe("refused");
    expect(one.correct()).toBe("write spec.state");
  });

  it("is neither counted nor held while the object is being deleted", () => {
    const one = corrected(0, 1, 2);
    one.now = 3 * minute;
    one.counts = false;
    for (const _time of [1, 2, 3, 4]) expect(one.correct()).toBe("write");
  });

  it("does not hold back what follows a reference next to it", () => {
    const effects: readonly Effect[] = [
      { path: "spec.state", cause: "spec" },
      { path: "spec.order", cause: "reference" },
    ];
    const both = choiceOf(act("write", effects), { differ: ["spec.state", followed("spec.order")] });
    const one = world();
    for (const _time of [1, 2, 3, 4, 5]) expect(one.correct(both)).toBe("write spec.state");
  });

  it("holds back an act of other effects", () => {
    const one = corrected(0, 1, 2);
    one.now = 3 * minute;
    expect(one.correct(choiceOf(update, { differ: ["spec.state"] }))).toBe("wait Contested");
  });
});

describe("where the object as a whole was never as the spec says, a field", () => {
  const both = choiceOf(update, { differ: ["spec.state", "spec.type"] });
  const shown = choiceOf(waiting, { differ: ["spec.type"] });

  it("was changed outside that an update of ours had brought to the spec before", () => {
    const { pass } = world();
    expect(pass(both)).toBe("write");
    pass(shown);
    expect(pass(both)).toBe("write spec.state");
  });

  it("was changed outside also where another update puts it back", () => {
    const { pass } = world();
    pass(both);
    pass(shown);
    const other = choiceOf(act("other", update.effects), { differ: ["spec.state", "spec.type"] });
    expect(pass(other)).toBe("other spec.state");
  });

  it("is contested when it was put back three times in 15 minutes", () => {
    const one = world();
    for (const _time of [1, 2, 3, 4]) {
      expect(one.pass(both)).toMatch(/^write/);
      one.pass(shown);
      one.advance(minute);
    }
    expect(one.pass(both)).toBe("wait Contested");
  });

  it.each<[string, Choice<string>, Partial<ReturnType<typeof world>>]>([
    ["AWS has not shown it meanwhile", choiceOf(waiting, { differ: ["spec.state", "spec.type"] }), {}],
    ["the spec was changed", shown, { under: { generation: 2, requestedAt: undefined, cause: 0 } }],
    ["the object is being deleted", shown, { counts: false }],
  ])("was not changed outside where %s", (_name, between, since) => {
    const one = world();
    one.pass(both);
    one.pass(between);
    Object.assign(one, since);
    expect(one.pass(both)).toBe("write");
  });

  it("is never waited for during a replacement", () => {
    const { pass } = world();
    const replacing = (choice: Choice<string>): Choice<string> => ({
      ...choice,
      change: { ...choice.change, action: "Replace" },
    });
    for (const _time of [1, 2, 3, 4]) {
      expect(pass(replacing(both))).toBe("write");
      pass(replacing(shown));
    }
  });

  it("is contested also where a rival is faster than any pass", () => {
    const { pass } = world();
    const sent = [1, 2, 3, 4, 5].map(() => {
      const done = pass(both);
      pass(choiceOf(carriedOut, { differ: ["spec.type"] }));
      pass(choiceOf(waiting, { differ: ["spec.state", "spec.type"] }));
      return done;
    });
    // The first brings the field; of what was put back nobody has seen that it was there.
    expect(sent).toEqual(["write", "write", "write", "write", "wait Contested"]);
  });
});

describe("what is written of somebody else's", () => {
  const path = "the order of queue theirs";
  const handover = choiceOf(act("write", [{ path, cause: "foreign" }]));

  it("is contested when it was written three times in 15 minutes, whatever came between", () => {
    const one = world();
    const done = [1, 2, 3, 4].map(() => {
      const came = one.pass(handover);
      one.pass(settled);
      one.advance(minute);
      return came;
    });
    expect(done).toEqual(["write", "write", "write", "wait Contested"]);
  });

  it("is contested also while the object is being deleted", () => {
    const one = world();
    one.counts = false;
    for (const _time of [1, 2, 3]) expect(one.pass(handover)).toBe("write");
    expect(one.pass(handover)).toBe("wait Contested");
  });

  it("is left to its owner, as the remedy says", () => {
    const one = world();
    for (const _time of [1, 2, 3]) one.pass(handover);
    const { message } = one.guarded(handover).next;
    expect(message).toMatch(new RegExp(`^${path} was changed outside of Kubernetes three times in 15 minutes`));
    expect(message).toContain("leave the queue to its owner by spec.replacement.foreignQueues: Block");
    expect(message).not.toContain("leaving it out of the spec");
  });

  it("leaves another field of the spec to the remedy for fields", () => {
    const one = world();
    for (const _time of [1, 2, 3]) one.correct();
    const both = act("write", [
      { path: "spec.state", cause: "spec" },
      { path, cause: "foreign" },
    ]);
    const { message } = one.guarded(choiceOf(both, { differ: ["spec.state"] })).next;
    expect(message).toMatch(/^spec\.state was changed outside/);
    expect(message).toContain("leaving it out of the spec");
  });

  it("need not be shown by AWS: it is never in vain", () => {
    const one = world();
    for (const _time of [1, 2, 3, 4, 5]) {
      expect(one.send(handover)).toBe("write");
      one.advance(8 * minute);
    }
  });
});

describe("a contested field", () => {
  const retiring: ConditionDraft = { type: "Retiring", status: "True", reason: "Draining", message: "m" };
  const contested = () => {
    const one = world();
    for (const _time of [1, 2, 3]) one.correct();
    one.pass(settled);
    return one;
  };

  it("turns the act into a wait that says so, and is reported by a condition of its own", () => {
    const one = contested();
    one.now = 12 * minute;
    const choice = choiceOf(act(), { differ: ["spec.state"], conditions: [retiring], instead: waiting });
    const { next, conditions, change, instead } = one.guarded(choice);
    expect(next).toEqual({
      kind: "wait",
      reason: "Contested",
      message:
        "spec.state was changed outside of Kubernetes three times in 15 minutes; it is put back once in 15 minutes until that stops. Find the other writer, or give the field to it by leaving it out of the spec",
      checkInMs: 3 * minute,
    });
    expect(conditions).toEqual([
      retiring,
      { type: "Contested", status: "True", reason: "ChangedOutside", message: next.message },
    ]);
    expect(change).toBe(choice.change);
    expect(instead).toBeUndefined();
  });

  it("is checked a second later at the soonest", () => {
    const one = contested();
    one.now = 15 * minute - 1;
    expect(one.guarded(changed).next).toMatchObject({ checkInMs: 1000 });
  });

  it("holds an act as well that goes on after the first, and may write it too; that is reported once", () => {
    const one = contested();
    const choice = choiceOf(act(), { differ: ["spec.state"], conditions: [retiring], instead: act("other") });
    const { next, conditions } = one.guarded(choice);
    expect(next).toMatchObject({ kind: "wait", reason: "Contested" });
    expect(conditions.map(({ type }) => type)).toEqual(["Retiring", "Contested"]);
  });

  it("leaves a step that does not act, or is not contested, as it was chosen", () => {
    const one = contested();
    for (const choice of [settled, choiceOf(waiting, { differ: ["spec.state"] }), choiceOf(act("other"))]) {
      expect(one.guarded(choice)).toBe(choice);
    }
  });
});

describe("of two acts, one next to the other,", () => {
  type Writes = { readonly name: string; readonly paths: readonly string[] };
  const writes = (name: string, ...paths: readonly string[]): Writes => ({ name, paths });
  const pair = (first: Act<unknown>, second: Act<unknown>): Choice<unknown> => ({
    next: first,
    change: { action: "Update", id: "id", reason: "InSync", changes: [field("spec.state"), field("spec.order")] },
    serving: false,
    conditions: [],
    refused: [],
    instead: { next: second, serving: true, conditions: [] },
  });
  const step = (action: Writes, change: Partial<Act<unknown>> = {}): Act<unknown> => ({
    kind: "act",
    action,
    reason: "Updating",
    message: action.name,
    ...change,
  });
  const state = step(writes("state", "spec.state"), { holds: "nothing" });
  const order = step(writes("order", "spec.order"));
  const done = (guard: WriteGuard, choice: Choice<unknown>, now: number): readonly string[] => {
    const moment = { under: { generation: 1, requestedAt: undefined, cause: 0 }, now, counts: true };
    guard.observed(settled, moment.under);
    guard.observed(choice, moment.under);
    const { next, conditions } = guard.guarded(choice, moment);
    if (next.kind === "act") guard.sent({ ...choice, next }, next, moment);
    const name = next.kind === "act" ? (next.action as Writes).name : next.reason;
    return [name, ...conditions.map(({ type, message }) => `${type} ${message.split(" ")[0]}`)];
  };

  it("the second goes on while the first is contested, which is reported too", () => {
    const guard = new WriteGuard(0);
    for (const _time of [1, 2, 3]) expect(done(guard, pair(state, order), 0)).toEqual(["state"]);
    expect(done(guard, pair(state, order), 1)).toEqual(["order", "Contested spec.state"]);
    // Twice more, and both are.
    for (const _time of [1, 2]) done(guard, pair(state, order), 1);
    expect(done(guard, pair(state, order), 2)).toEqual(["Contested", "Contested spec.order"]);
    expect(done(guard, pair(state, order), 15 * minute)).toEqual(["state"]);
  });

  it("the second goes on while the first is in vain, without a condition", () => {
    const guard = new WriteGuard(0);
    const shown = { ...state, effects: [{ path: "spec.state", cause: "reference" }] } as const;
    const moment = { under: { generation: 1, requestedAt: undefined, cause: 0 }, now: 0, counts: true };
    const choice = pair(shown, order);
    for (const _time of [1, 2, 3]) {
      guard.observed(choice, moment.under);
      expect(guard.guarded(choice, moment)).toBe(choice);
      guard.sent(choice, shown, moment);
    }
    guard.observed(choice, moment.under);
    const { next, conditions, instead } = guard.guarded(choice, moment);
    expect(next).toBe(order);
    expect(conditions).toEqual([]);
    expect(instead).toBeUndefined();
  });

  it("the first is reported as contested also where the second is in vain", () => {
    const guard = new WriteGuard(0);
    const moment = { under: { generation: 1, requestedAt: undefined, cause: 0 }, now: 0, counts: true };
    for (const _time of [1, 2, 3]) done(guard, pair(state, order), 0);
    const shown = { ...order, effects: [{ path: "spec.order", cause: "reference" }] } as const;
    const choice = pair(state, shown);
    for (const _time of [1, 2, 3]) {
      guard.observed(choice, moment.under);
      expect(guard.guarded(choice, moment).next).toBe(shown);
      guard.sent({ ...choice, next: shown }, shown, moment);
    }
    guard.observed(choice, moment.under);
    const { next, conditions } = guard.guarded(choice, moment);
    expect(next.message).toMatch(/^AWS took the same update three times/);
    expect(conditions.map(({ type, message }) => `${type} ${message.split(" ")[0]}`)).toEqual(["Contested spec.state"]);
  });
});

describe("an update whose effect AWS never shows", () => {
  it("is sent three times, and from then on once in 15 minutes after it came back", () => {
    const one = world();
    for (const _time of [1, 2, 3]) expect(one.send()).toBe("write");
    for (const _time of [1, 2]) {
      one.advance(30 * minute);
      expect(one.guarded(choiceOf(update)).next).toMatchObject({
        kind: "wait",
        reason: "Contested",
        checkInMs: 15 * minute,
      });
      one.advance(15 * minute - 1);
      expect(one.send()).toBe("wait Contested");
      one.advance(1);
      expect(one.send()).toBe("write");
    }
  });

  it("is reported with what it does and the remedies, by no condition of its own", () => {
    const one = world();
    for (const _time of [1, 2, 3]) one.send();
    const { next, conditions } = one.guarded(choiceOf(update));
    expect(next.message).toBe(
      "AWS took the same update three times but still reports the old values (acts); it is sent once in 15 minutes until that changes. Bring the spec in line with what AWS describes, find who else changes it, or report it",
    );
    expect(conditions).toEqual([]);
  });

  it("is sent once more at once when a person asks, for each request, and not for one that is taken back", () => {
    const one = world();
    for (const _time of [1, 2, 3]) expect(one.send()).toBe("write");
    for (const requestedAt of ["first", "second"]) {
      one.advance(minute);
      expect(one.send()).toBe("wait Contested");
      one.under = { ...one.under, requestedAt };
      expect(one.send()).toBe("write");
      expect(one.send()).toBe("wait Contested");
    }
    one.under = { ...one.under, requestedAt: undefined };
    expect(one.send()).toBe("wait Contested");
  });

  it("is sent three times where it may end jobs, and from then on once each time that a person asks", () => {
    const one = world();
    const choice = choiceOf(ending);
    for (const _time of [1, 2, 3]) expect(one.send(choice)).toBe("write");
    for (const requestedAt of ["1", "2"]) {
      one.advance(24 * 60 * minute);
      expect(one.guarded(choice).next).toEqual({
        kind: "blocked",
        reason: "UpdateNotApplied",
        message: expect.stringMatching(/a new value of awsbatch\.dev\/reconcile-requested-at has it sent once more$/),
      });
      expect(one.send(choice)).toBe("blocked UpdateNotApplied");
      one.under = { ...one.under, requestedAt };
      expect(one.send(choice)).toBe("write");
    }
    one.under = { ...one.under, generation: 2 };
    for (const _time of [1, 2, 3]) expect(one.send(choice)).toBe("write");
    expect(one.send(choice)).toBe("blocked UpdateNotApplied");
  });

  it("is for a person where one of several fields that it writes may end jobs", () => {
    const one = world();
    const effects = [...(update.effects ?? []), { path: "spec.image", cause: "spec", mayEndJobs: true }] as const;
    for (const _time of [1, 2, 3]) one.send(choiceOf(act("write", effects)));
    expect(one.send(choiceOf(act("write", effects)))).toBe("blocked UpdateNotApplied");
  });

  it("is for a person where it may end jobs also when the field is contested", () => {
    const one = world();
    const choice = choiceOf(ending, { differ: ["spec.state"] });
    one.pass(settled);
    for (const _time of [1, 2, 3]) expect(one.send(choice)).toMatch(/^write/);
    expect(one.pass(choice)).toBe("blocked UpdateNotApplied");
  });

  it("is reported as contested where somebody may have changed the field back", () => {
    const one = world();
    const choice = choiceOf(update, { differ: ["spec.state"] });
    one.pass(settled);
    for (const _time of [1, 2, 3]) expect(one.send(choice)).toMatch(/^write/);
    expect(one.guarded(choice).next.message).toMatch(/^spec\.state was changed outside/);
  });

  it("is counted next to another one that alternates with it", () => {
    const one = world();
    const sent = (): readonly string[] =>
      ["a", "b"].map((action) => {
        const done = one.pass(choiceOf({ ...update, action }));
        one.pass(choiceOf(carriedOut));
        return done;
      });
    for (const _time of [1, 2, 3]) expect(sent()).toEqual(["a", "b"]);
    expect(sent()).toEqual(["wait Contested", "wait Contested"]);
    one.advance(15 * minute);
    expect(sent()).toEqual(["a", "b"]);
  });

  it.each<[string, Choice<string>, number]>([
    ["AWS has shown it meanwhile", choiceOf(waiting), 1],
    ["the object was as desired meanwhile", settled, 1],
    ["the spec was changed", choiceOf(carriedOut), 2],
  ])("is counted again when %s", (_name, between, generation) => {
    const one = world();
    for (const _time of [1, 2, 3]) one.send();
    one.under = { ...one.under, generation };
    one.pass(between);
    for (const _time of [1, 2, 3]) expect(one.send()).toBe("write");
    expect(one.send()).toBe("wait Contested");
  });

  it("does not hold back another one, or an act whose effect is not waited for", () => {
    const one = world();
    for (const _time of [1, 2, 3]) one.send();
    expect(one.send(choiceOf({ ...update, action: "another" }))).toBe("another");
    const often = world();
    for (const _time of [1, 2, 3, 4]) expect(often.send(choiceOf(act()))).toBe("write");
  });

  it("is counted on past a step that AWS refuses next to it", () => {
    const one = world();
    const deletion = act("delete", [], { reason: "Deleting", holds: "nothing" });
    for (const _time of [1, 2, 3]) {
      one.send();
      one.pass(choiceOf(deletion, { instead: carriedOut }), true);
    }
    expect(one.send()).toBe("wait Contested");
  });

  it("is not counted when AWS refused it", () => {
    const one = world();
    for (const _time of [1, 2, 3, 4]) {
      one.pass(choiceOf(update), true);
      one.pass(choiceOf(carriedOut));
    }
    expect(one.send()).toBe("write");
  });

  it("is one also where it follows a reference", () => {
    const one = world();
    const choice = choiceOf(act("write", [{ path: "spec.order", cause: "reference" }]), {
      differ: [followed("spec.order")],
    });
    for (const _time of [1, 2, 3]) expect(one.send(choice)).toBe("write");
    expect(one.send(choice)).toBe("wait Contested");
  });
});

describe("what AWS refused of actions for which nothing waits", () => {
  const failedBy = (kind: string): Extract<Outcome, { kind: "failed" }> => ({
    kind: "failed",
    failure: { kind, operation: "batch:X", message: "no", advice: "" },
  });
  const denied = failedBy("denied");
  const refusals = (guard: WriteGuard, now: number) =>
    [...guard.refusals(now)].map(([name, { failure, at }]) => `${name} ${failure.kind} at ${at}`);

  it("is known by the name of the action, with when it was", () => {
    const guard = new WriteGuard(0);
    expect(refusals(guard, 0)).toEqual([]);
    guard.tried("delete a", denied, 5);
    guard.tried("delete b", failedBy("inUse"), 7);
    expect(refusals(guard, 8)).toEqual(["delete a denied at 5", "delete b inUse at 7"]);
    expect(guard.refusals(8).get("delete a")).toEqual({ failure: denied.failure, at: 5 });
  });

  it("is known only of actions that have a name", () => {
    const guard = new WriteGuard(0);
    guard.tried(undefined, denied, 0);
    expect(refusals(guard, 0)).toEqual([]);
  });

  it("is kept for an hour", () => {
    const guard = new WriteGuard(0);
    guard.tried("delete a", denied, 5);
    guard.tried("delete b", denied, 6);
    expect(refusals(guard, 60 * minute + 4)).toHaveLength(2);
    expect(refusals(guard, 60 * minute + 5)).toEqual(["delete b denied at 6"]);
    // What was forgotten does not come back with an earlier clock.
    expect(refusals(guard, 6)).toEqual(["delete b denied at 6"]);
  });

  it("is replaced by the next refusal", () => {
    const guard = new WriteGuard(0);
    guard.tried("delete a", denied, 5);
    guard.tried("delete a", failedBy("inUse"), 9);
    expect(refusals(guard, 9)).toEqual(["delete a inUse at 9"]);
  });

  it("is forgotten when the action was done, and only then", () => {
    const guard = new WriteGuard(0);
    guard.tried("delete a", denied, 5);
    guard.tried("delete b", denied, 5);
    guard.tried("delete a", { kind: "startOver" }, 6);
    guard.tried("delete a", { kind: "none" }, 6);
    guard.tried(undefined, { kind: "done" }, 6);
    expect(refusals(guard, 6)).toHaveLength(2);
    guard.tried("delete a", { kind: "done" }, 7);
    expect(refusals(guard, 7)).toEqual(["delete b denied at 5"]);
  });

  it("is what it was when it was asked for, whatever is tried later", () => {
    const guard = new WriteGuard(0);
    const before = guard.refusals(0);
    guard.tried("delete a", denied, 5);
    expect(before.size).toBe(0);
  });
});

describe("how long an object has had a reason", () => {
  it("is counted from the first pass that has it, and again for another", () => {
    const guard = new WriteGuard(0);
    expect(guard.lasted("Creating", 5)).toBe(0);
    expect(guard.lasted("Creating", 12)).toBe(7);
    expect(guard.lasted("Updating", 13)).toBe(0);
    expect(guard.lasted("Creating", 14)).toBe(0);
  });
});

describe("the outcome to report", () => {
  const refused: Outcome = {
    kind: "failed",
    failure: { kind: "invalid", operation: "batch:X", message: "no", advice: "" },
  };
  const none: Outcome = { kind: "none" };
  const listing: Step<string> = { kind: "wait", reason: "Creating", message: "m", until: { kind: "listing" } };

  it.each<[string, Outcome]>([
    ["nothing was done", none],
    ["something was done", { kind: "done" }],
    ["it starts over", { kind: "startOver" }],
    ["AWS refused", refused],
  ])("is what came of the pass: %s", (_name, came) => {
    expect(new WriteGuard(0).reportable(act(), came, 1)).toBe(came);
  });

  it("is the refusal of before while only a listing is waited for before the next try", () => {
    const guard = new WriteGuard(0);
    guard.reportable(act(), refused, 1);
    expect(guard.reportable(listing, none, 1)).toBe(refused);
    expect(guard.reportable(act(), { kind: "startOver" }, 1)).toEqual({ kind: "startOver" });
    expect(guard.reportable(listing, none, 1)).toBe(refused);
  });

  it.each<[string, (guard: WriteGuard) => void]>([
    ["something was done", (guard) => void guard.reportable(act(), { kind: "done" }, 1)],
    ["something else is waited for", (guard) => void guard.reportable(waiting, none, 1)],
    [
      "a person is waited for",
      (guard) => void guard.reportable({ ...listing, until: { kind: "annotation" } } as Step<string>, none, 1),
    ],
    ["AWS is as desired", (guard) => void guard.reportable(settled.next, none, 1)],
    ["the spec is another", (guard) => void guard.reportable(listing, none, 2)],
  ])("replaces an earlier refusal once %s", (_name, since) => {
    const guard = new WriteGuard(0);
    guard.reportable(act(), refused, 1);
    since(guard);
    expect(guard.reportable(listing, none, 1)).toBe(none);
  });
});
