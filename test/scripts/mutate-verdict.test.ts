import { describe, expect, it } from "vitest";
import { differences, folderTable, type Mutant, table, wordsOnly } from "../../scripts/mutate/verdict.ts";

const mutant = (change: Partial<Mutant> = {}): Mutant => ({
  file: "src/a.ts",
  line: 1,
  in: "if (a < b) return;",
  was: "a < b",
  becomes: "a <= b",
  mutator: "EqualityOperator",
  status: "Survived",
  ...change,
});
const entry = ({ file, in: line, was, becomes }: Mutant) => ({ file, in: line, was, becomes, why: "equal" });

describe("the list of survivors", () => {
  it("names each one that survives and is not listed, also where no test comes", () => {
    const left = mutant({ becomes: "true", status: "NoCoverage" });
    const { unlisted, stale } = differences([mutant(), left], [entry(mutant())]);
    expect([unlisted, stale]).toEqual([[left], []]);
  });

  it("names each entry that survives no more", () => {
    const { unlisted, stale } = differences([mutant({ status: "Killed" })], [entry(mutant())]);
    expect([unlisted, stale]).toEqual([[], [entry(mutant())]]);
  });

  it("follows a line to another number", () => {
    expect(differences([mutant({ line: 7 })], [entry(mutant())])).toEqual({ unlisted: [], stale: [] });
  });
});

describe("the table", () => {
  it("counts what was killed or ran out of time, and not what could not run", () => {
    const mutants = [
      mutant(),
      mutant({ status: "Killed" }),
      mutant({ status: "Killed" }),
      mutant({ status: "Timeout" }),
      mutant({ status: "RuntimeError" }),
    ];
    const { text, below } = table(mutants, ["src/a.ts"], 85);
    expect(text).toContain("| `src/a.ts` | 5 | 2 | 1 | 1 | 75.0 % |");
    expect(below).toEqual(["src/a.ts"]);
    expect(table(mutants, ["src/a.ts"], 75).below).toEqual([]);
  });
});

it("the table by folder counts the files of each together", () => {
  const killed = mutant({ file: "src/kube/b.ts", status: "Killed" });
  expect(
    folderTable([mutant({ file: "src/kube/a.ts" }), killed, mutant()])
      .split("\n")
      .slice(2),
  ).toEqual(["| `src/kube` | 2 | 1 | 50.0 % |", "| `src` | 1 | 1 | 0.0 % |"]);
});

describe("words for people", () => {
  it.each([
    [{ mutator: "StringLiteral", was: '"it is being made"' }, true],
    [{ mutator: "StringLiteral", was: "`the $ is made`" }, true],
    [{ mutator: "StringLiteral", was: '"Creating"' }, false],
    [{ mutator: "StringLiteral", was: '"spec.state"' }, false],
    [{ mutator: "ObjectLiteral", was: "{ error }", in: 'log.warn("x", { error });' }, true],
    [{ mutator: "ObjectLiteral", was: "{ error }", in: "return { error };" }, false],
    [{ mutator: "ConditionalExpression", was: "lost", in: 'if (lost) log.error("lost");' }, false],
  ])("%j: %s", (change, expected) => {
    expect(wordsOnly(mutant(change))).toBe(expected);
  });
});
