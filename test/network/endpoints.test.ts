import { describe, expect, it } from "vitest";
import { heldAmong } from "../../src/network/dependence.ts";
import {
  type EndpointPlan,
  type EndpointToMake,
  type EndpointUser,
  endpointPlan,
} from "../../src/network/endpoints.ts";
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
  natNetwork,
  own,
  publicNetwork,
  removed,
  rule,
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

function planned(
  facts: Case["facts"],
  users: readonly EndpointUser[],
  leaving: readonly EndpointUser[] = [],
): EndpointPlan {
  return endpointPlan(vpcId, users, leaving, heldAmong(facts, isOurs), facts, isOurs);
}

function user({ described, workload }: Case, part: Partial<EndpointUser> = {}): EndpointUser {
  return { described, workload, services: undefined, ...part };
}

function plan(given: Case, services?: readonly string[]): EndpointPlan {
  return planned(given.facts, [user(given, { services })]);
}

/** Why the needs of users are unknown. */
function whys({ unread }: EndpointPlan): readonly string[] {
  return [...unread.values()].map(({ message }) => message);
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
  it("subnets without a way out get all that their jobs need, one network interface in a zone", () => {
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

  it.each([
    ["behind NAT", natNetwork()],
    ["in public subnets", publicNetwork()],
  ])("environments %s need none", (_name, given) => {
    expect(plan(given)).toMatchObject({ services: [], create: [], extend: [], remove: [], ingressFrom: [] });
  });

  it("services that are named are made whether they are reached or not", () => {
    expect(plan(natNetwork(), ["ecs"]).create.map(({ serviceName }) => serviceName)).toEqual([endpointName("ecs")]);
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

  it("what no user needs any more goes, and with the last one the group", () => {
    const given = made(bare);
    const left = planned(given.facts, []);
    expect(left.remove.toSorted()).toEqual([...inner, "s3"].map((service) => `vpce-${service}`));
    expect(left.ingressFrom).toEqual([]);
    const named = planned(given.facts, [user(given, { services: ["ecs", "ecs-agent", "ecs-telemetry"] })]);
    expect(named.remove.toSorted()).toEqual(["vpce-ecr.api", "vpce-ecr.dkr", "vpce-logs", "vpce-s3"]);
    expect(named.ingressFrom).toEqual(wholeVpc);
  });

  it("what the jobs that are known need no more stays: older revisions may still be submitted", () => {
    const given = made(bare);
    const fewer = planned(given.facts, [user(given, { workload: { ...given.workload, jobs: [] } })]);
    expect(fewer.remove).toEqual([]);
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

  it("what still runs although its spec has moved on keeps what it needs, and gets nothing made", () => {
    const given = made(bare);
    const stays = planned(given.facts, [], [user(given)]);
    expect([stays.remove, stays.kept.toSorted()]).toEqual([[], [...inner, "s3"].map(endpointName)]);
    expect(planned(bare.facts, [], [user(bare)])).toMatchObject({ create: [], kept: [] });
  });

  it("what still runs where its spec is no more keeps what it has no other way to, whatever services the spec names", () => {
    const given = made(bare);
    const stays = planned(given.facts, [], [user(given, { services: ["s3"] })]);
    expect([stays.remove, stays.kept.toSorted()]).toEqual([[], [...inner, "s3"].map(endpointName)]);
    const elsewhere = user(withRequest(given, { subnetIds: ["subnet-a"] }), { services: ["ecs"] });
    expect(planned(given.facts, [elsewhere], [user(given, { services: ["s3"] })]).remove).toEqual([]);
  });

  it.each([
    ["routeTables", "route tables"],
    ["networkAcls", "network ACLs"],
    ["securityGroups", "security groups"],
  ] as const)("where %s could not be read nobody knows what is needed", (part, what) => {
    const unread = { kind: "unread", permission: undefined, message: "Rate exceeded" } as const;
    for (const given of [bare, made(bare)]) {
      const dark = planned({ ...given.facts, [part]: unread }, [user(given)]);
      expect(whys(dark)).toEqual([`${what} could not be read: Rate exceeded`]);
      expect(dark).toMatchObject({ create: [], extend: [], remove: [] });
    }
  });

  it.each(["offerings", "images", "keyPairs"] as const)(
    "an unread part that is not on a path blocks nothing: %s",
    (part) => {
      const unread = { kind: "unread", permission: undefined, message: "Rate exceeded" } as const;
      expect(planned({ ...bare.facts, [part]: unread }, [user(bare)]).create).toHaveLength(plan(bare).create.length);
    },
  );

  it("a launch template that EC2 denies reading concerns only the users that name it", () => {
    const mine = { by: "name", reference: "mine", version: "$Default" } as const;
    const unread = { kind: "unread", permission: undefined, message: "Not this one." } as const;
    const dark = withFacts(bare, {
      launchTemplates: read([{ by: "name", reference: "mine", requested: "$Default", unread }]),
    });
    const naming = user(withRequest(dark, { launchTemplates: [mine] }));
    const byId = user(withRequest(dark, { launchTemplates: [{ ...mine, by: "id" }] }));
    for (const other of [user(dark), byId]) {
      const both = planned(dark.facts, [naming, other]);
      expect(both.create).toEqual(plan(bare).create);
      expect([...both.unread.keys()]).toEqual([naming]);
      expect(whys(both)).toEqual(["launch template mine could not be read: Not this one"]);
      expect([both.needs.get(naming), both.needs.get(other)?.length]).toEqual([[], plan(bare).create.length]);
    }
  });

  it("removes nothing that a user with unknown needs may need", () => {
    const unread = { kind: "unread", permission: undefined, message: "Not this one." } as const;
    const nat = withFacts(natNetwork(), {
      endpoints: read([endpoint("ecs", own)]),
      launchTemplates: read([{ by: "name", reference: "mine", requested: "1", unread }]),
    });
    const launchTemplates = [{ by: "name", reference: "mine", version: "1" }] as const;
    const naming = user(withRequest(nat, { launchTemplates }));
    expect(planned(nat.facts, [user(nat)]).remove).toEqual(["vpce-ecs"]);
    expect(planned(nat.facts, [user(nat), naming]).remove).toEqual([]);
    // Who names services has said all.
    expect(planned(nat.facts, [user(nat), { ...naming, services: [] }]).remove).toEqual(["vpce-ecs"]);
  });

  it("where the DNS settings of its VPC could not be read nobody knows either", () => {
    const dns = { kind: "unread", permission: "ec2:DescribeVpcAttribute", message: "no" } as const;
    const dark = changed(
      bare,
      "vpcs",
      () => true,
      (vpc) => ({ ...vpc, dns }),
    );
    expect(whys(plan(dark))).toEqual([
      "DNS settings of vpc-1 could not be read, the operator lacks ec2:DescribeVpcAttribute: no",
    ]);
  });

  it("a prefix list that EC2 denies reading concerns only users with groups or routes that name it", () => {
    const unread = { kind: "unread", permission: "ec2:GetManagedPrefixListEntries", message: "no" } as const;
    const dark = withFacts(bare, { prefixLists: read([{ prefixListId: "pl-theirs", name: undefined, unread }]) });
    const naming = changed(
      dark,
      "securityGroups",
      ({ groupId }) => groupId === "sg-1",
      (one) => ({ ...one, egress: [...one.egress, rule({ prefixListIds: ["pl-theirs"], cidrs: [] })] }),
    );
    expect(plan(dark).create).toEqual(plan(bare).create);
    expect(whys(plan(naming))).toEqual([
      "prefix list pl-theirs could not be read, the operator lacks ec2:GetManagedPrefixListEntries: no",
    ]);
    const routed = changed(
      dark,
      "routeTables",
      () => true,
      (one) => withRoute(one, { ...s3Route, destination: { kind: "prefixList", id: "pl-theirs" } }),
    );
    expect(whys(plan(routed))).toHaveLength(1);
  });

  it("groups that allow only the VPC do not matter: endpoints are all that they need", () => {
    const tight = (egress: Parameters<typeof rule>[0]): Case =>
      changed(
        bare,
        "securityGroups",
        () => true,
        (one) => ({ ...one, egress: [rule(egress)] }),
      );
    const made = (given: Case): readonly string[] => plan(given).create.map(({ serviceName }) => serviceName);
    expect(made(tight({ cidrs: ["10.0.0.0/16"] }))).toEqual(inner.map(endpointName));
    expect(made(tight({ cidrs: ["10.99.0.0/16"] }))).toEqual([]);
  });

  it("two environments of a VPC share an endpoint", () => {
    const { facts } = bare;
    const other = withRequest(bare, { subnetIds: ["subnet-b"], securityGroupIds: ["sg-2"] }).described;
    const more = added(withFacts(bare, facts), "securityGroups", { ...groupLike(facts), groupId: "sg-2" });
    const users = [bare.described, other].map((described) => user(bare, { described, services: ["ecs"] }));
    const { create, needs } = planned(more.facts, users);
    expect(create).toHaveLength(1);
    expect([...needs]).toEqual(users.map((one) => [one, [endpointName("ecs")]]));
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

  it("a network that could not be read needs no endpoints", () => {
    const unread = { kind: "unread", permission: "ec2:DescribeVpcEndpoints", message: "no" } as const;
    expect(() => planned({ ...bare.facts, endpoints: unread }, [user(bare)])).toThrow("could not be read");
  });
});

function groupLike(facts: Case["facts"]) {
  const [first] = facts.securityGroups.kind === "read" ? facts.securityGroups.value : [];
  if (first === undefined) throw new Error("no group");
  return first;
}
