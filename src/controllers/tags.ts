import type { TagChange } from "../aws/region.ts";
import { matchesAny } from "./glob.ts";
import { retainedFromTag, retiredAtTag, type Tags, tagPrefix } from "./ownership.ts";

/**
 * What must be set and removed so that an AWS object carries exactly the user's tags and the operator's `own`.
 * Keys that AWS or, by `--ignore-tag-keys`, others own are left alone; so are the operator's own keys that are
 * not in `own` (they are memory, written by steps of their own), except the mark of Retain.
 *
 * @returns undefined when nothing differs
 */
export function tagChange(
  wished: Tags | undefined,
  own: Tags,
  described: Tags | undefined,
  ignoreTagKeys: readonly string[],
): TagChange | undefined {
  const wanted: Tags = { ...wished, ...own };
  const seen = described ?? {};
  const set = Object.fromEntries(
    Object.entries(wanted).filter(
      ([key, value]) => seen[key] !== value && (key in own || !matchesAny(ignoreTagKeys, key)),
    ),
  );
  const remove = Object.keys(seen).filter(
    (key) =>
      !(key in wanted) &&
      !key.startsWith("aws:") &&
      (!key.startsWith(tagPrefix) || key === retainedFromTag) &&
      !matchesAny(ignoreTagKeys, key),
  );
  return Object.keys(set).length === 0 && remove.length === 0 ? undefined : { set, remove };
}

/**
 * The tags that `deletionPolicy: Retain` leaves: no owner, but a mark from whom it was, and that we took it out of
 * service if we did: whoever takes it back must know that nobody else wished it DISABLED.
 */
export function releaseTags(described: Tags | undefined, retainedFrom: string): TagChange {
  const kept = [retainedFromTag, retiredAtTag];
  const remove = Object.keys(described ?? {}).filter((key) => key.startsWith(tagPrefix) && !kept.includes(key));
  return { set: { [retainedFromTag]: retainedFrom }, remove };
}
