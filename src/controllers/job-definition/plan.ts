import type { JobDefinition, JobDefinitionSpec } from "../../api/v1alpha1/job-definition.ts";
import { tagPrefix } from "../../aws/names.ts";
import type { Decision, FieldChange } from "../decision.ts";
import { shortHash } from "../fingerprint.ts";
import { fingerprintTag, identityText, ownerTags, revisionRolesTag } from "../ownership.ts";
import { rolesNamedByDefinition } from "../roles/fill.ts";
import { isMadeByOperator } from "../roles/names.ts";
import { tagChange } from "../tags.ts";
import type { Action } from "./action.ts";
import { bodyChangeReason } from "./body-changes.ts";
import { adoption, claim, otherOwner, ownedByUs, ownTags, retag } from "./claims.ts";
import { surplusOf } from "./history.ts";
import { type Entry, ledgerOf, nextTimeAfter, registeredByUs } from "./ledger.ts";
import { removal } from "./removal.ts";
import type { Seen } from "./seen.ts";
import { blocked, lookAgainMs, type Step, tagging } from "./step.ts";

/**
 * The one next thing for a job definition. The wish is compared with the highest ACTIVE revision of the name,
 * because that is what SubmitJob by name runs. Rules are in order; the first that applies wins. Pure.
 */

/** Somebody else who registers above ours twice within this time is not fought. */
const contestedWithinMs = 10 * 60_000;

export function plan(object: JobDefinition, seen: Seen, now: number): Decision<Action> {
  const { next, change, serving } = stepFor(object, seen, now);
  return {
    next,
    change: { action: "None", reason: next.reason, changes: [], ...change, id: planId(object.spec, seen) },
    serving: serving ?? false,
    news: [],
  };
}

function stepFor(object: JobDefinition, seen: Seen, now: number): Step {
  const ledger = ledgerOf(seen);
  return seen.wish.deleting ? removal(seen, ledger) : upkeep(object.spec, seen, ledger, now);
}

function upkeep(spec: JobDefinitionSpec, seen: Seen, ledger: readonly Entry[], now: number): Step {
  const barred = claim(seen) ?? otherOwner(seen, ledger);
  if (barred !== undefined) return barred;

  const top = ledger[0];
  const stale = ledger.filter(({ owner }) => owner.kind === "retained" || (owner.kind === "ours" && owner.retag));
  if (stale.length > 0) return retag(seen, stale, top?.equal === true && ownedByUs(top));
  if (top === undefined) return first(spec, seen, now);
  if (top.equal && ownedByUs(top)) return keep(spec, seen, ledger, top, now);

  const adopted = adoption(spec, seen, ledger, top);
  if (adopted !== undefined) return adopted;

  const contested = seen.registeredBefore ? 0 : contestedForMs(ledger, top, now);
  if (contested > 0) return yielding(seen, top, contested);
  const changes = differences(spec, seen, ledger, top);
  return register(spec, seen, changes, `${top.name} is not what the spec says`, nextTimeAfter(ledger, seen.told, now));
}

/** No revision is ACTIVE: the first one, or all have been deregistered by somebody. */
function first(spec: JobDefinitionSpec, seen: Seen, now: number): Step {
  const why = `no revision of ${seen.name} is ACTIVE`;
  const change: FieldChange = { path: "revision", kind: "register", why };
  const step = register(spec, seen, [change], why, nextTimeAfter([], seen.told, now));
  if (seen.absent) return step;
  const message = `waiting for a listing that shows whether ${seen.name} has ACTIVE revisions`;
  return {
    ...step,
    next: { kind: "wait", reason: "ConfirmingAbsence", message, recheckInMs: lookAgainMs, confirmsAbsence: true },
  };
}

/** The highest revision is ours and as wished: what is left are tags and old revisions. */
function keep(spec: JobDefinitionSpec, seen: Seen, ledger: readonly Entry[], top: Entry, now: number): Step {
  const change = tagChange(spec.tags, ownTags(seen, top.revision), top.revision.tags, seen.settings.ignoreTagKeys);
  if (change !== undefined) {
    const changes = [...Object.keys(change.set), ...change.remove].map(tagDifference);
    return tagging("userTags", [{ name: top.name, arn: top.revision.arn, change }], `tags of ${top.name} differ`, {
      serving: true,
      changes,
    });
  }
  const { due, nextInMs } = surplusOf(spec, ledger, now);
  if (due.length > 0) {
    const names = due.map(({ name }) => name);
    return {
      serving: true,
      next: {
        kind: "act",
        action: { kind: "deregister", purpose: "history", names },
        reason: "Deregistering",
        message: `${names.join(", ")}: superseded, and beyond what is kept`,
        irreversible: true,
      },
    };
  }
  return {
    serving: true,
    next: {
      kind: "settled",
      reason: "Available",
      message: `revision ${top.revision.revision} is what jobs by name run`,
      ...(nextInMs === undefined ? {} : { recheckInMs: nextInMs }),
    },
  };
}

/**
 * How long the newest of ours still lies under somebody else's revision without being registered again: it has
 * itself been registered over somebody else's a short while ago.
 */
function contestedForMs(ledger: readonly Entry[], top: Entry, now: number): number {
  const [newest, before] = registeredByUs(ledger);
  if (newest === undefined || !newest.equal || !top.byOthers) return 0;
  const corrected = before?.equal === true || ledger[ledger.indexOf(newest) + 1]?.byOthers === true;
  return corrected ? Math.max(0, newest.registeredAt + contestedWithinMs - now) : 0;
}

function yielding(seen: Seen, top: Entry, recheckInMs: number): Step {
  return blocked(
    "RevisionContested",
    `${top.name} was registered above ours by somebody else, for the second time within 10 minutes; jobs by the name ${seen.name} run it. Find who registers it (CloudTrail: RegisterJobDefinition), or give the name up; the spec's body is registered above it again when the 10 minutes are over`,
    recheckInMs,
  );
}

function differences(
  spec: JobDefinitionSpec,
  seen: Seen,
  ledger: readonly Entry[],
  top: Entry,
): readonly FieldChange[] {
  if (top.byOthers && registeredByUs(ledger)[0]?.equal === true) {
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
  changes: readonly FieldChange[],
  why: string,
  notBefore: number | undefined,
): Step {
  const roles = rolesNamedByDefinition(spec)
    .map(({ value }) => value)
    .filter(isMadeByOperator)
    .map((arn) => arn.slice(arn.lastIndexOf("/") + 1));
  const tags = {
    ...spec.tags,
    ...ownerTags(seen.identity),
    [fingerprintTag]: seen.fingerprint,
    ...(roles.length === 0 ? {} : { [revisionRolesTag]: [...new Set(roles)].sort().join("/") }),
  };
  return {
    change: { action: "Register", reason: why, changes },
    next: {
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
      irreversible: true,
    },
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

/** Stays the same while the wish does. */
function planId(spec: JobDefinitionSpec, seen: Seen): string {
  return shortHash([identityText(seen.identity), seen.fingerprint, spec.tags]);
}
