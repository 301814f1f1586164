import { describe, expect, it } from "vitest";
import { heldAmong, type Inhabitant } from "../../src/network/dependence.ts";
import { endpointPlan, withoutCutOffs } from "../../src/network/endpoints.ts";
import type { NetworkAcl, NetworkFacts, VpcEndpoint } from "../../src/network/facts.ts";
import { read } from "./facts.ts";
import {
  added,
  type Case,
  ecrJob,
  endpoint,
  endpointName,
  entry,
  group,
  isOurs,
  natNetwork,
  own,
  publicNetwork,
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

const services = ["ecs", "ecs-agent", "ecs-telemetry", "ecr.api", "ecr.dkr", "logs"];
const toVpc = [rule({ cidrs: ["10.0.0.0/16"] })];
const unread = { kind: "unread", permission: undefined, message: "Rate exceeded" } as const;

/** Closed subnets with endpoints of ours, which let the whole VPC in. */
function closed(endpoints: readonly VpcEndpoint[] = services.map((service) => endpoint(service, own))): Case {
  return withFacts(publicNetwork(), {
    routeTables: read([withRoute(table("rtb-main"), s3Route)]),
    prefixLists: read([s3List]),
    endpoints: read([...endpoints, { ...s3Gateway, ...own }]),
    securityGroups: read([group("sg-1"), group("sg-e", { ingress: toVpc })]),
  });
}

function inhabitant({ described, workload }: Case, part: Partial<Inhabitant> = {}): Inhabitant {
  return { described, workload, ...part };
}

function held(given: Case, one: Inhabitant = inhabitant(given)) {
  const { services: some, unread: dark } = heldAmong(given.facts, isOurs)(one);
  return { services: some.toSorted(), unread: dark.toSorted() };
}

const agent = ["ecs", "ecs-agent", "ecs-telemetry"];
const all = [...services, "s3"].toSorted();

describe("who runs by our endpoints", () => {
  it("is who reaches a service by them and by nothing else", () => {
    expect(held(closed())).toEqual({ services: all, unread: [] });
    const nat = natNetwork();
    const withEndpoints = withFacts(nat, { endpoints: read(services.map((service) => endpoint(service, own))) });
    expect(held(withEndpoints)).toEqual({ services: [], unread: [] });
  });

  it("may have unknown jobs, and these need any service but ECS's own", () => {
    const fargate = inhabitant(closed(), { workload: { ...closed().workload, platform: "fargate" } });
    expect(held(closed(), fargate).services).toEqual(all.filter((service) => !agent.includes(service)));
    const known = inhabitant(closed(), { workload: { ...closed().workload, jobs: [ecrJob] } });
    expect(held(closed(), known).services).toEqual(all);
  });

  it("includes environments with groups or ACLs that block every other path", () => {
    const tight = withFacts(closed(), {
      securityGroups: read([group("sg-1", { egress: toVpc }), group("sg-e", { ingress: toVpc })]),
    });
    expect(held(tight).services).toEqual(all);
  });

  it("is also who reaches them by a rule that names their group, and who is not let in at this moment", () => {
    const toGroup = group("sg-1", { egress: [rule({ groupIds: ["sg-e"] })] });
    const byGroup = withFacts(closed(), { securityGroups: read([toGroup, group("sg-e", { ingress: toVpc })]) });
    expect(held(byGroup).services).toEqual(all);
    const refused = withFacts(closed(), { securityGroups: read([group("sg-1"), group("sg-e")]) });
    expect(held(refused).services).toEqual(all);
  });

  it("includes environments with unknown groups", () => {
    const elsewhere = withFacts(closed(), { securityGroups: read([group("sg-e", { ingress: toVpc })]) });
    expect(held(elsewhere).services).toEqual(all);
    const nat = withFacts(natNetwork(), { endpoints: closed().facts.endpoints, securityGroups: read([]) });
    expect(held(nat).services).toEqual([]);
  });

  it("is a task of Fargate without a public address, unless all its definitions give it one", () => {
    const inPublic = withFacts(publicNetwork(), { endpoints: closed().facts.endpoints });
    const fargate = { ...inPublic.described, platform: "fargate" } as const;
    const workload = { ...inPublic.workload, platform: "fargate" } as const;
    const one = inhabitant(inPublic, { described: fargate, workload });
    expect(held(inPublic, one).services).toEqual(["ecr.api", "ecr.dkr", "logs", "s3"]);
  });

  it("stays so while an endpoint is pending once more, and no longer when it is being deleted", () => {
    const inState = (state: string): Case =>
      closed(services.map((service) => endpoint(service, { ...own, state: service === "ecs" ? state : "available" })));
    expect(held(inState("pending")).services).toEqual(all);
    expect(held(inState("deleting")).services).toEqual(all.filter((service) => service !== "ecs"));
  });

  it("is unknown if a part could not be read", () => {
    const dark = withFacts(closed(), { networkAcls: unread });
    expect(held(dark)).toEqual({ services: [], unread: all });
    const unreadTemplate = { by: "name", reference: "mine", requested: "1", unread } as const;
    const unnamed = withFacts(closed(), { launchTemplates: read([unreadTemplate]) });
    const launchTemplates = [{ by: "name", reference: "mine", version: "1" }] as const;
    expect(held(withRequest(unnamed, { securityGroupIds: [], launchTemplates }))).toEqual({
      services: [],
      unread: all,
    });
  });
});

describe("an endpoint that would cut somebody off", () => {
  const apart = subnet("subnet-closed", "a", { cidr: "10.0.77.0/24" });
  const open = [entry({ egress: true }), entry({ egress: false })];
  const noVpc = [entry({ number: 1, egress: false, cidr: "10.0.0.0/16", allow: false }), ...open];

  /** A closed subnet that asks for endpoints, and two behind a NAT gateway that need none. */
  function closedAndOpen(entries: NetworkAcl["entries"], parts: Partial<NetworkFacts> = {}) {
    const nat = natNetwork();
    const acl = { aclId: "acl-closed", vpcId, default: false, subnetIds: [apart.subnetId], entries };
    const tables = added(nat, "routeTables", { ...table("rtb-closed"), subnetIds: [apart.subnetId] });
    const { facts } = withFacts(added(added(tables, "subnets", apart), "networkAcls", acl), parts);
    const asked = { vpcId, services: ["ecs", "logs"], subnetIds: [apart.subnetId] };
    const plan = endpointPlan(asked, [], facts, isOurs);
    return (...inhabitants: readonly Inhabitant[]) => withoutCutOffs(plan, inhabitants, undefined, facts);
  }
  const aside = inhabitant(natNetwork());

  it("is made where everybody reaches it", () => {
    const plan = closedAndOpen(open)(aside);
    expect(plan.create.map(({ serviceName }) => serviceName)).toEqual(["ecs", "logs"].map(endpointName));
    expect(plan.obstacles).toEqual([]);
  });

  it("is not created if it would cut somebody off, and the obstacle says whom, why, and what would help", () => {
    const plan = closedAndOpen(noVpc)(aside);
    expect(plan.create).toEqual([]);
    expect(plan.obstacles).toHaveLength(2);
    expect(plan.obstacles.map(({ services }) => services)).toEqual(["ecs", "logs"].map((one) => [endpointName(one)]));
    expect(plan.obstacles[0]?.message).toMatch(
      /^an endpoint of com\.amazonaws\.eu-west-1\.ecs would cut off subnet-a, which reaches the service now: network ACL acl-closed denies inbound TCP 443 from .*; first /,
    );
    // Nobody else is there: whoever asked may have it as it comes.
    expect(closedAndOpen(noVpc)().create).toHaveLength(2);
  });

  it("is not made either while it cannot be read whether it would", () => {
    const plan = closedAndOpen(open, { networkAcls: unread })(aside);
    expect([plan.create, plan.obstacles.length]).toEqual([[], 2]);
    expect(plan.obstacles[0]?.message).toContain("may cut off subnet-a");
  });

  it("is created even if EC2 denies reading one launch template, unless the network blocks the path", () => {
    const refused = { by: "name", reference: "mine", requested: "1", unread } as const;
    const parts = { launchTemplates: read([refused]) };
    const launchTemplates = [{ by: "name", reference: "mine", version: "1" }] as const;
    for (const request of [{ launchTemplates }, { launchTemplates, securityGroupIds: [] }]) {
      const naming = inhabitant(withRequest(natNetwork(), request));
      expect(closedAndOpen(open, parts)(naming).create).toHaveLength(2);
      expect(closedAndOpen(noVpc, parts)(naming).create).toEqual([]);
    }
    const naming = inhabitant(withRequest(natNetwork(), { launchTemplates }));
    expect(closedAndOpen(open, { launchTemplates: unread })(naming).obstacles[0]?.message).toContain("may cut off");
  });

  it("gets no more subnets that would", () => {
    const nat = natNetwork();
    const present = endpoint("ecs", { ...own, subnetIds: ["subnet-a"] });
    const given = {
      endpoints: read([present]),
      securityGroups: read([group("sg-1"), group("sg-e", { ingress: toVpc })]),
    };
    const zoneC = { ...apart, zone: "eu-west-1c" };
    const acl = { aclId: "acl-closed", vpcId, default: false, subnetIds: [apart.subnetId], entries: noVpc };
    const tables = added(nat, "routeTables", { ...table("rtb-closed"), subnetIds: [apart.subnetId] });
    const { facts } = withFacts(added(added(tables, "subnets", zoneC), "networkAcls", acl), given);
    const plan = endpointPlan({ vpcId, services: ["ecs"], subnetIds: [apart.subnetId] }, [], facts, isOurs);
    expect(plan.extend).toEqual([{ endpointId: "vpce-ecs", addSubnetIds: ["subnet-closed"], addRouteTableIds: [] }]);
    expect(withoutCutOffs(plan, [], "sg-e", facts).extend).toHaveLength(1);
    const others = { services: [endpointName("logs")], message: "cannot be read" };
    expect(withoutCutOffs({ ...plan, obstacles: [others] }, [aside], "sg-e", facts)).toMatchObject({
      extend: [],
      obstacles: [others, { services: [endpointName("ecs")] }],
    });
  });
});
