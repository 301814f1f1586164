import { describe, expect, it } from "vitest";
import type { EndpointsAction } from "../../../../src/controllers/parts/endpoints/action.ts";
import { endpointsPlan, endpointsRemoval } from "../../../../src/controllers/parts/endpoints/plan.ts";
import type { EndpointsSeen, UsedVpc } from "../../../../src/controllers/parts/endpoints/seen.ts";
import { vpcPlan } from "../../../../src/controllers/parts/endpoints/vpc-plan.ts";
import type { Step } from "../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import { nothingToDo } from "../../../../src/controllers/pass/part-plan.ts";
import { type RefusedWrites, writesText } from "../../../../src/controllers/pass/refused-writes.ts";
import { endpoint, endpointName, vpcId } from "../../../network/networks.ts";
import { around, last } from "../security-group/given.ts";
import { creating, keeper, left, letting, type Own, ownTags, planned, seen, settled, vpc, waiting } from "./given.ts";

const ecs = endpoint("ecs", { endpointId: "vpce-ecs", tags: ownTags });
const ofEcs = { kind: "Interface", serviceName: endpointName("ecs"), subnetIds: ["a"], ipAddressType: "ipv4" } as const;
const ofS3 = { kind: "Gateway", serviceName: endpointName("s3"), routeTableIds: ["rtb-1"] } as const;
const logs = { ...ofEcs, serviceName: endpointName("logs") };
const elsewhere = { ...keeper, identity: { ...keeper.identity, name: "other" }, isHere: false };

const using = (given: EndpointsSeen, own: Step<Own> = creating) => around(endpointsPlan(given), own);
const leaving = (given: EndpointsSeen) => last(endpointsRemoval(given));

function step({ next }: Choice<Own | EndpointsAction>): string {
  if (next.kind !== "act") return `${next.kind} ${next.reason}`;
  const what = next.action.kind === "claimVpcs" ? `claims ${next.action.claims.join(" ")}`.trim() : next.action.kind;
  return `act ${next.reason} ${what}`;
}

function reported({ conditions }: Choice<unknown>): string {
  return conditions.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`).join("\n");
}

const refusal: RefusedWrites = { stallsAfterMs: 0, reason: "NotFound", message: "no such service", againInMs: 90_000 };

/** The VPC after EC2 has refused the next writes of these kinds. */
function afterRefusal(part: UsedVpc, kinds: readonly string[], how: RefusedWrites = refusal): UsedVpc {
  const { next } = vpcPlan(part);
  const writes = next?.kind === "act" ? next.action.writes.filter(({ kind }) => kinds.includes(kind)) : [];
  return { ...part, refused: new Map([...part.refused, ...writes.map((one) => [writesText([one]), how] as const)]) };
}

describe("endpoints that an environment requests", () => {
  it("change nothing of an object that never requested any", () => {
    const given = seen([], { desired: false, claims: [], network: { kind: "unneeded" } });
    expect(endpointsPlan(given)).toEqual(nothingToDo);
    expect(endpointsRemoval(given)).toEqual([]);
  });

  it("are noted on the object before the first is created", () => {
    expect(step(using(seen([vpc()], { claims: [] })))).toBe(`act CreatingEndpoints claims ${vpcId}`);
  });

  it("are available before the environment is created", () => {
    const missing = using(seen([vpc({ plan: planned({ create: [ofEcs] }) })]));
    expect(step(missing)).toBe("wait CreatingEndpoints");
    expect(reported(missing)).toBe(`EndpointsReady False CreatingEndpoints: creating endpoints of ${vpcId}: ecs`);
    const pending = using(seen([vpc({ ours: [{ ...ecs, state: "pending" }] })]));
    expect(step(pending)).toBe("wait EndpointsPending");
    expect(reported(pending)).toContain(`waiting for endpoints of ${vpcId}: ecs`);
    expect(pending.next).toMatchObject({ until: { kind: "shared" }, stallsAfterMs: 600_000 });
    const available = using(seen([vpc({ ours: [ecs] })]));
    expect(step(available)).toBe("act Creating create");
    expect(reported(available)).toBe(`EndpointsReady True EndpointsAvailable: available in ${vpcId}: ecs, ecr.api`);
  });

  it("hold nothing of what the environment itself waits for, and are reported meanwhile", () => {
    const pending = using(seen([vpc({ ours: [{ ...ecs, state: "pending" }] })]), waiting);
    expect(pending.next).toEqual({ ...waiting, checkInMs: 10_000 });
    expect(reported(pending)).toMatch(/^EndpointsReady False EndpointsPending/);
  });

  it("wait for the deletion of the previous one, because EC2 accepts no second one of the name", () => {
    const plan = planned({ awaited: [endpointName("ecs")] });
    expect(step(using(seen([vpc({ plan, ours: [{ ...ecs, state: "deleting" }] })])))).toBe("wait EndpointsPending");
  });

  it("are not assumed to exist just after this process began, because the previous one may have deleted them", () => {
    const given = seen([vpc({ ours: [ecs], unproven: true })]);
    expect(step(using(given))).toBe("wait CreatingEndpoints");
    expect(reported(using(given))).toMatch(/^EndpointsReady True EndpointsAvailable/);
    expect(using(given, settled).next).toEqual(settled);
  });

  it("are reported as unnecessary where the subnets reach everything", () => {
    const plan = planned({ services: [], ingressFrom: [] });
    expect(reported(using(seen([vpc({ plan, group: undefined })])))).toContain(
      "the subnets need no endpoints of the operator",
    );
  });

  it("that the operator of another shard creates are waited for, and the message names the object it does that for", () => {
    const choice = using(seen([vpc({ plan: planned({ create: [ofEcs] }), keeper: elsewhere, isKeeper: false })]));
    expect(step(choice)).toBe("wait EndpointsPending");
    expect(reported(choice)).toContain("ecs, which the operator of team/other creates. If this takes long");
  });

  it("are missing for an environment behind a route table, or in a zone, to which they have to be extended", () => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }];
    const short = vpc({ plan: planned({ extend }), ours: [ecs] });
    expect(step(using(seen([{ ...short, lacks: ["vpce-ecs"] }])))).toBe("wait CreatingEndpoints");
    expect(step(using(seen([short])))).toBe("act Creating create");
    expect(reported(using(seen([short])))).toContain("EndpointsReady False CreatingEndpoints");
  });

  it("are missing while their group does not allow all addresses of the VPC", () => {
    const given = vpc({ ours: [ecs], group: letting("10.9.0.0/16") });
    const choice = using(seen([given]));
    expect(step(choice)).toBe("wait RepairingEndpoints");
    expect(reported(choice)).toContain(`allowing the addresses of ${vpcId} to reach its endpoints`);
    expect(step(using(seen([{ ...given, needs: [endpointName("s3")] }])))).toBe("act Creating create");
  });

  it("hold an environment back when only a person can fix them, with every fault and its fix", () => {
    const plan = planned({
      obstacles: [{ services: [endpointName("ecs")], message: "DNS support of the VPC is off" }],
    });
    const choice = using(seen([vpc({ plan, ours: [{ ...ecs, state: "failed" }] })]));
    expect(step(choice)).toBe("blocked EndpointsBlocked");
    expect(reported(choice)).toContain("DNS support of the VPC is off; vpce-ecs is failed: delete it");
  });

  it("do not stop an environment that exists already: the condition reports them", () => {
    const choice = using(seen([vpc({ ours: [{ ...ecs, state: "rejected" }] })]), settled);
    expect(choice).toMatchObject({ serving: true, next: { kind: "serves", checkInMs: 10_000 } });
    expect(reported(choice)).toContain("EndpointsReady False EndpointsBlocked");
  });

  it("hold nothing up where the object itself does not request them: failed requests of others are reported", () => {
    const ecr = endpointName("ecr.dkr");
    const impossible = [{ services: [logs.serviceName], message: "AWS does not offer it" }];
    const others: readonly Partial<UsedVpc>[] = [
      { plan: planned({ obstacles: impossible }) },
      { plan: planned({ awaited: [logs.serviceName] }) },
      { plan: planned({ create: [{ ...ofEcs, serviceName: ecr }] }) },
      { ours: [ecs, { ...ecs, serviceName: logs.serviceName, state: "failed" }] },
      { ours: [ecs, { ...ecs, serviceName: logs.serviceName, state: "pending" }] },
    ];
    for (const other of others) {
      const choice = using(seen([vpc(other)]));
      expect(step(choice)).toBe("act Creating create");
      expect(reported(choice)).toMatch(/^EndpointsReady False \w+Endpoints|Endpoints\w+: .*(offer|logs|ecr|failed)/);
      expect(using(seen([vpc(other)]), settled).next).toEqual({ ...settled, checkInMs: 10_000 });
      expect(step(using(seen([vpc({ ...other, needs: [logs.serviceName, ecr] })])))).toMatch(/^(wait|blocked)/);
      expect(step(using(seen([vpc({ ...other, unproven: true })])))).toBe("wait CreatingEndpoints");
    }
  });
});

describe("a recent refusal of EC2", () => {
  it("holds up an object that requests the endpoint, and others report it in their condition", () => {
    const refused = afterRefusal(vpc({ plan: planned({ create: [logs] }) }), ["createInterface"]);
    expect(step(using(seen([{ ...refused, needs: [logs.serviceName] }])))).toBe("blocked NotFound");
    expect(step(using(seen([refused])))).toBe("act Creating create");
    expect(reported(using(seen([refused])))).toBe("EndpointsReady False NotFound: no such service");
  });

  it("is reported together with all others, and with what only a person can fix", () => {
    const obstacles = [{ services: [endpointName("ssm")], message: "AWS offers no ssm" }];
    const given = vpc({ plan: planned({ create: [logs, ofS3], obstacles }) });
    const one = afterRefusal(given, ["createInterface"]);
    const both = afterRefusal(one, ["createGateway"], {
      ...refusal,
      reason: "AccessDenied",
      message: "not allowed",
    });
    const needs = [logs, ofS3, { serviceName: endpointName("ssm") }].map(({ serviceName }) => serviceName);
    expect(reported(using(seen([{ ...both, needs }]), settled))).toBe(
      "EndpointsReady False NotFound: no such service; not allowed; AWS offers no ssm",
    );
    const choice = using(seen([{ ...both, needs: [endpointName("s3")] }]));
    expect(step(choice)).toBe("blocked AccessDenied");
    expect(reported(choice)).toBe("EndpointsReady False AccessDenied: not allowed; no such service");
  });

  it("stalls an object that needs the endpoint only once a person has to act, also when it is one of several", () => {
    const given = vpc({ plan: planned({ create: [logs, ofS3] }), needs: [logs.serviceName, ofS3.serviceName] });
    const passing = { ...refusal, stallsAfterMs: undefined, reason: "Throttled", message: "slow down" } as const;
    const denied = { ...refusal, stallsAfterMs: 300_000, reason: "AccessDenied", message: "not allowed" } as const;
    const one = afterRefusal(given, ["createInterface"], passing);
    const byPassing = using(seen([afterRefusal(one, ["createGateway"], passing)])).next;
    expect(byPassing).toMatchObject({ kind: "wait", reason: "Throttled" });
    expect(byPassing).not.toHaveProperty("stallsAfterMs");
    const byBoth = using(seen([afterRefusal(one, ["createGateway"], denied)])).next;
    expect(byBoth).toMatchObject({ kind: "wait", stallsAfterMs: 300_000 });
  });

  it("to extend an endpoint holds up only environments in the new subnets", () => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }];
    const refused = afterRefusal(vpc({ plan: planned({ extend }), ours: [ecs] }), ["extend"]);
    expect(step(using(seen([refused])))).toBe("act Creating create");
    expect(reported(using(seen([refused])))).toBe("EndpointsReady False NotFound: no such service");
    expect(step(using(seen([{ ...refused, lacks: ["vpce-ecs"] }])))).toBe("blocked NotFound");
  });

  it("of a deletion holds nobody up, and is reported", () => {
    const refused = afterRefusal(vpc({ plan: planned({ remove: ["vpce-ssm"] }), ours: [ecs] }), ["deleteEndpoints"]);
    expect(step(using(seen([refused])))).toBe("act Creating create");
    expect(reported(using(seen([refused])))).toBe("EndpointsReady False NotFound: no such service");
  });
});

describe("endpoints in a network that cannot be read", () => {
  const unread = { kind: "unread", reason: "AccessDenied", message: "ec2:DescribeSubnets is refused" } as const;

  it("hold back an environment that does not exist yet, and report why", () => {
    const choice = using(seen([], { network: unread }));
    expect(choice.next).toMatchObject({ kind: "wait", reason: "AccessDenied", stallsAfterMs: 300_000 });
    expect(reported(choice)).toBe("EndpointsReady Unknown AccessDenied: ec2:DescribeSubnets is refused");
  });

  it("leave an environment that serves alone", () => {
    const choice = using(seen([], { network: unread }), settled);
    expect(choice).toMatchObject({ serving: true, next: { kind: "serves", checkInMs: 60_000 } });
  });

  it("hold an object in deletion, so that no endpoint of ours is lost", () => {
    expect(step(leaving(seen([], { network: unread, desired: false })))).toBe("wait AccessDenied");
  });
});

describe("endpoints that an environment may need, which is unknown", () => {
  const unread = { kind: "unread", reason: "NotReadable", message: "launch template odd could not be read" } as const;
  const dark = seen([vpc({ needs: [], unread })]);

  it("hold back an environment that does not exist yet, and report why", () => {
    expect(using(dark).next).toMatchObject({ kind: "wait", reason: "NotReadable", stallsAfterMs: 300_000 });
    expect(reported(using(dark))).toBe("EndpointsReady Unknown NotReadable: launch template odd could not be read");
  });

  it("leave an environment that serves alone", () => {
    const choice = using(dark, settled);
    expect(choice).toMatchObject({ serving: true, next: { kind: "serves", checkInMs: 60_000 } });
    expect(reported(choice)).toBe("EndpointsReady Unknown NotReadable: launch template odd could not be read");
  });
});

describe("endpoints that an environment no longer needs", () => {
  const gone = (part: Partial<UsedVpc> = {}) => leaving(seen([left({ ours: [ecs], ...part })]));
  const dropped = (part: UsedVpc, own: Step<Own> = settled) => using(seen([part], { desired: false }), own);

  it("hold the keeper of the VPC until nothing is left there, whatever EC2 does about it", () => {
    const choice = gone();
    expect(step(choice)).toBe("wait DeletingEndpoints");
    expect(reported(choice)).toContain("EndpointsReady False DeletingEndpoints");
    expect(choice.next).toMatchObject({ until: { kind: "shared" }, checkInMs: 10_000 });
    expect(gone({ coming: ["team/other"] }).next).toMatchObject({ reason: "EndpointsInUse", stallsAfterMs: 1_800_000 });
    expect(step(gone({ ours: [], group: undefined }))).toBe("release Deleted");
  });

  it("hold no other object", () => {
    expect(step(gone({ isKeeper: false }))).toBe("release Deleted");
    expect(step(leaving(seen([vpc({ isKeeper: false })])))).toBe("release Deleted");
  });

  it("that EC2 refuses to delete are reported with EC2's words, and stall once a person has to act", () => {
    const refused = (how: RefusedWrites) => afterRefusal(left({ ours: [ecs] }), ["deleteEndpoints"], how);
    const blocked = leaving(seen([refused(refusal)]));
    expect(blocked.next).toMatchObject({ kind: "blocked", reason: "NotFound", message: "no such service" });
    const inUse = { ...refusal, reason: "InUse", stallsAfterMs: 1_800_000 } as const;
    expect(leaving(seen([refused(inUse)])).next).toMatchObject({
      kind: "wait",
      reason: "InUse",
      stallsAfterMs: 1_800_000,
    });
    const choice = dropped(refused(refusal));
    expect(choice.next).toEqual({ ...settled, checkInMs: 10_000 });
    expect(reported(choice)).toBe("EndpointsReady False NotFound: no such service");
  });

  it("stay while the subnets of the object are unknown", () => {
    const network = { kind: "read", placed: false, vpcIds: [], vpcs: [vpc({ ours: [ecs] })] } as const;
    expect(endpointsPlan(seen([], { network }))).toEqual(nothingToDo);
  });

  it("stay while a predecessor still runs where the spec no longer is", () => {
    const choice = dropped(left({ ours: [ecs], outlived: ["team_ce-1"] }));
    expect(choice.next).toEqual({ ...settled, checkInMs: 60_000 });
    expect(choice.conditions).toEqual([]);
  });

  it("are one condition for several VPCs, which reports the problem of any of them", () => {
    const other = { ...left({ ours: [ecs], connectsLeaving: ["theirs"] }), vpcId: "vpc-left" };
    const choice = using(seen([vpc({ ours: [ecs] }), other], { claims: [vpcId, "vpc-left"] }), settled);
    expect(choice.conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ["EndpointsReady", "False", "EndpointsInUse"],
    ]);
  });

  it("hold nothing up of an object that stays, and are no longer noted once they are gone", () => {
    const removing = dropped(left({ ours: [ecs] }), creating);
    expect(step(removing)).toBe("act Creating create");
    expect(reported(removing)).toContain("EndpointsReady False DeletingEndpoints");
    expect(step(dropped(left({ ours: [], group: undefined })))).toBe("act CreatingEndpoints claims");
    expect(step(dropped(vpc({ isKeeper: false })))).toBe("act CreatingEndpoints claims");
    const forgotten = seen([left({ ours: [], group: undefined })], { desired: false, claims: [] });
    expect(using(forgotten, settled)).toMatchObject({ conditions: [], next: settled });
  });
});
