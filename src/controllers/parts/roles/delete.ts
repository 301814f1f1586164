/** Deletes a role after everything that uses it. Pure. */

import type { ProfileSeen, RoleSeen } from "../../../aws/iam-account.ts";
import { tagPrefix } from "../../../aws/names.ts";
import { laterMs, marks, settleCheckMs, unwatchedCheckMs } from "../../intervals.ts";
import { retainedFromTag, roleTag } from "../../ownership/ownership.ts";
import { releaseTags } from "../../ownership/tags.ts";
import type { PartStep } from "../../pass/part-plan.ts";
import type { RolesAction, RoleWrite } from "./action.ts";
import { removalWrites } from "./diff.ts";
import { roleOwnership } from "./ownership.ts";
import type { RolesSeen } from "./seen.ts";

type RolesStep = PartStep<RolesAction>;

/**
 * The next step until this object owns none of `names`; undefined: nothing is left to do.
 *
 * @param leaving the object itself is in deletion, and its note of the roles is deleted with it
 */
export function removed(seen: RolesSeen, names: readonly string[], leaving: boolean): RolesStep | undefined {
  const { iam } = seen;
  if (iam.kind !== "read") return undefined;
  const steps = names
    .map((name) => oneRemoved(seen, iam.roles.get(name), iam.profiles.get(name), name))
    .filter((next) => next !== undefined);
  const next = steps.find(({ kind }) => kind === "act") ?? steps.find(({ kind }) => kind === "blocked") ?? steps[0];
  if (next !== undefined) return next;
  if (leaving || names.length === 0) return undefined;
  const claims = seen.claims.filter((claim) => !names.includes(claim));
  const message = `removing roles from the note of this object: ${names.join(", ")}`;
  // Nobody checks a role again that is not noted.
  return { kind: "act", action: { kind: "claimRoles", claims }, reason: "DeletingRole", message };
}

function oneRemoved(
  seen: RolesSeen,
  role: RoleSeen | undefined,
  profile: ProfileSeen | undefined,
  name: string,
): RolesStep | undefined {
  const ours = (one: RoleSeen | ProfileSeen | undefined): boolean =>
    one !== undefined && roleOwnership(one, seen).kind === "ours";
  const [ownRole, ownProfile] = [ours(role) ? role : undefined, ours(profile) ? profile : undefined];
  if (ownRole === undefined && ownProfile === undefined) {
    const isAbsent = role === undefined && profile === undefined;
    if (!isAbsent || !seen.absenceUnproven.has(name)) return undefined;
    const message = `waiting for IAM to show role ${name}, which may have been created`;
    return { kind: "wait", reason: "DeletingRole", message, checkInMs: settleCheckMs };
  }
  // An object knows only the jobs of its own definition, so each object waits for its own jobs.
  const used = seen.retain ? undefined : stillUsed(seen, name);
  if (used !== undefined) return used;
  if (seen.justWritten.has(name)) {
    const message = `waiting for IAM to show what was written to role ${name}`;
    return { kind: "wait", reason: "DeletingRole", message, checkInMs: settleCheckMs };
  }
  const retained = seen.retain || ownRole?.tags[retainedFromTag] !== undefined;
  if (retained) return released(seen, ownRole, ownProfile, name, "deletionPolicy is Retain");
  // Our resources are deleted by now. What still references the role was taken over or abandoned, and needs it.
  if (seen.referred.has(name) || seen.usedInRegion.has(name))
    return released(seen, ownRole, ownProfile, name, undefined);
  const strangers = (ownRole?.profileNames ?? []).filter((held) => held !== ownProfile?.name);
  if (strangers.length > 0) {
    return {
      kind: "blocked",
      reason: "RoleInUse",
      message: `AWS does not delete role ${name} while it is in instance profile ${strangers.join(", ")}, which does not belong to the operator. Remove the role from that profile (aws iam remove-role-from-instance-profile), or delete the object without changing AWS: annotate it with awsbatch.dev/abandon: "true"`,
      checkInMs: unwatchedCheckMs,
    };
  }
  return {
    kind: "act",
    action: { kind: "writeRole", name, doing: "delete", writes: removalWrites(ownRole, ownProfile) },
    reason: "DeletingRole",
    message: `deleting role ${name}: nothing uses it`,
  };
}

/** A job without its role fails. The operator ends no running job, so the role stays until its jobs end. */
function stillUsed({ jobs, goingForMs }: RolesSeen, name: string): RolesStep | undefined {
  if (jobs.kind === "counted" && jobs.count === 0) return undefined;
  const checkInMs = countAgainMs(goingForMs);
  const kept = { kind: "wait", reason: "RoleInUse", checkInMs } as const;
  switch (jobs.kind) {
    case "later":
      return {
        ...kept,
        message: `keeping role ${name}: jobs using it are counted last`,
      };
    case "unread":
      return { ...kept, message: `keeping role ${name}: ${jobs.message}`, stallsAfterMs: marks.unreadStallsMs };
    case "counted": {
      const earlier = jobs.count === 1 ? "job that was" : "jobs that were";
      return { ...kept, message: `keeping role ${name}: ${jobs.count} ${earlier} submitted earlier may use it` };
    }
  }
}

/**
 * A count of jobs costs calls for each queue of the region, and a job may take days. The operator counts again after a
 * quarter of the wait so far, so that the wait is never much longer than the job.
 */
export function countAgainMs(goingForMs: number | undefined): number {
  return laterMs(goingForMs ?? Number.POSITIVE_INFINITY, unwatchedCheckMs, 1 / 4);
}

/** Removes the owner from a role, so that another object can take it back. */
function released(
  seen: RolesSeen,
  role: RoleSeen | undefined,
  profile: ProfileSeen | undefined,
  name: string,
  why: string | undefined,
): RolesStep {
  const mark = role?.tags[retainedFromTag] ?? seen.mark;
  // The tag of its purpose stays: retained resources may use the role, so it must not get another purpose.
  const untagged = (tags: Readonly<Record<string, string>>): readonly string[] =>
    releaseTags(tags, mark).remove.filter((key) => key.startsWith(tagPrefix) && key !== roleTag);
  const tags = { [retainedFromTag]: mark };
  const writes: RoleWrite[] = [
    ...(profile === undefined
      ? []
      : [
          { kind: "tagProfile", name, tags } as const,
          { kind: "untagProfile", name, keys: untagged(profile.tags) } as const,
        ]),
    ...(role === undefined
      ? []
      : [{ kind: "tagRole", name, tags } as const, { kind: "untagRole", name, keys: untagged(role.tags) } as const]),
  ];
  return {
    kind: "act",
    action: { kind: "writeRole", name, doing: "release", writes },
    reason: "RetainingRole",
    message: `leaving role ${name} in AWS: ${why ?? "a resource that no object manages uses it"}`,
  };
}
