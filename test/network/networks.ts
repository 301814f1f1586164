import type { Described } from "../../src/network/described.ts";
import type {
  AclEntry,
  GroupRule,
  NetworkFacts,
  Part,
  Route,
  RouteTable,
  RouteTarget,
  SecurityGroup,
  Subnet,
  VpcEndpoint,
} from "../../src/network/facts.ts";
import type { JobNeeds, Workload } from "../../src/network/needs.ts";
import { emptyRequest } from "../../src/network/port.ts";
import { type Preflight, preflight } from "../../src/network/preflight.ts";
import { emptyFacts, read } from "./facts.ts";

/** An environment with the network around it. */
export interface Case {
  readonly facts: NetworkFacts;
  readonly described: Described;
  readonly workload: Workload;
}

export const region = "eu-west-1";
export const vpcId = "vpc-1";
export const endpointName = (service: string): string => `com.amazonaws.${region}.${service}`;

export const ecrJob: JobNeeds = {
  name: "team/ecr",
  images: [`123456789012.dkr.ecr.${region}.amazonaws.com/app:1`],
  logDriver: "awslogs",
  secrets: [],
  publicIp: false,
};

/** Tags by which the tests know an endpoint for one of ours. */
export const own = { tags: { ours: "yes" } };

export function isOurs({ tags }: VpcEndpoint): boolean {
  return tags["ours"] === "yes";
}

export function check({ described, workload, facts }: Case): Preflight {
  return preflight(described, workload, facts);
}

/** Two subnets with public IPs and an internet gateway. */
export function publicNetwork(): Case {
  return network({
    subnets: [subnet("subnet-a", "a", { mapPublicIp: true }), subnet("subnet-b", "b", { mapPublicIp: true })],
    tables: [table("rtb-main", ["0.0.0.0/0", { kind: "internetGateway", id: "igw-1" }])],
    using: ["subnet-a", "subnet-b"],
  });
}

/** Two private subnets behind a NAT gateway in a public one. */
export function natNetwork(): Case {
  const given = network({
    subnets: [subnet("subnet-a", "a"), subnet("subnet-b", "b"), subnet("subnet-p", "a", { mapPublicIp: false })],
    tables: [
      table("rtb-main", ["0.0.0.0/0", { kind: "natGateway", id: "nat-1" }]),
      { ...table("rtb-p", ["0.0.0.0/0", { kind: "internetGateway", id: "igw-1" }]), subnetIds: ["subnet-p"] },
    ],
    using: ["subnet-a", "subnet-b"],
  });
  const nat = {
    natGatewayId: "nat-1",
    vpcId,
    subnetId: "subnet-p",
    state: "available",
    connectivity: "public",
    privateIps: ["10.0.2.5"],
  } as const;
  return withFacts(given, { natGateways: read([nat]) });
}

/** Two subnets without a way out, and endpoints for all that is needed. */
export function endpointNetwork(): Case {
  const given = network({
    subnets: [subnet("subnet-a", "a"), subnet("subnet-b", "b")],
    tables: [table("rtb-main")],
    using: ["subnet-a", "subnet-b"],
  });
  const inner = ["ecs-agent", "ecs-telemetry", "ecs", "ecr.api", "ecr.dkr", "logs"].map((service) => endpoint(service));
  return withFacts(
    { ...given, workload: { region, platform: "ecs", jobs: [ecrJob] } },
    {
      endpoints: read([...inner, s3Gateway]),
      prefixLists: read([s3List]),
      routeTables: read([withRoute(table("rtb-main"), s3Route)]),
      securityGroups: read([group("sg-1"), group("sg-e", { ingress: [rule({ groupIds: ["sg-1"] })] })]),
    },
  );
}

/** An IPv6-only subnet behind an egress-only gateway. */
export function ipv6Network(): Case {
  const six = subnet("subnet-a", "a", { cidr: undefined, ipv6Cidrs: ["2600:1f00:0:1::/64"], assignIpv6: true });
  const local: Route = { destination: { kind: "cidr", cidr: "2600:1f00::/56" }, target: localTarget, state: "active" };
  const out = table("rtb-main", ["::/0", { kind: "egressOnlyGateway", id: "eigw-1" }]);
  const given = network({ subnets: [six], tables: [withRoute(out, local)], using: ["subnet-a"] });
  return withFacts(given, { egressOnlyGateways: read([{ gatewayId: "eigw-1", vpcIds: [vpcId] }]) });
}

const localTarget: RouteTarget = { kind: "local", id: "local" };

export const s3List = { prefixListId: "pl-s3", name: endpointName("s3"), cidrs: ["52.218.0.0/17", "3.5.64.0/21"] };

export const s3Route: Route = {
  destination: { kind: "prefixList", id: "pl-s3" },
  target: { kind: "vpcEndpoint", id: "vpce-s3" },
  state: "active",
};

export const s3Gateway: VpcEndpoint = {
  ...endpoint("s3"),
  endpointId: "vpce-s3",
  type: "Gateway",
  subnetIds: [],
  securityGroupIds: [],
  routeTableIds: ["rtb-main"],
  privateDns: false,
};

interface Layout {
  readonly subnets: readonly Subnet[];
  readonly tables: readonly RouteTable[];
  readonly using: readonly string[];
}

function network({ subnets, tables, using }: Layout): Case {
  const facts: NetworkFacts = {
    ...emptyFacts(region),
    subnets: read(subnets),
    vpcs: read([
      {
        vpcId,
        cidrs: ["10.0.0.0/16", "2600:1f00::/56"],
        shared: false,
        dns: read({ support: true, hostnames: true }),
      },
    ]),
    routeTables: read(tables),
    internetGateways: read([{ gatewayId: "igw-1", vpcIds: [vpcId] }]),
    securityGroups: read([group("sg-1")]),
    networkAcls: read([
      {
        aclId: "acl-1",
        vpcId,
        default: true,
        subnetIds: subnets.map(({ subnetId }) => subnetId),
        entries: openEntries,
      },
    ]),
    offerings: read(["a", "b"].map((zone) => ({ instanceType: "c7i.large", zone: `${region}${zone}` }))),
    instanceProfile: read({
      name: "batch",
      arn: "arn:aws:iam::123456789012:instance-profile/batch",
      role: {
        roleName: "batch",
        trust: trustOf("ec2.amazonaws.com"),
        attachedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"],
        policies: [],
        consumables: [],
        quotaShares: [],
      },
    }),
  };
  const request = {
    ...emptyRequest,
    subnetIds: using,
    securityGroupIds: ["sg-1"],
    instanceTypes: ["c7i"],
    instanceProfile: "batch",
  };
  return {
    facts,
    described: { request, platform: "ecs", instanceTypes: ["c7i"] },
    workload: { region, platform: "ecs", jobs: [] },
  };
}

export function trustOf(service: string): string {
  return JSON.stringify({
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

export function subnet(subnetId: string, zone: string, part: Partial<Subnet> = {}): Subnet {
  const octet = { "subnet-a": 0, "subnet-b": 1 }[subnetId] ?? 2;
  return {
    subnetId,
    vpcId,
    state: "available",
    zone: `${region}${zone}`,
    cidr: `10.0.${octet}.0/24`,
    ipv6Cidrs: [],
    mapPublicIp: false,
    assignIpv6: false,
    freeAddresses: 250,
    tags: {},
    ...part,
  };
}

/** A main table with the local route and these. */
export function table(routeTableId: string, ...routes: readonly (readonly [string, RouteTarget])[]): RouteTable {
  const all = [["10.0.0.0/16", localTarget] as const, ...routes];
  return {
    routeTableId,
    vpcId,
    main: routeTableId === "rtb-main",
    subnetIds: [],
    routes: all.map(([cidr, target]): Route => ({ destination: { kind: "cidr", cidr }, target, state: "active" })),
  };
}

export function withRoute(given: RouteTable, ...routes: readonly Route[]): RouteTable {
  return { ...given, routes: [...given.routes, ...routes] };
}

export function endpoint(service: string, part: Partial<VpcEndpoint> = {}): VpcEndpoint {
  return {
    endpointId: `vpce-${service}`,
    vpcId,
    type: "Interface",
    serviceName: endpointName(service),
    state: "available",
    subnetIds: ["subnet-a", "subnet-b"],
    securityGroupIds: ["sg-e"],
    routeTableIds: [],
    privateDns: true,
    privateDnsForInboundOnly: false,
    ipAddressType: "ipv4",
    policy: undefined,
    tags: {},
    ...part,
  };
}

export function group(groupId: string, part: Partial<SecurityGroup> = {}): SecurityGroup {
  return { groupId, groupName: groupId, vpcId, egress: [anywhere], ingress: [], tags: {}, ...part };
}

export function rule(part: Partial<GroupRule>): GroupRule {
  return { protocol: "tcp", ports: { from: 443, to: 443 }, cidrs: [], prefixListIds: [], groupIds: [], ...part };
}

export const anywhere = rule({ protocol: "all", ports: undefined, cidrs: ["0.0.0.0/0", "::/0"] });

export function entry(part: Partial<AclEntry>): AclEntry {
  return { number: 100, egress: true, allow: true, protocol: "all", ports: undefined, cidr: "0.0.0.0/0", ...part };
}

export const openEntries: readonly AclEntry[] = [true, false].flatMap((egress) => [
  entry({ egress }),
  entry({ number: 101, egress, cidr: "::/0" }),
  entry({ number: 32_767, egress, allow: false }),
]);

/** Facts with some parts in the place of others. */
export function withFacts(given: Case, parts: Partial<NetworkFacts>): Case {
  return { ...given, facts: { ...given.facts, ...parts } };
}

export function withRequest(given: Case, parts: Partial<Described["request"]>): Case {
  return { ...given, described: { ...given.described, request: { ...given.described.request, ...parts } } };
}

type Lists = {
  [Key in keyof NetworkFacts]: NetworkFacts[Key] extends Part<readonly (infer Item)[]> ? Item : never;
};

/** Changes every item of a list of facts that `which` names. */
export function changed<Key extends keyof Lists>(
  given: Case,
  key: Key,
  which: (item: Lists[Key]) => boolean,
  change: (item: Lists[Key]) => Lists[Key],
): Case {
  const part = given.facts[key] as Part<readonly Lists[Key][]>;
  if (part.kind === "unread") return given;
  return withFacts(given, { [key]: read(part.value.map((item) => (which(item) ? change(item) : item))) });
}

export function added<Key extends keyof Lists>(given: Case, key: Key, ...items: readonly Lists[Key][]): Case {
  const part = given.facts[key] as Part<readonly Lists[Key][]>;
  return withFacts(given, { [key]: read([...(part.kind === "unread" ? [] : part.value), ...items]) });
}

export function removed<Key extends keyof Lists>(given: Case, key: Key, which: (item: Lists[Key]) => boolean): Case {
  const part = given.facts[key] as Part<readonly Lists[Key][]>;
  return part.kind === "unread" ? given : withFacts(given, { [key]: read(part.value.filter((item) => !which(item))) });
}
