import { describe, expect, it } from "vitest";
import type { Step } from "../../../src/controllers/agenda.ts";
import type { Choice } from "../../../src/controllers/choose.ts";
import type { Identity } from "../../../src/controllers/ownership.ts";
import type { RolesAction } from "../../../src/controllers/roles/action.ts";
import { desiredRolesOf } from "../../../src/controllers/roles/desired.ts";
import { limitsOf } from "../../../src/controllers/roles/limits.ts";
import { rolesPlan, rolesRemoval } from "../../../src/controllers/roles/plan.ts";
import type { OtherUser, RolesSeen } from "../../../src/controllers/roles/seen.ts";
import {
  acting,
  desired,
  identity,
  inIam,
  leaving,
  mark,
  type Own,
  place,
  roleAs,
  seenRoles,
  settled,
  using,
  waiting,
} from "./given.ts";

const both = { serviceRole: {}, instanceRole: {} };
const shared = desired({ jobRole: { name: "readers" } });
const admin = "arn:aws:iam::aws:policy/AdministratorAccess";

/** Kind and reason of what follows, and what is done to which role. */
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

describe("the roles of an object that is wished", () => {
  it("are noted on the object before the first is made", () => {
    const seen = seenRoles(both, { claims: [], iam: inIam([]) });
    expect(step(using(seen))).toBe("act CreatingRole claims 2");
  });

  it("are made one after the other, and only then what uses them", () => {
    const { desiredRoles } = seenRoles(both);
    expect(step(using(seenRoles(both, { iam: inIam([]) })))).toBe(
      "act CreatingRole create team_ce_service: createRole attach",
    );
    expect(step(using(seenRoles(both, { iam: inIam(desiredRoles, { instance: null }) })))).toBe(
      "act CreatingRole create team_ce_instance: createRole attach createProfile addToProfile",
    );
    expect(step(using(seenRoles(both)))).toBe("act Creating own");
  });

  it("are brought back to the spec, also at rest, without Ready turning False", () => {
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

  it("come before what the object waits for; while they are waited for themselves, its own wait is told beside them", () => {
    const seen = seenRoles(both, { iam: inIam([]) });
    expect(step(using(seen, waiting))).toMatch(/^act CreatingRole create/);
    const written = { ...seen, justWritten: new Set(seen.desiredRoles.map(({ name }) => name)) };
    const choice = using(written, waiting);
    expect(choice.next).toMatchObject({ kind: "wait", reason: "Deleting", message: "it goes", checkInMs: 1000 });
    expect(conditionOf(choice)).toMatchObject({ status: "False", reason: "CreatingRole" });
    expect(using(written, settled).next).toMatchObject({ kind: "serves", checkInMs: 1000 });
  });

  it("are looked at again within seconds while IAM may still answer from before the last write", () => {
    const choice = using(seenRoles(both, { unsettledMs: 1 }), settled);
    expect(choice.next).toMatchObject({ kind: "serves", checkInMs: 6000 });
  });

  it("get no other purpose: what runs by one may still do so", () => {
    const iam = inIam(seenRoles(both).desiredRoles, {
      service: { tags: { ...desired({ serviceRole: {} }).ownTags, "awsbatch.dev/role": "job" } },
    });
    const choice = using(seenRoles(both, { iam }));
    expect(step(choice)).toBe("blocked RoleContentConflict");
    expect(choice.next.message).toMatch(/^spec\.iam\.serviceRole: role team_ce_service_\w+ was made as the job role/);
    expect(choice.next).toMatchObject({ checkInMs: 60_000 });
  });

  it("say how to put the tags back that somebody took off: what runs by a role goes on needing it", () => {
    const untagged = inIam(seenRoles(both).desiredRoles, { service: { tags: {} } });
    const message = (claims: readonly string[]): string =>
      using(seenRoles(both, { iam: untagged, claims })).next.message;
    const { claims } = seenRoles(both);
    expect(message(claims)).toContain("put its tags back (awsbatch.dev/cluster=default, ");
    expect(message(claims.filter((name) => !name.includes("_service_")))).toContain("Remove it, or give another name");
    const theirs = { ...desired({ serviceRole: {} }).ownTags, "awsbatch.dev/name": "other" };
    const others = inIam(seenRoles(both).desiredRoles, { service: { tags: theirs } });
    expect(using(seenRoles(both, { iam: others })).next.message).toContain("Remove it, or give another name");
  });

  it("are told ready, and are looked at again half an hour later", () => {
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
      "another object gives another content",
      { conflicts: new Map([["spec.iam.serviceRole", "JobDefinition team/x"]]) },
      "blocked RoleContentConflict",
    ],
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
  ])("keep what uses them from being made when %s", (_what, other, expected) => {
    const choice = using(seenRoles(both, other));
    expect(step(choice)).toBe(expected);
    expect(conditionOf(choice)?.status).not.toBe("True");
  });

  it.each<[string, object, string]>([
    ["a policy that is not allowed", { jobRole: { policyArns: [admin] } }, "blocked NotAllowed"],
    ["an inline policy", { jobRole: { inlinePolicies: { p: "{}" } } }, "blocked NotAllowed"],
  ])("are not made with %s, and the condition names the list", (_what, iam, expected) => {
    const choice = using(seenRoles(iam));
    expect(step(choice)).toBe(expected);
    expect(conditionOf(choice)?.message).toMatch(/--allow/);
  });

  it.each<[string, string]>([
    ["no", "it is no JSON"],
    ["{}", "it has no Statement"],
    [JSON.stringify({ Statement: [{ Sid: "x".repeat(10_240) }] }), "IAM takes 10240"],
  ])("are not made with a document that IAM would refuse: %.12s", (document, fault) => {
    const limits = { kind: "read", limits: limitsOf({ ...limitsAll, allowInlinePolicies: true }, {}) } as const;
    const choice = using(seenRoles({ jobRole: { inlinePolicies: { p: document } } }, { limits }));
    expect(step(choice)).toBe("blocked InvalidPolicy");
    expect(choice.next.message).toContain(fault);
  });

  it("let what is at rest serve on while IAM or the namespace cannot be read", () => {
    const unread = using(seenRoles(both, { iam: { kind: "unread", reason: "Throttled", message: "later" } }), settled);
    expect([step(unread), conditionOf(unread)?.status]).toEqual(["serves Available", "Unknown"]);
    const closed = using(seenRoles(both, { limits: { kind: "unread", why: "no" } }), settled);
    expect(step(closed)).toBe("serves Available");
    expect(conditionOf(closed)).toMatchObject({ status: "Unknown", reason: "NamespaceUnreadable" });
  });

  it("are not touched while the namespace cannot be read: nobody knows what they may have, and within which boundary", () => {
    const bounded = inIam([desired({ jobRole: {} })], { job: { permissionsBoundaryArn: "arn:aws:iam::1:policy/b" } });
    const asked = { jobRole: { policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] } };
    const seen = seenRoles(asked, { limits: { kind: "unread", why: "no" }, iam: bounded });
    expect(step(using(seen, settled))).toBe("serves Available");
    expect(step(using(seen))).toBe("wait NamespaceUnreadable");
  });

  it("do not keep a role that is named by ARN from being checked", () => {
    const limits = { kind: "read", limits: limitsOf({ ...limitsAll, allowedRoleArns: [] }, {}) } as const;
    const named = [{ field: "spec.serviceRole", kind: "role", value: "arn:aws:iam::123456789012:role/x" }] as const;
    const seen = seenRoles({}, { named, limits, iam: { kind: "unneeded" }, claims: [] });
    expect(step(using(seen))).toBe("blocked NotAllowed");
    expect(step(leaving(seen))).toBe("release Deleted");
  });
});

describe("a role that is wished no more", () => {
  const old = desired({ serviceRole: {} });
  const formerly = (other: Partial<RolesSeen> = {}): RolesSeen => {
    const seen = seenRoles({ instanceRole: {} });
    const iam = inIam([...seen.desiredRoles, old]);
    return { ...seen, claims: [...seen.claims, old.name].sort(), iam, ...other };
  };

  it("goes when nothing in AWS refers to it any more, and is then no longer noted", () => {
    expect(step(using(formerly({ referred: new Set([old.name]) }), settled))).toBe("serves Available");
    expect(step(using(formerly(), settled))).toBe("act DeletingRole delete team_ce_service: detach deleteRole");
    const gone = formerly({ iam: inIam(seenRoles({ instanceRole: {} }).desiredRoles) });
    expect(step(using(gone, settled))).toBe("act DeletingRole claims 1");
  });

  it("is noted before anything else is done, when AWS has it of this object and the note was lost", () => {
    const lost = formerly({ claims: [], desiredRoles: [], unnoted: [old.name], referred: new Set() });
    expect(step(using(lost))).toBe("act CreatingRole claims 1");
    expect(step(using(lost, settled))).toBe("act CreatingRole claims 1");
  });

  it("is tagged anew when it was taken over, and still used: without the flag it would be another cluster's", () => {
    const before: Identity = { ...identity, cluster: { name: "default", uid: "cluster-0" } };
    const identityNow: Identity = { ...identity, cluster: { ...identity.cluster, takeOverUid: "cluster-0" } };
    const [gone] = desiredRolesOf({ instanceRole: {} }, before, place);
    if (gone === undefined) throw new Error("no role is wished");
    const seen = seenRoles({}, { identity: identityNow, claims: [gone.name], referred: new Set([gone.name]) });
    const used = (other: Partial<RolesSeen>): RolesSeen => ({ ...seen, iam: inIam([gone]), ...other });
    const expected = "act RepairingRole repair team_ce_instance: tagRole tagProfile";
    expect(step(using(used({})))).toBe(expected);
    expect(step(using(used({}), settled))).toBe(expected);
    const { next } = using(used({}));
    expect(next).toMatchObject({
      message: `role ${gone.name}, which is still used, is taken over`,
      action: { writes: [{ tags: { "awsbatch.dev/cluster-uid": "cluster-1", "awsbatch.dev/uid": "uid-1" } }, {}] },
    });
    expect(step(using(used({ justWritten: new Set([gone.name]) }), settled))).toBe("serves Available");
    expect(step(using(used({ identity }), settled))).toBe("serves Available");
    expect(step(using(used({ iam: { ...inIam([gone]), roles: new Map(), profiles: new Map() } })))).toBe(
      "act Creating own",
    );
  });

  it("is tagged as the namespace's when it is shared", () => {
    const identityNow: Identity = { ...identity, cluster: { ...identity.cluster, takeOverUid: "cluster-0" } };
    const tags = { ...shared.ownTags, "awsbatch.dev/cluster-uid": "cluster-0" };
    const iam = inIam([shared], { job: { tags } });
    const referred = new Set([shared.name]);
    const { next } = using(seenRoles({}, { identity: identityNow, claims: [shared.name], iam, referred }));
    expect(next).toMatchObject({ action: { writes: [{ kind: "tagRole" }] } });
    expect(next.kind === "act" && "writes" in next.action ? next.action.writes : []).toEqual([
      { kind: "tagRole", name: shared.name, tags: { "awsbatch.dev/cluster-uid": "cluster-1" } },
    ]);
  });

  it("stays while something else is still to be done", () => {
    expect(step(using(formerly()))).toBe("act Creating own");
  });
});

describe("the roles of an object that is deleted", () => {
  it("outlive what uses them, and go one after the other", () => {
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

  it("are not believed to be absent while IAM may not show yet what was made", () => {
    const { name } = desired({ serviceRole: {} });
    const absenceUnproven = new Set([name]);
    expect(step(leaving(seenRoles({ serviceRole: {} }, { iam: inIam([]), absenceUnproven })))).toBe(
      "wait DeletingRole",
    );
    const iam = inIam(seenRoles({ serviceRole: {} }).desiredRoles, { service: { tags: {} } });
    expect(step(leaving(seenRoles({ serviceRole: {} }, { iam, absenceUnproven })))).toBe("release Deleted");
  });

  it("go also when the namespace would not be given them any more", () => {
    const limits = { kind: "read", limits: limitsOf({ ...limitsAll, permissionsBoundary: admin }, {}) } as const;
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

  it("are left without an owner where something that is not ours goes on using them", () => {
    const { name } = desired({ instanceRole: {} });
    const seen = seenRoles({ instanceRole: {} }, { referred: new Set([name]) });
    expect(step(leaving(seen))).toBe(
      "act RetainingRole release team_ce_instance: tagProfile untagProfile tagRole untagRole",
    );
    expect(leaving(seen).next.message).toBe(`role ${name} is left in AWS: something that is not ours uses it`);
  });

  it.each<[string, RolesSeen["jobs"]]>([
    ["3 jobs that were submitted before may use it", { kind: "counted", count: 3 }],
    ["1 job that was submitted before may use it", { kind: "counted", count: 1 }],
    ["the jobs that run by it are counted when nothing else is left to do", { kind: "later" }],
    ["they cannot be counted: no", { kind: "unread", reason: "AccessDenied", message: "they cannot be counted: no" }],
  ])("outlive the jobs: %s", (words, jobs) => {
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

  it("are not touched when they are somebody else's", () => {
    const iam = inIam(seenRoles({ serviceRole: {} }).desiredRoles, { service: { tags: {} } });
    expect(step(leaving(seenRoles({ serviceRole: {} }, { iam })))).toBe("release Deleted");
  });

  it("wait for a person when a profile that is not ours holds one", () => {
    const iam = inIam(seenRoles({ serviceRole: {} }).desiredRoles, { service: { profileNames: ["theirs"] } });
    const choice = leaving(seenRoles({ serviceRole: {} }, { iam }));
    expect(step(choice)).toBe("blocked RoleInUse");
    expect(choice.next.message).toContain("instance profile theirs");
  });

  it("wait for IAM when it cannot be read: else they would be left for ever", () => {
    const unread = { kind: "unread", reason: "AccessDenied", message: "no" } as const;
    expect(leaving(seenRoles(both, { iam: unread })).next).toMatchObject({ kind: "wait", stallsAfterMs: 300_000 });
    const partly = leaving(seenRoles(both, { iam: { ...unread, partly: true } })).next;
    expect(partly).toMatchObject({ kind: "wait", checkInMs: 2000 });
  });
});

describe("a role that objects share", () => {
  const iam = inIam([shared]);
  const user = (key: string, stage: OtherUser["stage"], rank: string): OtherUser => ({ key, rank, stage });
  const among = (...users: OtherUser[]): RolesSeen =>
    seenRoles({ jobRole: { name: "readers" } }, { iam, others: new Map([[shared.name, users]]), rank: "5" });
  const going = (...users: OtherUser[]): RolesSeen => ({ ...among(...users), goingForMs: 0 });

  it("stays while another object wishes it", () => {
    expect(step(leaving(among(user("JobDefinition team/b", "uses", "1"))))).toBe("release Deleted");
  });

  it("goes with the last one", () => {
    expect(step(leaving(among()))).toBe("act DeletingRole delete team_readers: deleteRole");
  });

  it("of several that go at once the last in rank removes it, when the others are through", () => {
    expect(step(leaving(going(user("JobDefinition team/b", "goes", "9"))))).toBe("release Deleted");
    expect(step(leaving(going(user("JobDefinition team/b", "goes", "1"))))).toBe("wait RoleInUse");
  });

  it("is left to who stays, whatever the rank: its revisions may name the role as long as it lives", () => {
    expect(step(leaving(going(user("JobDefinition team/b", "leaves", "1"))))).toBe("release Deleted");
    const staying = { ...among(user("JobDefinition team/b", "goes", "9")), desiredRoles: [], claims: [shared.name] };
    expect(step(using(staying, settled))).toBe("wait RoleInUse");
  });

  it("of several that stay and wish it no more the last in rank removes it", () => {
    const leftOver = (rank: string): RolesSeen => ({
      ...among(user("JobDefinition team/b", "leaves", rank)),
      desiredRoles: [],
      claims: [shared.name],
    });
    expect(step(using(leftOver("9"), settled))).toBe("act DeletingRole claims 0");
    expect(step(using(leftOver("1"), settled))).toBe("wait RoleInUse");
  });

  it("is let go by each only when the jobs of its own definition have ended: whoever removes it counts only its own", () => {
    const jobs = { kind: "counted", count: 1 } as const;
    expect(step(leaving({ ...going(user("JobDefinition team/b", "goes", "9")), jobs }))).toBe("wait RoleInUse");
    expect(step(leaving({ ...going(user("JobDefinition team/b", "uses", "9")), jobs }))).toBe("wait RoleInUse");
    expect(step(leaving(going(user("JobDefinition team/b", "uses", "9"))))).toBe("release Deleted");
  });

  it("keeps its content until who leaves it is through: jobs still run by it", () => {
    const richer = roleAs(shared, { attachedPolicyArns: ["arn:aws:iam::aws:policy/AmazonS3FullAccess"] });
    const given = (stage: OtherUser["stage"]) =>
      using({
        ...among(user("JobDefinition team/b", stage, "1")),
        iam: { ...iam, roles: new Map([[shared.name, richer]]) },
      });
    for (const stage of ["leaves", "goes"] as const) {
      expect(given(stage).next).toMatchObject({
        kind: "wait",
        reason: "RoleContentConflict",
        message: expect.stringContaining("until JobDefinition team/b, which asks for it no more, is through") as string,
        checkInMs: 60_000,
        stallsAfterMs: 3_600_000,
      });
    }
    expect(step(given("uses"))).toContain("act RepairingRole");
  });

  it("stays for what one of them left in AWS by Retain, whoever goes last", () => {
    const retaining = { ...among(user("JobDefinition team/b", "uses", "1")), retain: true };
    expect(step(leaving(retaining))).toBe("act RetainingRole release team_readers: tagRole");
    expect(leaving(retaining).next).toMatchObject({
      action: { writes: [{ kind: "tagRole", tags: { "awsbatch.dev/retained-from": mark } }] },
    });
    const tags = { ...shared.ownTags, "awsbatch.dev/retained-from": "default/team/a" };
    const last = { ...among(), iam: { ...iam, roles: new Map([[shared.name, roleAs(shared, { tags })]]) } };
    expect(step(leaving(last))).toBe("act RetainingRole release team_readers: tagRole untagRole");
  });
});

describe("a service role that is gone while AWS needs it", () => {
  const own = desired({ serviceRole: {} });
  const foreign = "arn:aws:iam::123456789012:role/teams/batch";
  const blocked: Step<Own> = { kind: "blocked", reason: "DeleteFailed", message: "AWS cannot tear it down" };
  const linked = new Map([[own.arn, undefined]]);

  it("is made again when it was ours", () => {
    const seen = seenRoles({ serviceRole: {} }, { iam: inIam([]), stranded: linked });
    expect(step(leaving(seen, blocked))).toBe("act RepairingServiceRole restore team_ce_service: createRole attach");
  });

  it("is made again also when it is wished no more", () => {
    const seen = seenRoles({}, { claims: [own.name], iam: inIam([]), stranded: linked });
    expect(step(leaving(seen, blocked))).toBe("act RepairingServiceRole restore team_ce_service: createRole attach");
  });

  it("is left to its owner when it was not made here, and the message tells how to have it made", () => {
    const choice = leaving(seenRoles({}, { stranded: new Map([[foreign, undefined]]) }), blocked);
    expect(step(choice)).toBe("blocked ServiceRoleMissing");
    expect(choice.next.message).toContain("spec.iam.repairMissingServiceRole: true");
  });

  it("is made again under its own name and path when the spec lets it, noted before, and removed after", () => {
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

  it("is not made again under a name that the namespace may not use", () => {
    const limits = { kind: "read", limits: limitsOf({ ...limitsAll, allowedRoleArns: [] }, {}) } as const;
    const seen = seenRoles({}, { repairForeign: true, stranded: new Map([[foreign, undefined]]), limits });
    expect(step(leaving(seen, blocked))).toBe("blocked ServiceRoleMissing");
  });

  it("is not made for another namespace, whatever the spec says", () => {
    const theirs = "arn:aws:iam::123456789012:role/aws-batch-operator/default/other_x_service_00000000";
    const seen = seenRoles({}, { repairForeign: true, stranded: new Map([[theirs, undefined]]) });
    expect(step(leaving(seen, blocked))).toBe("blocked ServiceRoleMissing");
  });

  it("gets what it lacks when its making had broken off, also when it is wished no more", () => {
    const bare = (change: object = {}) => new Map([[own.arn, roleAs(own, { attachedPolicyArns: [], ...change })]]);
    const desired = seenRoles({ serviceRole: {} }, { stranded: bare() });
    const mended = leaving(desired, blocked);
    expect(step(mended)).toBe("act RepairingServiceRole restore team_ce_service: attach");
    expect(mended.next.message).toContain("lacks what was attached to it");
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

  it("is told as under repair until AWS has been asked again, and only for a while", () => {
    const there = new Map([[own.arn, roleAs(own)]]);
    const { next } = leaving(seenRoles({ serviceRole: {} }, { stranded: there }), blocked);
    expect(next).toMatchObject({ kind: "wait", reason: "RepairingServiceRole", stallsAfterMs: 900_000 });
  });

  it("is no matter while it is there, or the object can go on", () => {
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

describe("a cluster that is lost and taken over", () => {
  it("keeps its roles: only their tags are written", () => {
    const tags = { ...desired({ serviceRole: {} }).ownTags, "awsbatch.dev/cluster-uid": "lost" };
    const taking = { ...identity, cluster: { ...identity.cluster, takeOverUid: "lost" } };
    const seen = seenRoles({ serviceRole: {} }, { identity: taking });
    const iam = inIam(seen.desiredRoles, { service: { tags } });
    expect(step(using({ ...seen, iam }))).toBe("act RepairingRole repair team_ce_service: tagRole");
  });
});
