import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { type Action, independentName } from "../../../../src/controllers/kinds/compute-environment/action.ts";
import type {
  AnyAction,
  Observation,
} from "../../../../src/controllers/kinds/compute-environment/environment-object.ts";
import { planOf } from "../../../../src/controllers/kinds/compute-environment/life.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import type { Refusal } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import { decided } from "../../decided.ts";
import { inIam, seenRoles } from "../../parts/roles/given.ts";
import { directives, ec2, environment, now, object, queue, seen, withResources } from "./given.ts";
import { fresh, old, other, retired, serving } from "./replaced.ts";

type Parts = Pick<Observation, "reference" | "roles" | "allowed">;

const noRoles = seenRoles({}, { iam: { kind: "unneeded" }, limits: { kind: "unneeded" } });
const none: Parts = {
  reference: { kind: "none" },
  roles: noRoles,
  allowed: { kind: "allowed" },
};

const desiresRole = { serviceRole: {} };
const roleToMake = seenRoles(desiresRole, { iam: inIam([]) });
/** Asked for before, there, and named by nothing any more. */
const roleLeft = seenRoles(desiresRole, { desiredRoles: [] });

const { subnets: _subnets, securityGroupIds: _groups, ...unplaced } = ec2.computeResources ?? {};
/** Of a network that has given nothing yet. */
const referring = {
  ...ec2,
  computeResources: { ...unplaced, networkRef: { name: "net" } },
} as BatchComputeEnvironmentSpec;
const asked: Parts["reference"] = { kind: "awaited", message: "BatchNetwork team/net is not Ready" };
const waits = { parts: { reference: asked }, written: referring };

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
  it("comes after its roles, and they after its network", () => {
    expect(next(ec2, { ...waits, parts: { ...waits.parts, roles: roleToMake } })).toBe("wait WaitingForNetwork");
    expect(next(ec2, { parts: { roles: roleToMake } })).toBe("act CreatingRole");
    expect(next(ec2)).toBe("act Creating");
  });

  it("is preceded by what its namespace may use: nothing is created, in IAM neither", () => {
    const parts = { roles: roleToMake };
    const refused = { kind: "refused", message: "no" } as const;
    const unread = { kind: "unread", why: "forbidden" } as const;
    expect(next(ec2, { parts: { ...parts, allowed: refused } })).toBe("blocked NotAllowed");
    expect(next(ec2, { parts: { ...parts, allowed: unread } })).toBe("wait NamespaceUnreadable");
    const deleting = { directives: { ...directives, deleting: true } };
    expect(next(ec2, { own: deleting, parts: { allowed: refused } })).toBe("release Deleted");
  });

  it("goes before its roles, and they before the object", () => {
    const deleting = { directives: { ...directives, deleting: true } };
    const left = { roles: roleLeft };
    expect(next(ec2, { own: { ...deleting, environments: [old()] }, parts: left })).toBe("act Disabling");
    expect(next(ec2, { own: deleting, parts: left })).toBe("act DeletingRole");
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
  const lacking = { reference: asked, roles: roleToMake };
  const before = ["wait WaitingForNetwork", "act CreatingRole (writes)"];
  const left = { roles: roleLeft };
  const named = { environments: [old()], queues: [queue("q1", ["old"])] };
  const soaking = { environments: [old(), fresh(serving(60))], queues: [queue("q1", ["new"])] };
  const going = { environments: [old({ state: "DISABLED", tags: retired })], queues: [] };
  const deleting = { directives: { ...directives, deleting: true } };

  it.each<[string, BatchComputeEnvironmentSpec, Given, readonly string[]]>([
    [
      "what the environment depends on, before the environment",
      ec2,
      { parts: lacking, written: referring },
      [...before, "act Creating"],
    ],
    [
      "the switch to DISABLED before all of that",
      { ...ec2, state: "DISABLED" },
      { parts: lacking, own: named, written: { ...referring, state: "DISABLED" } },
      ["act Updating", ...before, "act Updating"],
    ],
    [
      "all of that before what serves as well",
      ec2,
      { parts: lacking, own: { environments: [old()] }, written: referring },
      [...before, "serves Available"],
    ],
    [
      "the end of roles after a wait",
      ec2,
      { parts: left, own: { environments: [old({ status: "UPDATING" })] } },
      ["wait Updating", "act DeletingRole"],
    ],
    [
      "under Ready what predecessors wait for, and the end of roles last",
      other,
      { parts: left, own: soaking },
      ["serves Available", "wait Soaking", "act DeletingRole"],
    ],
    [
      "on the way out the environments alone, as long as one is there",
      ec2,
      { parts: left, own: { ...deleting, ...going } },
      ["wait Draining"],
    ],
    ["then the same way back", ec2, { parts: left, own: deleting }, ["act DeletingRole", "release Deleted"]],
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

  it("also while a role is created: else the replacement would seem complete where AWS refuses that", () => {
    expect(retiring({ roles: roleToMake }, ...soaking)).toEqual(["act CreatingRole; serving", "Soaking"]);
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
  const parts = { roles: roleToMake };
  const refused = { "disabling old": "denied" };
  const waiting = { ...waits, written: { ...referring, state: "DISABLED" as const } };

  it("goes before all that is for jobs which are to start", () => {
    expect(planned(spec, { ...waiting, own, parts: { ...parts, ...waits.parts } }).choice.next).toMatchObject({
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

  it("that AWS refuses goes after what is done to roles, on which that may hang, and before all else", () => {
    expect(next(spec, { own, parts: { roles: roleToMake }, refused })).toBe("act CreatingRole");
    expect(next(spec, { ...waiting, own, refused })).toBe("act Updating");
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

  it("marks what differs by what its network gives, which is not drift", () => {
    const spec = withResources(ec2, { subnets: ["subnet-9"], maxvCpus: 9 });
    const { change } = planned(spec, { own: { environments: [old()] }, written: referring });
    expect(change.changes.map(({ path, isReference }) => [path, isReference])).toEqual([
      ["spec.computeResources.maxvCpus", undefined],
      ["spec.computeResources.subnets", true],
    ]);
  });

  it("is none while the spec lacks what its network is to give, but that nothing is there yet", () => {
    const spec = withResources(ec2, { subnets: undefined });
    expect(planned(spec, { ...waits, own: { environments: [environment("old")] } }).change).toMatchObject({
      action: "None",
      reason: "WaitingForNetwork",
      changes: [],
    });
    expect(planned(spec, waits).change).toMatchObject({ action: "Create" });
  });

  it("is what it is while roles are made", () => {
    const spec = withResources(ec2, { maxvCpus: 9 });
    const { change } = planned(spec, { own: { environments: [old()] }, parts: { roles: roleToMake } });
    expect(change.action).toBe("Scale");
    expect(change.changes.map(({ path }) => path)).toContain("spec.computeResources.maxvCpus");
  });
});
