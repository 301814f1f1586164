import { tagPrefix } from "../aws/names.ts";
import type { TagChange } from "../aws/region.ts";
import type { FieldChange } from "./agenda.ts";
import { matchesAny } from "./glob.ts";
import {
  createdAtTag,
  type Identity,
  ownerTags,
  retainedFromTag,
  retiredAtTag,
  returnedAtTag,
  rolloutTokenTag,
  type Tags,
} from "./ownership.ts";

/**
 * What must be set and removed so that an AWS object carries exactly the user's tags and the operator's `own`.
 * Keys that AWS or, by `--ignore-tag-keys`, others own are left alone; so are the operator's own keys that are
 * not in `own` (they are memory, written by steps of their own), except the mark of Retain.
 *
 * @returns undefined when nothing differs
 */
export function tagChange(
  desired: Tags | undefined,
  own: Tags,
  described: Tags | undefined,
  ignoreTagKeys: readonly string[],
): TagChange | undefined {
  const wanted: Tags = { ...desired, ...own };
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

/** What makes an AWS object this identity's, whoever's it was: the owner's tags, and the mark of Retain gone. */
export function claimChange(identity: Identity, described: Tags | undefined): TagChange {
  return { set: ownerTags(identity), remove: described?.[retainedFromTag] === undefined ? [] : [retainedFromTag] };
}

/** The tags after a change. */
export function changedTags(tags: Tags | undefined, { set, remove }: TagChange): Tags {
  return Object.fromEntries(Object.entries({ ...tags, ...set }).filter(([key]) => !remove.includes(key)));
}

/**
 * A change of tags as `status.plan` reports it: keys, never values.
 *
 * @param path of the tags: of the spec, or of what the operator adds to them
 */
export function tagFieldChanges({ set, remove }: TagChange, path = "spec.tags"): FieldChange[] {
  return [...Object.keys(set), ...remove].map((key) => {
    return { path: `${path}[${JSON.stringify(key)}]`, kind: "tags", why: "tags are changed in place" };
  });
}

/** What is true of a thing whoever owns it: taken back, it is not replaced, trusted again or left out of service for want of it. */
const facts = [createdAtTag, retiredAtTag, returnedAtTag, rolloutTokenTag];

/**
 * The tags that `deletionPolicy: Retain` leaves: no owner, but a mark from whom it was, and what is true of it all the
 * same, such as that we took it out of service: whoever takes it back must know that nobody else wished it DISABLED.
 */
export function releaseTags(described: Tags | undefined, retainedFrom: string): TagChange {
  const kept = [retainedFromTag, ...facts];
  const remove = Object.keys(described ?? {}).filter((key) => key.startsWith(tagPrefix) && !kept.includes(key));
  return { set: { [retainedFromTag]: retainedFrom }, remove };
}

/** Tags in the form of IAM's and EC2's calls. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
