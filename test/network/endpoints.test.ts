import { describe, expect, it } from "vitest";
import { type EndpointPlan, type EndpointToMake, endpointPlan } from "../../src/network/endpoints.ts";
import { read } from "./facts.ts";
import {
  added,
  type Case,
  changed,
  ecrJob,
  endpoint,
  endpointName,
  ipv6Network,
  isOurs,
  own,
  publicNetwork,
  removed,
  s3Gateway,
  s3List,
  s3Route,
  subnet,
  table,
  vpcId,
  withFacts,
  withRequest,
  withRoute,
} from "./networks.ts";

const bare: Case = {
  ...withFacts(publicNetwork(), { routeTables: read([table("rtb-main")]) }),
  workload: { ...publicNetwork().workload, jobs: [ecrJob] },
};
const inner = ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs"];
const wholeVpc = ["10.0.0.0/16", "2600:1f00::/56"];

/** @param kept of which services endpoints of ours are needed by others */
function plan(given: Case, services: readonly string[] = [...inner, "s3"], kept: readonly string[] = []): EndpointPlan {
  const { subnetIds } = given.described.request;
  return endpointPlan({ vpcId, services, subnetIds }, kept, given.facts, isOurs);
}

/** The network after its plan was carried out. */
function made(given: Case): Case {
  const { create } = plan(given);
  return create.reduce(carriedOut, given);
}

function carriedOut(given: Case, one: EndpointToMake): Case {
  const service = one.serviceName.replace(endpointName(""), "");
  if (one.kind === "Interface")
    return added(given, "endpoints", endpoint(service, { ...own, subnetIds: one.subnetIds }));
  const routed = changed(
    added(given, "prefixLists", s3List),
    "routeTables",
    ({ routeTableId }) => one.routeTableIds.includes(routeTableId),
    (item) => withRoute(item, s3Route),
  );
  return added(routed, "endpoints", { ...s3Gateway, ...own, routeTableIds: one.routeTableIds });
}

describe("endpoints that have to be made", () => {
  it("get one network interface in a zone, and S3 the route tables of the subnets", () => {
    const { create, ingressFrom, remove, obstacles } = plan(added(bare, "subnets", subnet("subnet-c", "b")));
    expect(create.filter(({ kind }) => kind === "Interface").map(({ serviceName }) => serviceName)).toEqual(
      inner.map(endpointName),
    );
    expect(create[0]).toEqual({
      kind: "Interface",
      serviceName: endpointName("ecr.api"),
      subnetIds: ["subnet-a", "subnet-b"],
      ipAddressType: "ipv4",
    });
    expect(create.at(-1)).toEqual({ kind: "Gateway", serviceName: endpointName("s3"), routeTableIds: ["rtb-main"] });
    expect(ingressFrom).toEqual(wholeVpc);
    expect([...remove, ...obstacles]).toEqual([]);
  });

  it("two subnets of one zone share a network interface", () => {
    const both = changed(
      bare,
      "subnets",
      () => true,
      (one) => ({ ...one, zone: "eu-west-1a" }),
    );
    expect(plan(both).create[0]).toMatchObject({ subnetIds: ["subnet-a"] });
  });

  it("once they are made nothing changes any more, and they do not make themselves superfluous", () => {
    const after = plan(made(bare));
    expect(after.services.toSorted()).toEqual([...inner, "s3"].map(endpointName));
    expect(after).toMatchObject({ create: [], extend: [], remove: [], ingressFrom: wholeVpc });
  });

  it("a foreign endpoint with the private name is used, and one without private DNS does not matter", () => {
    const foreign = (privateDns: boolean): Case => added(bare, "endpoints", endpoint("ecs", { privateDns }));
    const names = (given: Case): readonly string[] =>
      plan(given, ["ecs", "ecs-agent"]).create.map(({ serviceName }) => serviceName);
    expect(names(foreign(true))).toEqual([endpointName("ecs-agent")]);
    expect(names(foreign(false))).toEqual([endpointName("ecs"), endpointName("ecs-agent")]);
    expect(plan(foreign(true), ["ecs"]).remove).toEqual([]);
  });

  it("an endpoint of ours is extended to the zone and the route table of a new user", () => {
    const small = made(withRequest(bare, { subnetIds: ["subnet-a"] }));
    const wider = withRequest(small, { subnetIds: ["subnet-a", "subnet-b"] });
    const split = added(wider, "routeTables", { ...table("rtb-b"), subnetIds: ["subnet-b"] });
    expect(plan(split).create).toEqual([]);
    expect(plan(split).extend).toContainEqual({
      endpointId: "vpce-ecs",
      addSubnetIds: ["subnet-b"],
      addRouteTableIds: [],
    });
    expect(plan(split).extend).toContainEqual({
      endpointId: "vpce-s3",
      addSubnetIds: [],
      addRouteTableIds: ["rtb-b"],
    });
  });

  it("a foreign gateway endpoint serves its own route tables, and ours the others", () => {
    const two = added(bare, "routeTables", { ...table("rtb-b"), subnetIds: ["subnet-b"] });
    const foreign = added(two, "endpoints", { ...s3Gateway, endpointId: "vpce-foreign" });
    expect(plan(foreign, ["s3"]).create).toEqual([
      { kind: "Gateway", serviceName: endpointName("s3"), routeTableIds: ["rtb-b"] },
    ]);
  });

  it("what is not asked for any more goes, unless others need it, and with the last one the group", () => {
    const given = made(bare);
    const left = plan(given, []);
    expect(left.remove.toSorted()).toEqual([...inner, "s3"].map((service) => `vpce-${service}`));
    expect(left.ingressFrom).toEqual([]);
    const named = plan(given, ["ecs", "ecs-agent", "ecs-telemetry"], ["logs"]);
    expect(named.remove.toSorted()).toEqual(["vpce-ecr.api", "vpce-ecr.dkr", "vpce-s3"]);
    expect(named.ingressFrom).toEqual(wholeVpc);
  });

  it("what failed gets no more subnets", () => {
    const small = made(withRequest(bare, { subnetIds: ["subnet-a"] }));
    const wider = withRequest(small, { subnetIds: ["subnet-a", "subnet-b"] });
    const extended = (state: string): readonly string[] =>
      plan(
        changed(
          wider,
          "endpoints",
          ({ endpointId }) => endpointId === "vpce-ecs",
          (one) => ({ ...one, state }),
        ),
      ).extend.map(({ endpointId }) => endpointId);
    expect(extended("available")).toContain("vpce-ecs");
    for (const state of ["failed", "rejected", "expired"]) expect(extended(state)).not.toContain("vpce-ecs");
  });

  it("the whole VPC is let in, in all its address ranges: names lead to the endpoints from everywhere there", () => {
    const wider = changed(
      bare,
      "vpcs",
      () => true,
      (vpc) => ({ ...vpc, cidrs: [...vpc.cidrs, "100.64.0.0/16"] }),
    );
    expect(plan(wider).ingressFrom).toEqual([...wholeVpc, "100.64.0.0/16"]);
  });

  it("nothing is made in a VPC that EC2 does not show", () => {
    expect(() => plan(removed(bare, "vpcs", () => true))).toThrow("vpc-1 could not be read: EC2 does not show it");
  });

  it("zones that AWS does not offer the service in get no network interface", () => {
    const offered = (...zones: readonly string[]): Case =>
      withFacts(bare, {
        endpointServices: read([{ serviceName: endpointName("ecs"), types: ["Interface"], zones }]),
      });
    expect(plan(offered("eu-west-1b"), ["ecs"]).create[0]).toMatchObject({ subnetIds: ["subnet-b"] });
    expect(plan(offered("eu-west-1z"), ["ecs"])).toMatchObject({
      create: [],
      obstacles: [
        {
          services: [endpointName("ecs")],
          message: `AWS does not offer ${endpointName("ecs")} in any zone of subnet-a, subnet-b`,
        },
      ],
    });
  });

  it.each<[string, Parameters<typeof endpoint>[1], string]>([
    [
      "with private DNS names off",
      { privateDns: false },
      "vpce-ecs has private DNS names off: turn on private DNS names for vpce-ecs, or delete vpce-ecs, and the operator creates it again",
    ],
    [
      "with private DNS names for inbound resolver endpoints only",
      { privateDnsForInboundOnly: true },
      "vpce-ecs has private DNS names for inbound resolver endpoints only: turn that off, or delete vpce-ecs, and the operator creates it again",
    ],
  ])("an endpoint of ours %s is an obstacle for its service once it is available", (_name, part, message) => {
    const given = (state: string): Case =>
      changed(
        made(bare),
        "endpoints",
        ({ serviceName }) => serviceName === endpointName("ecs"),
        (one) => ({ ...one, ...part, state }),
      );
    expect(plan(given("available"))).toMatchObject({
      create: [],
      remove: [],
      obstacles: [{ services: [endpointName("ecs")], message }],
    });
    for (const state of ["pending", "failed"]) expect(plan(given(state)).obstacles).toEqual([]);
  });

  it("DNS attributes that are off are an obstacle that only a person can remove", () => {
    const off = changed(
      bare,
      "vpcs",
      () => true,
      (vpc) => ({ ...vpc, dns: read({ support: true, hostnames: false }) }),
    );
    const message = "private DNS of endpoints needs enableDnsHostnames, which is off in vpc-1";
    const services = plan(off).services.filter((service) => service !== endpointName("s3"));
    expect(plan(off).obstacles).toEqual([{ services, message }]);
    expect(plan(off).create.map(({ kind }) => kind)).toEqual(["Gateway"]);
  });

  it("a zone's endpoint is put where an address is free", () => {
    const two = added(bare, "subnets", { ...subnet("subnet-a2", "a"), vpcId: "vpc-1" });
    const both = withRequest(two, { subnetIds: ["subnet-a", "subnet-a2", "subnet-b"] });
    const full = (...ids: readonly string[]): Case =>
      changed(
        both,
        "subnets",
        ({ subnetId }) => ids.includes(subnetId),
        (one) => ({ ...one, freeAddresses: 0 }),
      );
    const put = (given: Case): readonly string[] =>
      plan(given, ["ecs"])
        .create.flatMap((one) => (one.kind === "Interface" ? one.subnetIds : []))
        .toSorted();
    expect(put(both)).toEqual(["subnet-a", "subnet-b"]);
    expect(put(full("subnet-a"))).toEqual(["subnet-a2", "subnet-b"]);
    expect(put(full("subnet-a", "subnet-a2"))).toEqual(["subnet-a", "subnet-b"]);
  });

  it("subnets of IPv6 only get endpoints of IPv6", () => {
    expect(plan(ipv6Network(), ["ecs"]).create[0]).toMatchObject({ ipAddressType: "ipv6" });
  });

  it("one that is being deleted counts as gone, and the next of its service is made when it no longer has the name", () => {
    const leaving = changed(
      made(bare),
      "endpoints",
      () => true,
      (one) => ({ ...one, state: "deleting" }),
    );
    const { create, awaited, remove, ingressFrom } = plan(leaving);
    expect(create.map(({ kind }) => kind)).toEqual(["Gateway"]);
    expect(awaited).toEqual(inner.map(endpointName));
    expect([remove, ingressFrom]).toEqual([[], wholeVpc]);
    const gone = changed(
      leaving,
      "endpoints",
      () => true,
      (one) => ({ ...one, state: "deleted" }),
    );
    expect(plan(gone)).toMatchObject({ awaited: [], create: plan(bare).create });
  });

  it("a foreign one without private DNS keeps no name while it is being deleted", () => {
    const given = added(bare, "endpoints", endpoint("ecs", { state: "deleting", privateDns: false }));
    expect(plan(given, ["ecs"])).toMatchObject({ awaited: [], create: [{ serviceName: endpointName("ecs") }] });
  });

  it("what could not be read is not planned with", () => {
    const unread = { kind: "unread", permission: "ec2:DescribeVpcEndpoints", message: "no" } as const;
    expect(() => plan(withFacts(bare, { endpoints: unread }))).toThrow("could not be read");
  });
});
