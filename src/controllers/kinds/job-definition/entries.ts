import type { RevisionSeen } from "../../../aws/region.ts";
import { clocksDifferMs } from "../../intervals.ts";
import { fingerprintTag, isNamedBy, type Ownership, ownershipOf, registeredAtTag } from "../../ownership/ownership.ts";
import { timestamp } from "../../pass/conditions.ts";
import type { ReportedRevision, Seen } from "./seen.ts";

/** The ACTIVE revisions of a name, each with what its tags and its body show. Pure. */

export interface SeenRevision {
  /** `name:revision`. */
  readonly name: string;
  readonly revision: RevisionSeen;
  readonly owner: Ownership;
  /** It runs what the spec desires. */
  readonly equal: boolean;
  /** It is not ours by its tags, or it was registered by hand with the tags of an older one that is. */
  readonly byOthers: boolean;
  /** Wall time (ms) at which we registered it; undefined: we did not. */
  readonly registeredAt: number | undefined;
}

/** @returns highest revision first */
export function entriesOf(
  seen: Pick<Seen, "revisions" | "identity" | "reported" | "fingerprint">,
): readonly SeenRevision[] {
  const revisions = [...seen.revisions].sort((left, right) => right.revision - left.revision);
  return revisions.map((revision, index) => {
    const owner = ownershipOf(revision.tags, seen.identity);
    const byOthers = owner.kind !== "ours" || copied(revision, revisions.slice(index + 1), seen.reported);
    const registeredAt = byOthers ? undefined : timeIn(revision);
    return {
      name: `${revision.name}:${revision.revision}`,
      revision,
      owner,
      equal: revision.fingerprint === seen.fingerprint || registeredAsDesired(revision, registeredAt, seen),
      byOthers,
      registeredAt,
    };
  });
}

/**
 * Whether somebody registered a revision by hand under the name of an object: without the object's tags, which Retain leaves
 * in another form, or with those of an older revision.
 *
 * @param revisions all ACTIVE ones of the name
 */
export function isByHand(
  revision: RevisionSeen,
  { revisions, identity, reported }: Pick<Seen, "revisions" | "identity" | "reported">,
): boolean {
  const older = revisions.filter((one) => one.revision < revision.revision);
  return !isNamedBy(revision.tags, identity) || copied(revision, older, reported);
}

/** The revisions that we registered ourselves, highest first. */
export function registeredByUs(
  entries: readonly SeenRevision[],
): readonly (SeenRevision & { readonly registeredAt: number })[] {
  return entries.filter(
    (entry): entry is SeenRevision & { readonly registeredAt: number } => entry.registeredAt !== undefined,
  );
}

/**
 * A body never changes: what we registered for this spec serves it, also when AWS describes it with something
 * that the normal form does not know.
 */
function registeredAsDesired(
  revision: RevisionSeen,
  registeredAt: number | undefined,
  seen: Pick<Seen, "fingerprint">,
): boolean {
  return registeredAt !== undefined && revision.tags[fingerprintTag] === seen.fingerprint;
}

/**
 * Whether it was registered by hand with the tags of an older revision. Of what AWS shows the tags decide, which are
 * exact. An older one may have been deregistered since: then the status knows, in whole seconds, that the time belongs
 * to another number, or that this one is not of our making.
 */
function copied(
  revision: RevisionSeen,
  older: readonly RevisionSeen[],
  reported: readonly ReportedRevision[],
): boolean {
  const registeredAt = revision.tags[registeredAtTag];
  if (registeredAt === undefined) return false;
  if (older.some((one) => one.tags[registeredAtTag] === registeredAt)) return true;
  const itself = reported.find((one) => one.revision === revision.revision);
  if (itself !== undefined) return itself.registeredAt === undefined;
  const time = timeIn(revision);
  const gone = reported.filter(
    (one) => one.revision < revision.revision && older.every((shown) => shown.revision !== one.revision),
  );
  return time !== undefined && gone.some((one) => one.registeredAt === timestamp(time));
}

/**
 * The earliest time (wall ms) that the next revision may bear; undefined: now will do. No two of ours bear the same
 * second, for the status shows nothing else of one that is deregistered.
 */
export function nextTimeAfter(
  entries: readonly SeenRevision[],
  reported: readonly ReportedRevision[],
  now: number,
): number | undefined {
  const times = [
    ...registeredByUs(entries).map(({ registeredAt }) => registeredAt),
    ...reported.map(({ registeredAt = "" }) => Date.parse(registeredAt)),
  ];
  // A time that lies far ahead was not written by a clock that can be followed.
  const seconds = times.filter((time) => time < now + clocksDifferMs).map((time) => Math.floor(time / 1000));
  const next = (Math.max(...seconds) + 1) * 1000;
  return next > now ? next : undefined;
}

function timeIn(revision: RevisionSeen): number | undefined {
  const time = Date.parse(revision.tags[registeredAtTag] ?? "");
  return Number.isNaN(time) ? undefined : time;
}
