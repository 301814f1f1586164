import { globSync, readFileSync, statSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";

/** Phrases that read like a translation, and what to write in their place. cspell.config.yaml has the single words. */
const phrases: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\b(is|are|was|were) wanted\b/i, "expected …"],
  [/(?<!\bthere )\b(is|are|was|were) no (?!more\b|one\b|\w+er\b)[a-z]/i, "is not a …"],
  [/\bknown as ours\b/i, "belongs to the operator"],
  [/\b(is|are) well\b(?!-| )/i, "is healthy"],
  [/\blet(s|ting)? go\b/i, "removes the finalizer, or releases"],
];

/** The configuration of cspell says which files are checked, for words and for phrases. */
const { files, ignorePaths } = load(readFileSync("cspell.config.yaml", "utf8")) as {
  readonly files: readonly string[];
  readonly ignorePaths: readonly string[];
};
const notOurs = /^(node_modules|dist|coverage)(\/|$)|(^|\/)\.(git|cache|aws-batch-operator)(\/|$)/;

const isExcluded = (path: string): boolean =>
  notOurs.test(path) || ignorePaths.some((ignored) => path === ignored || path.startsWith(`${ignored}/`));

const checked = globSync([...files], { exclude: (path) => isExcluded(path) }).filter(
  (path) => !isExcluded(path) && statSync(path).isFile(),
);

describe("a text or an identifier", () => {
  test("uses no phrase of which readers expect another", () => {
    expect(checked).toContain("README.md");
    const found = checked.flatMap((path) =>
      readFileSync(path, "utf8")
        .split("\n")
        .flatMap((line, index) =>
          phrases
            .filter(([phrase]) => phrase.test(line))
            .map(([, instead]) => `${path}:${index + 1}: ${line.trim()} (better: ${instead})`),
        ),
    );
    expect(found).toEqual([]);
  });

  test("is checked in every folder, but for those that the list names", () => {
    const missing = ignorePaths.filter((path) => globSync(path).length === 0);
    expect(missing).toEqual([]);
  });
});
