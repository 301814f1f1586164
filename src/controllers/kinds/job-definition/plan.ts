import type { PlanReason } from "../../../api/reasons.ts";
import type { JobDefinition, JobDefinitionSpec } from "../../../api/v1alpha1/job-definition.ts";
import { tagPrefix } from "../../../aws/names.ts";
import { shortHash } from "../../fields/fingerprint.ts";
import { rereadCheckMs, revisionContestedForMs } from "../../intervals.ts";
import { fingerprintTag, identityText, ownerTags, revisionRolesTag } from "../../ownership/ownership.ts";
import { tagChange, withOwnTags } from "../../ownership/tags.ts";
import { rolesNamedByDefinition } from "../../parts/roles/fill.ts";
import { isMadeByOperator } from "../../parts/roles/names.ts";
import type { FieldChange, Plan } from "../../pass/agenda.ts";
import type { Action } from "./action.ts";
import { bodyChangeReason } from "./body-changes.ts";
import { adoption, claim, otherOwner, ownedByUs, ownTags, retag } from "./claims.ts";
import { entriesOf, nextTimeAfter, registeredByUs, type SeenRevision } from "./entries.ts";
import { awaitedConsumable, unresolvedConsumable } from "./hindrances.ts";
import { surplusOf } from "./history.ts";
import { removal } from "./removal.ts";
import type { Seen } from "./seen.ts";
import { type Answer, blocked, serves, tagging } from "./step.ts";

/**
 * The next step of a job definition. The spec is compared with the highest ACTIVE revision of the name,
 * because SubmitJob by name runs that one. Rules are in order; the first that applies wins. Pure.
 */

export function plan(object: JobDefinition, seen: Seen, now: number): Plan<Action> {
  const [id, entries] = [planId(object.spec, seen), entriesOf(seen)];
  if (seen.directives.deleting) {
    const change = { action: "Delete", id, reason: "ObjectDeleted", changes: [] } as const;
    return { change, agenda: [removal(seen, entries)], conditions: [] };
  }
  const { agenda, change } = upkeep(object.spec, seen, entries, now);
  const { reason } = agenda.at(-1) ?? agenda[0];
  return { change: { action: "None", reason, changes: [], ...change, id }, agenda, conditions: [] };
}

function upkeep(spec: JobDefinitionSpec, seen: Seen, entries: readonly SeenRevision[], now: number): Answer {
  const barred = claim(seen) ?? otherOwner(seen, entries);
  if (barred !== undefined) return barred;
  const unresolved = unresolvedConsumable(seen);
  if (unresolved !== undefined) return { agenda: [unresolved] };

  const top = entries[0];
  const stale = entries.filter(({ owner }) => owner.kind === "retained" || (owner.kind === "ours" && owner.retag));
  if (stale.length > 0) return retag(seen, stale, top?.equal === true && ownedByUs(top) ? top : undefined);
  if (top === undefined) return first(spec, seen, now);
  if (top.equal && ownedByUs(top)) return keep(spec, seen, entries, top, now);

  const adopted = adoption(spec, seen, entries, top);
  if (adopted !== undefined) return adopted;

  const contested = seen.registeredBefore ? 0 : contestedForMs(entries, top, now);
  if (contested > 0) return yielding(seen, top, contested);
  const changes = differences(spec, seen, entries, top);
  const why = `${top.name} differs from the spec`;
  return register(spec, seen, { reason: "FieldsDiffer", changes }, why, nextTimeAfter(entries, seen.reported, now));
}

/** No revision is ACTIVE: the first one, or all have been deregistered by somebody. */
function first(spec: JobDefinitionSpec, seen: Seen, now: number): Answer {
  const why = `no revision of ${seen.name} is ACTIVE`;
  const change: FieldChange = { path: "revision", kind: "register", why };
  const answer = register(
    spec,
    seen,
    { reason: "NotInAWS", changes: [change] },
    why,
    nextTimeAfter([], seen.reported, now),
  );
  if (seen.absent) return answer;
  const message = `waiting for a listing that shows whether ${seen.name} has ACTIVE revisions`;
  const until = { kind: "listing" } as const;
  return {
    ...answer,
    agenda: [{ kind: "wait", reason: "CheckingRevisions", message, checkInMs: rereadCheckMs, until }],
  };
}

/** The highest revision is ours and as desired: tags and old revisions remain. */
function keep(
  spec: JobDefinitionSpec,
  seen: Seen,
  entries: readonly SeenRevision[],
  top: SeenRevision,
  now: number,
): Answer {
  const change = tagChange(spec.tags, ownTags(seen, top.revision), top.revision.tags, seen.settings.ignoreTagKeys);
  if (change !== undefined) {
    const changes = [...Object.keys(change.set), ...change.remove].map(tagDifference);
    return tagging("userTags", [{ name: top.name, arn: top.revision.arn, change }], `tags of ${top.name} differ`, {
      serving: top,
      changes,
    });
  }
  const { due, nextInMs } = surplusOf(spec, entries, now);
  if (due.length === 0) return { agenda: [serves(top, nextInMs)] };
  const names = due.map(({ name }) => name);
  const message = `${names.join(", ")}: superseded and over revisionHistoryLimit`;
  const action: Action = { kind: "deregister", purpose: "history", names };
  return { agenda: [serves(top), { kind: "act", action, reason: "Deregistering", message }] };
}

/**
 * How long the newest of ours still lies under somebody else's revision without being registered again: it has
 * itself been registered over somebody else's a short while ago.
 */
function contestedForMs(entries: readonly SeenRevision[], top: SeenRevision, now: number): number {
  const [newest, before] = registeredByUs(entries);
  if (newest === undefined || !newest.equal || !top.byOthers) return 0;
  const corrected = before?.equal === true || entries[entries.indexOf(newest) + 1]?.byOthers === true;
  return corrected ? Math.max(0, newest.registeredAt + revisionContestedForMs - now) : 0;
}

function yielding(seen: Seen, top: SeenRevision, checkInMs: number): Answer {
  return blocked(
    "RevisionContested",
    `${top.name} was registered above ours by somebody else, for the second time within 10 minutes; jobs submitted by the name ${seen.name} use it. Find who registers it (CloudTrail: RegisterJobDefinition), or give the name up; the spec's body is registered above it again when the 10 minutes are over`,
    checkInMs,
  );
}

function differences(
  spec: JobDefinitionSpec,
  seen: Seen,
  entries: readonly SeenRevision[],
  top: SeenRevision,
): readonly FieldChange[] {
  if (top.byOthers && registeredByUs(entries)[0]?.equal === true) {
    const above = `${top.name}, registered by somebody else, lies above ours`;
    return [{ path: "revision", kind: "register", why: above }, ...seen.bodyChanges];
  }
  if (seen.bodyChanges.length > 0) return seen.bodyChanges;
  const why = bodyChangeReason;
  if (top.revision.type === spec.type) return [{ path: "spec", kind: "register", why }];
  const [from, to] = [JSON.stringify(top.revision.type), JSON.stringify(spec.type)];
  return [{ path: "spec.type", kind: "register", why, from, to }];
}

function register(
  spec: JobDefinitionSpec,
  seen: Seen,
  { reason, changes }: { readonly reason: PlanReason; readonly changes: readonly FieldChange[] },
  why: string,
  notBefore: number | undefined,
): Answer {
  const change = { action: "Register", reason, changes } as const;
  const awaited = awaitedConsumable(seen);
  if (awaited !== undefined) return { change, agenda: [awaited] };
  const roles = rolesNamedByDefinition(spec)
    .map(({ value }) => value)
    .filter(isMadeByOperator)
    .map((arn) => arn.slice(arn.lastIndexOf("/") + 1));
  const tags = withOwnTags(spec.tags, {
    ...ownerTags(seen.identity),
    [fingerprintTag]: seen.fingerprint,
    ...(roles.length === 0 ? {} : { [revisionRolesTag]: [...new Set(roles)].sort().join("/") }),
  });
  return {
    change,
    agenda: [
      {
        kind: "act",
        action: {
          kind: "register",
          name: seen.name,
          fingerprint: seen.fingerprint,
          tags,
          ...(notBefore === undefined ? {} : { notBefore }),
        },
        reason: "Registering",
        message: why,
      },
    ],
  };
}

function tagDifference(key: string): FieldChange {
  const place = key.startsWith(tagPrefix) ? "tags" : "spec.tags";
  return {
    path: `${place}[${JSON.stringify(key)}]`,
    kind: "tags",
    why: "tags change in place, without a new revision",
  };
}

/** Stays the same while the desired state does. */
function planId(spec: JobDefinitionSpec, seen: Seen): string {
  return shortHash([identityText(seen.identity), seen.fingerprint, spec.tags]);
}
