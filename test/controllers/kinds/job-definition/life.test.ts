import { describe, expect, it } from "vitest";
import type { JobDefinitionSpec } from "../../../../src/api/v1alpha1/job-definition.ts";
import type { RevisionSeen } from "../../../../src/aws/region.ts";
import { isThrough, planOf } from "../../../../src/controllers/kinds/job-definition/life.ts";
import type { Seen } from "../../../../src/controllers/kinds/job-definition/seen.ts";
import type { RolesSeen } from "../../../../src/controllers/parts/roles/seen.ts";
import { decided } from "../../decided.ts";
import { inIam, seenRoles } from "../../parts/roles/given.ts";
import { another, days, definition, directives, now, observed, ours } from "./seen.ts";

const iam = { jobRole: {} };
const noRoles = seenRoles({}, { iam: { kind: "unneeded" }, limits: { kind: "unneeded" } });
const roleAsDesired = seenRoles(iam);
const roleToMake = seenRoles(iam, { iam: inIam([]) });
const roleUnread = seenRoles(iam, { iam: { kind: "unread", reason: "AccessDenied", message: "no" } });
/** Asked for before, there, and named by nothing any more. */
const roleLeft = seenRoles(iam, { desiredRoles: [] });
const deleting: Partial<Seen> = { directives: { ...directives, deleting: true } };

interface Given {
  readonly spec?: Partial<JobDefinitionSpec>;
  readonly seen?: Partial<Seen>;
}

function choiceFor(revisions: readonly RevisionSeen[], roles: RolesSeen, { spec, seen }: Given = {}) {
  return decided(planOf({ object: definition(spec), own: observed(revisions, seen), roles }, now));
}

/** Kind and reason of what follows, whether jobs by name run what the spec says, and what the difference means. */
function stepLine(...given: Parameters<typeof choiceFor>): string {
  const { next, serving, change } = choiceFor(...given);
  return `${next.kind} ${next.reason}${serving ? "; serving" : ""}; ${change.action}`;
}

const conditionOf = (...given: Parameters<typeof choiceFor>) =>
  choiceFor(...given).conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);

const different = ours(1, days, { fingerprint: another });

describe("a job definition with roles", () => {
  it("is registered after its roles were made", () => {
    expect(stepLine([], roleToMake)).toBe("act CreatingRole; Register");
    expect(stepLine([], roleAsDesired)).toBe("act Registering; Register");
    expect(stepLine([different], roleToMake)).toBe("act CreatingRole; Register");
  });

  it("serves while a role is brought back to the spec, which is reported by the condition of the roles and the plan", () => {
    expect(stepLine([ours(1)], roleToMake)).toBe("act CreatingRole; serving; Update");
    expect(conditionOf([ours(1)], roleToMake)).toEqual(["RolesReady=False CreatingRole"]);
    const { change } = choiceFor([ours(1)], roleToMake);
    expect(change.reason).toBe("RolesDiffer");
    expect(change.changes.length).toBeGreaterThan(0);
    expect(change.changes.every(({ path }) => path.startsWith("spec.iam.jobRole"))).toBe(true);
  });

  it("has in its plan how roles differ before how the body does", () => {
    const { changes } = choiceFor([different], roleToMake).change;
    expect(changes[0]?.path).toMatch(/^spec\.iam\.jobRole/);
    expect(changes.at(-1)?.path).toBe("spec");
  });

  it("serves, and registers nothing, while its roles cannot be read", () => {
    expect(stepLine([ours(1)], roleUnread)).toBe("serves Available; serving; None");
    expect(stepLine([different], roleUnread)).toBe("wait AccessDenied; Register");
    expect(conditionOf([ours(1)], roleUnread)).toEqual(["RolesReady=Unknown AccessDenied"]);
  });

  it("checks its roles again in half an hour at rest", () => {
    expect(choiceFor([ours(1)], roleAsDesired).next).toMatchObject({ kind: "serves", checkInMs: 30 * 60_000 });
    expect(choiceFor([ours(1)], noRoles).next).not.toHaveProperty("checkInMs");
    expect(conditionOf([ours(1)], roleAsDesired)).toEqual(["RolesReady=True InSync"]);
    expect(conditionOf([ours(1)], noRoles)).toEqual([]);
  });

  it("lets a role go that it asks for no more, after everything else", () => {
    expect(stepLine([ours(1)], roleLeft)).toBe("act DeletingRole; serving; None");
    expect(stepLine([ours(1)], roleLeft, { spec: { tags: { team: "x" } } })).toBe("act Tagging; serving; UpdateTags");
    const superseded = [ours(2, 8 * days), ours(1, 9 * days, { fingerprint: another })];
    expect(stepLine(superseded, roleLeft, { spec: { revisionHistoryLimit: 0 } })).toBe(
      "act Deregistering; serving; None",
    );
    expect(stepLine([], roleLeft, { seen: { absent: false } })).toBe("wait CheckingRevisions; Register");
  });

  it("lets its roles go after its revisions, and is gone after its roles", () => {
    expect(stepLine([ours(1)], roleAsDesired, { seen: deleting })).toBe("act Deregistering; Delete");
    expect(stepLine([], roleAsDesired, { seen: { ...deleting, absent: false } })).toBe(
      "wait CheckingRevisions; Delete",
    );
    expect(stepLine([], roleAsDesired, { seen: deleting })).toBe("act DeletingRole; Delete");
    expect(stepLine([], seenRoles(iam, { iam: inIam([]) }), { seen: deleting })).toBe("release Deleted; Delete");
    expect(stepLine([], noRoles, { seen: deleting })).toBe("release Deleted; Delete");
  });
});

describe("the jobs that run by a role of a job definition are counted", () => {
  it.each<[string, readonly RevisionSeen[], Partial<Seen>, boolean]>([
    ["where its revisions are as desired", [ours(1)], {}, true],
    ["where it is gone but for its roles", [], deleting, true],
    ["not while one is to be registered", [different], {}, false],
    ["not while one is to be deregistered", [ours(1)], deleting, false],
    ["not while a listing is waited for", [], { absent: false }, false],
  ])("%s", (_name, revisions, seen, expected) => {
    expect(isThrough(definition(), observed(revisions, seen), now)).toBe(expected);
  });

  it("not while tags are to be changed, for nothing else is left to do only then", () => {
    expect(isThrough(definition({ tags: { team: "x" } }), observed([ours(1)]), now)).toBe(false);
  });
});
