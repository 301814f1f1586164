/** Which folders depend on each other in a circle. Pure. */

import { dirname, posix } from "node:path";

/** By file, the files that it imports, types included. Paths are relative to the root, with slashes. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** The relative imports in the text of a file. */
export function importsIn(file: string, text: string): readonly string[] {
  const found = text.matchAll(/^(?:import|export)\b[^;]*?from "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm);
  return [...found].map(([, from, dynamic]) => posix.join(posix.dirname(file), from ?? dynamic ?? ""));
}

/**
 * Cycles among folders that do not contain each other: a folder and its parents may import from each other.
 * @returns one line for each import that is part of a circle
 */
export function folderCycles(imports: Imports): readonly string[] {
  const edges = [...imports].flatMap(([file, targets]) =>
    targets
      .map((target) => ({ file, target, from: dirname(file), to: dirname(target) }))
      .filter(({ from, to }) => !contains(from, to) && !contains(to, from)),
  );
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  return edges
    .filter(({ from, to }) => reaches(next, to, from))
    .map(({ file, target }) => `${file} imports ${target}`)
    .toSorted();
}

function contains(folder: string, other: string): boolean {
  return other === folder || other.startsWith(`${folder}/`);
}

function reaches(next: ReadonlyMap<string, ReadonlySet<string>>, start: string, goal: string): boolean {
  const seen = new Set([start]);
  for (const folder of seen) for (const one of next.get(folder) ?? []) seen.add(one);
  return seen.has(goal);
}
