/** Which mutations are tried: all of some files, or those at places that a seed draws from the whole source. */

import { type Random, seededRandom } from "../../src/runtime/random.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";
import type { Switched } from "./switches.ts";
import type { SourceFile } from "./syntax.ts";

export interface Planned extends Switched {
  readonly path: string;
}

/** Every mutation of the files. */
export function allOf(files: readonly SourceFile[]): readonly Planned[] {
  return files.flatMap((file) => mutationsOf(file).map((mutation) => ({ ...mutation, path: file.path }))).map(numbered);
}

/**
 * One mutation near each of `count` places. The places are evenly spread over the lines of all files, from a random
 * start. The kind is chosen at random among those that the text near a place has, so that rare kinds are not drowned.
 * What is drawn for one place does not depend on what is allowed at another.
 */
export function drawn(
  files: readonly SourceFile[],
  count: number,
  seed: number,
  isAllowed: (mutation: Omit<Planned, "id">) => boolean,
): readonly Planned[] {
  const lengths = files.map(({ text }) => text.split("\n").length);
  const step = lengths.reduce((sum, length) => sum + length, 0) / count;
  const planned: Omit<Planned, "id">[] = [];
  let next = seededRandom(seed)() * step;
  let place = 0;
  for (const [index, file] of files.entries()) {
    const { path } = file;
    const length = lengths[index] ?? 0;
    const candidates = next < length ? mutationsOf(file).map((mutation) => ({ ...mutation, path })) : [];
    for (; next < length; next += step) {
      const mutation = nearest(candidates.filter(isAllowed), next, seededRandom(seed * count + place++));
      if (mutation && !planned.some((other) => other.path === path && other.start === mutation.start))
        planned.push(mutation);
    }
    next -= length;
  }
  return planned.map(numbered);
}

const numbered = <T extends object>(mutation: T, id: number): T & { readonly id: number } => ({ ...mutation, id });

/** Lines around a place in which a bug counts as being there. */
const near = 15;

/** Of a random kind, the mutation nearest to the line; the nearest of any kind if there is none around it. */
function nearest<T extends Mutation>(candidates: readonly T[], line: number, random: Random): T | undefined {
  const distance = (mutation: T): number => Math.abs(mutation.line - line);
  const around = candidates.filter((mutation) => distance(mutation) <= near);
  const kinds = [...new Set(around.map(({ kind }) => kind))];
  const kind = kinds[Math.floor(random() * kinds.length)];
  const ofKind = kind === undefined ? candidates : around.filter((mutation) => mutation.kind === kind);
  const least = Math.min(...ofKind.map(distance));
  const best = ofKind.filter((mutation) => distance(mutation) === least);
  return best[Math.floor(random() * best.length)];
}
