import type {
  AclEntry,
  GroupRule,
  NetworkFacts,
  Part,
  PrefixList,
  RouteTable,
  Subnet,
  VpcEndpoint,
} from "../../src/network/facts.ts";

/**
 * A packet walker that knows nothing of the preflight: it sends single packets, address by address, through the hops
 * and back, and tries every address and port that any rule could distinguish. Addresses are bit strings and
 * CIDRs are prefixes of them.
 */

export interface Start {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly publicIp: boolean;
  readonly ipv6: boolean;
}

export type Answer = "reachable" | "unreachable" | "unknown";

interface Packet {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

export function walk(facts: NetworkFacts, start: Start, service: string): Answer {
  return new Walker(facts, start, service).answer();
}

class Walker {
  readonly #facts: NetworkFacts;
  readonly #start: Start;
  readonly #service: string;
  readonly #home: Subnet;
  readonly #six: boolean;
  readonly #edges: readonly string[];

  constructor(facts: NetworkFacts, start: Start, service: string) {
    this.#facts = facts;
    this.#start = start;
    this.#service = service;
    const home = known(facts.subnets).find((one) => one.subnetId === start.subnetId);
    if (home === undefined) throw new Error("no such subnet");
    this.#home = home;
    this.#six = home.cidr === undefined;
    this.#edges = this.#everyCidr()
      .map(bitsOf)
      .filter((prefix) => prefix.six === this.#six)
      .flatMap(({ bits }) => this.#ends(bits));
  }

  answer(): Answer {
    const vpc = known(this.#facts.vpcs).find(({ vpcId }) => vpcId === this.#home.vpcId);
    const dns = vpc === undefined ? { support: true, hostnames: true } : known(vpc.dns);
    if (!dns.support) return "unreachable";
    if (this.#six && !this.#start.ipv6) return "unreachable";
    const name = `com.amazonaws.${this.#facts.region}.${this.#service}`;
    const endpoint = known(this.#facts.endpoints).find(
      (one) =>
        one.vpcId === this.#home.vpcId &&
        one.serviceName === name &&
        one.type === "Interface" &&
        one.state === "available" &&
        one.privateDns &&
        !one.privateDnsForInboundOnly &&
        dns.hostnames,
    );
    if (endpoint !== undefined) return this.#inside(endpoint);
    const targets = this.#publicAddresses(vpc?.cidrs ?? []);
    return vote(targets.map((to) => this.#everyPacket(to, (packet) => this.#outside(packet, name))));
  }

  #inside(endpoint: VpcEndpoint): Answer {
    if (endpoint.subnetIds.length === 0 || refuses(endpoint)) return "unreachable";
    const answers = endpoint.subnetIds.map((id) => {
      const place = known(this.#facts.subnets).find(({ subnetId }) => subnetId === id);
      const family = this.#six ? "ipv6" : "ipv4";
      if (place === undefined) return "reachable";
      if (endpoint.ipAddressType !== family && endpoint.ipAddressType !== "dualstack") return "unreachable";
      const cidrs = this.#six ? place.ipv6Cidrs : place.cidr === undefined ? [] : [place.cidr];
      const targets = cidrs.flatMap((cidr) => this.#samples(bitsOf(cidr).bits));
      return vote(targets.map((to) => this.#everyPacket(to, (packet) => this.#toInterface(packet, place, endpoint))));
    });
    if (answers.includes("unreachable")) return "unreachable";
    return answers.includes("unknown") ? "unknown" : "reachable";
  }

  #toInterface(packet: Packet, place: Subnet, endpoint: VpcEndpoint): boolean {
    const { from, to, port } = packet;
    const near = place.subnetId === this.#home.subnetId;
    if (!this.#groupsLet("egress", this.#start.groupIds, to, endpoint.securityGroupIds)) return false;
    if (!near) {
      if (!this.#aclLets(this.#home, true, to, 443)) return false;
      const hop = this.#bestRoute(this.#tableFor(this.#home), to);
      if (hop === undefined || hop.state === "blackhole") return false;
      if (!this.#aclLets(place, false, from, 443)) return false;
    }
    if (!this.#groupsLet("ingress", endpoint.securityGroupIds, from, this.#start.groupIds)) return false;
    return near || (this.#aclLets(place, true, from, port) && this.#aclLets(this.#home, false, to, port));
  }

  #outside(packet: Packet, name: string): boolean {
    const { to, port } = packet;
    if (!this.#groupsLet("egress", this.#start.groupIds, to, [])) return false;
    if (!this.#aclLets(this.#home, true, to, 443)) return false;
    if (!this.#leaves(packet, name)) return false;
    return this.#aclLets(this.#home, false, to, port);
  }

  #leaves(packet: Packet, name: string): boolean {
    const route = this.#bestRoute(this.#tableFor(this.#home), packet.to);
    if (route === undefined || route.state === "blackhole") return false;
    const { kind, id } = route.target;
    if (kind === "internetGateway") return this.#attached(id, false) && (this.#six || this.#start.publicIp);
    if (kind === "egressOnlyGateway") return this.#attached(id, true);
    if (kind === "natGateway") return this.#translated(packet, id);
    if (kind === "vpcEndpoint") return this.#throughEndpoint(id, name);
    return kind !== "peering" && kind !== "local";
  }

  #translated({ from, to, port }: Packet, id: string): boolean {
    const nat = known(this.#facts.natGateways).find(({ natGatewayId }) => natGatewayId === id);
    if (nat === undefined || nat.state !== "available") return false;
    const place = known(this.#facts.subnets).find(({ subnetId }) => subnetId === nat.subnetId);
    if (place === undefined) return true;
    if (place.subnetId !== this.#home.subnetId) {
      if (!this.#aclLets(place, false, from, 443) || !this.#aclLets(place, true, from, port)) return false;
    }
    const route = this.#bestRoute(this.#tableFor(place), to);
    if (route === undefined || route.state === "blackhole") return false;
    const { kind } = route.target;
    if (["natGateway", "peering", "local", "egressOnlyGateway"].includes(kind)) return false;
    if (kind === "internetGateway") {
      if (nat.connectivity === "private" || !this.#attached(route.target.id, false)) return false;
    }
    if (kind === "vpcEndpoint" && !this.#throughEndpoint(route.target.id, "")) return false;
    if (!this.#aclLets(place, true, to, 443)) return false;
    return this.#natPorts().every((natPort) => this.#aclLets(place, false, to, natPort));
  }

  #throughEndpoint(id: string, name: string): boolean {
    const endpoint = known(this.#facts.endpoints).find(({ endpointId }) => endpointId === id);
    if (endpoint === undefined) return false;
    if (endpoint.type !== "Gateway") return true;
    return endpoint.state === "available" && !(endpoint.serviceName === name && refuses(endpoint));
  }

  #attached(id: string, egressOnly: boolean): boolean {
    const gateways = known(egressOnly ? this.#facts.egressOnlyGateways : this.#facts.internetGateways);
    return gateways.some((one) => one.gatewayId === id && one.vpcIds.includes(this.#home.vpcId));
  }

  #everyPacket(to: string, arrives: (packet: Packet) => boolean): boolean {
    const cidrs = this.#six ? this.#home.ipv6Cidrs : [this.#home.cidr ?? ""];
    const sources = cidrs.flatMap((cidr) => this.#samples(bitsOf(cidr).bits));
    const ports = this.#ports(32_768, 60_999);
    return sources.every((from) => ports.every((port) => arrives({ from, to, port })));
  }

  #natPorts(): readonly number[] {
    return this.#ports(1024, 65_535);
  }

  #ports(first: number, last: number): readonly number[] {
    const edges = known(this.#facts.networkAcls)
      .flatMap(({ entries }) => entries)
      .flatMap(({ ports }) => (ports === undefined ? [] : [ports.from, ports.to + 1, ports.from - 1, ports.to]));
    return [...new Set([first, last, ...edges.filter((edge) => edge >= first && edge <= last)])];
  }

  #groupsLet(side: "egress" | "ingress", ids: readonly string[], other: string, otherGroups: readonly string[]) {
    for (const group of known(this.#facts.securityGroups)) {
      if (!ids.includes(group.groupId)) continue;
      for (const rule of group[side]) {
        if (!isHttps(rule)) continue;
        if (rule.groupIds.some((id) => otherGroups.includes(id))) return true;
        if (rule.cidrs.some((cidr) => this.#isIn(other, cidr))) return true;
        if (rule.prefixListIds.some((id) => this.#entries(id).some((cidr) => this.#isIn(other, cidr)))) return true;
      }
    }
    return false;
  }

  #aclLets(place: Subnet, egress: boolean, other: string, port: number): boolean {
    const acl = known(this.#facts.networkAcls).find(({ subnetIds }) => subnetIds.includes(place.subnetId));
    if (acl === undefined) return true;
    let decisive: AclEntry | undefined;
    for (const entry of acl.entries) {
      if (entry.egress !== egress || !matchesPort(entry, port) || !this.#isIn(other, entry.cidr)) continue;
      if (decisive === undefined || entry.number < decisive.number) decisive = entry;
    }
    return decisive?.allow === true;
  }

  #bestRoute(table: RouteTable | undefined, to: string) {
    let best: { route: RouteTable["routes"][number]; length: number } | undefined;
    for (const route of table?.routes ?? []) {
      const { destination } = route;
      const cidrs = destination.kind === "cidr" ? [destination.cidr] : this.#entries(destination.id);
      for (const cidr of cidrs) {
        if (!this.#isIn(to, cidr)) continue;
        const length = bitsOf(cidr).bits.length;
        const better = best === undefined || length > best.length;
        const first = length === best?.length && destination.kind === "cidr";
        if (better || first) best = { route, length };
      }
    }
    return best?.route;
  }

  #tableFor({ subnetId, vpcId }: Subnet): RouteTable | undefined {
    const tables = known(this.#facts.routeTables);
    const own = tables.filter((table) => table.subnetIds.includes(subnetId));
    return own.length > 0 ? own[0] : tables.filter((table) => table.main && table.vpcId === vpcId)[0];
  }

  #publicAddresses(vpcCidrs: readonly string[]): readonly string[] {
    if (this.#service === "s3") {
      const lists = listsIn(this.#facts).filter(({ name }) => name?.endsWith(".s3") === true);
      const ofS3 = lists
        .flatMap(({ cidrs }) => cidrs)
        .map(bitsOf)
        .filter(({ six }) => six === this.#six)
        .flatMap(({ bits }) => this.#samples(bits));
      if (ofS3.length > 0) return ofS3;
    }
    const domain = this.#six ? this.#samples("001") : this.#samples("");
    const lists = listsIn(this.#facts).filter(({ name }) => name !== undefined);
    const elsewhere = [...reserved, ...vpcCidrs, ...lists.flatMap(({ cidrs }) => cidrs)];
    return domain.filter((address) => !elsewhere.some((cidr) => this.#isIn(address, cidr)));
  }

  #entries(id: string): readonly string[] {
    return listsIn(this.#facts).find(({ prefixListId }) => prefixListId === id)?.cidrs ?? [];
  }

  #isIn(address: string, cidr: string): boolean {
    const { bits, six } = bitsOf(cidr);
    return six === this.#six && address.startsWith(bits);
  }

  /** The addresses below a prefix at which something may change, and its two ends. */
  #samples(prefix: string): readonly string[] {
    const size = this.#six ? 128 : 32;
    const ends = [prefix.padEnd(size, "0"), prefix.padEnd(size, "1")];
    return [...new Set([...ends, ...this.#edges.filter((edge) => edge.startsWith(prefix))])];
  }

  #ends(prefix: string): readonly string[] {
    const size = this.#six ? 128 : 32;
    const [first, last] = [prefix.padEnd(size, "0"), prefix.padEnd(size, "1")];
    return [first, last, ...neighbours(first, last)];
  }

  #everyCidr(): readonly string[] {
    const { facts } = { facts: this.#facts };
    return [
      ...reserved,
      ...known(facts.subnets).flatMap((one) => [...(one.cidr === undefined ? [] : [one.cidr]), ...one.ipv6Cidrs]),
      ...known(facts.vpcs).flatMap(({ cidrs }) => cidrs),
      ...known(facts.networkAcls).flatMap(({ entries }) => entries.map(({ cidr }) => cidr)),
      ...known(facts.securityGroups).flatMap(({ egress, ingress }) =>
        [...egress, ...ingress].flatMap(({ cidrs }) => cidrs),
      ),
      ...listsIn(facts).flatMap(({ cidrs }) => cidrs),
      ...known(facts.routeTables).flatMap(({ routes }) =>
        routes.flatMap(({ destination }) => (destination.kind === "cidr" ? [destination.cidr] : [])),
      ),
    ];
  }
}

const reserved = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
];

function vote(answers: readonly boolean[]): Answer {
  if (answers.length > 0 && answers.every((answer) => answer)) return "reachable";
  return answers.some((answer) => answer) ? "unknown" : "unreachable";
}

function isHttps({ protocol, ports }: GroupRule): boolean {
  if (protocol === "all") return true;
  return protocol === "tcp" && (ports === undefined || (ports.from <= 443 && ports.to >= 443));
}

function matchesPort({ protocol, ports }: AclEntry, port: number): boolean {
  if (protocol === "all") return true;
  return protocol === "tcp" && (ports === undefined || (ports.from <= port && ports.to >= port));
}

function refuses({ policy }: VpcEndpoint): boolean {
  return policy?.includes('"Deny"') === true;
}

/** The addresses just before the first and just after the last one, where there are any. */
function neighbours(first: string, last: string): readonly string[] {
  const lowestOne = first.lastIndexOf("1");
  const highestZero = last.lastIndexOf("0");
  const before = lowestOne < 0 ? [] : [`${first.slice(0, lowestOne)}0`.padEnd(first.length, "1")];
  const after = highestZero < 0 ? [] : [`${last.slice(0, highestZero)}1`.padEnd(last.length, "0")];
  return [...before, ...after];
}

const bitsCache = new Map<string, { readonly bits: string; readonly six: boolean }>();

function bitsOf(cidr: string): { readonly bits: string; readonly six: boolean } {
  const cached = bitsCache.get(cidr);
  if (cached !== undefined) return cached;
  const [address = "", length] = cidr.split("/");
  const six = address.includes(":");
  const all = six ? hexGroups(address) : address.split(".").map((part) => Number(part).toString(2).padStart(8, "0"));
  const bits = all.join("").slice(0, length === undefined ? 128 : Number(length));
  bitsCache.set(cidr, { bits, six });
  return { bits, six };
}

function hexGroups(address: string): readonly string[] {
  const [head = "", tail = ""] = address.split("::");
  const left = head.split(":").filter((group) => group !== "");
  const right = tail.split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"));
}

/** Those that were read. */
function listsIn(facts: NetworkFacts): readonly PrefixList[] {
  return known(facts.prefixLists).flatMap((one) => ("unread" in one ? [] : one));
}

function known<T>(part: Part<T>): T {
  if (part.kind === "unread") throw new Error(part.message);
  return part.value;
}
