import type { TagChange } from "./region.ts";

/** AWS Batch allows this many tags on one thing, and in one call. */
const mostTags = 50;

/**
 * A change of tags in the calls that carry it out: each part either sets or removes. What is new is set before anything
 * goes, so that whoever dies between two calls leaves nothing without a mark; unless the thing cannot hold both.
 *
 * @param described the tags that it has
 */
export function tagCalls(
  { set, remove }: TagChange,
  described: Readonly<Record<string, string>>,
): readonly TagChange[] {
  const added = inParts(Object.entries(set)).map((part) => ({ set: Object.fromEntries(part), remove: [] }));
  const removed = inParts(remove).map((part) => ({ set: {}, remove: part }));
  const together = Object.keys({ ...described, ...set }).length;
  return together > mostTags ? [...removed, ...added] : [...added, ...removed];
}

function inParts<T>(all: readonly T[]): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let start = 0; start < all.length; start += mostTags) parts.push(all.slice(start, start + mostTags));
  return parts;
}
