import type {
  AclEntry,
  GroupRule,
  NatGateway,
  NetworkAcl,
  NetworkFacts,
  Route,
  RouteTable,
  RouteTarget,
  SecurityGroup,
  Subnet,
  VpcEndpoint,
} from "../../src/network/facts.ts";
import { emptyFacts, read } from "./facts.ts";
import type { Start } from "./walker.ts";

/** A VPC as it might have been clicked together in a bad hour: mostly right, often wrong in one or two places. */
export interface RandomNetwork {
  readonly facts: NetworkFacts;
  readonly start: Start;
}

/** xorshift: the same seed gives the same network for ever. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
    for (let round = 0; round < 8; round += 1) this.#next();
  }

  chance(probability: number): boolean {
    return this.#next() / 2 ** 32 < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.#next() % items.length] as T;
  }

  some<T>(items: readonly T[], probability: number): readonly T[] {
    return items.filter(() => this.chance(probability));
  }

  #next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }
}

const vpcId = "vpc-1";
const s3List = "pl-s3";
const region = "eu-west-1";
const denial = JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" }] });

export function randomNetwork(seed: number): RandomNetwork {
  const dice = new Dice(seed);
  const six = dice.chance(0.15);
  const subnets = [0, 1, 2, 3].slice(0, dice.pick([1, 2, 3, 4])).map((index) => subnet(dice, index, six));
  const ids = subnets.map(({ subnetId }) => subnetId);
  const nats = ["nat-1", "nat-2"].map((id) => natGateway(dice, id, ids));
  const facts: NetworkFacts = {
    ...emptyFacts(region),
    subnets: read(subnets),
    vpcs: read([
      {
        vpcId,
        cidrs: dice.chance(0.1) ? ["10.0.0.0/16", "52.218.0.0/20"] : ["10.0.0.0/16", "2600:1f00::/56"],
        shared: false,
        dns: read({ support: dice.chance(0.97), hostnames: dice.chance(0.9) }),
      },
    ]),
    routeTables: read(routeTables(dice, ids, six)),
    internetGateways: read([{ gatewayId: "igw-1", vpcIds: dice.chance(0.93) ? [vpcId] : [] }]),
    egressOnlyGateways: read([{ gatewayId: "eigw-1", vpcIds: dice.chance(0.93) ? [vpcId] : ["vpc-2"] }]),
    natGateways: read(dice.some(nats, 0.9)),
    endpoints: read(endpoints(dice, ids)),
    securityGroups: read(["sg-a", "sg-b", "sg-e"].map((id) => securityGroup(dice, id))),
    networkAcls: read(networkAcls(dice, ids)),
    prefixLists: read([
      {
        prefixListId: s3List,
        name: `com.amazonaws.${region}.s3`,
        cidrs: ["52.218.0.0/17", "3.5.64.0/21", "2600:1fa0::/40"],
      },
      { prefixListId: "pl-own", name: undefined, cidrs: ["10.0.0.0/25", "52.0.0.0/8", "10.0.1.0/24"] },
    ]),
  };
  return {
    facts,
    start: {
      subnetId: dice.pick(ids),
      groupIds: dice.pick([["sg-a"], ["sg-b"], ["sg-a", "sg-b"]]),
      publicIp: dice.chance(0.5),
      ipv6: dice.chance(0.9),
    },
  };
}

function subnet(dice: Dice, index: number, six: boolean): Subnet {
  const native = six && dice.chance(0.7);
  return {
    subnetId: `subnet-${index}`,
    vpcId,
    state: "available",
    zone: `eu-west-1${"abc"[index % 3]}`,
    cidr: native ? undefined : `10.0.${index}.0/24`,
    ipv6Cidrs: six ? [`2600:1f00:0:${index}::/64`] : [],
    mapPublicIp: false,
    assignIpv6: six,
    freeAddresses: 200,
    tags: {},
  };
}

function natGateway(dice: Dice, natGatewayId: string, subnetIds: readonly string[]): NatGateway {
  return {
    natGatewayId,
    vpcId,
    subnetId: dice.chance(0.95) ? dice.pick(subnetIds) : undefined,
    state: dice.chance(0.9) ? "available" : dice.pick(["pending", "failed", "deleted"]),
    connectivity: dice.chance(0.93) ? "public" : "private",
    privateIps: [],
  };
}

function routeTables(dice: Dice, subnetIds: readonly string[], six: boolean): readonly RouteTable[] {
  const rest = [...subnetIds];
  return ["rtb-main", "rtb-1", "rtb-2"].map((routeTableId, index) => {
    const own = index === 0 ? [] : dice.some(rest, 0.5);
    for (const id of own) rest.splice(rest.indexOf(id), 1);
    return { routeTableId, vpcId, main: index === 0, subnetIds: own, routes: routes(dice, six) };
  });
}

function routes(dice: Dice, six: boolean): readonly Route[] {
  const list: Route[] = [to("10.0.0.0/16", { kind: "local", id: "local" }, "active")];
  if (six) list.push(to("2600:1f00::/56", { kind: "local", id: "local" }, "active"));
  const state = () => (dice.chance(0.95) ? "active" : "blackhole");
  if (dice.chance(0.75)) list.push(to("0.0.0.0/0", target(dice), state()));
  if (six && dice.chance(0.8)) {
    const gateways: readonly RouteTarget[] = [
      { kind: "egressOnlyGateway", id: "eigw-1" },
      { kind: "internetGateway", id: "igw-1" },
    ];
    list.push(to("::/0", dice.pick(gateways), state()));
  }
  const halves = ["0.0.0.0/1", "128.0.0.0/1", "52.0.0.0/8", "52.218.0.0/17", "10.0.1.128/25"];
  for (const cidr of dice.some(halves, 0.05)) list.push(to(cidr, target(dice), state()));
  if (dice.chance(0.35)) {
    const gateway: RouteTarget = { kind: "vpcEndpoint", id: dice.chance(0.92) ? "vpce-s3-gateway" : "vpce-gone" };
    list.push({ destination: { kind: "prefixList", id: s3List }, target: gateway, state: state() });
  }
  return list;
}

function target(dice: Dice): RouteTarget {
  if (dice.chance(0.4)) return { kind: "internetGateway", id: "igw-1" };
  if (dice.chance(0.7)) return { kind: "natGateway", id: dice.pick(["nat-1", "nat-2"]) };
  return dice.pick<RouteTarget>([
    { kind: "transitGateway", id: "tgw-1" },
    { kind: "peering", id: "pcx-1" },
    { kind: "virtualPrivateGateway", id: "vgw-1" },
    { kind: "networkInterface", id: "eni-1" },
    { kind: "vpcEndpoint", id: "vpce-firewall" },
    { kind: "other", id: "cagw-1" },
  ]);
}

function to(cidr: string, where: RouteTarget, state: Route["state"]): Route {
  return { destination: { kind: "cidr", cidr }, target: where, state };
}

function endpoints(dice: Dice, subnetIds: readonly string[]): readonly VpcEndpoint[] {
  const base = {
    vpcId,
    securityGroupIds: [],
    subnetIds: [],
    routeTableIds: [],
    privateDns: false,
    privateDnsForInboundOnly: false,
    ipAddressType: "ipv4",
    tags: {},
  } as const;
  const state = () => (dice.chance(0.92) ? "available" : dice.pick(["pending", "failed", "deleting", "rejected"]));
  const policy = () => (dice.chance(0.94) ? undefined : denial);
  const inside = ["ecs", "s3"].map(
    (service): VpcEndpoint => ({
      ...base,
      endpointId: `vpce-${service}`,
      type: "Interface",
      serviceName: `com.amazonaws.${region}.${service}`,
      state: state(),
      policy: policy(),
      subnetIds: dice.some(subnetIds, 0.6),
      securityGroupIds: dice.pick([["sg-e"], ["sg-e"], ["sg-a"], ["sg-e", "sg-b"]]),
      privateDns: dice.chance(0.85),
      privateDnsForInboundOnly: service === "s3" && dice.chance(0.3),
      ipAddressType: dice.pick(["ipv4", "ipv4", "dualstack", "ipv6"]),
    }),
  );
  const gateway: VpcEndpoint = {
    ...base,
    endpointId: "vpce-s3-gateway",
    type: "Gateway",
    serviceName: `com.amazonaws.${region}.s3`,
    state: state(),
    policy: policy(),
  };
  const firewall: VpcEndpoint = {
    ...base,
    endpointId: "vpce-firewall",
    type: "GatewayLoadBalancer",
    serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-1",
    state: "available",
    policy: undefined,
  };
  return [...dice.some(inside, 0.5), ...dice.some([gateway], 0.9), firewall];
}

function securityGroup(dice: Dice, groupId: string): SecurityGroup {
  const rules = (): readonly GroupRule[] => {
    if (dice.chance(0.6)) return [rule({ cidrs: ["0.0.0.0/0", "::/0"] })];
    return [1, 2].slice(0, dice.pick([0, 1, 2])).map(() => randomRule(dice));
  };
  return { groupId, groupName: groupId, vpcId, egress: rules(), ingress: rules(), tags: {} };
}

function randomRule(dice: Dice): GroupRule {
  const ports = dice.pick([undefined, { from: 443, to: 443 }, { from: 0, to: 65_535 }, { from: 80, to: 80 }]);
  return rule({
    protocol: ports === undefined ? dice.pick(["all", "udp"]) : "tcp",
    ports,
    cidrs: dice.some(
      ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/16", "10.0.1.0/25", "10.0.1.128/25", "52.0.0.0/8", "::/0"],
      0.25,
    ),
    prefixListIds: dice.some([s3List, "pl-own"], 0.2),
    groupIds: dice.some(["sg-a", "sg-b", "sg-e"], 0.25),
  });
}

function rule(part: Partial<GroupRule>): GroupRule {
  return { protocol: "all", ports: undefined, cidrs: [], prefixListIds: [], groupIds: [], ...part };
}

function networkAcls(dice: Dice, subnetIds: readonly string[]): readonly NetworkAcl[] {
  const closed = dice.some(subnetIds, 0.35);
  const open = subnetIds.filter((id) => !closed.includes(id));
  return [
    { aclId: "acl-open", vpcId, default: true, subnetIds: open, entries: [...openEntries, ...lastEntries] },
    { aclId: "acl-own", vpcId, default: false, subnetIds: closed, entries: [...ownEntries(dice), ...lastEntries] },
  ];
}

const openEntries: readonly AclEntry[] = [true, false].flatMap((egress) => [
  entry({ number: 100, egress }),
  entry({ number: 101, egress, cidr: "::/0" }),
]);

const lastEntries: readonly AclEntry[] = [true, false].flatMap((egress) => [
  entry({ number: 32_767, egress, allow: false }),
  entry({ number: 32_768, egress, allow: false, cidr: "::/0" }),
]);

function ownEntries(dice: Dice): readonly AclEntry[] {
  return [true, false].flatMap((egress) => {
    const first = [90, 95].slice(0, dice.pick([0, 1, 2])).map((number) => randomEntry(dice, number, egress));
    const usual = dice.chance(0.7) ? openEntries.filter((one) => one.egress === egress) : [];
    const more = [120, 110, 130].slice(0, dice.pick([0, 1, 3])).map((number) => randomEntry(dice, number, egress));
    return [...more, ...usual, ...first];
  });
}

function randomEntry(dice: Dice, number: number, egress: boolean): AclEntry {
  const ports = dice.pick([
    undefined,
    { from: 443, to: 443 },
    { from: 1024, to: 65_535 },
    { from: 32_768, to: 60_999 },
    { from: 49_152, to: 65_535 },
    { from: 22, to: 22 },
  ]);
  return entry({
    number,
    egress,
    allow: dice.chance(0.7),
    protocol: ports === undefined ? dice.pick(["all", "icmp"]) : dice.pick(["tcp", "tcp", "udp"]),
    ports,
    cidr: dice.pick(["0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "52.0.0.0/8", "10.0.0.128/25", "::/0"]),
  });
}

function entry(part: Partial<AclEntry>): AclEntry {
  return { number: 100, egress: true, allow: true, protocol: "all", ports: undefined, cidr: "0.0.0.0/0", ...part };
}
