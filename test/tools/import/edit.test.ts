import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Change, changesOf } from "../../../src/tools/import/changes.ts";
import { specSchema } from "../../../src/tools/import/decide.ts";
import { editedText } from "../../../src/tools/import/edit.ts";
import { hashed } from "../../../src/tools/import/remembered.ts";
import { crds } from "../../../src/tools/manifests.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { yamlOf } from "../../../src/tools/validation/yaml-text.ts";
import { celExamples } from "../../api/cel-examples/index.ts";

const text = `# the queue of the night
kind: JobQueue
spec:
  # never above 5
  priority: 1 # asked for by Ann
  drain: {policy: Wait}   # ours
  computeEnvironmentOrder:
    # the cheap one first
    - order: 1
      computeEnvironmentRef: {name: "spot # 1"} # spot
    - order: 2 # then this
      computeEnvironmentRef:
        name: on-demand
  # tags of finance
  tags:
    cost: "1"

    # the team
    team: a
# the end
`;

const edited = (...changes: readonly Change[]): string => editedText(text, 0, changes) ?? "";
const change = (path: string, value: unknown): Change => ({
  path: path.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
  value,
});

describe("a change of a manifest that a person has edited", () => {
  test.each<[string, Change, (before: string) => string]>([
    [
      "of a value keeps what is behind it",
      change("spec.priority", 7),
      (before) => before.replace("priority: 1 #", "priority: 7 #"),
    ],
    [
      "in braces writes the entry again, with its comment above",
      change("spec.drain.policy", "Terminate"),
      (before) => before.replace("  drain: {policy: Wait}   # ours\n", "  # ours\n  drain:\n    policy: Terminate\n"),
    ],
    [
      "that adds a member puts it behind the others",
      change("spec.tags.zone", "b"),
      (before) => before.replace("    team: a\n", "    team: a\n    zone: b\n"),
    ],
    [
      "that adds a map puts it behind the others",
      change("spec.added", { a: [1] }),
      (before) => before.replace("    team: a\n", "    team: a\n  added:\n    a:\n      - 1\n"),
    ],
    [
      "that removes a member leaves its comments",
      change("spec.tags.team", undefined),
      (before) => before.replace("    team: a\n", ""),
    ],
    [
      "that removes an item leaves its comments",
      change("spec.computeEnvironmentOrder.1", undefined),
      (before) =>
        before.replace(
          "    - order: 2 # then this\n      computeEnvironmentRef:\n        name: on-demand\n",
          "    # then this\n",
        ),
    ],
    [
      "of the member that begins an item stays on its line",
      change("spec.computeEnvironmentOrder.1.order", 3),
      (before) => before.replace("order: 2 # then", "order: 3 # then"),
    ],
    [
      "that adds an item puts it behind the others",
      change("spec.computeEnvironmentOrder.2", { order: 3 }),
      (before) => before.replace("        name: on-demand\n", "        name: on-demand\n    - order: 3\n"),
    ],
  ])("%s", (_what, one, expected) => {
    expect(edited(one)).toBe(expected(text));
  });

  test("concerns the one object among those of its file", () => {
    const both = `${text}---\nkind: JobQueue\nspec:\n  priority: 1\n`;
    expect(editedText(both, 1, [change("spec.priority", 2)])).toBe(
      `${text}---\nkind: JobQueue\nspec:\n  priority: 2\n`,
    );
  });

  test("finds items in a list that is not indented", () => {
    const flat = "spec:\n  list:\n  # one\n  - name: a\n    value: 1\n  after: 1\n";
    expect(editedText(flat, 0, [change("spec.list.0.value", 2), change("spec.list.1", { name: "b" })])).toBe(
      "spec:\n  list:\n  # one\n  - name: a\n    value: 2\n  - name: b\n  after: 1\n",
    );
  });

  test("takes no line of a script for a comment", () => {
    const script = "spec:\n  command:\n    - |\n      # in the script\n      run\n  # a comment\n  x: 1\n";
    expect(editedText(script, 0, [change("spec.command", ["true"])])).toBe(
      'spec:\n  command:\n    - "true"\n  # a comment\n  x: 1\n',
    );
  });
});

test.each(['{\n  "spec": {\n    "priority": 1\n  }\n}\n', "{spec: {priority: 1}}\n"])(
  "JSON and a whole object in braces are left to the person: %j",
  (braces) => {
    expect(editedText(braces, 0, [change("spec.priority", 7)])).toBeUndefined();
  },
);

const specs = celExamples.flatMap(({ kind, accepted }) => (kind === "JobDefinition" ? [accepted] : []));
const schema = specSchema("JobDefinition", crds);

/** The text with comments above and behind some of its lines. */
function commented(lines: readonly string[], places: readonly number[]): readonly string[] {
  return lines.flatMap((line, at) => {
    const margin = " ".repeat(line.search(/[^ ]/));
    if (places[at % places.length] === 1) return [`${margin}# above-${at}-`, line];
    return places[at % places.length] === 2 ? [`${line} # behind-${at}-`] : [line];
  });
}

test("every comment stays, and the object is what the changes say, whatever changes", () => {
  const spec = fc.constantFrom(...specs);
  fc.assert(
    fc.property(spec, spec, fc.array(fc.nat(4), { minLength: 1, maxLength: 7 }), (base, next, places) => {
      const before = commented(yamlOf({ spec: base }).trimEnd().split("\n"), places).join("\n");
      const { changes, conflicts } = changesOf({ base: hashed(base), next, mine: base }, schema, ["spec"]);
      const after = editedText(`${before}\n`, 0, changes) ?? "";
      expect(conflicts).toEqual([]);
      const value = documentsOf("", after).documents[0]?.value as { readonly spec: object };
      expect(changesOf({ base: hashed(value.spec), next, mine: value.spec }, schema, []).changes).toEqual([]);
      for (const [comment] of before.matchAll(/# (?:above|behind)-\d+-/g)) expect(after).toContain(comment);
    }),
    { numRuns: 100 },
  );
});
