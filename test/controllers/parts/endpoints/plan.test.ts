import { describe, expect, it } from "vitest";
import type { VpcPlan } from "../../../../src/controllers/parts/endpoints/next.ts";
import { vpcPlan } from "../../../../src/controllers/parts/endpoints/plan.ts";
import type { VpcSeen } from "../../../../src/controllers/parts/endpoints/seen.ts";
import { type RefusedWrites, writesText } from "../../../../src/controllers/pass/refused-writes.ts";
import { endpoint, endpointName, vpcId } from "../../../network/networks.ts";
import { letting, ownTags, planned, vpc } from "./given.ts";

const ecs = endpoint("ecs", { endpointId: "vpce-ecs", tags: ownTags });
const ofEcs = { kind: "Interface", serviceName: endpointName("ecs"), subnetIds: ["a"], ipAddressType: "ipv4" } as const;
const ofS3 = { kind: "Gateway", serviceName: endpointName("s3"), routeTableIds: ["rtb-1"] } as const;
const logs = { ...ofEcs, serviceName: endpointName("logs") };
const none = planned({ services: [], ingressFrom: [] });

/** Kind, reason and writes of what is next in a VPC. */
function step(given: VpcSeen): string {
  const { next } = vpcPlan(given);
  if (next === undefined) return "nothing";
  const writes =
    next.kind === "act" ? ` ${next.action.doing}: ${next.action.writes.map(({ kind }) => kind).join(" ")}` : "";
  return `${next.kind} ${next.reason}${writes}`;
}

const messageOf = (given: VpcSeen): string | undefined => vpcPlan(given).next?.message;

describe("endpoints that a network requests", () => {
  it("come after their group, and the group's rules before them", () => {
    const plan = planned({ create: [ofEcs, ofS3] });
    expect(step(vpc({ plan, group: undefined }))).toBe("act CreatingEndpoints create: createGroup");
    const repairing = vpc({ plan, group: letting("10.9.0.0/16") });
    expect(step(repairing)).toBe("act RepairingEndpoints repair: allow");
    expect(vpcPlan(repairing).next).toMatchObject({
      action: { writes: [{ groupId: "sg-ends", from: ["10.0.0.0/16"] }] },
    });
    expect(step(vpc({ plan }))).toBe("act CreatingEndpoints create: createInterface createGateway");
  });

  it("need no group when there are only gateways", () => {
    const plan = planned({ create: [ofS3], ingressFrom: [] });
    expect(step(vpc({ plan, group: undefined }))).toBe("act CreatingEndpoints create: createGateway");
  });

  it("get the subnets of a new user, and are deleted when nobody needs them", () => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }];
    expect(step(vpc({ plan: planned({ extend }), ours: [ecs] }))).toBe("act CreatingEndpoints create: extend");
    expect(step(vpc({ plan: planned({ remove: ["vpce-logs"] }) }))).toBe(
      "act DeletingEndpoints delete: deleteEndpoints",
    );
  });

  it("get the tags that a person asks for, each its own change", () => {
    const change = { set: { team: "a" }, remove: ["old"] };
    const retag = new Map([["vpce-ecs", change]]);
    const given = vpc({ ours: [ecs], retag });
    expect(step(given)).toBe("act RepairingEndpoints repair: takeOver");
    expect(vpcPlan(given).next).toMatchObject({ action: { writes: [{ ids: ["vpce-ecs"], ...change }] } });
  });

  it("are not created a second time while EC2 shows late what was written", () => {
    const late = vpc({ plan: planned({ create: [ofEcs] }), justWritten: true });
    expect(step(late)).toBe("wait CreatingEndpoints");
    expect(messageOf(late)).toBe(`waiting for EC2 to show what was written in ${vpcId}`);
  });

  it("of a lost cluster are taken over before anything else, except those in deletion", () => {
    const earlier = { ...ownTags, "awsbatch.dev/cluster-uid": "lost" };
    const ours = [
      { ...ecs, tags: earlier },
      { ...ecs, endpointId: "vpce-gone", state: "deleting", tags: earlier },
    ];
    const given = vpc({ ours, group: { ...letting("10.0.0.0/16"), tags: earlier } });
    expect(step(given)).toBe("act RepairingEndpoints repair: takeOver");
    expect(vpcPlan(given).next).toMatchObject({
      action: { writes: [{ ids: ["vpce-ecs", "sg-ends"], set: { "awsbatch.dev/cluster-uid": "cluster-1" } }] },
    });
  });

  it("that Retain left behind are used again", () => {
    const given = vpc({ leftBehind: ["vpce-ecs", "sg-ends"], group: undefined });
    expect(step(given)).toBe("act RepairingEndpoints repair: takeOver");
    expect(vpcPlan(given).next).toMatchObject({
      action: { writes: [{ ids: ["vpce-ecs", "sg-ends"], remove: ["awsbatch.dev/retained-from"] }] },
    });
  });

  it("leave no group behind when the subnets no longer need any of them", () => {
    expect(step(vpc({ plan: none }))).toBe("act DeletingEndpoints delete: deleteGroup");
    expect(step(vpc({ plan: none, ours: [{ ...ecs, state: "deleting" }] }))).toBe("nothing");
    expect(step(vpc({ plan: none, ours: [ecs] }))).toBe("nothing");
    expect(step(vpc({ plan: none, ours: [{ ...ecs, type: "Gateway" }] }))).toBe(
      "act DeletingEndpoints delete: deleteGroup",
    );
    expect(step(vpc({ plan: none, groupNamedBy: ["sg-theirs"] }))).toBe("nothing");
  });
});

describe("a recent refusal of EC2", () => {
  const refusal: RefusedWrites = {
    stallsAfterMs: 0,
    reason: "NotFound",
    message: "no such service",
    againInMs: 90_000,
  };
  const incomplete = planned({ create: [logs, ofS3], remove: ["vpce-ssm"] });

  /** The VPC after EC2 has refused the next writes of these kinds. */
  function afterRefusal(part: VpcSeen, ...kinds: readonly string[]): VpcSeen {
    const { next } = vpcPlan(part);
    const writes = next?.kind === "act" ? next.action.writes.filter(({ kind }) => kinds.includes(kind)) : [];
    const refused = new Map([...part.refused, ...writes.map((write) => [writesText([write]), refusal] as const)]);
    return { ...part, refused };
  }
  const refusedOf = ({ refused }: VpcPlan) => refused.map(({ services, endpointId }) => endpointId ?? services);

  it("holds back no creation of another endpoint, and no deletion of an unneeded one", () => {
    const one = afterRefusal(vpc({ plan: incomplete }), "createInterface");
    expect(step(one)).toBe("act CreatingEndpoints create: createGateway");
    expect(messageOf(one)).toBe(`creating endpoints of ${vpcId}: s3`);
    expect(refusedOf(vpcPlan(one))).toEqual([[logs.serviceName]]);
    const both = afterRefusal(vpc({ plan: incomplete }), "createInterface", "createGateway");
    expect(step(both)).toBe("act DeletingEndpoints delete: deleteEndpoints");
    expect(step(afterRefusal(both, "deleteEndpoints"))).toBe("nothing");
  });

  it("to extend an endpoint names it", () => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }];
    const refused = afterRefusal(vpc({ plan: planned({ extend }), ours: [ecs] }), "extend");
    expect([step(refused), refusedOf(vpcPlan(refused))]).toEqual(["nothing", ["vpce-ecs"]]);
  });

  it.each([
    ["the endpoints' group", { group: undefined }, "createGroup"],
    ["a rule of the endpoints' group", { group: letting("10.9.0.0/16") }, "allow"],
  ])("of %s holds back what needs a group, and the gateway is created", (_what, group, kind) => {
    const extend = [{ endpointId: "vpce-ecs", addSubnetIds: ["b"], addRouteTableIds: [] }];
    const given = vpc({ plan: planned({ create: [logs, ofS3], extend }), ours: [ecs], ...group });
    const refused = afterRefusal(given, kind);
    expect(step(refused)).toBe("act CreatingEndpoints create: createGateway");
    expect(refusedOf(vpcPlan(refused))).toEqual([[endpointName("ecs"), logs.serviceName]]);
  });

  it("to take an endpoint back holds back no creation of another, but a group of the same name is held back", () => {
    const endpointLeft = { plan: planned({ create: [logs] }), ours: [ecs], leftBehind: ["vpce-ecs"] };
    expect(step(afterRefusal(vpc(endpointLeft), "takeOver"))).toBe("act CreatingEndpoints create: createInterface");
    const groupLeft = { plan: planned({ create: [logs, ofS3] }), leftBehind: ["sg-left"], group: undefined };
    expect(step(afterRefusal(vpc(groupLeft), "takeOver"))).toBe("act CreatingEndpoints create: createGateway");
  });

  it("of the last deletion is all that is left to report", () => {
    const refused = afterRefusal(vpc({ leaves: true, ours: [ecs] }), "deleteEndpoints");
    expect(step(refused)).toBe("nothing");
    expect(refusedOf(vpcPlan(refused))).toEqual([[]]);
  });
});

describe("endpoints of a network that is being deleted", () => {
  const gone = (part: Partial<VpcSeen> = {}, of: Partial<VpcSeen> = {}) =>
    vpc({ leaves: true, ours: [ecs], ...part, ...of });

  it("are deleted before their group", () => {
    expect(step(gone())).toBe("act DeletingEndpoints delete: deleteEndpoints");
    expect(step(gone({ ours: [{ ...ecs, state: "deleting" }] }))).toBe("wait DeletingEndpoints");
    expect(step(gone({ ours: [] }))).toBe("act DeletingEndpoints delete: deleteGroup");
    expect(step(gone({ ours: [], group: undefined }))).toBe("nothing");
  });

  it("stay in AWS when deletionPolicy is Retain, or an environment uses them", () => {
    expect(step(gone({}, { retain: true }))).toBe("act RetainingEndpoints release: release");
    expect(step(gone({ ours: [] }, { retain: true }))).toBe("act RetainingEndpoints release: release");
    const used = gone({ connects: ["team_kept-1"], connectsLeaving: ["theirs"] });
    expect(step(used)).toBe("act RetainingEndpoints release: release");
    expect(messageOf(used)).toContain("team_kept-1 uses them");
    const deleting = gone({ ours: [{ ...ecs, state: "deleting" }], group: undefined }, { retain: true });
    expect(step(deleting)).toBe("wait DeletingEndpoints");
  });

  it("wait for an environment in deletion that uses them", () => {
    const used = gone({ connectsLeaving: ["theirs"] });
    expect(step(used)).toBe("wait EndpointsInUse");
    expect(messageOf(used)).toBe(`keeping the endpoints of ${vpcId} until these no longer use them: theirs`);
  });

  it("stay while AWS moves an environment, because AWS reports only the new subnets", () => {
    expect(step(gone({ moving: ["theirs"] }))).toBe("wait EndpointsInUse");
    expect(messageOf(gone({ moving: ["theirs"] }))).toContain("until AWS has updated theirs");
    expect(step(gone({ moving: ["theirs"] }, { retain: true }))).toContain("release");
  });

  it("stay while the operator cannot read whether an environment uses them", () => {
    const unread = gone({ mayConnect: ["theirs"] });
    expect(vpcPlan(unread).next).toMatchObject({ kind: "wait", reason: "NotReadable", stallsAfterMs: 300_000 });
    expect(messageOf(unread)).toContain("cannot read whether theirs uses them");
    expect(step(gone({ mayConnect: ["theirs"] }, { retain: true }))).toContain("release");
  });

  it("may exist although EC2 does not show them, and are not deleted twice, when they were just written", () => {
    expect(step(gone({ ours: [], group: undefined, justWritten: true }))).toBe("wait DeletingEndpoints");
    expect(step(gone({ justWritten: true }))).toBe("wait DeletingEndpoints");
    expect(step(gone({ justWritten: true }, { retain: true }))).toBe("wait RetainingEndpoints");
  });

  it("leave their group to the groups and endpoints that reference it, because EC2 would not delete it", () => {
    const named = gone({ ours: [], groupNamedBy: ["sg-theirs"] });
    expect(step(named)).toBe("act RetainingEndpoints release: release");
    expect(messageOf(named)).toBe("leaving sg-ends in AWS: sg-theirs references it");
  });
});
