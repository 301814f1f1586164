import { describe, expect, it } from "vitest";
import type { Step } from "../../../src/controllers/agenda.ts";
import type { Choice } from "../../../src/controllers/choose.ts";
import type { EndpointsAction } from "../../../src/controllers/endpoints/action.ts";
import { endpointsPlan, endpointsRemoval } from "../../../src/controllers/endpoints/plan.ts";
import type { EndpointsSeen, OtherUser, VpcSeen } from "../../../src/controllers/endpoints/seen.ts";
import { nothingToDo } from "../../../src/controllers/part.ts";
import { type RefusedWrites, writesText } from "../../../src/controllers/refused-writes.ts";
import { endpoint, endpointName, vpcId } from "../../network/networks.ts";
import { around, last } from "../security-group/given.ts";
import { creating, letting, type Own, ownTags, planned, seen, settled, vpc, waiting } from "./given.ts";

const ecs = endpoint("ecs", { endpointId: "vpce-ecs", tags: ownTags });
const ofEcs = { kind: "Interface", serviceName: endpointName("ecs"), subnetIds: ["a"], ipAddressType: "ipv4" } as const;
const ofS3 = { kind: "Gateway", serviceName: endpointName("s3"), routeTableIds: ["rtb-1"] } as const;
const other: OtherUser = {
  key: "team/other",
  rank: "2026-01-01T00:00:00Z team/other",
  leaving: false,
  deleting: false,
  noted: true,
};
const goes: OtherUser = { ...other, leaving: true, deleting: true };

const using = (given: EndpointsSeen, own: Step<Own> = creating) => around(endpointsPlan(given), own);
const leaving = (given: EndpointsSeen) => last(endpointsRemoval(given));

/** Kind, reason and writes of the next step. */
function step({ next }: Choice<Own | EndpointsAction>): string {
  return [next.kind, next.reason, ...(next.kind === "act" ? [described(next.action)] : [])].join(" ");
}

function described(action: Own | EndpointsAction): string {
  switch (action.kind) {
    case "claimVpcs":
      return `claims ${action.claims.join(" ")}`.trim();
    case "writeEndpoints":
      return `${action.doing}: ${action.writes.map(({ kind }) => kind).join(" ")}`;
    default:
      return action.kind;
  }
}

function reported({ conditions }: Choice<unknown>): string {
  return conditions.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`).join("\n");
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

  it("come after their group, and the group's rules before them", () => {
    const plan = planned({ create: [ofEcs, ofS3] });
    expect(step(using(seen([vpc({ plan, group: undefined })])))).toBe("act CreatingEndpoints create: createGroup");
    const repairing = using(seen([vpc({ plan, group: letting("10.9.0.0/16") })]));
    expect(step(repairing)).toBe("act RepairingEndpoints repair: allow");
    expect(repairing.next).toMatchObject({ action: { writes: [{ groupId: "sg-ends", from: ["10.0.0.0/16"] }] } });
    expect(step(using(seen([vpc({ plan })])))).toBe("act CreatingEndpoints create: createInterface createGateway");
  });

  it("need no group when there are only gateways", () => {
    const plan = planned({ create: [ofS3], ingressFrom: [] });
    expect(step(using(seen([vpc({ plan, group: undefined })])))).toBe("act CreatingEndpoints create: createGateway");
  });

  it("get the subnets of a new user, and are deleted when nobody needs them", () => {
    const extended = planned({ extend: [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }] });
    expect(step(using(seen([vpc({ plan: extended })])))).toBe("act CreatingEndpoints create: extend");
    const surplus = planned({ remove: ["vpce-logs"] });
    expect(step(using(seen([vpc({ plan: surplus })])))).toBe("act DeletingEndpoints delete: deleteEndpoints");
  });

  it("are not created a second time while EC2 shows late what was written", () => {
    const plan = planned({ create: [ofEcs] });
    const choice = using(seen([vpc({ plan, justWritten: true })]));
    expect(step(choice)).toBe("wait CreatingEndpoints");
    expect(reported(choice)).toBe(
      `EndpointsReady False CreatingEndpoints: waiting for EC2 to show what was written in ${vpcId}`,
    );
  });

  it("are available before the environment is created", () => {
    const pending = using(seen([vpc({ ours: [{ ...ecs, state: "pending" }] })]));
    expect(step(pending)).toBe("wait EndpointsPending");
    expect(reported(pending)).toContain(`waiting for endpoints of ${vpcId}: ecs`);
    const available = using(seen([vpc({ ours: [ecs] })]));
    expect(step(available)).toBe("act Creating create");
    expect(reported(available)).toBe(`EndpointsReady True EndpointsAvailable: available in ${vpcId}: ecs, ecr.api`);
  });

  it("come before what the environment waits for, and its own wait is reported while they are pending", () => {
    const missing = { plan: planned({ create: [ofEcs] }) };
    expect(step(using(seen([vpc(missing)]), waiting))).toBe("act CreatingEndpoints create: createInterface");
    const written = using(seen([vpc({ ...missing, justWritten: true })]), waiting);
    expect(written.next).toEqual({ ...waiting, checkInMs: 1000 });
    expect(reported(written)).toMatch(/^EndpointsReady False CreatingEndpoints/);
    const pending = using(seen([vpc({ ours: [{ ...ecs, state: "pending" }] })]), waiting);
    expect(pending.next).toEqual({ ...waiting, checkInMs: 5000 });
    expect(reported(pending)).toMatch(/^EndpointsReady False EndpointsPending/);
  });

  it("wait for the deletion of the previous one, because EC2 accepts no second one of the name", () => {
    const plan = planned({ awaited: [endpointName("ecs")] });
    const choice = using(seen([vpc({ plan, ours: [{ ...ecs, state: "deleting" }] })]));
    expect(step(choice)).toBe("wait EndpointsPending");
    expect(choice.next).toMatchObject({ checkInMs: 5000 });
  });

  it("are not assumed to exist just after this process began, because the previous one may have deleted them", () => {
    const given = seen([vpc({ ours: [ecs], unproven: true })]);
    expect(step(using(given))).toBe("wait CreatingEndpoints");
    expect(reported(using(given))).toMatch(/^EndpointsReady True EndpointsAvailable/);
    expect(using(given, settled).next).toEqual({ ...settled, checkInMs: 60_000 });
  });

  it("are reported as unnecessary where the subnets reach everything", () => {
    const plan = planned({ services: [], ingressFrom: [] });
    expect(reported(using(seen([vpc({ plan, group: undefined })])))).toContain(
      "the subnets need no endpoints of the operator",
    );
  });

  it("cause a wait when another object of the VPC creates them", () => {
    const plan = planned({ create: [ofEcs] });
    const choice = using(seen([vpc({ plan, writer: "team/other" })]));
    expect(step(choice)).toBe("wait EndpointsPending");
    expect(reported(choice)).toContain("that team/other creates: ecs");
  });

  it("are missing for an environment behind a route table, or in a zone, to which they have to be extended", () => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }];
    const waiting = { plan: planned({ extend }), ours: [ecs], writer: "team/other" };
    const choice = using(seen([vpc({ ...waiting, lacks: ["vpce-ecs"] })]));
    expect(step(choice)).toBe("wait EndpointsPending");
    expect(reported(choice)).toContain("that team/other creates: ecs");
    expect(step(using(seen([vpc(waiting)])))).toBe("act Creating create");
    expect(reported(using(seen([vpc(waiting)])))).toContain("EndpointsReady False EndpointsPending");
  });

  it("are missing while their group does not allow all addresses of the VPC", () => {
    const given = vpc({ ours: [ecs], group: letting("10.9.0.0/16"), writer: "team/other" });
    const choice = using(seen([given]));
    expect(step(choice)).toBe("wait EndpointsPending");
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

  it("do not stop an environment that exists already: the condition reports them, and the operator checks again", () => {
    const choice = using(seen([vpc({ ours: [{ ...ecs, state: "rejected" }] })]), settled);
    expect(choice.next).toMatchObject({ kind: "serves", checkInMs: 60_000 });
    expect(choice.serving).toBe(true);
    expect(reported(choice)).toContain("EndpointsReady False EndpointsBlocked");
  });

  it("hold nothing up where the object itself does not request them: failed requests of others are reported", () => {
    const [logs, ecr] = [endpointName("logs"), endpointName("ecr.dkr")];
    const impossible = [{ services: [logs], message: "AWS does not offer it" }];
    const others: readonly Partial<VpcSeen>[] = [
      { plan: planned({ obstacles: impossible }) },
      { plan: planned({ awaited: [logs] }) },
      { plan: planned({ create: [{ ...ofEcs, serviceName: ecr }] }), writer: "team/other" },
      { ours: [ecs, { ...ecs, serviceName: logs, state: "failed" }] },
      { ours: [ecs, { ...ecs, serviceName: logs, state: "pending" }] },
    ];
    for (const other of others) {
      const choice = using(seen([vpc(other)]));
      expect(step(choice)).toBe("act Creating create");
      expect(reported(choice)).toMatch(/^EndpointsReady False Endpoints(Blocked|Pending): .*(offer|logs|ecr|failed)/);
      expect(step(using(seen([vpc({ ...other, needs: [logs, ecr] })])))).toMatch(/^(wait|blocked)/);
      expect(step(using(seen([vpc({ ...other, unproven: true })])))).toBe("wait CreatingEndpoints");
    }
  });

  it("are checked every minute by the writer, every ten by others, and sooner when the object asks for it", () => {
    const given = seen([vpc({ ours: [ecs] })]);
    expect(using(given, settled).next).toMatchObject({ checkInMs: 60_000 });
    const waiting = seen([vpc({ ours: [ecs], writer: "team/other" })]);
    expect(using(waiting, settled).next).toMatchObject({ checkInMs: 600_000 });
    const soon: Step<Own> = { kind: "serves", reason: "Available", message: "fine", checkInMs: 1000 };
    expect(using(given, soon).next).toMatchObject({ checkInMs: 1000 });
  });
});

describe("a recent refusal of EC2", () => {
  const refusal: RefusedWrites = {
    stallsAfterMs: 0,
    reason: "NotFound",
    message: "no such service",
    againInMs: 90_000,
  };
  const logs = { ...ofEcs, serviceName: endpointName("logs") };
  const incomplete = planned({ create: [logs, ofS3], remove: ["vpce-ssm"] });

  /** The VPC after EC2 has refused the next writes of these kinds. */
  function afterRefusal(part: Partial<VpcSeen>, ...kinds: readonly string[]): VpcSeen {
    const { next } = using(seen([vpc(part)]));
    const writes = next.kind === "act" && next.action.kind === "writeEndpoints" ? next.action.writes : [];
    const refused = writes.filter(({ kind }) => kinds.includes(kind)).map((write) => [writesText([write]), refusal]);
    return vpc({ ...part, refused: new Map([...(part.refused ?? []), ...(refused as [string, RefusedWrites][])]) });
  }

  it("holds back no creation of another endpoint, and no deletion of an unneeded one", () => {
    const one = afterRefusal({ plan: incomplete }, "createInterface");
    expect(step(using(seen([one])))).toBe("act CreatingEndpoints create: createGateway");
    expect(using(seen([one])).next.message).toBe(`creating endpoints of ${vpcId}: s3`);
    const both = afterRefusal({ plan: incomplete }, "createInterface", "createGateway");
    expect(step(using(seen([both])))).toBe("act DeletingEndpoints delete: deleteEndpoints");
  });

  it("holds up an object that requests the endpoint, and others report it in their condition", () => {
    const refused = afterRefusal({ plan: planned({ create: [logs] }) }, "createInterface");
    expect(step(using(seen([{ ...refused, needs: [logs.serviceName] }])))).toBe("blocked NotFound");
    expect(step(using(seen([refused])))).toBe("act Creating create");
    expect(reported(using(seen([refused])))).toBe("EndpointsReady False NotFound: no such service");
    expect(using(seen([refused]), settled).next).toEqual({ ...settled, checkInMs: 90_000 });
  });

  it("is reported together with all others, and with what only a person can fix", () => {
    const obstacles = [{ services: [endpointName("ssm")], message: "AWS offers no ssm" }];
    const given = { plan: planned({ create: [logs, ofS3], obstacles }) };
    const write = (kind: string) => {
      const { next } = using(seen([vpc(given)]));
      const writes = next.kind === "act" && next.action.kind === "writeEndpoints" ? next.action.writes : [];
      return writesText(writes.filter((one) => one.kind === kind));
    };
    const refused = new Map<string, RefusedWrites>([
      [write("createInterface"), refusal],
      [write("createGateway"), { stallsAfterMs: 0, reason: "AccessDenied", message: "not allowed", againInMs: 30_000 }],
    ]);
    const needs = [...given.plan.create, { serviceName: endpointName("ssm") }].map(({ serviceName }) => serviceName);
    const both = using(seen([vpc({ ...given, refused, needs })]), settled);
    expect(reported(both)).toBe("EndpointsReady False NotFound: no such service; not allowed; AWS offers no ssm");
    expect(both.next).toMatchObject({ checkInMs: 30_000 });
    const waiting = using(seen([vpc({ ...given, refused, needs: [endpointName("s3")] })]));
    expect(step(waiting)).toBe("blocked AccessDenied");
    expect(reported(waiting)).toBe("EndpointsReady False AccessDenied: not allowed; no such service");
  });

  it("stalls an object that needs the endpoint only once a person has to act, also when it is one of several", () => {
    const given = { plan: planned({ create: [logs, ofS3] }) };
    const needs = given.plan.create.map(({ serviceName }) => serviceName);
    const [interfaceWrites, gatewayWrites] = ["createInterface", "createGateway"].map((kind) => {
      const { next } = using(seen([vpc(given)]));
      const writes = next.kind === "act" && next.action.kind === "writeEndpoints" ? next.action.writes : [];
      return writesText(writes.filter((one) => one.kind === kind));
    });
    const passing: RefusedWrites = {
      stallsAfterMs: undefined,
      reason: "Throttled",
      message: "slow down",
      againInMs: 6000,
    };
    const denied: RefusedWrites = {
      stallsAfterMs: 300_000,
      reason: "AccessDenied",
      message: "not allowed",
      againInMs: 30_000,
    };
    const waiting = (...refused: readonly [string, RefusedWrites][]) =>
      using(seen([vpc({ ...given, refused: new Map(refused), needs })])).next;
    const byPassing = waiting([interfaceWrites ?? "", passing], [gatewayWrites ?? "", passing]);
    expect(byPassing).toMatchObject({ kind: "wait", reason: "Throttled", checkInMs: 6000 });
    expect(byPassing).not.toHaveProperty("stallsAfterMs");
    const byBoth = waiting([interfaceWrites ?? "", passing], [gatewayWrites ?? "", denied]);
    expect(byBoth).toMatchObject({ kind: "wait", checkInMs: 6000, stallsAfterMs: 300_000 });
  });

  it("to extend an endpoint holds up only environments in the new subnets", () => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }];
    const refused = afterRefusal({ plan: planned({ extend }), ours: [ecs] }, "extend");
    expect(step(using(seen([refused])))).toBe("act Creating create");
    expect(reported(using(seen([refused])))).toBe("EndpointsReady False NotFound: no such service");
    expect(step(using(seen([{ ...refused, lacks: ["vpce-ecs"] }])))).toBe("blocked NotFound");
  });

  it("is reported with EC2's words also by an object that waits for the writer", () => {
    const refused = afterRefusal({ plan: planned({ create: [logs] }) }, "createInterface");
    const waiting = { ...refused, writer: "team/other", needs: [logs.serviceName] };
    expect(step(using(seen([waiting])))).toBe("blocked NotFound");
  });

  it.each([
    ["the endpoints' group", { group: undefined }, "createGroup"],
    ["a rule of the endpoints' group", { group: letting("10.9.0.0/16") }, "allow"],
  ])("holds up an object that needs %s, and the gateway is created", (_what, group, kind) => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }];
    const refused = afterRefusal({ plan: planned({ create: [logs, ofS3], extend }), ours: [ecs], ...group }, kind);
    expect(step(using(seen([refused])))).toBe("act CreatingEndpoints create: createGateway");
    const made = { ...refused, plan: planned({ create: [logs], extend }), lacks: ["vpce-ecs"] };
    expect(step(using(seen([{ ...made, needs: [logs.serviceName] }])))).toBe("blocked NotFound");
    expect(step(using(seen([made])))).toBe("blocked NotFound");
    expect(step(using(seen([{ ...made, needs: [endpointName("s3")] }])))).toBe("act Creating create");
  });

  it("to take an endpoint back holds back no creation of another", () => {
    const left = { plan: planned({ create: [logs] }), ours: [ecs], leftBehind: ["vpce-ecs"] };
    const refused = afterRefusal(left, "takeOver");
    expect(step(using(seen([refused])))).toBe("act CreatingEndpoints create: createInterface");
    expect(reported(using(seen([{ ...refused, plan: planned() }])))).toBe(
      "EndpointsReady False NotFound: no such service",
    );
  });

  it("to take a group back holds up an object that needs a group, because the old one has its name", () => {
    const left = { plan: planned({ create: [logs, ofS3] }), leftBehind: ["sg-left"], group: undefined };
    const refused = afterRefusal(left, "takeOver");
    expect(step(using(seen([refused])))).toBe("act CreatingEndpoints create: createGateway");
    const made = { ...refused, plan: planned({ create: [logs] }) };
    expect(step(using(seen([{ ...made, needs: [logs.serviceName] }])))).toBe("blocked NotFound");
    expect(step(using(seen([{ ...made, needs: [endpointName("s3")] }])))).toBe("act Creating create");
  });

  it("of a deletion holds nobody up, and is reported", () => {
    const refused = afterRefusal({ plan: planned({ remove: ["vpce-ssm"] }), ours: [ecs] }, "deleteEndpoints");
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
  const dark = (part: Partial<VpcSeen> = {}) => seen([vpc({ needs: [], unread, ...part })]);

  it("hold back an environment that does not exist yet, and report why, whoever writes", () => {
    for (const writer of [undefined, "team/other"]) {
      const choice = using(dark({ writer }));
      expect(choice.next).toMatchObject({ kind: "wait", reason: "NotReadable", stallsAfterMs: 300_000 });
      expect(reported(choice)).toBe("EndpointsReady Unknown NotReadable: launch template odd could not be read");
    }
  });

  it("leave an environment that serves alone", () => {
    const choice = using(dark(), settled);
    expect(choice).toMatchObject({ serving: true, next: { kind: "serves", checkInMs: 60_000 } });
    expect(reported(choice)).toBe("EndpointsReady Unknown NotReadable: launch template odd could not be read");
  });

  it("are created for the others where the object writes", () => {
    expect(step(using(dark({ plan: planned({ create: [ofEcs] }) })))).toBe(
      "act CreatingEndpoints create: createInterface",
    );
  });
});

describe("endpoints that an environment no longer needs", () => {
  const gone = (part: Parameters<typeof vpc>[0] = {}, rest: Partial<EndpointsSeen> = {}) =>
    leaving(seen([vpc({ ours: [ecs], ...part })], rest));

  it("are deleted before their group, and the object last", () => {
    expect(step(gone())).toBe("act DeletingEndpoints delete: deleteEndpoints");
    expect(step(gone({ ours: [{ ...ecs, state: "deleting" }] }))).toBe("wait DeletingEndpoints");
    expect(step(gone({ ours: [] }))).toBe("act DeletingEndpoints delete: deleteGroup");
    expect(step(gone({ ours: [], group: undefined }))).toBe("release Deleted");
  });

  it("stay for another object that uses them", () => {
    expect(step(gone({ others: [other] }))).toBe("release Deleted");
  });

  it("stay until another new object has noted that it requests them", () => {
    const choice = gone({ others: [{ ...other, noted: false }] });
    expect(step(choice)).toBe("wait EndpointsInUse");
    expect(choice.next.message).toBe(`waiting until team/other notes that it uses the endpoints of ${vpcId}`);
    expect(step(gone({ ours: [], group: undefined, others: [{ ...other, noted: false }] }))).toBe("release Deleted");
  });

  it("stay while the subnets of the object are unknown", () => {
    const network = { kind: "read", placed: false, vpcIds: [], vpcs: [vpc({ ours: [ecs] })] } as const;
    expect(endpointsPlan(seen([], { network }))).toEqual(nothingToDo);
    expect(step(leaving(seen([], { network })))).toBe("act DeletingEndpoints delete: deleteEndpoints");
  });

  it("are deleted by the last in rank of several objects in deletion", () => {
    expect(step(gone({ others: [goes] }))).toBe("wait EndpointsInUse");
    expect(step(gone({ others: [{ ...goes, rank: "2026-01-03" }] }))).toBe("release Deleted");
  });

  it("are left to an object that stays although it no longer requests any, whatever its rank, and that one waits", () => {
    const lives = { ...other, leaving: true };
    expect(step(gone({ others: [lives] }))).toBe("release Deleted");
    const younger = { ...goes, rank: "2026-01-03" };
    const living = using(seen([vpc({ ours: [ecs], others: [younger] })], { desired: false }), settled);
    expect(living.next).toEqual({ ...settled, checkInMs: 5000 });
    expect(reported(living)).toContain("EndpointsReady False EndpointsInUse");
  });

  it("stay while AWS moves an environment that requested none, because AWS reports only the new subnets", () => {
    const choice = gone({ moving: ["theirs"] });
    expect(step(choice)).toBe("wait EndpointsInUse");
    expect(choice.next.message).toContain("until AWS has updated theirs");
    expect(step(gone({ moving: ["theirs"] }, { retain: true }))).toContain("release");
  });

  it("stay until a younger new object has noted that it requests them, and with the last of several in deletion", () => {
    const coming = { ...other, rank: "2026-01-04", noted: false };
    expect(step(gone({ others: [coming] }))).toBe("wait EndpointsInUse");
    expect(step(gone({ others: [coming, goes] }))).toBe("wait EndpointsInUse");
    expect(step(gone({ others: [coming, { ...goes, rank: "2026-01-03" }] }))).toBe("release Deleted");
    expect(step(gone({ others: [{ ...coming, noted: true }] }))).toBe("release Deleted");
  });

  it("may exist although EC2 does not show them, when they were just requested", () => {
    expect(step(gone({ ours: [], group: undefined, justWritten: true }))).toBe("wait DeletingEndpoints");
  });

  it("are not deleted twice while EC2 shows late what was written", () => {
    expect(step(gone({ justWritten: true }))).toBe("wait DeletingEndpoints");
  });

  it("stay in AWS, and are no longer ours, when deletionPolicy is Retain", () => {
    expect(step(gone({}, { retain: true }))).toBe("act RetainingEndpoints release: release");
    expect(step(gone({ ours: [] }, { retain: true }))).toBe("act RetainingEndpoints release: release");
  });

  it("of a lost cluster are taken over before anything else, except those in deletion", () => {
    const earlier = { ...ownTags, "awsbatch.dev/cluster-uid": "lost" };
    const ours = [
      { ...ecs, tags: earlier },
      { ...ecs, endpointId: "vpce-gone", state: "deleting", tags: earlier },
    ];
    const choice = using(seen([vpc({ ours, group: { ...letting("10.0.0.0/16"), tags: earlier } })]));
    expect(step(choice)).toBe("act RepairingEndpoints repair: takeOver");
    expect(choice.next).toMatchObject({
      action: { writes: [{ ids: ["vpce-ecs", "sg-ends"], set: { "awsbatch.dev/cluster-uid": "cluster-1" } }] },
    });
  });

  it("that Retain left behind are used again", () => {
    const choice = using(seen([vpc({ leftBehind: ["vpce-ecs", "sg-ends"], group: undefined })]));
    expect(step(choice)).toBe("act RepairingEndpoints repair: takeOver");
    expect(choice.next).toMatchObject({
      action: { writes: [{ ids: ["vpce-ecs", "sg-ends"], remove: ["awsbatch.dev/retained-from"] }] },
    });
  });

  it("leave no group behind when the subnets no longer need any of them", () => {
    const none = planned({ services: [], ingressFrom: [] });
    expect(step(using(seen([vpc({ plan: none })])))).toBe("act DeletingEndpoints delete: deleteGroup");
    const leaving = using(seen([vpc({ plan: none, ours: [{ ...ecs, state: "deleting" }] })]), settled);
    expect(leaving.next).toEqual({ ...settled, checkInMs: 5000 });
    expect(step(using(seen([vpc({ plan: { ...none, kept: [endpointName("ecs")] } })])))).not.toContain("deleteGroup");
  });

  it("stay in AWS also when an environment that requested none uses them", () => {
    const choice = gone({ connects: ["team_kept-1"] });
    expect(step(choice)).toBe("act RetainingEndpoints release: release");
    expect(choice.next.message).toContain("team_kept-1 uses them");
    expect(step(gone({ connects: ["team_kept-1"], connectsLeaving: ["theirs"] }))).toContain("release");
  });

  it("wait for an environment in deletion that requested none and uses them", () => {
    const choice = gone({ connectsLeaving: ["theirs"] });
    expect(step(choice)).toBe("wait EndpointsInUse");
    expect(choice.next.message).toBe(`keeping the endpoints of ${vpcId} until these no longer use them: theirs`);
  });

  it("stay while the operator cannot read whether an environment that requested none uses them", () => {
    const choice = gone({ mayConnect: ["theirs"] });
    expect(choice.next).toMatchObject({ kind: "wait", reason: "NotReadable", stallsAfterMs: 300_000 });
    expect(choice.next.message).toContain("cannot read whether theirs uses them");
    expect(step(gone({ mayConnect: ["theirs"] }, { retain: true }))).toContain("release");
  });

  it("stay while a predecessor still runs where the spec no longer is", () => {
    const occupied = seen([vpc({ ours: [ecs], occupiedBy: ["team_ce-1"] })], { desired: false });
    expect(using(occupied, settled).next).toEqual({ ...settled, checkInMs: 10_000 });
  });

  it("are one condition for several VPCs, which reports the problem of any of them", () => {
    const left = { ...vpc({ ours: [ecs], connectsLeaving: ["theirs"] }), vpcId: "vpc-left" };
    const choice = using(seen([vpc({ ours: [ecs] }), left], { claims: [vpcId, "vpc-left"] }), settled);
    expect(choice.conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ["EndpointsReady", "False", "EndpointsInUse"],
    ]);
  });

  it("leave their group to the groups and endpoints that reference it, because EC2 would not delete it", () => {
    const named = gone({ ours: [], groupNamedBy: ["sg-theirs"] });
    expect(step(named)).toBe("act RetainingEndpoints release: release");
    expect(named.next.message).toBe("leaving sg-ends in AWS: sg-theirs references it");
    const none = planned({ services: [], ingressFrom: [] });
    expect(step(using(seen([vpc({ plan: none, groupNamedBy: ["sg-theirs"] })])))).toBe("act Creating create");
  });

  it("hold nothing up of an object that stays while others that use them leave", () => {
    const dropped = seen([vpc({ ours: [ecs], connectsLeaving: ["theirs"] })], { desired: false });
    const choice = using(dropped);
    expect(step(choice)).toBe("act Creating create");
    expect(reported(choice)).toContain("EndpointsReady False EndpointsInUse");
    expect(using(dropped, settled).next).toEqual({ ...settled, checkInMs: 5000 });
  });

  it("that EC2 refuses to delete hold nothing up of an object that stays, and are reported with EC2's words", () => {
    const dropped = (refused: VpcSeen["refused"] = new Map()) =>
      seen([vpc({ ours: [ecs], refused })], { desired: false });
    const { next } = using(dropped(), settled);
    if (next.kind !== "act" || next.action.kind !== "writeEndpoints") throw new Error(`no write: ${next.reason}`);
    const refusal: RefusedWrites = { stallsAfterMs: 0, reason: "InUse", message: "it has routes", againInMs: 90_000 };
    const choice = using(dropped(new Map([[writesText(next.action.writes), refusal]])), settled);
    expect(choice.next).toEqual({ ...settled, checkInMs: 90_000 });
    expect(reported(choice)).toBe("EndpointsReady False InUse: it has routes");
  });

  it("are deleted when an environment that stays no longer requests any, and are then no longer noted", () => {
    const given = (part: Parameters<typeof vpc>[0]) => seen([vpc(part)], { desired: false });
    const removing = using(given({ ours: [ecs] }), settled);
    expect(step(removing)).toBe("act DeletingEndpoints delete: deleteEndpoints");
    expect(removing.serving).toBe(true);
    const forgetting = using(given({ ours: [], group: undefined }), settled);
    expect(step(forgetting)).toBe("act CreatingEndpoints claims");
    const forgotten = seen([vpc({ ours: [], group: undefined })], { desired: false, claims: [] });
    expect(using(forgotten, settled)).toMatchObject({ conditions: [] });
    expect(using(forgotten, settled).next).toEqual(settled);
  });
});
