import { describe, expect, it } from "vitest";
import type { Reason } from "../../../../src/api/reasons.ts";
import type { Identity } from "../../../../src/controllers/ownership/ownership.ts";
import { groupEvent } from "../../../../src/controllers/parts/security-group/events.ts";
import { groupNameOf, groupOwnership, groupTags } from "../../../../src/controllers/parts/security-group/ownership.ts";
import { groupPlan, groupRemoval } from "../../../../src/controllers/parts/security-group/plan.ts";
import {
  desiredRules,
  permissionOf,
  ruleChanges,
  ruleText,
} from "../../../../src/controllers/parts/security-group/rules.ts";
import type { GroupFound, GroupSeen } from "../../../../src/controllers/parts/security-group/seen.ts";
import type { GroupAction } from "../../../../src/controllers/parts/security-group/writes.ts";
import type { Step } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import { type RefusedWrites, writesText } from "../../../../src/controllers/pass/refused-writes.ts";
import type { SecurityGroup } from "../../../../src/network/facts.ts";
import { around, last } from "./given.ts";

const identity: Identity = { cluster: { name: "blue", uid: "c-1" }, namespace: "team", name: "ce", uid: "1" };
const claimed = { set: groupTags(identity), remove: ["awsbatch.dev/retained-from"] };
const nothingMore = { egress: [], ingress: [] };

const https = { protocol: "tcp", ports: { from: 443, to: 443 }, prefixListIds: [], groupIds: [] };
const everything = { protocol: "all", ports: undefined, cidrs: ["0.0.0.0/0"], prefixListIds: [], groupIds: [] };

function group(change: Partial<SecurityGroup> = {}): SecurityGroup {
  return {
    groupId: "sg-1",
    groupName: groupNameOf(identity),
    vpcId: "vpc-1",
    egress: [{ ...https, cidrs: ["0.0.0.0/0", "::/0"] }],
    ingress: [],
    tags: groupTags(identity),
    ...change,
  };
}

function found(change: Partial<GroupFound> = {}): GroupFound {
  return {
    group: group(),
    retained: false,
    retag: undefined,
    usedBy: [],
    strangers: [],
    namedBy: [],
    ...change,
  };
}

function seen(more: Partial<GroupSeen> = {}): GroupSeen {
  return {
    identity,
    vpcId: "vpc-1",
    desired: nothingMore,
    retain: false,
    known: undefined,
    found: undefined,
    inTheWay: undefined,
    justWritten: false,
    unproven: false,
    refused: new Map(),
    ...more,
  };
}

interface Own {
  readonly kind: "create";
}

const creates: Step<Own> = {
  kind: "act",
  action: { kind: "create" },
  reason: "Creating",
  message: "",
};
const settled: Step<Own> = { kind: "serves", reason: "Available", message: "VALID" };
const waiting: Step<Own> = { kind: "wait", reason: "Updating", message: "it is being updated" };

const planned = (given: GroupSeen, own: Step<Own> = creates) => around(groupPlan(given), own);
const removed = (given: GroupSeen) => last(groupRemoval(given));

/** Kind, reason and writes of what follows. */
function step({ next }: Choice<Own | GroupAction>): string {
  const action = next.kind === "act" && next.action.kind !== "create" ? next.action : undefined;
  const writes = action?.writes.map(({ kind }) => kind) ?? [];
  return [next.kind, next.reason, ...writes].join(" ");
}

/** What follows is a write to EC2: its writes as a refusal of them is remembered. */
function writesOf({ next }: Choice<Own | GroupAction>): string {
  if (next.kind !== "act" || next.action.kind !== "writeGroup") throw new Error(`no write follows: ${next.reason}`);
  return writesText(next.action.writes);
}

const reported = ({ conditions }: Choice<unknown>): string =>
  conditions.map(({ status, reason, message }) => `${status} ${reason}: ${message}`).join("\n");

describe("the security group that an object requests", () => {
  it("costs nothing when there is none and never was", () => {
    const given = seen({ desired: undefined });
    expect(groupPlan(given)).toEqual({ steps: [], conditions: [] });
    expect(groupRemoval(given)).toEqual([]);
  });

  it("is created, given its rules, and named in status, before anything is created with it", () => {
    expect(step(planned(seen()))).toBe("act CreatingSecurityGroup create");
    const bare = found({ group: group({ egress: [everything] }) });
    expect(step(planned(seen({ found: bare })))).toBe("act CreatingSecurityGroup authorize revoke");
    expect(step(planned(seen({ found: found() })))).toBe("wait CreatingSecurityGroup");
    const there = planned(seen({ found: found(), known: "sg-1" }));
    expect(there.next).toEqual(creates);
    expect(reported(there)).toBe("True SecurityGroupAvailable: sg-1 in vpc-1 matches the spec");
  });

  it("is reported instead of what the object waits for before status names it, and in addition to that afterwards", () => {
    const opened = { found: found({ group: group({ ingress: [everything] }) }) };
    const written = { ...opened, justWritten: true };
    expect(step(planned(seen(written), waiting))).toBe("wait CreatingSecurityGroup");
    const choice = planned(seen({ ...written, known: "sg-1" }), waiting);
    expect(choice.next).toEqual({ ...waiting, checkInMs: 1000 });
    expect(reported(choice)).toMatch(/^False CreatingSecurityGroup/);
    expect(step(planned(seen({ ...opened, known: "sg-1" }), waiting))).toBe("act RepairingSecurityGroup revoke");
  });

  it("waits until EC2 shows what was written", () => {
    expect(step(planned(seen({ justWritten: true })))).toBe("wait CreatingSecurityGroup");
  });

  it("is not assumed to exist just after this process began, because the previous one may have deleted it", () => {
    const given = seen({ found: found(), unproven: true, known: "sg-1" });
    expect(step(planned(given))).toBe("wait CreatingSecurityGroup");
    expect(reported(planned(given))).toMatch(/^True SecurityGroupAvailable/);
    expect(planned(given, settled).next).toMatchObject({ kind: "serves" });
  });

  it("is repaired while the environment that uses it serves", () => {
    const opened = found({ group: group({ ingress: [everything] }) });
    const choice = planned(seen({ found: opened, known: "sg-1" }), settled);
    expect(step(choice)).toBe("act RepairingSecurityGroup revoke");
    expect(choice.serving).toBe(true);
    expect(choice.next.message).toBe("changing the rules of sg-1: - ingress all 0.0.0.0/0");
  });

  it("gets the tags of a cluster that took over, and loses those of Retain", () => {
    const choice = planned(seen({ found: found({ retag: claimed, retained: true }), known: "sg-1" }), settled);
    expect(step(choice)).toBe("act RepairingSecurityGroup tag");
    expect(choice.next.message).toBe("writing the tags of sg-1");
  });

  it("that EC2 refuses to create holds back an environment that does not exist yet, with EC2's words", () => {
    const writes = writesOf(planned(seen()));
    const refusal: RefusedWrites = {
      stallsAfterMs: 0,
      reason: "QuotaExceeded",
      message: "the VPC has 2500 groups",
      againInMs: 90_000,
    };
    const choice = planned(seen({ refused: new Map([[writes, refusal]]) }));
    expect(choice.next).toMatchObject({ kind: "blocked", reason: "QuotaExceeded", checkInMs: 90_000 });
    expect(reported(choice)).toBe("False QuotaExceeded: the VPC has 2500 groups");
  });

  it("causes a wait, and no need to act, where the refusal ends by itself", () => {
    const writes = writesOf(planned(seen()));
    const refusal: RefusedWrites = {
      stallsAfterMs: undefined,
      reason: "Throttled",
      message: "too often",
      againInMs: 6000,
    };
    const choice = planned(seen({ refused: new Map([[writes, refusal]]) }));
    expect(choice.next).toMatchObject({ kind: "wait", reason: "Throttled", checkInMs: 6000 });
    expect(reported(choice)).toBe("False Throttled: too often");
  });

  it("holds no existing environment up when EC2 refuses to change its rules, and the refusal is reported", () => {
    const opened = { found: found({ group: group({ ingress: [everything] }) }) };
    const writes = writesOf(planned(seen({ ...opened, known: "sg-1" }), settled));
    const refusal: RefusedWrites = {
      reason: "AccessDenied",
      message: "allow ec2:RevokeSecurityGroupIngress",
      stallsAfterMs: 0,
      againInMs: 90_000,
    };
    const choice = planned(seen({ ...opened, refused: new Map([[writes, refusal]]), known: "sg-1" }), settled);
    expect(choice.next).toEqual({ ...settled, checkInMs: 90_000 });
    expect(reported(choice)).toBe("False AccessDenied: allow ec2:RevokeSecurityGroupIngress");
  });

  it("loses rules that are not desired first, where EC2 does not accept both at once", () => {
    const tcp = { protocol: "tcp", ports: "22", peer: "10.0.0.0/8" } as const;
    const opened = { found: found({ group: group({ ingress: [everything] }) }) };
    const expectSteps = (reason: Reason, more: Partial<GroupSeen>, ...steps: readonly string[]) => {
      const given = (refused: readonly string[] = []) =>
        seen({
          ...opened,
          refused: new Map(
            refused.map((writes) => [writes, { stallsAfterMs: 0, reason, message: "60", againInMs: 9 }]),
          ),
          known: "sg-1",
          ...more,
        });
      const refused: string[] = [];
      for (const expected of steps) {
        const next = planned(given(refused), settled);
        expect(step(next)).toBe(expected);
        if (next.next.kind === "act") refused.push(writesOf(next));
      }
    };
    const both = { desired: { egress: [tcp], ingress: [] } };
    const repairing = "act RepairingSecurityGroup";
    expectSteps(
      "QuotaExceeded",
      both,
      `${repairing} authorize revoke`,
      `${repairing} revoke authorize`,
      "serves Available",
    );
    expectSteps("AccessDenied", both, `${repairing} authorize revoke`, "serves Available");
    expectSteps("QuotaExceeded", {}, `${repairing} revoke`, "serves Available");
  });

  it("is checked every ten minutes", () => {
    expect(planned(seen({ found: found(), known: "sg-1" }), settled).next).toEqual({
      ...settled,
      checkInMs: 600_000,
    });
  });

  it("cannot be created where another group has its name", () => {
    const choice = planned(seen({ inTheWay: group({ groupId: "sg-theirs", tags: {} }) }));
    expect(choice.next.message).toBe(
      "sg-theirs has the name aws-batch-operator/blue/team/ce but does not belong to this object: delete or rename it",
    );
  });
});

describe("the security group that an object no longer requests", () => {
  const going = (change: Partial<GroupFound> = {}, more: Partial<GroupSeen> = {}) =>
    removed(seen({ found: found(change), desired: undefined, ...more }));

  it("is deleted before the object", () => {
    expect(step(going())).toBe("act DeletingSecurityGroup delete");
    expect(step(removed(seen({ desired: undefined })))).toBe("release Deleted");
  });

  it("stays while an environment or a rule names it, and says which", () => {
    const choice = going({ usedBy: ["other"], namedBy: [group({ groupId: "sg-2", groupName: "db" })] });
    expect(step(choice)).toBe("wait SecurityGroupInUse");
    expect(choice.next).toMatchObject({ stallsAfterMs: 1_800_000 });
    expect(choice.next.message).toBe(
      "cannot delete sg-1 yet, because these still use it: other, rules of sg-2 (db). Give other security groups to other. Remove the rules that name it from sg-2",
    );
  });

  it("loses its own rules that name other groups before it waits for those that name it, and is deleted with them if none do", () => {
    const peers = (...groupIds: readonly string[]) => ({ ...everything, cidrs: [], groupIds });
    const naming = group({ ingress: [peers("sg-1", "sg-2")], egress: [peers("sg-3")] });
    const namedBy = [group({ groupId: "sg-2", groupName: "db" })];
    const choice = going({ group: naming, namedBy });
    expect(step(choice)).toBe("act DeletingSecurityGroup revoke revoke");
    expect(writesOf(choice)).not.toContain('"peer":"sg-1"');
    expect(step(going({ group: naming, namedBy, usedBy: ["other"] }))).toBe("wait SecurityGroupInUse");
    expect(step(going({ group: naming }))).toBe("act DeletingSecurityGroup delete");
  });

  it("that EC2 refuses to delete holds nothing up of an object that stays, and is reported with EC2's words", () => {
    const writes = JSON.stringify([{ kind: "delete", groupId: "sg-1" }]);
    const refusal: RefusedWrites = {
      stallsAfterMs: 0,
      reason: "InUse",
      message: "it has a dependent object",
      againInMs: 90_000,
    };
    const given = seen({ found: found(), refused: new Map([[writes, refusal]]), desired: undefined });
    const choice = planned(given, settled);
    expect(choice.next).toEqual({ ...settled, checkInMs: 90_000 });
    expect(choice.conditions).toEqual([
      { type: "SecurityGroupReady", status: "False", reason: "InUse", message: "it has a dependent object" },
    ]);
  });

  it("is not deleted a second time by an object that stays, while EC2 shows late what was written", () => {
    const given = seen({ found: found(), justWritten: true, desired: undefined });
    expect(planned(given, settled).next).toEqual({ ...settled, checkInMs: 15_000 });
  });

  it("may exist although EC2 does not show it, when it was just requested", () => {
    const given = seen({ justWritten: true, desired: undefined });
    expect(step(removed(given))).toBe("wait DeletingSecurityGroup");
    expect(step(removed({ ...given, retain: true }))).toBe("wait RetainingSecurityGroup");
  });

  it("is requested again by an object that is not Ready until status names it", () => {
    expect(planned(seen({ known: undefined }), settled).serving).toBe(false);
  });

  it("is created again where somebody deleted it, and the object is not Ready once status names another one", () => {
    const gone = planned(seen({ known: "sg-0" }), settled);
    expect([step(gone), gone.serving]).toEqual(["act CreatingSecurityGroup create", true]);
    const another = planned(seen({ found: found(), known: "sg-0" }), settled);
    expect([step(another), another.serving]).toEqual(["wait CreatingSecurityGroup", false]);
  });

  it("is left to an environment that somebody took over", () => {
    const choice = going({ strangers: ["theirs"] });
    expect(step(choice)).toBe("act RetainingSecurityGroup tag");
    expect(choice.next.message).toBe("leaving sg-1 in AWS: theirs uses it and does not belong to the operator");
    expect(step(going({ usedBy: ["other"], strangers: ["theirs"] }))).toBe("wait SecurityGroupInUse");
  });

  it("causes a wait until EC2 shows that it is deleted", () => {
    const given = seen({ found: found(), justWritten: true, desired: undefined });
    expect(step(removed(given))).toBe("wait DeletingSecurityGroup");
    expect(step(removed({ ...given, retain: true }))).toBe("wait RetainingSecurityGroup");
  });

  it("loses our tags with Retain, and is no longer ours", () => {
    expect(step(going({}, { retain: true }))).toBe("act RetainingSecurityGroup tag");
    expect(step(going({ retained: true, retag: claimed }, { retain: true }))).toBe("release Deleted");
  });

  it("is deleted while the object stays, when the environment is settled", () => {
    const given = seen({ found: found(), desired: undefined, known: "sg-1" });
    expect(step(planned(given, creates))).toBe("act Creating");
    expect(step(planned(given, settled))).toBe("act DeletingSecurityGroup delete");
    const used = seen({ found: found({ usedBy: ["old"] }), desired: undefined });
    expect(planned(used, settled).next).toEqual({ ...settled, checkInMs: 15_000 });
  });
});

describe("the rules of a group", () => {
  const directives = {
    egress: [
      { protocol: "tcp", ports: "5432", peer: "10.0.0.0/16" },
      { protocol: "udp", peer: "pl-1" },
      { protocol: "tcp", ports: "443", peer: "0.0.0.0/0" },
    ],
    ingress: [
      { protocol: "all", peer: "self" },
      { protocol: "tcp", ports: "1024-2048", peer: "sg-9" },
    ],
  } as const;

  it("are HTTPS to everywhere and the requested rules, each once", () => {
    expect(desiredRules(directives, "sg-1").map(ruleText)).toEqual([
      "egress tcp 443 0.0.0.0/0",
      "egress tcp 443 ::/0",
      "egress tcp 5432 10.0.0.0/16",
      "egress udp 0-65535 pl-1",
      "ingress all sg-1",
      "ingress tcp 1024-2048 sg-9",
    ]);
  });

  it("are compared one by one, however EC2 joins them", () => {
    const there = group({ egress: [everything, { ...https, cidrs: ["::/0"] }] });
    const { missing, surplus } = ruleChanges(nothingMore, there);
    expect([...missing.map(ruleText), ...surplus.map(ruleText)]).toEqual([
      "egress tcp 443 0.0.0.0/0",
      "egress all 0.0.0.0/0",
    ]);
  });

  it.each([
    ["10.1.2.3/16", "10.1.0.0/16"],
    ["2001:db8:0::/48", "2001:db8::/48"],
    ["10.1.0.0/16", "10.1.0.0/16"],
  ])("are the same however a CIDR block is written: %s", (peer, shown) => {
    const asked = { egress: [{ protocol: "tcp", ports: "5432", peer }], ingress: [] } as const;
    const all = [
      { ...https, cidrs: ["0.0.0.0/0", "::/0"] },
      { ...https, ports: { from: 5432, to: 5432 }, cidrs: [shown] },
    ];
    expect(ruleChanges(asked, group({ egress: all }))).toEqual({ missing: [], surplus: [] });
    const other = [...all.slice(0, 1), { ...https, ports: { from: 5432, to: 5432 }, cidrs: ["10.2.0.0/16"] }];
    expect(ruleChanges(asked, group({ egress: other }))).toMatchObject({ missing: [{ peer }], surplus: [{}] });
  });

  it("go to EC2 in its shape", () => {
    expect(desiredRules(directives, "sg-1").slice(1).map(permissionOf)).toEqual([
      { IpProtocol: "tcp", FromPort: 443, ToPort: 443, Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
      { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: "10.0.0.0/16" }] },
      { IpProtocol: "udp", FromPort: 0, ToPort: 65_535, PrefixListIds: [{ PrefixListId: "pl-1" }] },
      { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-1" }] },
      { IpProtocol: "tcp", FromPort: 1024, ToPort: 2048, UserIdGroupPairs: [{ GroupId: "sg-9" }] },
    ]);
  });
});

describe("the owner of a group", () => {
  const by = (change: Partial<SecurityGroup>) => groupOwnership(group(change), identity);

  it("is in its tags and its name", () => {
    expect(by({})).toBe("ours");
    expect(by({ tags: { ...groupTags(identity), "awsbatch.dev/purpose": "vpc-endpoints" } })).toBe("foreign");
    expect(by({ tags: {} })).toBe("foreign");
    expect(by({ groupName: "another" })).toBe("foreign");
    const left = { "awsbatch.dev/retained-from": "blue/team/ce" };
    expect(by({ tags: left })).toBe("retained");
    expect(by({ tags: left, groupName: "another" })).toBe("foreign");
    const before = { ...identity, cluster: { ...identity.cluster, uid: "c-2", takeOverUid: "c-1" } };
    expect(groupOwnership(group(), before)).toBe("ours");
  });

  it("was an environment before there were networks, of whose name one takes it over once it asks for a group", () => {
    const tags = { ...groupTags(identity), "awsbatch.dev/purpose": "instances" };
    expect(by({ tags })).toBe("retained");
    expect(groupOwnership(group({ tags }), { ...identity, name: "other" })).toBe("foreign");
    expect(by({ tags, groupName: "another" })).toBe("foreign");
  });

  it("has a name that EC2 accepts, however long the name of the object is", () => {
    const name = "n".repeat(253);
    expect(groupNameOf({ ...identity, name })).toHaveLength(255);
    expect(groupNameOf({ ...identity, name })).not.toBe(groupNameOf({ ...identity, name: `${name.slice(0, 252)}x` }));
  });
});

describe("the report of a group", () => {
  it("names each write in events", () => {
    const rules = desiredRules(nothingMore, "sg-1").slice(0, 1);
    const writes = [
      { kind: "create", vpcId: "vpc-1", name: "n", description: "d", tags: {} },
      { kind: "authorize", groupId: "sg-1", direction: "egress", rules },
      { kind: "revoke", groupId: "sg-1", direction: "egress", rules },
      { kind: "tag", groupId: "sg-1", set: {}, remove: [] },
      { kind: "delete", groupId: "sg-1" },
    ] as const;
    expect(groupEvent({ kind: "writeGroup", vpcId: "vpc-1", doing: "create", writes })).toEqual({
      type: "Normal",
      reason: "SecurityGroupCreated",
      action: "Reconcile",
      note: "vpc-1: created the security group n; added rules to sg-1: egress tcp 443 0.0.0.0/0; revoked rules of sg-1: egress tcp 443 0.0.0.0/0; changed the tags of sg-1; deleted sg-1",
    });
  });
});
