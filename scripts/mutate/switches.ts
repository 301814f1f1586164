/** All mutations of a file in one text: each replaced expression becomes a choice between what it was and what it could be. */

import type { Mutation } from "./mutations.ts";

export interface Switched extends Mutation {
  /** Which one is chosen: `globalThis.mutants` has it, see setup.ts. */
  readonly id: number;
}

/** The text with a switch at each mutation. As nodes of one tree, they may contain one another, but not overlap in part. */
export function withSwitches(text: string, mutations: readonly Switched[]): string {
  const ordered = mutations.toSorted((a, b) => a.start - b.start || b.end - a.end);
  return part(text, ordered, 0, text.length)[0];
}

/** The text from `from` to `to` with the switches in it, and those that begin later. */
function part(text: string, mutations: readonly Switched[], from: number, to: number): [string, readonly Switched[]] {
  let rest = mutations;
  let result = "";
  let at = from;
  for (let next = rest[0]; next !== undefined && next.start < to; next = rest[0]) {
    const { start, end } = next;
    const here = rest.filter((other) => other.start === start && other.end === end);
    const [inner, later] = part(text, rest.slice(here.length), start, end);
    const choices = here.map(({ id, text: replacement }) => `globalThis.mutants?.(${id}) ? (${replacement}) : `);
    result += `${text.slice(at, start)}(${choices.join("")}(${inner}))`;
    at = end;
    rest = later;
  }
  return [result + text.slice(at, to), rest];
}
