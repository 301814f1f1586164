/** The end of a role: after everything that uses it, and never while another object needs it. Pure. */

import type { ProfileSeen, RoleSeen } from "../../aws/iam-account.ts";
import { tagPrefix } from "../../aws/names.ts";
import type { Act, Blocked, Wait } from "../agenda.ts";
import { marks } from "../marks.ts";
import { retainedFromTag, roleTag, sharedRoleTag } from "../ownership.ts";
import { releaseTags } from "../tags.ts";
import type { RolesAction } from "./action.ts";
import { removalWrites } from "./diff.ts";
import { roleOwnership } from "./ownership.ts";
import type { OtherUser, RolesSeen } from "./seen.ts";
import type { RoleWrite } from "./writes.ts";

type RolesStep = Act<RolesAction> | Wait | Blocked;

const othersCheckMs = 5000;
const settleCheckMs = 1000;
const blockedCheckMs = 60_000;
const slowestCountMs = 10 * 60_000;

/**
 * The next step until none of `names` is this object's any more; undefined: nothing is left to do.
 *
 * @param leaving the object itself goes, so that its note of the roles goes with it
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
  const message = `no longer asked for: ${names.join(", ")}`;
  // Where nothing is asked for any more nobody looks again.
  return { kind: "act", action: { kind: "claimRoles", claims }, reason: "DeletingRole", message };
}

function oneRemoved(
  seen: RolesSeen,
  role: RoleSeen | undefined,
  profile: ProfileSeen | undefined,
  name: string,
): RolesStep | undefined {
  const ours = (one: { readonly tags: Readonly<Record<string, string>> } | undefined): boolean =>
    one !== undefined && roleOwnership(one.tags, seen.identity).kind === "ours";
  const [ownRole, ownProfile] = [ours(role) ? role : undefined, ours(profile) ? profile : undefined];
  if (ownRole === undefined && ownProfile === undefined) {
    const isAbsent = role === undefined && profile === undefined;
    if (!isAbsent || !seen.absenceUnproven.has(name)) return undefined;
    const message = `waiting for IAM to show role ${name}, if it was made`;
    return { kind: "wait", reason: "DeletingRole", message, checkInMs: settleCheckMs };
  }
  // Whoever removes it knows only of the jobs of its own definition, so each waits for those of its own.
  const used = seen.retain ? undefined : stillUsed(seen, name);
  if (used !== undefined) return used;
  const others = seen.others.get(name) ?? [];
  if (others.some((other) => other.stage === "uses" || outlasts(other, seen))) {
    return seen.retain ? markedForOthers(seen, ownRole) : undefined;
  }
  if (others.length > 0) {
    const message = `role ${name} is removed when ${others.map(({ key }) => key).join(", ")} is gone`;
    return { kind: "wait", reason: "RoleInUse", message, checkInMs: othersCheckMs };
  }
  if (seen.justWritten.has(name)) {
    const message = `waiting for IAM to show what was written to role ${name}`;
    return { kind: "wait", reason: "DeletingRole", message, checkInMs: settleCheckMs };
  }
  const retained = seen.retain || ownRole?.tags[retainedFromTag] !== undefined;
  if (retained) return released(seen, ownRole, ownProfile, name, "as deletionPolicy says");
  // What is ours is gone by now: what still names the role was taken from us, and would be left without it.
  if (seen.referred.has(name)) return released(seen, ownRole, ownProfile, name, undefined);
  const strangers = (ownRole?.profileNames ?? []).filter((held) => held !== ownProfile?.name);
  if (strangers.length > 0) {
    return {
      kind: "blocked",
      reason: "RoleInUse",
      message: `role ${name} is held by instance profile ${strangers.join(", ")}, which is not ours, and AWS does not delete it before. Take it out there (aws iam remove-role-from-instance-profile), or let the object go with awsbatch.dev/abandon: "true"`,
      checkInMs: blockedCheckMs,
    };
  }
  return {
    kind: "act",
    action: { kind: "writeRole", name, doing: "delete", writes: removalWrites(ownRole, ownProfile) },
    reason: "DeletingRole",
    message: `role ${name} is removed: nothing uses it any more`,
  };
}

/**
 * Of several that want a role no more, one stays until the others are through, and removes it: one that is not being
 * deleted, for its revisions may name the role as long as it lives, and of such, or of none, the last in rank.
 */
function outlasts({ stage, rank }: OtherUser, seen: RolesSeen): boolean {
  const [otherLives, lives] = [stage !== "goes", seen.goingForMs === undefined];
  return otherLives === lives ? rank > seen.rank : otherLives;
}

/** A job that has lost its role can do nothing more: it is not killed by us, neither so. */
function stillUsed({ jobs, goingForMs }: RolesSeen, name: string): RolesStep | undefined {
  if (jobs.kind === "counted" && jobs.count === 0) return undefined;
  const checkInMs = countAgainMs(goingForMs);
  const kept = { kind: "wait", reason: "RoleInUse", checkInMs } as const;
  switch (jobs.kind) {
    case "later":
      return {
        ...kept,
        message: `role ${name} is kept: the jobs that run by it are counted when nothing else is left to do`,
      };
    case "unread":
      return { ...kept, message: `role ${name} is kept: ${jobs.message}`, stallsAfterMs: marks.unreadStallsMs };
    case "counted": {
      const were = jobs.count === 1 ? "job that was" : "jobs that were";
      return { ...kept, message: `role ${name} is kept: ${jobs.count} ${were} submitted before may use it` };
    }
  }
}

/**
 * To count jobs costs calls for each queue of the region, and a job may take days: they are counted again when a
 * quarter of the wait so far has passed, so that the wait is never much longer than the job.
 */
function countAgainMs(goingForMs: number | undefined): number {
  if (goingForMs === undefined) return slowestCountMs;
  return Math.min(slowestCountMs, Math.max(blockedCheckMs, goingForMs / 4));
}

/** A shared role that others go on using, and that stays after them because this object's side of AWS stays. */
function markedForOthers(seen: RolesSeen, role: RoleSeen | undefined): RolesStep | undefined {
  if (role === undefined || role.tags[sharedRoleTag] === undefined || role.tags[retainedFromTag] !== undefined) {
    return undefined;
  }
  const tags = { [retainedFromTag]: seen.mark };
  return {
    kind: "act",
    action: {
      kind: "writeRole",
      name: role.name,
      doing: "release",
      writes: [{ kind: "tagRole", name: role.name, tags }],
    },
    reason: "RetainingRole",
    message: `role ${role.name} is marked to stay, as deletionPolicy says`,
  };
}

/** Without an owner, for whoever asks for it again. */
function released(
  seen: RolesSeen,
  role: RoleSeen | undefined,
  profile: ProfileSeen | undefined,
  name: string,
  why: string | undefined,
): RolesStep {
  const mark = role?.tags[retainedFromTag] ?? seen.mark;
  // What it is for stays on it: what is left may run by it, so whoever takes it back gets it for nothing else.
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
    message: `role ${name} is left in AWS${why === undefined ? ": something that is not ours uses it" : `, ${why}`}`,
  };
}
