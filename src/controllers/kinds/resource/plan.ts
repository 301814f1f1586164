/** Rules of the kinds with one resource in AWS: who owns it, its tags, and `status.plan`. Pure. */

import type { BatchKind } from "../../../api/batch-kind.ts";
import type { Reason } from "../../../api/reasons.ts";
import type { Described } from "../../../aws/effects.ts";
import { refusedRetryMs, unwatchedCheckMs } from "../../intervals.ts";
import { notAdoptable } from "../../ownership/names.ts";
import { ownershipOf, ownerTags, type Tags } from "../../ownership/ownership.ts";
import { adoptionText, claimChange, type OwnTags, tagChange, tagFieldChanges } from "../../ownership/tags.ts";
import type { Blocked, Change, FieldChange, Serves, Step } from "../../pass/agenda.ts";
import { differencesText, otherClusterText, othersText } from "../../wording.ts";
import type { TagAction } from "./action.ts";
import type { ResourceSeen } from "./seen.ts";

/** What the messages say of a kind. */
type KindText = Pick<BatchKind, "noun" | "awsName">;
type Difference = Pick<FieldChange, "path" | "from" | "to">;

/** Another object has the name. */
export function claimedByAnother(
  { claimedBy, name }: ResourceSeen,
  { noun, awsName }: KindText,
): Step<never> | undefined {
  if (claimedBy === undefined) return undefined;
  return {
    kind: "blocked",
    reason: "Conflict",
    message: `${claimedBy} already owns the ${noun} name ${name} in this account and region, by the tags in AWS, by the namespace in the name, or because it is older; delete one of the two, or recreate this object with a different ${awsName.field}`,
    checkInMs: unwatchedCheckMs,
  };
}

/**
 * The owner of the resource of that name; what belongs to others is not changed.
 *
 * @param desired the tags of the spec
 * @param differences what an adoption would change, apart from tags
 */
export function owned<R extends Described>(
  seen: ResourceSeen<R>,
  kind: KindText,
  desired: Tags | undefined,
  differences: (record: R) => readonly Difference[],
): Step<TagAction> | undefined {
  const { record, name } = seen;
  if (record === undefined || record.status === "DELETING") return undefined;
  const ownership = ownershipOf(record.tags, seen.identity);
  switch (ownership.kind) {
    case "ours":
      return ownership.retag ? claim(seen, "takeOver", `${name} gets the tags of this object`) : undefined;
    case "retained":
      return claim(seen, "takeOver", `${name}, retained earlier, gets its owner again`);
    case "otherCluster":
      return {
        kind: "blocked",
        reason: "OwnedByOtherCluster",
        message: otherClusterText(name, ownership),
      };
    case "otherObject":
      return {
        kind: "blocked",
        reason: "Conflict",
        message: othersText(name, ownership, kind.awsName.field, seen.identity),
      };
    case "foreign":
      return adopted(seen, kind, desired, () => differences(record));
  }
}

function adopted(
  seen: ResourceSeen,
  { noun, awsName: { field } }: KindText,
  desired: Tags | undefined,
  differences: () => readonly Difference[],
): Step<TagAction> {
  const { name, record } = seen;
  const blocked = (reason: Reason, message: string): Step<TagAction> => ({ kind: "blocked", reason, message });
  if (seen.directives.adoptionPolicy === "Never") {
    return blocked(
      "NotOwned",
      `the operator did not create the existing ${noun} ${name}. Recreate this object with another spec.${field}, or adopt the ${noun} by spec.adoptionPolicy`,
    );
  }
  const unlisted = notAdoptable(seen.nameSeen);
  if (unlisted !== undefined) {
    const message = `${name} exists and does not belong to the operator, and ${unlisted}, or recreate this object with another spec.${field}`;
    return blocked("NotAdoptable", message);
  }
  const tags = tagChange(desired, {}, record?.tags, seen.settings.ignoreTagKeys);
  const changes = [...differences(), ...(tags === undefined ? [] : tagFieldChanges(tags))];
  if (seen.directives.adoptionPolicy === "IfMatching" && changes.length > 0) {
    return blocked(
      "NotMatching",
      `${name} exists and differs in ${differencesText(changes)}; adoptionPolicy IfMatching adopts it only when nothing would change. ${adoptionText(tags)}`,
    );
  }
  return claim(seen, "adopt", `${name} is adopted`);
}

function claim(
  { name, arn, identity, record }: ResourceSeen,
  purpose: "adopt" | "takeOver",
  message: string,
): Step<TagAction> {
  const change = claimChange(identity, record?.tags);
  return { kind: "act", action: { kind: "tag", purpose, name, arn, change }, reason: "UpdatingOwnership", message };
}

/**
 * The tags of the spec and of the object, where AWS has others.
 *
 * @param own of the operator, in addition to those of the owner
 */
export function retagged(seen: ResourceSeen, desired: Tags | undefined, own?: OwnTags): Step<TagAction> | undefined {
  const { record, name, arn } = seen;
  const change = record === undefined ? undefined : differentTags(seen, record.tags, desired, own);
  if (change === undefined) return undefined;
  return {
    kind: "act",
    action: { kind: "tag", purpose: "userTags", name, arn, change },
    reason: "UpdatingTags",
    message: `the tags of ${name} are being changed`,
  };
}

function differentTags(
  { identity, settings }: ResourceSeen,
  described: Tags | undefined,
  desired: Tags | undefined,
  own?: OwnTags,
) {
  return tagChange(desired, { ...ownerTags(identity), ...own }, described, settings.ignoreTagKeys);
}

/**
 * What `status.plan` says of an object that is not being deleted.
 *
 * @param desired the tags of the spec
 * @param fields that differ
 * @param own tags of the operator, in addition to those of the owner
 */
export function changeOf(
  seen: ResourceSeen,
  desired: Tags | undefined,
  fields: readonly FieldChange[],
  own?: OwnTags,
): Change {
  const { record, planId: id } = seen;
  if (record === undefined || record.status === "DELETING") {
    return { action: "Create", id, reason: "NotInAWS", changes: [] };
  }
  // What belongs to somebody else is not changed, so its differences are not a plan.
  const { kind } = ownershipOf(record.tags, seen.identity);
  if (seen.claimedBy !== undefined || kind === "otherObject" || kind === "otherCluster") {
    return { action: "None", id, reason: "NotOwned", changes: [] };
  }
  if (fields.length > 0) return { action: "Update", id, reason: "FieldsDiffer", changes: fields };
  const tags = differentTags(seen, record.tags, desired, own);
  if (tags !== undefined) return { action: "UpdateTags", id, reason: "TagsDiffer", changes: tagFieldChanges(tags) };
  return { action: "None", id, reason: "InSync", changes: [] };
}

/** What AWS serves of a resource with a state and a status: it gives no reason why it finds one INVALID. */
export function servesByState(
  { name, record }: ResourceSeen<Described & { readonly state?: string | undefined }>,
  { toCheck, whileDisabled }: { readonly toCheck: string; readonly whileDisabled: string },
): Serves | Blocked {
  if (record?.status === "INVALID") {
    const message = `AWS found ${name} INVALID, and gives no reason: check ${toCheck}`;
    return { kind: "blocked", reason: "Invalid", message, checkInMs: refusedRetryMs };
  }
  if (record?.state !== "DISABLED") {
    return { kind: "serves", reason: "Available", message: `${name} is VALID, as the spec says` };
  }
  return { kind: "serves", reason: "Disabled", message: `${name} is VALID and DISABLED${whileDisabled}` };
}
