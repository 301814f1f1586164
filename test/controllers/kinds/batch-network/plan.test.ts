import { describe, expect, it } from "vitest";
import type { BatchNetwork } from "../../../../src/api/v1alpha1/batch-network.ts";
import { planFor } from "../../../../src/controllers/kinds/batch-network/plan.ts";
import type { Seen } from "../../../../src/controllers/kinds/batch-network/seen.ts";
import { selectionsOf } from "../../../../src/controllers/kinds/batch-network/spec.ts";
import { vpcPlan } from "../../../../src/controllers/parts/endpoints/plan.ts";
import type { VpcSeen } from "../../../../src/controllers/parts/endpoints/seen.ts";
import type { SelectionSeen } from "../../../../src/controllers/parts/selection/seen.ts";
import { type RefusedWrites, writesText } from "../../../../src/controllers/pass/refused-writes.ts";
import { read } from "../../../network/facts.ts";
import { endpointName, vpcId } from "../../../network/networks.ts";
import { decided } from "../../decided.ts";
import { letting, planned, vpc } from "../../parts/endpoints/given.ts";
import { ecs, going, groupSeen, leaving, network, ours, seen } from "./given.ts";

const asksForEcs = { vpcEndpoints: { needs: ["ecs" as const] } };
const toMake = {
  kind: "Interface",
  serviceName: endpointName("ecs"),
  subnetIds: ["subnet-a"],
  ipAddressType: "ipv4",
} as const;

function steps(of: BatchNetwork, given: Seen = seen(of)): readonly string[] {
  return planFor(of, given, 0).agenda.map(({ kind, ...step }) => ("reason" in step ? `${kind} ${step.reason}` : kind));
}

const plan = (of: BatchNetwork, given: Seen = seen(of)) => planFor(of, given, 0);

describe("a network with everything that its spec asks for", () => {
  it("serves, and says which endpoints it has", () => {
    const of = network(asksForEcs);
    expect(plan(of)).toMatchObject({
      change: { action: "None", reason: "InSync" },
      agenda: [{ kind: "serves", message: `${vpcId} has everything as the spec says` }],
      conditions: [{ type: "EndpointsReady", status: "True", message: `available in ${vpcId}: ecs` }],
    });
  });

  it("says that the operator has made no endpoints where it needs none", () => {
    const of = network();
    const given = seen(of, { vpc: vpc({ plan: planned({ services: [] }) }) });
    expect(plan(of, given).conditions[0]?.message).toBe("the operator has made no endpoints here");
  });

  it("names the environments for which an endpoint stays, and checks again soon", () => {
    const of = network();
    const given = seen(of, { keptFor: new Map([["logs", ["team/a", "other/b"]]]) });
    const { conditions, checkInMs = 0 } = plan(of, given);
    expect(conditions[0]?.message).toContain("logs stays, because team/a, other/b needs it");
    expect(checkInMs).toBeLessThan(plan(of).checkInMs ?? 0);
  });
});

it("a group that the spec asks for no more is deleted, and nobody waits for it", () => {
  const of = network();
  const found = {
    group: letting("10.0.0.0/16"),
    retained: false,
    retag: undefined,
    usedBy: [],
    strangers: [],
    namedBy: [],
  };
  const { agenda } = plan(of, seen(of, { group: groupSeen(of, found as never) }));
  expect(agenda.map((step) => ("holds" in step ? `${step.kind} ${step.holds}` : step.kind))).toEqual([
    "act nothing",
    "serves",
  ]);
});

describe("what a network lacks", () => {
  it("comes in order: the selection, the group, the endpoints", () => {
    const of = network({ subnets: undefined, subnetSelector: {}, securityGroup: {}, ...asksForEcs });
    const answers: SelectionSeen["answers"] = selectionsOf(of).map((asked) => ({
      asked,
      found: read([{ id: "subnet-a", vpcId }]),
    }));
    const wanting = vpc({ plan: planned({ create: [toMake] }), ours: [], group: undefined });
    const given = seen(of, { group: groupSeen(of), vpc: wanting }, { selection: { answers } });
    expect(steps(of, given).slice(0, 3)).toEqual([
      "wait ResolvingSelection",
      "act CreatingSecurityGroup",
      "act CreatingEndpoints",
    ]);
    expect(plan(of, given).change).toMatchObject({ action: "Create", reason: "NotInAWS" });
  });

  it("is a change of the network once EC2 has the first part", () => {
    const of = network(asksForEcs);
    const made = (part: Partial<VpcSeen>) => vpc({ plan: planned({ create: [toMake] }), group: undefined, ...part });
    const actionOf = (part: Partial<VpcSeen>) => plan(of, seen(of, { vpc: made(part) })).change.action;
    expect(actionOf({})).toBe("Create");
    expect(actionOf({ ours: [ecs] })).toBe("Update");
    expect(actionOf({ group: letting("10.0.0.0/16") })).toBe("Update");
  });

  it("is waited for while EC2 shows late what was written, and while an endpoint is pending", () => {
    const of = network(asksForEcs);
    const late = vpc({ plan: planned({ create: [toMake] }), ours: [], justWritten: true });
    expect(steps(of, seen(of, { vpc: late }))).toEqual([
      "wait CreatingEndpoints",
      "wait CreatingEndpoints",
      "serves Available",
    ]);
    const pending = vpc({ ours: [{ ...ecs, state: "pending" }] });
    expect(steps(of, seen(of, { vpc: pending }))).toEqual(["wait EndpointsPending", "serves Available"]);
  });

  it("is reported in EC2's words, when EC2 refused to create it", () => {
    const of = network(asksForEcs);
    const wanting = vpc({ plan: planned({ create: [toMake] }), ours: [] });
    const { next } = vpcPlan(wanting);
    if (next?.kind !== "act") throw new Error("expected a write");
    const refusal: RefusedWrites = {
      stallsAfterMs: 0,
      reason: "QuotaExceeded",
      message: "VpcEndpointLimitExceeded",
      againInMs: 90_000,
    };
    const refused = new Map([[writesText(next.action.writes), refusal]]);
    const { agenda } = plan(of, seen(of, { vpc: { ...wanting, refused } }));
    expect(agenda[0]).toMatchObject({ kind: expect.stringMatching(/wait|blocked/) });
    expect(agenda[0]).toHaveProperty("message", expect.stringContaining("VpcEndpointLimitExceeded"));
  });
});

describe("a network next to one that changes a shared endpoint", () => {
  it("waits for an endpoint of others that is pending, unless another one serves the same", () => {
    const of = network(asksForEcs);
    const others = vpc({ plan: planned({ services: [] }), ours: [] });
    const pending = { ...ecs, endpointId: "vpce-theirs", state: "pending" };
    const waiting = plan(of, seen(of, { vpc: others, endpoints: [pending] })).agenda[0];
    expect(waiting).toMatchObject({ reason: "EndpointsPending", message: `waiting for endpoints of ${vpcId}: ecs` });
    expect(steps(of, seen(of, { vpc: others, endpoints: [pending, ecs] }))).toEqual(["serves Available"]);
  });

  const changing = vpc({ plan: planned({ services: [ecs.serviceName] }), ours: [ecs], justWritten: true });

  it("does not become Ready by what EC2 showed before", () => {
    const of = network(asksForEcs);
    expect(steps(of, seen(of, { vpc: changing }))).toEqual(["wait EndpointsPending", "serves Available"]);
  });

  it("stays Ready if it is", () => {
    const Ready = { type: "Ready", status: "True", reason: "Available", message: "", observedGeneration: 1 } as never;
    const of = network(asksForEcs, { conditions: [Ready] });
    expect(steps(of, seen(of, { vpc: changing }))).toEqual(["serves Available"]);
  });
});

describe("what a network has too much", () => {
  it("goes last, and nothing waits for it", () => {
    const of = network();
    const given = seen(of, { vpc: vpc({ plan: planned({ remove: ["vpce-logs"] }) }) });
    expect(plan(of, given).agenda[0]).toMatchObject({
      kind: "act",
      reason: "DeletingEndpoints",
      holds: "nothing",
      action: { kind: "writeEndpoints", doing: "delete" },
    });
    expect(plan(of, given).conditions).toMatchObject([{ type: "EndpointsReady", status: "True" }]);
  });
});

describe("a network that may not or cannot be", () => {
  it("writes nothing that its namespace may not use", () => {
    const of = network(asksForEcs);
    const given = seen(of, {}, { allowed: { kind: "refused", message: "sts is not allowed" } });
    expect(decided(plan(of, given)).next).toMatchObject({ kind: "blocked", message: "sts is not allowed" });
  });

  it("writes nothing when a subnet is of another VPC", () => {
    const of = network(asksForEcs);
    const given = seen(of, {
      misplaced: ["subnet-a is in vpc-2", "sg-1 does not exist"],
      vpc: vpc({ plan: planned({ create: [toMake] }), ours: [] }),
    });
    expect(decided(plan(of, given)).next).toMatchObject({
      kind: "blocked",
      reason: "SubnetOfOtherVpc",
      message: "subnet-a is in vpc-2; sg-1 does not exist",
    });
  });

  const unread = { kind: "unread", reason: "Throttled", message: "EC2 says: slower" } as const;

  it("waits when it never was Ready and EC2 cannot be read", () => {
    const of = network();
    expect(plan(of, seen(of, unread))).toMatchObject({
      agenda: [{ kind: "wait", reason: "Throttled" }, { kind: "serves" }],
      conditions: [],
    });
  });

  it("serves on when it was Ready and EC2 cannot be read", () => {
    const ready = { type: "Ready", status: "True", observedGeneration: 1 };
    const of = network({}, { subnets: ["subnet-a"], conditions: [ready] } as never);
    expect(plan(of, seen(of, unread))).toMatchObject({
      agenda: [{ kind: "serves" }],
      conditions: [{ type: "EndpointsReady", status: "Unknown", reason: "Throttled" }],
    });
  });
});

describe("a network in deletion", () => {
  const of = network({}, {}, leaving);

  it("waits for every environment that refers to it, and says what a person does while one of them stays", () => {
    const messageFor = (...referring: Seen["referring"]) => {
      const [first] = plan(of, seen(of, {}, { referring })).agenda;
      expect(first).toMatchObject({ kind: "wait", reason: "InUse" });
      return first?.kind === "wait" ? first.message : "";
    };
    const [stays, goes] = [
      { name: "other/b", isLeaving: false },
      { name: "team/a", isLeaving: true },
    ];
    expect(messageFor(stays, goes)).toBe(
      "other/b refers to it: give these environments another network, or delete them",
    );
    expect(messageFor(goes)).toBe("team/a refers to it, and is being deleted");
  });

  it("removes the endpoints, then their group, then its own group, then the finalizer", () => {
    const own = network({ securityGroup: {} }, {}, leaving);
    const group = groupSeen(own, ours);
    const first = steps(own, seen(own, { vpc: going, group: { ...group, desired: undefined } }));
    expect([first[0], first.at(-1)]).toEqual(["act DeletingEndpoints", "release Deleted"]);
    const none = { ...going, ours: [], plan: planned({ services: [], ingressFrom: [] }) };
    const second = steps(own, seen(own, { vpc: { ...none, group: letting() }, group }));
    expect(second[0]).toBe("act DeletingEndpoints");
    const third = steps(
      own,
      seen(own, { vpc: { ...none, group: undefined }, group: { ...group, desired: undefined } }),
    );
    expect(third).toEqual(["act DeletingSecurityGroup", "release Deleted"]);
    expect(steps(of, seen(of, { vpc: { ...none, group: undefined } }))).toEqual(["release Deleted"]);
    expect(plan(of).change).toMatchObject({ action: "Delete", reason: "ObjectDeleted" });
  });

  it("waits while AWS deletes an endpoint, with its condition false", () => {
    const deleting = { ...going, ours: [{ ...ecs, state: "deleting" }], plan: planned({ services: [] }) };
    const [first] = plan(of, seen(of, { vpc: deleting })).agenda;
    expect(first).toMatchObject({ kind: "wait", conditions: [{ type: "EndpointsReady", status: "False" }] });
  });

  it("stays while EC2 cannot be read", () => {
    const unread = { kind: "unread", reason: "AccessDenied", message: "no" } as const;
    expect(steps(of, seen(of, unread))).toEqual(["wait AccessDenied", "release Deleted"]);
  });
});

it("the plan of a network has an id of its own for each spec", () => {
  const [one, other] = [network(), network(asksForEcs)];
  const idOf = (of: BatchNetwork): string => plan(of, seen(of)).change.id;
  expect(idOf(one)).toBe(idOf(network()));
  expect(idOf(one)).not.toBe(idOf(other));
});
