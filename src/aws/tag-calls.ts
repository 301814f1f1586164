import { tagPrefix } from "./names.ts";

export interface TagChange {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** AWS Batch allows this many tags of a user's on one resource, and this many in one call. */
const mostTags = 50;

/**
 * A change of tags in the calls that carry it out: each part either sets or removes. What is new is set before anything
 * goes. Where the resource cannot hold both, what is not ours goes first; a mark of ours never goes before what takes its
 * place, or whoever dies between two calls, or is refused the second, leaves a resource that is nobody's.
 *
 * @param described the tags that it has
 */
export function tagCalls(
  { set, remove }: TagChange,
  described: Readonly<Record<string, string>>,
): readonly TagChange[] {
  const together = Object.keys({ ...described, ...set }).filter((key) => !key.startsWith("aws:")).length;
  const first = together > mostTags ? remove.filter((key) => !key.startsWith(tagPrefix)) : [];
  const last = remove.filter((key) => !first.includes(key));
  return [
    ...removals(first),
    ...inParts(Object.entries(set)).map((part) => ({ set: Object.fromEntries(part), remove: [] })),
    ...removals(last),
  ];
}

function removals(keys: readonly string[]): readonly TagChange[] {
  return inParts(keys).map((part) => ({ set: {}, remove: part }));
}

function inParts<T>(all: readonly T[]): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let start = 0; start < all.length; start += mostTags) parts.push(all.slice(start, start + mostTags));
  return parts;
}
