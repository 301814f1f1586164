import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldChange, Step } from "../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../src/controllers/pass/choose.ts";
import { FieldHistory } from "../../../src/controllers/pass/field-history.ts";

const fields = ["spec.priority", "spec.state"] as const;
type Field = (typeof fields)[number];
type Values = Record<Field, string>;

type Command =
  /** The user writes the spec, which is a new generation. */
  | { readonly kind: "edit"; readonly field: Field; readonly value: string }
  | { readonly kind: "rival"; readonly field: Field; readonly value: string }
  /** The operator observes AWS, and corrects what differs. `carriedOut`: AWS does what it was asked for. */
  | { readonly kind: "pass"; readonly carriedOut: boolean }
  /** The operator observes AWS while AWS still says that it carries out the last update. */
  | { readonly kind: "passWhileUpdating" };

const field = fc.constantFrom(...fields);
const value = fc.constantFrom("a", "b", "c");
const edit: fc.Arbitrary<Command> = fc.record({ kind: fc.constant("edit" as const), field, value });
const rival: fc.Arbitrary<Command> = fc.record({ kind: fc.constant("rival" as const), field, value });
const pass = (carriedOut: fc.Arbitrary<boolean>): fc.Arbitrary<Command> =>
  fc.record({ kind: fc.constant("pass" as const), carriedOut });
const passWhileUpdating: fc.Arbitrary<Command> = fc.constant({ kind: "passWhileUpdating" });

/** What one correction counts as drift, and what was true at that moment. */
interface Correction {
  readonly changed: readonly string[];
  readonly repeated: readonly string[];
  readonly differing: readonly Field[];
  /** Fields that AWS had as the spec of this generation says: seen so by a pass. */
  readonly seen: ReadonlySet<Field>;
  /** … since they were last written, and by a pass that had them at rest or had found them different before. */
  readonly seenSinceWritten: ReadonlySet<Field>;
  /** Fields that were written as the spec of this generation says, with the last action that wrote them. */
  readonly written: ReadonlyMap<Field, string>;
  readonly action: string;
}

/** Plays the commands to one history, next to a plain account of what AWS had. */
function played(commands: readonly Command[]): readonly Correction[] {
  const history = new FieldHistory();
  const spec: Values = { "spec.priority": "a", "spec.state": "a" };
  const aws: Values = { ...spec };
  const corrections: Correction[] = [];
  let generation = 1;
  let seen = new Set<Field>();
  let seenSinceWritten = new Set<Field>();
  // A choice names what differs, so nobody knows of a field before it has differed, or nothing does.
  let found = new Set<Field>();
  let written = new Map<Field, string>();
  const observed = (updating: boolean): { readonly choice: Choice<unknown>; readonly differing: Field[] } => {
    const differing = fields.filter((one) => aws[one] !== spec[one]);
    for (const one of fields.filter((other) => !differing.includes(other))) {
      seen.add(one);
      if (found.has(one) || (!updating && differing.length === 0)) seenSinceWritten.add(one);
    }
    for (const one of differing) found.add(one);
    const choice = choiceOf(spec, differing, updating);
    history.observed(choice, generation);
    return { choice, differing };
  };
  for (const command of commands) {
    switch (command.kind) {
      case "edit":
        spec[command.field] = command.value;
        generation++;
        seen = new Set();
        seenSinceWritten = new Set();
        found = new Set();
        written = new Map();
        break;
      case "rival":
        aws[command.field] = command.value;
        break;
      case "passWhileUpdating":
        observed(true);
        break;
      case "pass": {
        const { choice, differing } = observed(false);
        if (choice.next.kind !== "act") break;
        const { action } = choice.next;
        const { changed, repeated } = history.undone(choice, choice.change.changes, action);
        corrections.push({
          changed: pathsOf(changed),
          repeated: pathsOf(repeated),
          differing,
          seen: new Set(seen),
          seenSinceWritten: new Set(seenSinceWritten),
          written: new Map(written),
          action: JSON.stringify(action),
        });
        history.sent(choice, action);
        for (const one of differing) {
          written.set(one, JSON.stringify(action));
          seenSinceWritten.delete(one);
          if (command.carriedOut) aws[one] = spec[one];
        }
      }
    }
  }
  return corrections;
}

function choiceOf(spec: Values, differing: readonly Field[], updating: boolean): Choice<unknown> {
  const changes = differing.map((path): FieldChange => ({ path, kind: "update", why: "differs" }));
  const said = { reason: "Updating", message: "AWS updates it" } as const;
  const action = { kind: "update", paths: differing, values: differing.map((one) => spec[one]) };
  const settled: Step<unknown> = { kind: "serves", reason: "Available", message: "AWS is as the spec says" };
  const act: Step<unknown> = { kind: "act", action, ...said };
  return {
    next: updating ? { kind: "wait", ...said } : differing.length === 0 ? settled : act,
    change: { action: "Update", id: "1", reason: "FieldsDiffer", changes },
    serving: true,
    conditions: [],
    refused: [],
    instead: undefined,
  };
}

function pathsOf(changes: readonly FieldChange[]): readonly string[] {
  return changes.map(({ path }) => path);
}

/** Few edits, or no generation lives long enough for a fight. */
const stories: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    { arbitrary: edit, weight: 1 },
    { arbitrary: rival, weight: 4 },
    { arbitrary: pass(fc.boolean()), weight: 4 },
    { arbitrary: passWhileUpdating, weight: 2 },
  ),
  { maxLength: 40, size: "max" },
);
const runs = { numRuns: 500 };

describe("for any order of edits, writes, observations and changes by others", () => {
  it("a correction counts only where AWS had the spec's value in this generation, and has another now", () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { changed, repeated, differing, seen, written } of played(story)) {
          for (const path of [...changed, ...repeated] as Field[]) {
            expect(differing).toContain(path);
            expect(seen.has(path) || written.has(path)).toBe(true);
          }
        }
      }),
      runs,
    );
  });

  it("a correction is reported as a change from outside only where AWS was seen with the spec's value in this generation", () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { changed, seen } of played(story)) {
          for (const path of changed as Field[]) expect(seen.has(path)).toBe(true);
        }
      }),
      runs,
    );
  });

  it("a correction counts wherever AWS was seen with the spec's value since the last write, or is sent the same again", () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { changed, repeated, differing, seenSinceWritten, written, action } of played(story)) {
          const due = differing.filter((path) => seenSinceWritten.has(path) || written.get(path) === action);
          expect([...new Set([...changed, ...repeated])].toSorted()).toEqual(due.toSorted());
        }
      }),
      runs,
    );
  });

  it("the user's own edits never count, back and forth, however AWS is observed meanwhile", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(edit, pass(fc.constant(true)), passWhileUpdating), { maxLength: 40, size: "max" }),
        (story) => {
          const counted = played(story).flatMap(({ changed, repeated }) => [...changed, ...repeated]);
          expect(counted).toEqual([]);
        },
      ),
      runs,
    );
  });
});
