import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { type Action, independentName } from "../../../../src/controllers/kinds/compute-environment/action.ts";
import type {
  AnyAction,
  Observation,
} from "../../../../src/controllers/kinds/compute-environment/environment-object.ts";
import { planOf } from "../../../../src/controllers/kinds/compute-environment/life.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { groupNameOf, groupTags } from "../../../../src/controllers/parts/security-group/ownership.ts";
import type { GroupFound, GroupSeen } from "../../../../src/controllers/parts/security-group/seen.ts";
import { selectionsOf } from "../../../../src/controllers/parts/selection/fill.ts";
import type { Refusal } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import { endpoint, endpointName } from "../../../network/networks.ts";
import { decided } from "../../decided.ts";
import * as endpoints from "../../parts/endpoints/given.ts";
import { inIam, seenRoles } from "../../parts/roles/given.ts";
import { directives, ec2, environment, identity, now, object, queue, seen, withResources } from "./given.ts";
import { fresh, old, other, retired, serving } from "./replaced.ts";

type Parts = Pick<Observation, "selection" | "reference" | "group" | "endpoints" | "roles" | "allowed">;

const noGroup: GroupSeen = {
  identity,
  desired: undefined,
  claims: [],
  retain: false,
  known: undefined,
  network: { kind: "unneeded" },
};
const noEndpoints = endpoints.seen([], { desired: false, claims: [], network: { kind: "unneeded" } });
const noRoles = seenRoles({}, { iam: { kind: "unneeded" }, limits: { kind: "unneeded" } });
const none: Parts = {
  selection: { answers: [] },
  reference: { kind: "none" },
  group: noGroup,
  endpoints: noEndpoints,
  roles: noRoles,
  allowed: { kind: "allowed" },
};

const network = (groups: readonly GroupFound[]): GroupSeen["network"] => {
  const shown = { inTheWay: [], justWritten: [], unproven: false, refused: new Map() };
  return { kind: "read", vpcIds: ["vpc-1"], groups, ...shown };
};
const groupIn = (vpcId: string): GroupFound => ({
  group: {
    groupId: `sg-${vpcId}`,
    groupName: groupNameOf(identity),
    vpcId,
    egress: [],
    ingress: [],
    tags: groupTags(identity),
  },
  retained: false,
  retag: undefined,
  usedBy: [],
  strangers: [],
  namedBy: [],
});
/** Not there yet, and what is left of an earlier one. */
const groupToMake: GroupSeen = {
  ...noGroup,
  desired: { egress: [], ingress: [] },
  claims: ["vpc-1"],
  network: network([]),
};
/** Somebody deleted it. */
const groupKnown: GroupSeen = { ...groupToMake, known: "sg-1" };
const groupLeft: GroupSeen = { ...noGroup, claims: ["vpc-2"], network: network([groupIn("vpc-2")]) };

const ofEcs = { kind: "Interface", serviceName: endpointName("ecs"), subnetIds: ["a"], ipAddressType: "ipv4" } as const;
const endpointsToMake = endpoints.seen([endpoints.vpc({ plan: endpoints.planned({ create: [ofEcs] }) })]);
const ecs = endpoint("ecs", { endpointId: "vpce-ecs", tags: endpoints.ownTags });
/** Requested before, and others request them: the object notes that it no longer does. */
const endpointsLeft = endpoints.seen([endpoints.vpc({ isKeeper: false, ours: [ecs] })], { desired: false });
/** Its VPC has endpoints that no object requests any more. */
const endpointsKept = endpoints.seen([endpoints.left({ ours: [ecs] })]);

const desiresRole = { serviceRole: {} };
const roleToMake = seenRoles(desiresRole, { iam: inIam([]) });
/** Asked for before, there, and named by nothing any more. */
const roleLeft = seenRoles(desiresRole, { desiredRoles: [] });

const selecting: BatchComputeEnvironmentSpec = {
  ...ec2,
  computeResources: { ...withResources(ec2, { subnets: undefined }).computeResources, subnetSelector: { tags: {} } },
} as BatchComputeEnvironmentSpec;
const asked: Parts["selection"] = {
  answers: selectionsOf(object(selecting)).map((one) => ({ asked: one, found: { kind: "pending" } })),
};

interface Given {
  readonly parts?: Partial<Parts>;
  readonly own?: Partial<Seen>;
  /** By `independentName`: as what kind of failure AWS refused it a second ago. */
  readonly refused?: Readonly<Record<string, string>>;
  /** As people wrote it; what is effective is `spec`. */
  readonly written?: BatchComputeEnvironmentSpec;
}

function planned(spec: BatchComputeEnvironmentSpec, { parts, own, refused = {}, written = spec }: Given = {}) {
  const given = seen(spec, own);
  const observation = { ...none, ...parts, own: given, effective: object(spec) };
  const deletionTimestamp = given.directives.deleting ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {};
  const whole = object(written);
  const refusals = new Map(
    Object.entries(refused).map(([name, kind]): [string, Refusal] => {
      return [name, { failure: { kind, operation: "batch:X", message: "no", advice: "" }, at: now - 1000 }];
    }),
  );
  const plan = planOf({ ...whole, metadata: { ...whole.metadata, ...deletionTimestamp } }, observation, now, refusals);
  const choice = decided(plan, (action) => refusals.get(independentName(action as Action) ?? ""), now);
  return { choice, change: plan.change, agenda: plan.agenda };
}

/** Kind and reason of what follows; and that AWS serves meanwhile. */
function summary(choice: Pick<Choice<AnyAction>, "next" | "serving">): string {
  return `${choice.next.kind} ${choice.next.reason}${choice.serving ? "; serving" : ""}`;
}

const next = (spec: BatchComputeEnvironmentSpec, given?: Given): string => summary(planned(spec, given).choice);

describe("an environment", () => {
  const parts = { group: groupToMake, endpoints: endpointsToMake, roles: roleToMake };

  it("comes after its endpoints and roles, they after the group, and that after what is selected", () => {
    expect(next(ec2, { parts: { ...parts, selection: asked } })).toBe("wait ResolvingSelection");
    expect(next(ec2, { parts })).toBe("act CreatingSecurityGroup");
    expect(next(ec2, { parts: { ...parts, group: noGroup } })).toBe("act CreatingRole");
    expect(next(ec2, { parts: { endpoints: endpointsToMake } })).toBe("wait CreatingEndpoints");
    expect(next(ec2, { parts: { roles: roleToMake } })).toBe("act CreatingRole");
    expect(next(ec2)).toBe("act Creating");
  });

  it("is preceded by what its namespace may use: nothing is created, neither in the network nor in IAM", () => {
    const parts = { group: groupToMake, endpoints: endpointsToMake, roles: roleToMake };
    const refused = { kind: "refused", message: "no" } as const;
    const unread = { kind: "unread", why: "forbidden" } as const;
    expect(next(ec2, { parts: { ...parts, allowed: refused } })).toBe("blocked NotAllowed");
    expect(next(ec2, { parts: { ...parts, allowed: unread } })).toBe("wait NamespaceUnreadable");
    const deleting = { directives: { ...directives, deleting: true } };
    expect(next(ec2, { own: deleting, parts: { allowed: refused } })).toBe("release Deleted");
  });

  it("goes before its roles, they before endpoints, these before their group, and that before the object", () => {
    const deleting = { directives: { ...directives, deleting: true } };
    const left = { group: groupLeft, endpoints: endpointsKept, roles: roleLeft };
    expect(next(ec2, { own: { ...deleting, environments: [old()] }, parts: left })).toBe("act Disabling");
    expect(next(ec2, { own: deleting, parts: left })).toBe("act DeletingRole");
    expect(next(ec2, { own: deleting, parts: { ...left, roles: noRoles } })).toBe("wait DeletingEndpoints");
    expect(next(ec2, { own: deleting, parts: { group: groupLeft } })).toBe("act DeletingSecurityGroup");
    expect(next(ec2, { own: deleting })).toBe("release Deleted");
  });

  it("is checked as soon as the first of its parts is to be", () => {
    const serves = { environments: [old()] };
    expect(planned(ec2, { own: serves }).choice.next).not.toHaveProperty("checkInMs");
    expect(planned(ec2, { own: serves, parts: { roles: seenRoles(desiresRole) } }).choice.next).toMatchObject({
      checkInMs: 1_800_000,
    });
    const checked = { kind: "pending", checkInMs: 5000 } as const;
    const checking = { own: { ...serves, network: checked }, parts: { roles: seenRoles(desiresRole) } };
    expect(planned(ec2, checking).choice.next).toMatchObject({ checkInMs: 5000 });
  });
});

/** Kind and reason of every step, in order, and what does not go on before it where that is not everything. */
function lines(spec: BatchComputeEnvironmentSpec, given: Given): readonly string[] {
  return planned(spec, given).agenda.map((step) => {
    const holds = ("holds" in step ? step.holds : undefined) ?? "everything";
    return `${step.kind} ${step.reason}${holds === "everything" ? "" : ` (${holds})`}`;
  });
}

describe("the agenda as a whole", () => {
  const lacking = { selection: asked, group: groupToMake, endpoints: endpointsToMake, roles: roleToMake };
  const before = [
    "wait ResolvingSelection",
    "act CreatingSecurityGroup",
    "wait CreatingEndpoints (creation)",
    "act CreatingRole (writes)",
  ];
  const left = { group: groupLeft, endpoints: endpointsLeft, roles: roleLeft };
  const leftovers = ["act CreatingEndpoints (nothing)", "act DeletingSecurityGroup (nothing)"];
  const named = { environments: [old()], queues: [queue("q1", ["old"])] };
  const soaking = { environments: [old(), fresh(serving(60))], queues: [queue("q1", ["new"])] };
  const going = { environments: [old({ state: "DISABLED", tags: retired })], queues: [] };
  const deleting = { directives: { ...directives, deleting: true } };

  it.each<[string, BatchComputeEnvironmentSpec, Given, readonly string[]]>([
    ["what the environment depends on, before the environment", ec2, { parts: lacking }, [...before, "act Creating"]],
    [
      "the switch to DISABLED before all of that",
      { ...ec2, state: "DISABLED" },
      { parts: lacking, own: named },
      ["act Updating", ...before, "act Updating"],
    ],
    [
      "all of that before what serves as well",
      ec2,
      { parts: lacking, own: { environments: [old()] } },
      [...before, "serves Available"],
    ],
    [
      "leftovers before a wait, and the end of roles after it",
      ec2,
      { parts: left, own: { environments: [old({ status: "UPDATING" })] } },
      [...leftovers, "wait Updating", "act DeletingRole"],
    ],
    [
      "leftovers of the network before those of the environments",
      other,
      { parts: left, own: { environments: [fresh({ status: "CREATING" }), old({ status: "INVALID" })] } },
      [...leftovers, "act Disabling (nothing)", "wait Creating", "act DeletingRole"],
    ],
    [
      "under Ready what predecessors wait for, and the end of roles last",
      other,
      { parts: left, own: soaking },
      [...leftovers, "serves Available", "wait Soaking", "act DeletingRole"],
    ],
    [
      "leftovers of the network before an act of the environment, which waits for none of them",
      withResources(ec2, { maxvCpus: 9 }),
      { parts: left, own: { environments: [old()] } },
      [...leftovers, "act Updating", "act DeletingRole"],
    ],
    [
      "on the way out the environments alone, as long as one is there",
      ec2,
      { parts: left, own: { ...deleting, ...going } },
      ["wait Draining"],
    ],
    [
      "then the same way back",
      ec2,
      { parts: { ...left, endpoints: endpointsKept }, own: deleting },
      ["act DeletingRole", "wait DeletingEndpoints", "act DeletingSecurityGroup", "release Deleted"],
    ],
  ])("has %s", (_what, spec, given, expected) => {
    expect(lines(spec, given)).toEqual(expected);
  });

  it("has the role without which AWS cannot delete an environment made again in place of the wait for that", () => {
    const [{ arn, name } = { arn: "", name: "" }] = seenRoles(desiresRole).desiredRoles;
    const stranded = new Map([[arn, undefined]]);
    const roles = seenRoles(desiresRole, { iam: inIam([]), stranded, claims: [name] });
    const stuck = old({ status: "INVALID", state: "DISABLED", tags: retired });
    const jobs = new Map([["old", { kind: "read", remaining: [], zeroForMs: 60_000 } as const]]);
    const own = { environments: [stuck], jobs, deleteTriedAt: new Map([["old", now - 1000]]), ...deleting };
    expect(lines(ec2, { own })).toEqual(["blocked DeleteFailed"]);
    expect(lines(ec2, { own, parts: { roles } })).toEqual(["act RepairingServiceRole"]);
  });
});

describe("endpoints and a group that the object uses no more", () => {
  const parts = { group: groupLeft, endpoints: endpointsLeft };

  it.each<[string, Partial<Seen>, string]>([
    ["go while the environment waits", { environments: [old({ status: "UPDATING" })] }, "wait Updating"],
    [
      "go while it is blocked",
      { environments: [old({ status: "INVALID", statusReason: "no such subnet" })] },
      "blocked Invalid",
    ],
    ["go while it serves", { environments: [old()] }, "serves Available; serving"],
  ])("%s, and hold nothing up where EC2 refuses that", (_name, own, instead) => {
    const { choice } = planned(ec2, { own, parts });
    expect(summary(choice)).toMatch(/^act CreatingEndpoints/);
    expect(next(ec2, { own, parts: { group: groupLeft } })).toMatch(/^act DeletingSecurityGroup/);
    const alone = planned(ec2, { own, parts: { group: groupLeft } }).choice;
    expect(alone.instead === undefined ? "" : summary(alone.instead)).toBe(instead);
  });

  it.each<[string, Parts["roles"]]>([
    ["roles are not allowed", seenRoles({ jobRole: { policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] } })],
    ["a role is waited for", { ...roleToMake, justWritten: new Set(roleToMake.claims) }],
    ["IAM cannot be read", seenRoles(desiresRole, { iam: { kind: "unread", reason: "AccessDenied", message: "no" } })],
  ])("go also while %s: they cost money, and hang on no role", (_what, roles) => {
    const own = { environments: [old()] };
    expect(next(ec2, { own, parts: { group: groupLeft, roles } })).toMatch(/^act DeletingSecurityGroup/);
    expect(next(ec2, { own, parts: { endpoints: endpointsLeft, roles } })).toMatch(/^act CreatingEndpoints/);
  });

  it("go before what the environment has to do, which goes on where EC2 refuses that", () => {
    const { choice } = planned(withResources(ec2, { maxvCpus: 9 }), {
      own: { environments: [old()] },
      parts: { group: groupLeft },
    });
    expect(summary(choice)).toMatch(/^act DeletingSecurityGroup/);
    expect(choice.instead === undefined ? "" : summary(choice.instead)).toBe("act Updating");
  });
});

it("roles that the object uses no more go when nothing else is left to do, under Ready", () => {
  const environments = [old(), fresh(serving(60))];
  const queues = [queue("q1", ["new"])];
  const parts = { roles: roleLeft };
  expect(next(other, { own: { environments, queues }, parts })).toBe("wait Soaking; serving");
  const leaving = [old({ state: "DISABLED", tags: retired }), fresh(serving(601))];
  expect(next(other, { own: { environments: leaving, queues }, parts })).toBe("wait Draining; serving");
  expect(next(other, { own: { environments: [fresh(serving(601))], queues }, parts })).toBe(
    "act DeletingRole; serving",
  );
});

describe("what predecessors are retired for is reported", () => {
  const queues = [queue("q1", ["new"])];
  const retiring = (parts: Partial<Parts>, ...environments: Seen["environments"]) => {
    const { choice } = planned(other, { own: { environments, queues }, parts });
    return [summary(choice), choice.conditions.find(({ type }) => type === "Retiring")?.reason];
  };
  const soaking = [old(), fresh(serving(60))];
  const soaked = [old(), fresh(serving(601))];
  const written = { ...roleToMake, justWritten: new Set(roleToMake.claims) };

  it("with Soaking, also while a role is waited for", () => {
    expect(retiring({}, ...soaking)).toEqual(["wait Soaking; serving", "Soaking"]);
    expect(retiring({ roles: written }, ...soaking)).toEqual(["wait Soaking; serving", "Soaking"]);
  });

  it.each<[string, Partial<Parts>, string]>([
    ["a role is created", { roles: roleToMake }, "act CreatingRole; serving"],
    ["endpoints are made", { endpoints: endpointsToMake }, "wait Soaking; serving"],
    ["a group is created", { group: groupKnown }, "act CreatingSecurityGroup; serving"],
  ])("also while %s: else the replacement would seem complete where AWS refuses that", (_what, parts, first) => {
    expect(retiring(parts, ...soaking)).toEqual([first, "Soaking"]);
  });

  it("also while its own act is held because a role is waited for", () => {
    expect(retiring({}, ...soaked)[0]).toBe("act Disabling; serving");
    expect(retiring({ roles: written }, ...soaked)).toEqual(["wait CreatingRole; serving", "Disabling"]);
  });

  it("also while the role is created again without which AWS cannot delete one", () => {
    const [{ arn, name } = { arn: "", name: "" }] = seenRoles(desiresRole).desiredRoles;
    const stranded = new Map([[arn, undefined]]);
    const roles = seenRoles({}, { iam: inIam([]), stranded, claims: [name] });
    const stuck = old({ status: "INVALID", state: "DISABLED", tags: retired });
    const jobs = new Map([["old", { kind: "read", remaining: [], zeroForMs: 60_000 } as const]]);
    const own = {
      environments: [stuck, fresh(serving(601))],
      queues,
      jobs,
      deleteTriedAt: new Map([["old", now - 1000]]),
    };
    const { choice } = planned(other, { own, parts: { roles } });
    expect(summary(choice)).toBe("act RepairingServiceRole; serving");
    expect(choice.conditions.map(({ type, reason }) => [type, reason])).toContainEqual([
      "Retiring",
      "RepairingServiceRole",
    ]);
  });
});

describe("the state DISABLED", () => {
  const spec: BatchComputeEnvironmentSpec = { ...ec2, state: "DISABLED" };
  const own = { environments: [old()], queues: [queue("q1", ["old"])] };
  const parts = { group: groupToMake, endpoints: endpointsToMake, roles: roleToMake };
  const refused = { "disabling old": "denied" };
  const waits = { selection: asked };

  it("goes before all that is for jobs which are to start", () => {
    expect(planned(spec, { own, parts: { ...parts, ...waits } }).choice.next).toMatchObject({
      kind: "act",
      message: "old is being DISABLED, as the spec says",
    });
  });

  it("comes only to what is surely of the object", () => {
    expect(next(spec, { own: { ...own, claimedBy: "team/older" }, parts: { roles: roleToMake } })).toBe(
      "act CreatingRole",
    );
  });

  it("is not what the state ENABLED is, which starts jobs", () => {
    const enabling = { ...own, environments: [old({ state: "DISABLED" }), fresh()] };
    const enabled = { ...other, state: "ENABLED" as const };
    expect(planned(enabled, { own: enabling }).choice.next.message).toBe("old is being ENABLED, as the spec says");
    expect(next(enabled, { own: enabling, parts: { roles: roleToMake } })).toBe("act CreatingRole");
  });

  it("that AWS refuses goes after what is done to roles and network, on which that may hang, and before all else", () => {
    expect(next(spec, { own, parts, refused })).toBe("act CreatingSecurityGroup");
    expect(next(spec, { own, parts: { roles: roleToMake }, refused })).toBe("act CreatingRole");
    expect(next(spec, { own, parts: waits, refused })).toBe("act Updating");
    const replacing = { ...other, state: "DISABLED" as const };
    expect(planned(replacing, { own, refused }).choice.next).toMatchObject({
      action: { request: { state: "DISABLED" } },
    });
  });

  it("is reported as refused while something else is done to roles", () => {
    expect(planned(spec, { own, parts: { roles: roleToMake }, refused }).choice.refused).toMatchObject([
      { kind: "denied" },
    ]);
  });

  it("goes on before them when AWS was only busy", () => {
    const throttled = { "disabling old": "throttled" };
    expect(next(spec, { own, parts, refused: throttled })).toBe("act Updating");
  });

  it("comes alone: nothing else of the environments goes on instead", () => {
    expect(planned({ ...other, state: "DISABLED" }, { own }).choice.instead).toBeUndefined();
    expect(planned({ ...other, state: "DISABLED" }, { own, refused }).choice.instead).toBeUndefined();
  });
});

describe("the change that is reported", () => {
  it("has what roles differ in, before what the environment does", () => {
    const { desiredRoles } = seenRoles(desiresRole);
    const policyArns = ["arn:aws:iam::aws:policy/AdministratorAccess"];
    const roles = seenRoles(desiresRole, { iam: inIam(desiredRoles, { service: { attachedPolicyArns: policyArns } }) });
    const own = { environments: [old()] };
    expect(planned(ec2, { own, parts: { roles } }).change).toMatchObject({
      action: "Update",
      reason: "RolesDiffer",
      changes: [{ path: "spec.iam.serviceRole.policyArns" }, { path: "spec.iam.serviceRole.policyArns" }],
    });
    const { change } = planned(withResources(ec2, { maxvCpus: 9 }), { own, parts: { roles } });
    expect(change.action).toBe("Scale");
    expect(change.changes.map(({ path }) => path)).toEqual([
      "spec.iam.serviceRole.policyArns",
      "spec.iam.serviceRole.policyArns",
      "spec.computeResources.maxvCpus",
    ]);
  });

  it("marks what differs by a selection, which is not drift", () => {
    const spec = withResources(ec2, { subnets: ["subnet-9"], maxvCpus: 9 });
    const { change } = planned(spec, { own: { environments: [old()] }, written: selecting });
    expect(change.changes.map(({ path, isReference }) => [path, isReference])).toEqual([
      ["spec.computeResources.maxvCpus", undefined],
      ["spec.computeResources.subnets", true],
    ]);
  });

  it("is none while the spec lacks what is still selected, but that nothing is there yet", () => {
    const parts = { selection: asked };
    const spec = withResources(ec2, { subnets: undefined });
    expect(planned(spec, { own: { environments: [environment("old")] }, parts }).change).toMatchObject({
      action: "None",
      reason: "ResolvingSelection",
      changes: [],
    });
    expect(planned(spec, { parts }).change).toMatchObject({ action: "Create" });
  });

  it.each<[string, Partial<Parts>, string]>([
    ["none while the spec lacks a group that status does not name yet", { group: groupToMake }, "None"],
    ["what it is while a group is created in place of one that status names", { group: groupKnown }, "Scale"],
    ["what it is while endpoints and roles are made", { endpoints: endpointsToMake, roles: roleToMake }, "Scale"],
  ])("is %s", (_what, parts, action) => {
    const spec = withResources(ec2, { maxvCpus: 9 });
    const { change } = planned(spec, { own: { environments: [old()] }, parts });
    expect(change.action).toBe(action);
    expect(change.changes.some(({ path }) => path === "spec.computeResources.maxvCpus")).toBe(action !== "None");
  });
});
