import { describe, expect, it } from "vitest";
import type { Identity } from "../../../../src/controllers/ownership/ownership.ts";
import type { RolesAction } from "../../../../src/controllers/parts/roles/action.ts";
import { desiredRolesOf } from "../../../../src/controllers/parts/roles/desired.ts";
import { defaultRoleLimits, limitsOf } from "../../../../src/controllers/parts/roles/limits.ts";
import { rolesPlan, rolesRemoval } from "../../../../src/controllers/parts/roles/plan.ts";
import type { RolesSeen } from "../../../../src/controllers/parts/roles/seen.ts";
import type { Step } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import {
  acting,
  desired,
  identity,
  inIam,
  leaving,
  type Own,
  place,
  roleAs,
  seenRoles,
  settled,
  using,
  waiting,
} from "./given.ts";

const both = { serviceRole: {}, instanceRole: {} };
const admin = "arn:aws:iam::aws:policy/AdministratorAccess";

/** Kind and reason of the next step, and its action on a role. */
function step({ next }: Choice<Own | RolesAction>): string {
  const action = next.kind === "act" ? ` ${described(next.action)}` : "";
  return `${next.kind} ${next.reason}${action}`;
}

function described(action: Own | RolesAction): string {
  switch (action.kind) {
    case "own":
      return "own";
    case "claimRoles":
      return `claims ${action.claims.length}`;
    case "writeRole":
      return `${action.doing} ${action.name.replace(/_[0-9a-f]{8}$/, "")}: ${action.writes.map(({ kind }) => kind).join(" ")}`;
  }
}

const conditionOf = ({ conditions }: Choice<unknown>) => conditions.find(({ type }) => type === "RolesReady");

describe("the desired roles of an object", () => {
  it("are noted on the object before the first is created", () => {
    const seen = seenRoles(both, { claims: [], iam: inIam([]) });
    expect(step(using(seen))).toBe("act CreatingRole claims 2");
  });

  it("are created one after the other, and only then what uses them", () => {
    const { desiredRoles } = seenRoles(both);
    expect(step(using(seenRoles(both, { iam: inIam([]) })))).toBe(
      "act CreatingRole create team_ce_service: createRole attach",
    );
    expect(step(using(seenRoles(both, { iam: inIam(desiredRoles, { instance: null }) })))).toBe(
      "act CreatingRole create team_ce_instance: createRole attach createProfile addToProfile",
    );
    expect(step(using(seenRoles(both)))).toBe("act Creating own");
  });

  it("are changed to match the spec, also at rest, without Ready turning False", () => {
    const { desiredRoles } = seenRoles(both);
    const drifted = inIam(desiredRoles, { service: { attachedPolicyArns: [admin] } });
    const seen = seenRoles(both, { iam: drifted });
    const choice = using(seen, settled);
    expect(step(choice)).toBe("act RepairingRole repair team_ce_service: attach detach");
    expect(choice.serving).toBe(true);
    expect(conditionOf(choice)).toMatchObject({ status: "False", reason: "RepairingRole" });
    expect(rolesPlan(seen).changes.map(({ path }) => path)).toEqual([
      "spec.iam.serviceRole.policyArns",
      "spec.iam.serviceRole.policyArns",
    ]);
  });

  it("are not written again while IAM may not show yet what was written", () => {
    const seen = seenRoles(both, { iam: inIam([]) });
    const [first, second] = seen.desiredRoles.map(({ name }) => name);
    expect(step(using({ ...seen, justWritten: new Set([first ?? ""]) }))).toMatch(
      /^act CreatingRole create team_ce_instance/,
    );
    expect(step(using({ ...seen, justWritten: new Set([first ?? "", second ?? ""]) }))).toBe("wait CreatingRole");
  });

  it("come before what the object waits for, and its own wait is reported while they are pending", () => {
    const seen = seenRoles(both, { iam: inIam([]) });
    expect(step(using(seen, waiting))).toMatch(/^act CreatingRole create/);
    const written = { ...seen, justWritten: new Set(seen.desiredRoles.map(({ name }) => name)) };
    const choice = using(written, waiting);
    expect(choice.next).toMatchObject({ kind: "wait", reason: "Deleting", message: "deleting it", checkInMs: 1000 });
    expect(conditionOf(choice)).toMatchObject({ status: "False", reason: "CreatingRole" });
    expect(using(written, settled).next).toMatchObject({ kind: "serves", checkInMs: 1000 });
  });

  it("are checked within seconds while IAM may still answer with the state before the last write", () => {
    const choice = using(seenRoles(both, { unsettledMs: 1 }), settled);
    expect(choice.next).toMatchObject({ kind: "serves", checkInMs: 6000 });
  });

  it("get no other purpose, because a role may still be in use", () => {
    const iam = inIam(seenRoles(both).desiredRoles, {
      service: { tags: { ...desired({ serviceRole: {} }).ownTags, "awsbatch.dev/role": "job" } },
    });
    const choice = using(seenRoles(both, { iam }));
    expect(step(choice)).toBe("blocked RoleContentConflict");
    expect(choice.next.message).toMatch(
      /^spec\.iam\.serviceRole: role team_ce_service_\w+ was created as the job role/,
    );
    expect(choice.next).toMatchObject({ checkInMs: 60_000 });
  });

  it("report how to restore tags that somebody removed, because users of a role still need it", () => {
    const untagged = inIam(seenRoles(both).desiredRoles, { service: { tags: {} } });
    const message = (claims: readonly string[]): string =>
      using(seenRoles(both, { iam: untagged, claims })).next.message;
    const { claims } = seenRoles(both);
    expect(message(claims)).toContain("restore its tags (awsbatch.dev/cluster=default, ");
    expect(message(claims.filter((name) => !name.includes("_service_")))).toContain(
      "Delete it, or refer to a BatchRole in place of spec.iam.serviceRole",
    );
    const theirs = { ...desired({ serviceRole: {} }).ownTags, "awsbatch.dev/name": "other" };
    const others = inIam(seenRoles(both).desiredRoles, { service: { tags: theirs } });
    expect(using(seenRoles(both, { iam: others })).next.message).toContain(
      "Delete it, or refer to a BatchRole in place of spec.iam.serviceRole",
    );
  });

  it("are reported ready, and are checked half an hour later", () => {
    const choice = using(seenRoles(both), settled);
    expect(choice.next).toMatchObject({ kind: "serves", checkInMs: 1_800_000 });
    expect(conditionOf(choice)).toMatchObject({ status: "True", reason: "InSync" });
  });

  it("add nothing to the plan of an object without any", () => {
    const seen = seenRoles({}, { claims: [], iam: { kind: "unneeded" }, limits: { kind: "unneeded" } });
    expect(rolesPlan(seen)).toEqual({ steps: [], conditions: [], changes: [] });
    expect(rolesRemoval(seen)).toEqual([]);
  });

  it.each<[string, Partial<RolesSeen>, string]>([
    [
      "the name is somebody else's",
      { iam: inIam(seenRoles(both).desiredRoles, { service: { tags: {} } }) },
      "blocked RoleNameTaken",
    ],
    [
      "it is another cluster's",
      {
        iam: inIam(seenRoles(both).desiredRoles, {
          service: { tags: { ...desired({ serviceRole: {} }).ownTags, "awsbatch.dev/cluster-uid": "lost" } },
        }),
      },
      "blocked OwnedByOtherCluster",
    ],
    ["IAM cannot be read", { iam: { kind: "unread", reason: "AccessDenied", message: "no" } }, "wait AccessDenied"],
    ["the namespace cannot be read", { limits: { kind: "unread", why: "no" } }, "wait NamespaceUnreadable"],
  ])("hold back what uses them when %s", (_what, other, expected) => {
    const choice = using(seenRoles(both, other));
    expect(step(choice)).toBe(expected);
    expect(conditionOf(choice)?.status).not.toBe("True");
  });

  it.each<[string, object, string]>([
    ["a policy that is not allowed", { jobRole: { policyArns: [admin] } }, "blocked NotAllowed"],
    ["an inline policy", { jobRole: { inlinePolicies: { p: "{}" } } }, "blocked NotAllowed"],
  ])("are not created with %s, and the condition names the list", (_what, iam, expected) => {
    const choice = using(seenRoles(iam));
    expect(step(choice)).toBe(expected);
    expect(conditionOf(choice)?.message).toMatch(/--allow/);
  });

  it.each<[string, string]>([
    ["no", "it is not JSON"],
    ["{}", "it has no Statement"],
    [JSON.stringify({ Statement: [{ Sid: "x".repeat(10_240) }] }), "IAM accepts 10240"],
  ])("are not created with a document that IAM would refuse: %.12s", (document, fault) => {
    const limits = {
      kind: "read",
      limits: limitsOf({ ...defaultRoleLimits, ...limitsAll, allowInlinePolicies: true }, {}, "replace"),
    } as const;
    const choice = using(seenRoles({ jobRole: { inlinePolicies: { p: document } } }, { limits }));
    expect(step(choice)).toBe("blocked InvalidPolicy");
    expect(choice.next.message).toContain(fault);
  });

  it("stop nothing that serves while IAM or the namespace cannot be read", () => {
    const unread = using(seenRoles(both, { iam: { kind: "unread", reason: "Throttled", message: "later" } }), settled);
    expect([step(unread), conditionOf(unread)?.status]).toEqual(["serves Available", "Unknown"]);
    const closed = using(seenRoles(both, { limits: { kind: "unread", why: "no" } }), settled);
    expect(step(closed)).toBe("serves Available");
    expect(conditionOf(closed)).toMatchObject({ status: "Unknown", reason: "NamespaceUnreadable" });
  });

  it("are not changed while the namespace cannot be read, because their limits and boundary are unknown", () => {
    const bounded = inIam([desired({ jobRole: {} })], { job: { permissionsBoundaryArn: "arn:aws:iam::1:policy/b" } });
    const asked = { jobRole: { policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] } };
    const seen = seenRoles(asked, { limits: { kind: "unread", why: "no" }, iam: bounded });
    expect(step(using(seen, settled))).toBe("serves Available");
    expect(step(using(seen))).toBe("wait NamespaceUnreadable");
  });

  it("do not prevent the check of a role that is named by ARN", () => {
    const limits = {
      kind: "read",
      limits: limitsOf({ ...defaultRoleLimits, ...limitsAll, allowedRoleArns: [] }, {}, "replace"),
    } as const;
    const named = [{ field: "spec.serviceRole", kind: "role", value: "arn:aws:iam::123456789012:role/x" }] as const;
    const seen = seenRoles({}, { named, limits, iam: { kind: "unneeded" }, claims: [] });
    expect(step(using(seen))).toBe("blocked NotAllowed");
    expect(step(leaving(seen))).toBe("release Deleted");
  });
});

describe("a role that is no longer requested", () => {
  const old = desired({ serviceRole: {} });
  const formerly = (other: Partial<RolesSeen> = {}): RolesSeen => {
    const seen = seenRoles({ instanceRole: {} });
    const iam = inIam([...seen.desiredRoles, old]);
    return { ...seen, claims: [...seen.claims, old.name].sort(), iam, ...other };
  };

  it("is deleted when nothing in AWS references it, and is then no longer noted", () => {
    expect(step(using(formerly({ referred: new Set([old.name]) }), settled))).toBe("serves Available");
    expect(step(using(formerly(), settled))).toBe("act DeletingRole delete team_ce_service: detach deleteRole");
    const gone = formerly({ iam: inIam(seenRoles({ instanceRole: {} }).desiredRoles) });
    expect(step(using(gone, settled))).toBe("act DeletingRole claims 1");
  });

  it("is noted before anything else happens, when a resource of this object uses it and the note was lost", () => {
    const lost = formerly({ claims: [], desiredRoles: [], unnoted: [old.name], referred: new Set() });
    expect(step(using(lost))).toBe("act CreatingRole claims 1");
    expect(step(using(lost, settled))).toBe("act CreatingRole claims 1");
  });

  it("gets new tags when it was taken over and is still used: without the flag it would be another cluster's", () => {
    const before: Identity = { ...identity, cluster: { name: "default", uid: "cluster-0" } };
    const identityNow: Identity = { ...identity, cluster: { ...identity.cluster, takeOverUid: "cluster-0" } };
    const [gone] = desiredRolesOf({ instanceRole: {} }, before, place);
    if (gone === undefined) throw new Error("the spec requests no role");
    const seen = seenRoles({}, { identity: identityNow, claims: [gone.name], referred: new Set([gone.name]) });
    const used = (other: Partial<RolesSeen>): RolesSeen => ({ ...seen, iam: inIam([gone]), ...other });
    const expected = "act RepairingRole repair team_ce_instance: tagRole tagProfile";
    expect(step(using(used({})))).toBe(expected);
    expect(step(using(used({}), settled))).toBe(expected);
    const { next } = using(used({}));
    expect(next).toMatchObject({
      message: `taking over role ${gone.name}, which is still used`,
      action: { writes: [{ tags: { "awsbatch.dev/cluster-uid": "cluster-1", "awsbatch.dev/uid": "uid-1" } }, {}] },
    });
    expect(step(using(used({ justWritten: new Set([gone.name]) }), settled))).toBe("serves Available");
    expect(step(using(used({ identity }), settled))).toBe("serves Available");
    expect(step(using(used({ iam: { ...inIam([gone]), roles: new Map(), profiles: new Map() } })))).toBe(
      "act Creating own",
    );
  });

  it("stays while something else remains to be done", () => {
    expect(step(using(formerly()))).toBe("act Creating own");
  });
});

describe("the roles of an object that is deleted", () => {
  it("are deleted after what uses them, one after the other", () => {
    const { desiredRoles } = seenRoles(both);
    expect(step(leaving(seenRoles(both), waiting))).toBe("wait Deleting");
    expect(step(leaving(seenRoles(both)))).toBe(
      "act DeletingRole delete team_ce_instance: removeFromProfile deleteProfile detach deleteRole",
    );
    expect(step(leaving(seenRoles(both, { iam: inIam(desiredRoles, { instance: null }) })))).toBe(
      "act DeletingRole delete team_ce_service: detach deleteRole",
    );
    expect(step(leaving(seenRoles(both, { iam: inIam([]) })))).toBe("release Deleted");
  });

  it("are not assumed to be absent while IAM may not show yet what was created", () => {
    const { name } = desired({ serviceRole: {} });
    const absenceUnproven = new Set([name]);
    expect(step(leaving(seenRoles({ serviceRole: {} }, { iam: inIam([]), absenceUnproven })))).toBe(
      "wait DeletingRole",
    );
    const iam = inIam(seenRoles({ serviceRole: {} }).desiredRoles, { service: { tags: {} } });
    expect(step(leaving(seenRoles({ serviceRole: {} }, { iam, absenceUnproven })))).toBe("release Deleted");
  });

  it("are deleted also when the namespace may no longer have them", () => {
    const limits = {
      kind: "read",
      limits: limitsOf({ ...defaultRoleLimits, ...limitsAll, permissionsBoundary: admin }, {}, "replace"),
    } as const;
    expect(step(leaving(seenRoles({ serviceRole: {} }, { limits })))).toMatch(/^act DeletingRole delete/);
  });

  it("are left without an owner when deletionPolicy is Retain", () => {
    expect(step(leaving(seenRoles({ instanceRole: {} }, { retain: true })))).toBe(
      "act RetainingRole release team_ce_instance: tagProfile untagProfile tagRole untagRole",
    );
    const left = inIam(seenRoles({ instanceRole: {} }).desiredRoles, {
      instance: { tags: { "awsbatch.dev/retained-from": "default/team/ce" } },
    });
    const without = { ...left, profiles: new Map() };
    expect(step(leaving(seenRoles({ instanceRole: {} }, { retain: true, iam: without })))).toBe("release Deleted");
  });

  it("are left without an owner where a foreign resource keeps using them", () => {
    const { name } = desired({ instanceRole: {} });
    const seen = seenRoles({ instanceRole: {} }, { referred: new Set([name]) });
    expect(step(leaving(seen))).toBe(
      "act RetainingRole release team_ce_instance: tagProfile untagProfile tagRole untagRole",
    );
    expect(leaving(seen).next.message).toBe(`leaving role ${name} in AWS: a resource that no object manages uses it`);
  });

  it.each<[string, RolesSeen["jobs"]]>([
    ["3 jobs that were submitted earlier may use it", { kind: "counted", count: 3 }],
    ["1 job that was submitted earlier may use it", { kind: "counted", count: 1 }],
    ["jobs using it are counted last", { kind: "later" }],
    ["they cannot be counted: no", { kind: "unread", reason: "AccessDenied", message: "they cannot be counted: no" }],
  ])("stay until the jobs end: %s", (words, jobs) => {
    const choice = leaving(seenRoles({ jobRole: {} }, { jobs }));
    expect(step(choice)).toBe("wait RoleInUse");
    expect(choice.next.message).toContain(words);
  });

  it.each([
    ["at first after a minute", 10_000, 60_000],
    ["then when a quarter of the wait so far has passed", 20 * 60_000, 5 * 60_000],
    ["and at the most every ten minutes", 24 * 3_600_000, 10 * 60_000],
    ["as slowly where only the role goes, and the object stays", undefined, 10 * 60_000],
  ])("have the jobs counted again %s", (_when, goingForMs, checkInMs) => {
    const jobs = { kind: "counted", count: 1 } as const;
    expect(leaving(seenRoles({ jobRole: {} }, { jobs, goingForMs })).next).toMatchObject({ checkInMs });
  });

  it("are not changed when they are foreign", () => {
    const iam = inIam(seenRoles({ serviceRole: {} }).desiredRoles, { service: { tags: {} } });
    expect(step(leaving(seenRoles({ serviceRole: {} }, { iam })))).toBe("release Deleted");
  });

  it("wait for a person when a foreign profile holds one", () => {
    const iam = inIam(seenRoles({ serviceRole: {} }).desiredRoles, { service: { profileNames: ["theirs"] } });
    const choice = leaving(seenRoles({ serviceRole: {} }, { iam }));
    expect(step(choice)).toBe("blocked RoleInUse");
    expect(choice.next.message).toContain("instance profile theirs");
  });

  it("wait for IAM when it cannot be read, because nobody would delete them later", () => {
    const unread = { kind: "unread", reason: "AccessDenied", message: "no" } as const;
    expect(leaving(seenRoles(both, { iam: unread })).next).toMatchObject({ kind: "wait", stallsAfterMs: 300_000 });
    const partly = leaving(seenRoles(both, { iam: { ...unread, partly: true } })).next;
    expect(partly).toMatchObject({ kind: "wait", checkInMs: 2000 });
  });
});

describe("a role that objects shared by a name", () => {
  it("is nobody's before a BatchRole has it, so no object changes or deletes it, and it is no longer noted", () => {
    const own = desired({ jobRole: {} });
    const tags: Record<string, string> = { ...own.ownTags, "awsbatch.dev/shared-role": "readers" };
    delete tags["awsbatch.dev/name"];
    delete tags["awsbatch.dev/uid"];
    const iam = inIam([own], { job: { tags } });
    expect(step(leaving(seenRoles({}, { iam, claims: [own.name] })))).toBe("release Deleted");
    expect(step(using(seenRoles({}, { iam, claims: [own.name] }), settled))).toBe("act DeletingRole claims 0");
  });
});

describe("a service role that was deleted while AWS needs it", () => {
  const own = desired({ serviceRole: {} });
  const foreign = "arn:aws:iam::123456789012:role/teams/batch";
  const blocked: Step<Own> = { kind: "blocked", reason: "DeleteFailed", message: "AWS cannot tear it down" };
  const linked = new Map([[own.arn, undefined]]);

  it("is created again when it was ours", () => {
    const seen = seenRoles({ serviceRole: {} }, { iam: inIam([]), stranded: linked });
    expect(step(leaving(seen, blocked))).toBe("act RepairingServiceRole restore team_ce_service: createRole attach");
  });

  it("is created again also when it is no longer requested", () => {
    const seen = seenRoles({}, { claims: [own.name], iam: inIam([]), stranded: linked });
    expect(step(leaving(seen, blocked))).toBe("act RepairingServiceRole restore team_ce_service: createRole attach");
  });

  it("is left to its owner when the operator did not create it, and the message says how to change that", () => {
    const choice = leaving(seenRoles({}, { stranded: new Map([[foreign, undefined]]) }), blocked);
    expect(step(choice)).toBe("blocked ServiceRoleMissing");
    expect(choice.next.message).toContain("spec.iam.repairMissingServiceRole: true");
  });

  it("is created again under its own name and path when the spec allows it, noted before, and deleted after", () => {
    const stranded = new Map([[foreign, undefined]]);
    const seen = seenRoles({}, { repairForeign: true, stranded });
    expect(step(leaving(seen, blocked))).toBe("act RepairingServiceRole claims 1");
    const { next } = leaving({ ...seen, claims: ["batch"] }, blocked);
    expect(next).toMatchObject({
      action: {
        doing: "restore",
        name: "batch",
        writes: [
          { kind: "createRole", name: "batch", path: "/teams/" },
          { kind: "attach", name: "batch" },
        ],
      },
    });
    const made = roleAs({ ...own, name: "batch", path: "/teams/", arn: foreign });
    const back = {
      ...seen,
      claims: ["batch"],
      iam: { kind: "read", roles: new Map([["batch", made]]), profiles: new Map() },
    } as const;
    expect(step(leaving({ ...back, stranded: new Map() }))).toBe("act DeletingRole delete batch: detach deleteRole");
  });

  it("is not created again under a name that the namespace may not use", () => {
    const limits = {
      kind: "read",
      limits: limitsOf({ ...defaultRoleLimits, ...limitsAll, allowedRoleArns: [] }, {}, "replace"),
    } as const;
    const seen = seenRoles({}, { repairForeign: true, stranded: new Map([[foreign, undefined]]), limits });
    expect(step(leaving(seen, blocked))).toBe("blocked ServiceRoleMissing");
  });

  it("is not created for another namespace, whatever the spec says", () => {
    const theirs = "arn:aws:iam::123456789012:role/aws-batch-operator/default/other_x_service_00000000";
    const seen = seenRoles({}, { repairForeign: true, stranded: new Map([[theirs, undefined]]) });
    expect(step(leaving(seen, blocked))).toBe("blocked ServiceRoleMissing");
  });

  it("gets what it lacks when its creation was interrupted, also when it is no longer requested", () => {
    const bare = (change: object = {}) => new Map([[own.arn, roleAs(own, { attachedPolicyArns: [], ...change })]]);
    const desired = seenRoles({ serviceRole: {} }, { stranded: bare() });
    const repaired = leaving(desired, blocked);
    expect(step(repaired)).toBe("act RepairingServiceRole restore team_ce_service: attach");
    expect(repaired.next.message).toContain("lacks its policies or its trust policy");
    const undesired = seenRoles({}, { claims: [own.name], stranded: bare({ trust: "{}" }) });
    expect(step(leaving(undesired, blocked))).toBe("act RepairingServiceRole restore team_ce_service: putTrust attach");
  });

  it.each<[string, object]>([
    ["it is somebody else's", { tags: {} }],
    ["it serves another purpose", { tags: { ...own.ownTags, "awsbatch.dev/role": "job" } }],
    [
      "nothing is missing, and something is too much",
      { attachedPolicyArns: [...own.policyArns, "arn:aws:iam::aws:policy/X"] },
    ],
  ])("gets nothing when %s", (_name, change) => {
    const stranded = new Map([[own.arn, roleAs(own, change)]]);
    expect(step(leaving(seenRoles({ serviceRole: {} }, { stranded }), blocked))).not.toMatch(/^act/);
  });

  it("gets nothing while IAM may not show what was written to it", () => {
    const stranded = new Map([[own.arn, roleAs(own, { attachedPolicyArns: [] })]]);
    const seen = seenRoles({ serviceRole: {} }, { stranded, justWritten: new Set([own.name]) });
    expect(step(leaving(seen, blocked))).toBe("wait RepairingServiceRole");
  });

  it("is reported as under repair until AWS has been asked again, and only for a while", () => {
    const there = new Map([[own.arn, roleAs(own)]]);
    const { next } = leaving(seenRoles({ serviceRole: {} }, { stranded: there }), blocked);
    expect(next).toMatchObject({ kind: "wait", reason: "RepairingServiceRole", stallsAfterMs: 900_000 });
  });

  it("does not matter while it exists, or while the object can continue", () => {
    const theirs = new Map([[foreign, roleAs(own, { tags: {} })]]);
    expect(step(leaving(seenRoles({ serviceRole: {} }, { stranded: theirs }), blocked))).toBe("blocked DeleteFailed");
    const seen = seenRoles({ serviceRole: {} }, { iam: inIam([]), stranded: linked });
    expect(step(leaving(seen, acting))).toBe("act Creating own");
  });
});

const limitsAll = {
  allowedPolicyArns: ["*"],
  allowedRoleArns: undefined,
  permissionsBoundary: undefined,
  allowInlinePolicies: false,
};

describe("a lost cluster that is taken over", () => {
  it("keeps its roles: only their tags are written", () => {
    const tags = { ...desired({ serviceRole: {} }).ownTags, "awsbatch.dev/cluster-uid": "lost" };
    const taking = { ...identity, cluster: { ...identity.cluster, takeOverUid: "lost" } };
    const seen = seenRoles({ serviceRole: {} }, { identity: taking });
    const iam = inIam(seen.desiredRoles, { service: { tags } });
    expect(step(using({ ...seen, iam }))).toBe("act RepairingRole repair team_ce_service: tagRole");
  });
});
