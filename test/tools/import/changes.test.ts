import { describe, expect, test } from "vitest";
import { changedValue, changesOf } from "../../../src/tools/import/changes.ts";
import { specSchema } from "../../../src/tools/import/decide.ts";
import { hashed } from "../../../src/tools/import/remembered.ts";
import { crds } from "../../../src/tools/manifests.ts";

const schema = specSchema("JobDefinition", crds);
const variables = (...all: readonly (readonly [string, string])[]) => ({
  containerProperties: { environment: all.map(([name, value]) => ({ name, value })) },
});
const found = (base: unknown, next: unknown, mine: unknown) =>
  changesOf({ base: hashed(base), next, mine }, schema, ["spec"]);

describe("what has changed in AWS", () => {
  test("is changed where the person left what there was", () => {
    const [base, next] = [{ timeout: { attemptDurationSeconds: 60 } }, { timeout: { attemptDurationSeconds: 90 } }];
    const mine = { ...base, revisionHistoryLimit: 3 };
    const { changes, conflicts } = found(base, next, mine);
    expect(changes).toEqual([{ path: ["spec", "timeout", "attemptDurationSeconds"], value: 90 }]);
    expect(conflicts).toEqual([]);
    expect(changedValue({ spec: mine }, changes[0]?.path ?? [], 90)).toEqual({ spec: { ...mine, ...next } });
  });

  test("is a conflict where the person has written something else, and nothing where both did the same", () => {
    const [base, next] = [{ schedulingPriority: 1 }, { schedulingPriority: 2 }];
    expect(found(base, next, { schedulingPriority: 3 }).conflicts).toEqual([["spec", "schedulingPriority"]]);
    expect(found(base, next, next)).toEqual({ changes: [], conflicts: [] });
    expect(found(base, base, { schedulingPriority: 3 })).toEqual({ changes: [], conflicts: [] });
  });

  test("is found by its key in lists that have one, wherever the person has put it", () => {
    const base = variables(["A", "1"], ["B", "1"], ["C", "1"], ["D", "1"]);
    const next = variables(["A", "1"], ["B", "2"], ["E", "5"], ["F", "6"]);
    const mine = variables(["D", "1"], ["C", "1"], ["B", "1"], ["A", "mine"]);
    const at = ["spec", "containerProperties", "environment"];
    expect(found(base, next, mine)).toEqual({
      changes: [
        { path: [...at, 2, "value"], value: "2" },
        { path: [...at, 4], value: { name: "E", value: "5" } },
        { path: [...at, 5], value: { name: "F", value: "6" } },
        { path: [...at, 1], value: undefined },
        { path: [...at, 0], value: undefined },
      ],
      conflicts: [],
    });
  });

  test("is the same set in any order", () => {
    const capabilities = (...platformCapabilities: readonly string[]) => ({ platformCapabilities });
    expect(found(capabilities("A", "B"), capabilities("C"), capabilities("B", "A")).changes).toHaveLength(1);
    expect(found(capabilities("A"), capabilities("B", "C"), capabilities("C", "B"))).toEqual({
      changes: [],
      conflicts: [],
    });
  });
});
