import { isReservedTag, tagPrefix } from "../../aws/names.ts";
import type { TagChange } from "../../aws/region.ts";
import { shell } from "../../runtime/shell.ts";
import type { FieldChange } from "../pass/agenda.ts";
import { isLiteral, matchesAny } from "./glob.ts";
import {
  createdAtTag,
  type Identity,
  ownerTags,
  retainedFromTag,
  retiredAtTag,
  returnedAtTag,
  rolloutTokenTag,
  type Tags,
  verificationTag,
} from "./ownership.ts";

/** Tags of the operator; undefined: the resource does not have it. */
export type OwnTags = Readonly<Record<string, string | undefined>>;

/**
 * What must be set and removed so that an AWS object carries exactly the user's tags and the operator's `own`.
 * Keys that AWS or, by `--ignore-tag-keys`, others own are left alone; so are the operator's own keys that are
 * not in `own` (they are memory, written by steps of their own), except the mark of Retain.
 *
 * @returns undefined when nothing differs
 */
export function tagChange(
  desired: Tags | undefined,
  own: OwnTags,
  described: Tags | undefined,
  ignoreTagKeys: readonly string[],
): TagChange | undefined {
  const ownPresent = Object.entries(own).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  const target = withOwnTags(desired, Object.fromEntries(ownPresent));
  const seen = described ?? {};
  const set = Object.fromEntries(
    Object.entries(target).filter(
      ([key, value]) => seen[key] !== value && (Object.hasOwn(own, key) || !matchesAny(ignoreTagKeys, key)),
    ),
  );
  const remove = Object.keys(seen).filter(
    (key) =>
      !Object.hasOwn(target, key) &&
      (Object.hasOwn(own, key) ||
        ((!isReservedTag(key) || key === retainedFromTag) && !matchesAny(ignoreTagKeys, key))),
  );
  return Object.keys(set).length === 0 && remove.length === 0 ? undefined : { set, remove };
}

/** How something of others can be adopted although it differs. */
export function adoptionText(change: TagChange | undefined): string {
  return `Make the spec equal to it, or set adoptionPolicy: IfExists, which changes it after the adoption${ignoredText(change)}`;
}

/** How tags that a spec lacks can stay, as the end of a sentence; empty: it lacks none. */
export function ignoredText(change: TagChange | undefined): string {
  const keys = (change?.remove ?? []).filter(isLiteral);
  if (keys.length === 0) return "";
  return `; to leave tags of others alone, start the operator with ${shell`--ignore-tag-keys=${keys.join(",")}`}`;
}

/**
 * The user's tags with the operator's own. Without reserved keys in any case: an object that was stored before the
 * schema refused those would overwrite our tags in IAM, where keys have no case.
 */
export function withOwnTags(user: Tags | undefined, own: Tags): Tags {
  return { ...Object.fromEntries(Object.entries(user ?? {}).filter(([key]) => !isReservedTag(key))), ...own };
}

/** Makes an AWS resource this identity's, whoever owned it: the owner's tags, without the mark of Retain. */
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

/** Facts of a resource, whoever owns it: without them, adopting it again could replace it, trust it again or keep it out of service. */
const facts = [createdAtTag, retiredAtTag, returnedAtTag, rolloutTokenTag, verificationTag];

/**
 * The tags that `deletionPolicy: Retain` leaves: no owner, but a mark of the last one, and the facts that stay
 * true, such as that we took it out of service: the next owner must know that nobody else disabled it.
 */
export function releaseTags(described: Tags | undefined, retainedFrom: string): TagChange {
  const kept = [retainedFromTag, ...facts];
  const remove = Object.keys(described ?? {}).filter((key) => key.startsWith(tagPrefix) && !kept.includes(key));
  return { set: { [retainedFromTag]: retainedFrom }, remove };
}

const notInTags = /[^\p{L}\p{N} _.:=+@-]+/gu;

/** What AWS takes of a text in the value of a tag (letters, digits, spaces and a few signs), cut, and without `/`. */
export function tagText(text: string, length: number): string {
  return text.replaceAll(notInTags, " ").replaceAll(/ +/g, " ").slice(0, length).trim();
}

/** Tags in the form of IAM's and EC2's calls. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
