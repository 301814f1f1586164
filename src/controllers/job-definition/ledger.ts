import type { RevisionSeen } from "../../aws/region.ts";
import { timestamp } from "../conditions.ts";
import { fingerprintTag, type Ownership, ownershipOf, registeredAtTag } from "../ownership.ts";
import type { Seen, Told } from "./seen.ts";

/** The ACTIVE revisions of a name, each with what its tags and its body tell. Pure. */

export interface Entry {
  /** `name:revision`. */
  readonly name: string;
  readonly revision: RevisionSeen;
  readonly owner: Ownership;
  /** It runs what the spec wishes. */
  readonly equal: boolean;
  /** It is not ours by its tags, or it was registered by hand with the tags of an older one that is. */
  readonly byOthers: boolean;
  /** Wall time (ms) at which we registered it; undefined: we did not. */
  readonly registeredAt: number | undefined;
}

/** @returns highest revision first */
export function ledgerOf(seen: Seen): readonly Entry[] {
  const revisions = [...seen.revisions].sort((left, right) => right.revision - left.revision);
  return revisions.map((revision, index) => {
    const owner = ownershipOf(revision.tags, seen.identity);
    const byOthers = owner.kind !== "ours" || copied(revision, revisions.slice(index + 1), seen.told);
    const registeredAt = byOthers ? undefined : timeIn(revision);
    return {
      name: `${revision.name}:${revision.revision}`,
      revision,
      owner,
      equal: revision.fingerprint === seen.fingerprint || registeredAsWished(revision, registeredAt, seen),
      byOthers,
      registeredAt,
    };
  });
}

/** The revisions that we registered ourselves, highest first. */
export function registeredByUs(ledger: readonly Entry[]): readonly (Entry & { readonly registeredAt: number })[] {
  return ledger.filter((entry): entry is Entry & { readonly registeredAt: number } => entry.registeredAt !== undefined);
}

/**
 * A body never changes: what we registered for this wish serves it, also when AWS describes it with something
 * that the normal form does not know.
 */
function registeredAsWished(revision: RevisionSeen, registeredAt: number | undefined, seen: Seen): boolean {
  return registeredAt !== undefined && revision.tags[fingerprintTag] === seen.fingerprint;
}

/**
 * Whether it was registered by hand with the tags of an older revision. That one may have been deregistered since: then
 * the status knows that the time belongs to another number, or that this one is not of our making.
 */
function copied(revision: RevisionSeen, older: readonly RevisionSeen[], told: readonly Told[]): boolean {
  const registeredAt = revision.tags[registeredAtTag];
  if (registeredAt === undefined) return false;
  if (older.some((one) => one.tags[registeredAtTag] === registeredAt)) return true;
  const time = timeIn(revision);
  return told.some((one) =>
    one.revision === revision.revision
      ? one.registeredAt === undefined
      : one.revision < revision.revision && time !== undefined && one.registeredAt === timestamp(time),
  );
}

function timeIn(revision: RevisionSeen): number | undefined {
  const time = Date.parse(revision.tags[registeredAtTag] ?? "");
  return Number.isNaN(time) ? undefined : time;
}
