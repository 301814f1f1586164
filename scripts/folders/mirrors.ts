/** Which files of the source decide something and have no test of their own name. Pure. */

import { dirname } from "node:path";
import { executedNodes, mirrorOf, type SourceFile, syntaxOf } from "../mutate/syntax.ts";

const decisions = new Set(["IfStatement", "ConditionalExpression", "LogicalExpression", "SwitchStatement"]);

/**
 * Files with a decision whose mirror is missing: `src/aws/errors.ts` has it in `test/aws/errors.test.ts`, or in files of
 * the folder `test/aws/errors`.
 * @param tests paths of the files of tests, relative to the root
 * @returns paths by folder
 */
export function withoutMirror(
  files: readonly SourceFile[],
  tests: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const mirrors = new Set([
    ...tests.map((path) => path.replace(/\.test\.ts$/u, "")),
    ...tests.map((one) => dirname(one)),
  ]);
  const lacking = files
    .filter(({ path }) => !mirrors.has(mirrorOf(path)))
    .filter((file) => [...executedNodes(syntaxOf(file))].some(([{ type }]) => decisions.has(type)));
  return Map.groupBy(
    lacking.map(({ path }) => path),
    (path) => dirname(path),
  );
}

/** Lines about folders in which more files, or fewer, have no mirror than the baseline says. */
export function differences(
  lacking: ReadonlyMap<string, readonly string[]>,
  baseline: Readonly<Record<string, number>>,
): readonly string[] {
  const folders = [...new Set([...lacking.keys(), ...Object.keys(baseline)])].toSorted();
  return folders.flatMap((folder) => {
    const paths = lacking.get(folder) ?? [];
    const allowed = baseline[folder] ?? 0;
    if (paths.length > allowed)
      return [
        `${folder}: ${paths.length} files decide something and have no test of their own name, ${allowed} may: ${paths.join(", ")}`,
      ];
    return paths.length < allowed
      ? [`${folder}: write ${paths.length} in place of ${allowed}, so that it stays so`]
      : [];
  });
}
