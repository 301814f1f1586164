import type { JobDefinitionSpec } from "../../../api/v1alpha1/job-definition.ts";
import type { RevisionSeen, TagChange } from "../../../aws/region.ts";
import { othersCheckMs } from "../../intervals.ts";
import { notAdoptable } from "../../ownership/names.ts";
import { fingerprintTag, ownerTags, retainedFromTag } from "../../ownership/ownership.ts";
import { ignoredText, tagChange, tagFieldChanges } from "../../ownership/tags.ts";
import { differencesText, firstOf, otherClusterText, othersText } from "../../wording.ts";
import type { SeenRevision } from "./entries.ts";
import type { Seen } from "./seen.ts";
import { type Answer, blocked, tagging } from "./step.ts";

/** The owner of the name: rivals, other owners, and revisions without one. Pure. */

/** Another object has the name. */
export function claim(seen: Seen): Answer | undefined {
  if (seen.claimedBy === undefined) return undefined;
  return blocked(
    "Conflict",
    `JobDefinition ${seen.claimedBy} already owns the AWS name ${seen.name}, by the tags in AWS, by the namespace in the name, or because it is older. Delete one of the two, or recreate this object with a different jobDefinitionName`,
    othersCheckMs,
  );
}

/** A revision of another identity of this operator, or of another cluster: only a person knows the owner. */
export function otherOwner(seen: Seen, entries: readonly SeenRevision[]): Answer | undefined {
  for (const { name, owner } of entries) {
    if (owner.kind === "otherCluster") {
      return blocked("OwnedByOtherCluster", otherClusterText(name, owner));
    }
    if (owner.kind === "otherObject" && !seen.giveWay.includes(owner.owner)) {
      return blocked("Conflict", othersText(name, owner, "jobDefinitionName", seen.identity), othersCheckMs);
    }
  }
  return undefined;
}

export function retag(seen: Seen, stale: readonly SeenRevision[], serving: SeenRevision | undefined): Answer {
  const items = stale.map(({ name, revision }) => {
    const set = Object.entries(ownerTags(seen.identity)).filter(([key, value]) => revision.tags[key] !== value);
    const remove = retainedFromTag in revision.tags ? [retainedFromTag] : [];
    return { name, arn: revision.arn, change: { set: Object.fromEntries(set), remove } };
  });
  const carry = items.length > 1 ? "carry" : "carries";
  const names = firstOf(items.map(({ name }) => name));
  return tagging("takeOver", items, `${names} ${carry} an earlier identity of this object`, { serving });
}

/** The highest revision is nobody's. Undefined: it lies above one of ours, or may be covered, and is not taken over. */
export function adoption(
  spec: JobDefinitionSpec,
  seen: Seen,
  entries: readonly SeenRevision[],
  top: SeenRevision,
): Answer | undefined {
  const { adoptionPolicy } = seen.directives;
  const { ignoreTagKeys } = seen.settings;
  const unlisted = notAdoptable(seen.nameSeen);
  const allowed = adoptionPolicy !== "Never" && unlisted === undefined;
  const tags = tagChange(spec.tags, {}, top.revision.tags, ignoreTagKeys);
  const differing = [
    ...(top.equal ? [] : [bodyText(seen)]),
    ...(tags === undefined ? [] : [differencesText(tagFieldChanges(tags))]),
  ];
  const matches = adoptionPolicy === "IfExists" ? top.equal : differing.length === 0;
  if (allowed && matches && top.owner.kind === "foreign") return adopt(spec, seen, top);

  const foreign = entries.find(({ owner }) => owner.kind === "foreign");
  if (foreign === undefined || entries.some(ownedByUs)) return undefined;
  if (allowed && adoptionPolicy === "IfExists") return undefined;
  return blocked(
    "NotAdopted",
    `${foreign.name} was not registered by this operator, ${whyNot(seen, unlisted, { differing, tags })}`,
  );
}

/** The fields of the body that differ, where they were read; with values that cannot be secret. */
function bodyText({ bodyChanges }: Seen): string {
  return bodyChanges.length === 0 ? "its body" : `its body: ${differencesText(bodyChanges)}`;
}

function adopt(spec: JobDefinitionSpec, seen: Seen, { name, revision }: SeenRevision): Answer {
  const own = ownTags(seen, revision);
  const change = tagChange(spec.tags, own, revision.tags, seen.settings.ignoreTagKeys) ?? { set: own, remove: [] };
  const why = `${name} is what the spec says, and adoptionPolicy is ${seen.directives.adoptionPolicy}`;
  return tagging("adopt", [{ name, arn: revision.arn, change }], why);
}

interface Differing {
  /** In words. */
  readonly differing: readonly string[];
  readonly tags: TagChange | undefined;
}

function whyNot(seen: Seen, unlisted: string | undefined, { differing, tags }: Differing): string {
  const another = "recreate this object with a different jobDefinitionName";
  if (seen.directives.adoptionPolicy === "Never") {
    return `and adoptionPolicy is Never. Take the name over with adoptionPolicy IfMatching or IfExists, or ${another}`;
  }
  if (unlisted !== undefined) return `and ${unlisted}, or ${another}`;
  return `and differs in ${differing.join(" and ")}; adoptionPolicy IfMatching adopts it only when nothing would change. Make the spec equal to it, or use IfExists, which sets tags and registers a revision above it${ignoredText(tags)}`;
}

/** The owner's tags, and the fingerprint; one of another algorithm decides nothing and stays. */
export function ownTags(seen: Seen, revision: RevisionSeen): Readonly<Record<string, string>> {
  const found = revision.tags[fingerprintTag];
  const foreign = found !== undefined && algorithmOf(found) !== algorithmOf(seen.fingerprint);
  return { ...ownerTags(seen.identity), [fingerprintTag]: foreign ? found : seen.fingerprint };
}

function algorithmOf(fingerprint: string): string {
  return fingerprint.slice(0, fingerprint.indexOf(":"));
}

export function ownedByUs({ owner }: SeenRevision): boolean {
  return owner.kind === "ours";
}
