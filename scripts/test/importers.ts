/** Which tests load a module. */

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The files that import one of the modules, also over others.
 *
 * @param root of the repository
 * @param among globs of the files that are asked about, from the root
 * @param modules paths from the root
 * @returns paths from the root, in the order of the alphabet
 */
export function importersOf(root: string, among: readonly string[], modules: readonly string[]): readonly string[] {
  const known = new Map<string, boolean>(modules.map((path) => [path, true]));
  const leads = (path: string): boolean => {
    const found = known.get(path);
    if (found !== undefined) return found;
    // A circle leads nowhere else.
    known.set(path, false);
    const answer = importedBy(root, path).some(leads);
    known.set(path, answer);
    return answer;
  };
  const files = among.flatMap((glob) => globSync(glob, { cwd: root }));
  return [...new Set(files)].filter(leads).toSorted();
}

const importedFrom = /(?:from|import)\s+"(\.{1,2}\/[^"]+\.ts)"/g;

function importedBy(root: string, path: string): readonly string[] {
  const text = readFileSync(join(root, path), "utf8");
  const targets = [...text.matchAll(importedFrom)].map(([, target = ""]) => join(dirname(path), target));
  // The text of a test may have the source of another file in it.
  return targets.filter((target) => existsSync(join(root, target)));
}
